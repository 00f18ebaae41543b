"""Own skills: a card that nobody wrote rules for is read from itself - its name, its inputs, its examples.

own_skill("strew some glitter over the hat, 40 percent")
    -> Draft("glitter", {"object": "hat", "density": 40})
"""

import re

from evaluation.reader.heard import Draft, Heard
from evaluation.reader.lexicon import listed
from evaluation.reader.things import THING, WHERE, colour_in, is_thing, number, size_in, thing_of
from schemas.skill import Input, Skill, Value

BUILT_IN = frozenset(
    listed(
        "add_object, add_text, adjust, anime, chat, instruct_edit, line_art, outpaint, pose_to_image, recolor, "
        "relight, remove_background, remove_object, replace_background, replace_object, retouch, scribble_to_image, "
        "stylize, text_to_image, transform, upscale, vqa"
    )
)
COMMON = frozenset(
    listed(
        "the, and, for, not, with, into, over, onto, from, that, this, its, one, thing, things, picture, image, "
        "photo, makes, make, gives, give, puts, put, adds, add, changes, change, paints, paint, whole, user, words, "
        "new, another, other, effect, filter, tool, skill, apply, applies, use, of, in, on, to, an, it, is, as, or, "
        "at, by"
    )
)


def own_skill(heard: Heard) -> Draft | None:
    """The unknown skill whose name, or most of whose description, was said."""
    scored = [(score(skill, heard.text), skill) for skill in heard.library.skills if skill.id not in BUILT_IN]
    best = max(scored, key=lambda item: item[0], default=None)
    if best is None or best[0] < 1:
        return None
    return Draft(best[1].id, {i.name: v for i in best[1].inputs if (v := value_of(i, heard)) is not None})


def score(skill: Skill, text: str) -> float:
    """At least one where the whole name was said, or half of what the card says it does."""
    said = stems(text)
    name = stems(f"{skill.id.replace('_', ' ')}") or stems(skill.name)
    promise = stems(re.split(r"\bNot (?:for|to|when)\b", skill.description)[0]) - name
    by_name = max(len(words & said) / len(words) for words in (name, stems(skill.name) or name) if words)
    by_promise = 2 * len(promise & said) / len(promise) if promise else 0.0
    return max(by_name, by_promise) + by_promise / 10 if max(by_name, by_promise) >= 1 else 0.0


def stems(text: str) -> set[str]:
    words = [word for word in re.findall(r"[a-z]{3,}", text.casefold()) if word not in COMMON]
    return {re.sub(r"(?:ing|ed|es|s|e|y|er|ify|ise|ize)$", "", word) or word for word in words}


def value_of(wanted: Input, heard: Heard) -> Value | None:
    if wanted.type == "choice":
        return next((c for c in wanted.choices if heard.says(rf"\b{re.escape(c)}\b")), None)
    if wanted.type == "number":
        found = heard.find(r"(?<![:x\d])(-?\d+(?:\.\d+)?)(?![:x\d])")
        return number(found[1]) if found else None
    if wanted.type == "colour":
        return colour_in(heard.text)
    if wanted.type == "size":
        return size_in(heard.text, heard.guideline)
    if wanted.type == "thing":
        return thing_said(heard)
    if wanted.type == "text" and wanted.name != "avoid":
        return text_said(wanted, heard)
    return None


def thing_said(heard: Heard) -> str | None:
    for found in re.finditer(rf"(?:{THING}){WHERE}?", heard.text, re.IGNORECASE):
        thing = thing_of(found[0], heard.focus)
        if thing and is_thing(thing):
            return thing
    return None


def text_said(wanted: Input, heard: Heard) -> str | None:
    if heard.quotes:
        return heard.quotes[0]
    return next((example for example in wanted.examples if heard.says(rf"\b{re.escape(example)}\b")), None)
