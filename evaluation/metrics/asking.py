"""What a vision-language model is asked for a VQA score, and what is read from its answer; no transport.

    question("a fox in sunglasses") -> 'Does this figure show "a fox in sunglasses"? Please answer yes or no.'
    yes_probability([("Yes", -0.105), ("No", -2.4)])  -> 0.9

The question is VQAScore's own (Lin et al. 2024). Scores of two models never compare: the same picture has 0.9 here and
0.6 there.
"""

from collections.abc import Iterable, Sequence
from math import exp

from evaluation.metrics.claims import sentence
from evaluation.metrics.rounds import Round, Said
from schemas.errors import BadInput

QUESTION = 'Does this figure show "{}"? Please answer yes or no.'
INTEGRATE = """\
Below is how a picture came to be in a conversation: first what it showed or was asked to show, then each change, in \
the user's words, with the action that was understood in brackets. Describe the picture as it should look after the \
last change, in one or two sentences, as a prompt for an image generator. Later wishes overrule earlier ones; leave \
out what was removed; add nothing that was not said; do not mention the conversation, sizes in pixels or numbers in \
percent. Answer with the description alone.

"""


def question(description: str) -> str:
    return QUESTION.format(description)


def yes_probability(alternatives: Iterable[tuple[str, float]]) -> float:
    """The probability of Yes from the log-probabilities of the first token's alternatives, in whatever spelling a
    tokeniser has it. Where only No is among them, what No leaves over is the most that Yes can have; where neither
    is, nought."""
    chance = {"yes": 0.0, "no": 0.0}
    for token, logprob in alternatives:
        word = token.strip(" ▁Ġ\n.\"'").casefold()
        if word in chance:
            chance[word] += exp(logprob)
    if chance["yes"]:
        return min(1.0, chance["yes"])
    return max(0.0, 1 - chance["no"]) if chance["no"] else 0.0


def integration(said: Sequence[Said]) -> str:
    """What an author model is asked so that it plays F of eq. 5."""
    if not said:
        raise BadInput("nothing was said that a picture could be described from")
    lines = [f"{n}. {one.words} [{one.call.intent} {one.call.parameters_json}]" for n, one in enumerate(said, 1)]
    return INTEGRATE + "\n".join(lines)


def scene_description(asked: Round) -> str:
    """F from the scene, for painted pictures that a model looks at."""
    return sentence(asked.claims)
