"""Seed prompts by a language model: one task for each, with a category, someone who types, and what can be painted.

    prompt = await pursue(prompting(PromptSlot("animals", 3, 1), seed, model, TEMPLATES), ask, …)
    -> Prompt(category="animals", text="two red foxes in a snowy forest at dusk", parts={"subject": …}, …)

Which of them may stand side by side is decided over all of them, in order, so that it does not hang on which came
first.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from generators.briefs import bare
from generators.catalogue import kinds, places
from generators.checks.decency import foul, private
from generators.checks.language import other_language
from generators.model_rules import runs
from generators.personas import persona
from generators.prompts import AUTHOR, differ, parts_of, seeds
from generators.scenes import MOST_THINGS, CannotDraw, compose, read
from generators.tasks import Task, Unusable, opening
from schemas.identity import keyed
from schemas.prompt import Dimension, Prompt

LENGTHS = (
    "two to five bare words", "two to five bare words", "six to ten words", "six to ten words", "one plain sentence",
    "key words with commas", "fifteen to twenty-five words",
)  # fmt: skip
SAID: tuple[Dimension, ...] = ("setting", "lighting", "style", "mood")
THINGS, ANY_THINGS, PLACES, EXAMPLES = 20, 8, 8, 3
LONGEST = 300
IN_TEMPLATE = "two red foxes in a snowy forest at dusk"
SIZE = (512, 512)
FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "prompt": {"type": "string"},
        "subject": {"type": "array", "items": {"type": "string"}},
        **{name: {"type": "string"} for name in SAID},
    },
    "required": ["prompt", "subject", *SAID],
    "additionalProperties": False,
}


class PromptSlot(NamedTuple):
    """The how manieth prompt of a category, and which attempt at it."""

    category: str
    number: int
    attempt: int

    @property
    def id(self) -> str:
        return f"prompt-{self.category}-{self.number}-{self.attempt}"


def prompting(slot: PromptSlot, seed: int, author: str, folder: Path) -> Task[Prompt]:
    rng = keyed(seed, slot.id)
    own = sorted({noun for core in seeds(slot.category) for noun in read(core).nouns})
    things = rng.sample(own, min(THINGS, len(own)))
    things += [noun for noun in rng.sample(sorted(kinds()), ANY_THINGS) if noun not in things]
    fields: dict[str, Any] = {
        "category": slot.category,
        "persona": persona(slot.id, folder),
        "length": rng.choice(LENGTHS),
        "things": things,
        "places": [places()[name].phrase for name in rng.sample(sorted(places()), PLACES)],
        "examples": rng.sample(seeds(slot.category), EXAMPLES),
    }

    def accept(answer: dict[str, Any]) -> Prompt:
        prompt = prompt_in(answer, slot.category, author)
        if runs(bare(fields["persona"]), 3) & runs(prompt.text, 3):
            raise Unusable("prompt: tells who types it; write what they want to see")
        if not all(differ(prompt.text, shown) for shown in (*fields["examples"], IN_TEMPLATE)):
            raise Unusable("prompt: is one that was shown; write something else")
        return prompt

    return Task(opening("prompt.md", folder, **fields), FORM, accept)


def prompt_in(fields: dict[str, Any], category: str, author: str) -> Prompt:
    """The prompt of an answer; Unusable with a named reason where it will not do."""
    text, subject = fields.get("prompt"), fields.get("subject")
    parts = {name: fields.get(name) for name in SAID}
    if (
        not isinstance(text, str)
        or not isinstance(subject, list)
        or not all(isinstance(p, str) for p in parts.values())
    ):
        raise Unusable("author: wrong_shape")
    text = " ".join(str(text).split()).strip().rstrip(".")
    if not 3 <= len(text) <= LONGEST:
        raise Unusable(f"prompt: {len(text)} letters, between 3 and {LONGEST} will do")
    if problem := other_language(text.casefold()):
        raise Unusable(f"in_language: {text!r:.60} {problem}")
    if found := foul(text) or private(text):
        raise Unusable(f"decent: the prompt has {found[0]}")
    for thing in map(str, subject):
        if thing.casefold() not in text.casefold():
            raise Unusable(f"prompt: {thing!r} does not stand in the prompt in these words")
    trimmed = {name: " ".join(str(part).split()) for name, part in parts.items() if part}
    said: dict[Dimension, str] = {name: part for name, part in trimmed.items() if part.casefold() in text.casefold()}
    painted = paintable(text, [str(thing) for thing in subject])
    return Prompt.of(text, category, {**said, **painted}, author)


def paintable(text: str, subject: Sequence[str]) -> dict[Dimension, str]:
    """What the painter reads in a prompt; every thing that is said to be its subject must be among it."""
    for thing in subject:
        if not read(thing).things:
            raise Unusable(f"prompt: {thing!r} cannot be painted; choose from the list")
    reading = read(text)
    if sum(mention.count for mention in reading.things) > MOST_THINGS:
        raise Unusable(f"prompt: names more than {MOST_THINGS} things")
    try:
        compose(text, AUTHOR, SIZE)
    except CannotDraw as error:
        raise Unusable(f"prompt: {error}") from error
    return parts_of(reading)


def distinct(prompts: Iterable[tuple[PromptSlot, Prompt]], standing: dict[PromptSlot, Prompt]) -> None:
    """Lets in, in order, what differs from all that stand already."""
    taken = {prompt.id for prompt in standing.values()}
    beside: dict[str, list[str]] = defaultdict(list)
    for slot, prompt in standing.items():
        beside[slot.category].append(prompt.text)
    for slot, prompt in sorted(prompts):
        if prompt.id not in taken and all(differ(prompt.text, other) for other in beside[slot.category]):
            standing[slot] = prompt
            taken.add(prompt.id)
            beside[slot.category].append(prompt.text)
