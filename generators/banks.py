"""Phrase banks: the hand-written constructions that the embedded author speaks with. Data files that
anyone can extend; the notation stands in docs/banks.md.

    imperative: {get-rid: "[get rid of|lose|ditch] {object}"}
      {object}   slot: a noun phrase with its article; {object.bare} without
      [a|b|]     one of these, or nothing
      <picture>  one of a shared list of synonyms
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Literal

import yaml

from schemas.bank import FORMS, GENERIC, Bank, Form
from schemas.errors import BadInput
from schemas.identity import Record
from schemas.skill import Skill

BANKS = Path(__file__).parent / "banks"
SLOT = re.compile(r"\{([a-z_]+)(\.bare)?\}")
ALTERNATIVES = re.compile(r"\[([^\[\]]*)\]")
LISTED = re.compile(r"<([a-z][a-z0-9 '’_-]*)>")


class Manner(Record):
    """How one person speaks through a whole dialogue; the numbers are probabilities."""

    name: str
    forms: dict[Form, float]
    openers: tuple[str, ...] = ()
    closers: tuple[str, ...] = ()
    open: float = 0.0
    close: float = 0.0
    please: float = 0.0
    please_words: tuple[str, ...] = ("please",)
    react: float = 0.0
    switch: float = 0.0
    lower: float = 0.0
    end_mark: float = 1.0
    slip: float = 0.0
    typo: float = 0.0
    slips: tuple[tuple[str, str], ...] = ()


class Shared(Record):
    """What all skills and manners have in common: synonyms, ties to earlier pictures, negatives, pronouns."""

    words: dict[str, tuple[str, ...]]
    image_frames: dict[Form, tuple[str, ...]]
    image_names: dict[str, tuple[str, ...]]
    avoid: dict[Literal["create", "edit"], tuple[str, ...]]
    attached: dict[str, tuple[str, ...]]
    switch: dict[str, tuple[str, ...]]
    reactions: dict[str, tuple[str, ...]]
    anaphora: dict[str, tuple[str, ...]]


class Leaning(Record):
    """Turns that lean on the one before: what is corrected, repeated for another thing, or taken back."""

    correction: dict[str, tuple[str, ...]]
    ellipsis: tuple[str, ...]
    change_of_mind: tuple[str, ...]


def read_yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as YAML: {' '.join(str(error).split())}") from error


COMMON = ("shared", "manners", "generic", "phenomena", "exchanges")


@cache
def banks() -> Mapping[str, Bank]:
    paths = [p for p in sorted(BANKS.glob("*.yaml")) if p.stem not in COMMON]
    return {path.stem: Bank.from_data(read_yaml(path)) for path in paths}


def own_bank(card: Skill) -> Bank | None:
    """The constructions that were written for this skill: those that came with the card, or ours."""
    return card.phrases or banks().get(card.id)


@cache
def bank_of(card: Skill) -> Bank:
    """The bank of a skill; for one without, the generic constructions around its name and inputs."""
    if own := own_bank(card):
        return own
    content = read_yaml(BANKS / f"{GENERIC}.yaml")
    name = card.name.lower()
    said = {form: {slug: text.replace("<skill>", name) for slug, text in content[form].items()} for form in FORMS}
    clause: str = content["clause"]
    clauses = {
        i.name: (clause.format(name=i.name.replace("_", " "), value=f"{{{i.name}}}"),)
        for i in card.inputs
        if i.name not in ("avoid", "image")
    }
    fields = {"skill": GENERIC, "groups": [said], "clauses": clauses, "replies": content["replies"]}
    return Bank.from_data(fields)


@cache
def shared() -> Shared:
    return Shared.from_data(read_yaml(BANKS / "shared.yaml"))


@cache
def leaning() -> Leaning:
    return Leaning.from_data(read_yaml(BANKS / "phenomena.yaml"))


@cache
def manners() -> Mapping[str, Manner]:
    found = read_yaml(BANKS / "manners.yaml")
    return {name: Manner.from_data({"name": name, **fields}) for name, fields in found.items()}


@cache
def slots(text: str) -> frozenset[tuple[str, bool]]:
    """The slots of a construction: (name, whether bare)."""
    return frozenset((name, bool(bare)) for name, bare in SLOT.findall(text))


def choose(text: str, rng: Random) -> str:
    """One reading of a construction: alternatives and synonyms decided, slots still open."""
    while "[" in text or "<" in text:
        before = text
        text = ALTERNATIVES.sub(lambda m: rng.choice(m[1].split("|")), text)
        text = LISTED.sub(lambda m: rng.choice(shared().words[m[1]]), text)
        if text == before:
            raise BadInput(f"generators/banks: unbalanced brackets in {text!r}")
    return " ".join(text.split())
