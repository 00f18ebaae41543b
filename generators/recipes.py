"""Recipes: how a picture comes about where it is not simply asked for.

Guided creation: the user has an idea and wants to be asked; each answer's phrase lands in the prompt that is
drawn at last. Prompt revision: the picture is drawn again, from its whole prompt with one thing changed.
"""

from itertools import pairwise

from generators.catalogue import kinds, places, styles, times, weathers
from generators.edits import apply
from generators.exchange_bank import exchanges
from generators.prompts import lights_of
from generators.proposals import Proposal
from generators.revisions import revised
from generators.scenes import CannotDraw, read
from generators.walk import Walk, only_subject
from schemas.answer import Call
from schemas.outline import Shot
from schemas.prompt import Dimension

MOST_QUESTIONS = 4
SKIPPED, CUT_SHORT = 0.1, 0.2


def work_out(walk: Walk) -> bool:
    """The user brings an idea, the assistant asks, and the last answer says to draw it."""
    idea, known = withheld(walk.prompt.text)
    count = walk.rng.randint(1, min(MOST_QUESTIONS, walk.length - 1))
    asked = questions(walk, idea, known, count)
    idea = ", ".join([idea, *[phrase for dimension, phrase in known if dimension not in dict(asked)]])
    prompt = ", ".join([idea, *[phrase for _, phrase in asked if phrase]])
    call = Call(intent="text_to_image", parameters={"prompt": prompt})
    try:
        shot = Shot(call=call, scene=apply(call, None, walk.prompt.id, walk.size))
    except CannotDraw:
        return False
    ask(walk, {"leans": "guided_start", "idea": idea, "asks": asked[0][0]})
    for (dimension, phrase), (following, _) in pairwise(asked):
        ask(walk, {"leans": "guided_answer", "phrase": phrase, "asks": following}, dimension, phrase)
    walk.shots.append(shot)
    dimension, phrase = asked[-1]
    given = {"leans": "guided_final", "phrase": phrase}
    proposal = Proposal(call.parameters, given, "the last answer says to draw it")
    walk.add_turn(call, proposal, len(walk.shots) - 1, None, ["guided"], dimension, phrase)
    walk.spoken_of = only_subject(shot)
    return True


def ask(walk: Walk, given: dict[str, str], dimension: Dimension | None = None, phrase: str | None = None) -> None:
    proposal = Proposal({}, {**given, "kind": "guides"}, "the user wants to be asked")
    walk.add_turn(Call(intent="chat"), proposal, None, None, ["guided"], dimension, phrase)


def withheld(text: str) -> tuple[str, list[tuple[Dimension, str]]]:
    """The idea behind a prompt, and what the prompt says beyond it in phrases at its end."""
    *core, idea = text.split(", ")[::-1]
    known: list[tuple[Dimension, str]] = []
    segments = core[::-1]
    while segments and (dimension := dimension_of(segments[-1])):
        known.insert(0, (dimension, segments.pop()))
    if len({dimension for dimension, _ in known}) < len(known):
        return text, []
    return ", ".join([idea, *segments]), known


def dimension_of(phrase: str) -> Dimension | None:
    if phrase in [style.phrase for style in styles().values()]:
        return "style"
    moments = [time.phrase for time in times().values()] + [weather.phrase for weather in weathers().values()]
    return "lighting" if phrase in moments + lights_of(None) else None


def questions(walk: Walk, idea: str, known: list[tuple[Dimension, str]], count: int) -> list[tuple[Dimension, str]]:
    """What is asked about, in order, with the answers; some get none."""
    open_to = answers(idea)
    order: list[Dimension] = sorted(open_to)
    walk.rng.shuffle(order)
    wanted = dict(known)
    for dimension in [*wanted, *[d for d in order if d not in wanted]][:count]:
        phrase = wanted.get(dimension) or walk.rng.choice(open_to[dimension])
        wanted[dimension] = phrase
    asked = list(wanted.items())[:count]
    walk.rng.shuffle(asked)
    return [
        (dimension, "" if left_open(walk, dimension in dict(known), n, len(asked)) else phrase)
        for n, (dimension, phrase) in enumerate(asked)
    ]


def left_open(walk: Walk, known: bool, n: int, of: int) -> bool:
    """Whether this question gets no answer: skipped, or the last one cut short with a word to draw it."""
    return not known and of > 1 and walk.rng.random() < (CUT_SHORT if n == of - 1 else SKIPPED)


def answers(idea: str) -> dict[Dimension, list[str]]:
    """What people could answer about each dimension that the idea leaves open."""
    reading = read(idea)
    place = places().get(reading.place or "")
    found: dict[Dimension, list[str]] = {
        dimension: list(asked.phrases) for dimension, asked in exchanges().guided.dimensions.items()
    }
    coloured = any(mention.colour for mention in reading.things)
    if reading.style is None:
        found["style"] = [style.phrase for style in styles().values() if not (coloured and style.colourless)]
    if reading.time is None and reading.light is None:
        moments = [times()[name].phrase for name in place.times if name != "day"] if place else []
        found["lighting"] = moments or lights_of(place)
    if reading.place is None and reading.things:
        shared = set.intersection(*(set(kinds()[noun].places) for noun in reading.nouns))
        found["setting"] = [places()[name].phrase for name in sorted(shared)]
    return {dimension: phrases for dimension, phrases in found.items() if phrases}


def revise(walk: Walk) -> bool:
    """The current picture drawn again, from its prompt with one thing changed."""
    source = walk.current
    shot = walk.shots[source] if source is not None else None
    if source is None or shot is None or shot.scene is None or shot.call.intent != "text_to_image":
        return False
    found = revised(str(shot.call.parameters["prompt"]), walk.rng)
    if found is None or found.text in {str(s.call.parameters.get("prompt")) for s in walk.shots}:
        return False
    call = Call(intent="text_to_image", parameters={**shot.call.parameters, "prompt": found.text})
    try:
        scene = apply(call, None, shot.scene.key, walk.size)
    except CannotDraw:
        return False
    given = {"leans": "revision", "kind": found.kind, "old": found.old, "new": found.new}
    after = walk.shot_of(Shot(call=call, source=None, scene=scene))
    proposal = Proposal(call.parameters, given, f"drawn again with another {found.kind}")
    walk.add_turn(call, proposal, after, source, ["revision"])
    walk.spoken_of = None
    return True
