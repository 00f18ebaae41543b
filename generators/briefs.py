"""Briefs: an outline as a language model is told it: what each turn wants and says, how, and what the assistant does.

    brief(outline, library)[1]
    -> TurnBrief(wants="Changes the colour of one thing.", says='object "the car", colour "blue"',
                 hints=('how: the car was just spoken of, so call it "it"',), answer="has done it")

The wording of it all stands in templates/, for people to read and to override.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from generators.banks import bank_of, read_yaml
from generators.doings import doings
from generators.phrasing import fill
from generators.proposals.talk import AS_SAID
from generators.tasks import TEMPLATES
from schemas.identity import keyed
from schemas.outline import Outline, PlannedTurn
from schemas.skill import Library

UNSAID = frozenset({"image", "show", "avoid"})
PRONOUNS = {"thing": "it", "person": "them", "plural": "them"}


class TurnBrief(NamedTuple):
    wants: str
    says: str
    hints: tuple[str, ...]
    answer: str
    setting: str = ""


@cache
def hints(folder: Path = TEMPLATES) -> Mapping[str, Any]:
    own, ours = folder / "hints.yaml", TEMPLATES / "hints.yaml"
    found: Mapping[str, Any] = read_yaml(own if own.is_file() else ours)
    return found


def brief(outline: Outline, library: Library, folder: Path = TEMPLATES) -> list[TurnBrief]:
    return [brief_of(turn, outline, n, library, folder) for n, turn in enumerate(outline.turns)]


def brief_of(turn: PlannedTurn, outline: Outline, n: int, library: Library, folder: Path) -> TurnBrief:
    told = hints(folder)
    facts = {**turn.call.parameters, **turn.given, **about(turn, outline, n, library)}
    lines = [told["phenomena"].get(name, "").format_map(Facts(facts)) for name in turn.phenomena]
    return TurnBrief(
        wants=wants(turn, library, told),
        says=says(turn),
        hints=tuple(line for line in lines if line),
        answer=answer(turn, told).format_map(Facts(facts)),
        setting="hands over a picture" if turn.attached else "",
    )


class Facts(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return name


def about(turn: PlannedTurn, outline: Outline, n: int, library: Library) -> dict[str, str]:
    """What the hints may name beside the turn's own facts."""
    found: dict[str, str] = {}
    if "pronoun" in turn.given:
        found["of"] = str(turn.given.get(turn.given["pronoun_of"], turn.call.parameters[turn.given["pronoun_of"]]))
        found["pronoun"] = PRONOUNS[turn.given["pronoun"]]
    if turn.ahead is not None:
        ahead = turn.ahead
        phrases = doings(ahead)
        bank = bank_of(library[ahead.call.intent])
        rng = keyed("brief", outline.id, n)
        facts = {**ahead.call.parameters, **ahead.given}
        found["second"] = fill(rng.choice(phrases), bank, facts, rng) if phrases else ahead.call.intent
    found["yes_or_no"] = "no, not needed" if turn.given.get("leans") == "no" else "yes to what was offered"
    return found


def wants(turn: PlannedTurn, library: Library, told: Mapping[str, Any]) -> str:
    """The card's first sentence, or what kind of talk it is."""
    if turn.call.intent in ("chat", "vqa"):
        kind = turn.given.get("leans") or turn.given.get("kind", "")
        known: Mapping[str, str] = told["talk"]
        text = known.get(kind) or known[turn.call.intent]
        return text.format_map(Facts({**turn.given}))
    first, _, _ = library[turn.call.intent].description.partition(". ")
    return f"{first.rstrip('.')}."


def says(turn: PlannedTurn) -> str:
    """The values that the words must hold; what was said before, or is only meant, is left out."""
    if turn.given.get("leans") in ("takes_up", "yes", "no", "vague", "underspecified", "guided_start"):
        return f'the idea "{turn.given["idea"]}"' if "idea" in turn.given else said_partly(turn)
    if turn.given.get("leans") in ("correction", "ellipsis", "short_answer"):
        name = turn.given.get("changed") or turn.given.get("missing", "object")
        name = "object" if name == "which" or name not in turn.call.parameters else name
        return f'{name} "{turn.given.get(name, turn.call.parameters[name])}"'
    if turn.given.get("leans") in ("guided_answer", "guided_final"):
        phrase = turn.given["phrase"]
        return f'"{phrase}"' if phrase else ""
    if turn.given.get("leans") == "revision":
        return " ".join(f'{key} "{turn.given[key]}"' for key in ("old", "new") if turn.given[key])
    values = {k: v for k, v in turn.call.parameters.items() if k not in UNSAID and v != AS_SAID}
    return ", ".join(f'{k} "{turn.given.get(k, v)}"' for k, v in values.items() if k != turn.given.get("pronoun_of"))


def said_partly(turn: PlannedTurn) -> str:
    """Of a request that leaves something out, what it does say."""
    if turn.given.get("leans") != "underspecified" or turn.ahead is None:
        return ""
    if turn.given["missing"] == "which":
        return f'{turn.ahead.call.intent.replace("_", " ")}: "the {turn.given["noun"]}", as if there were only one'
    named = {k: v for k, v in turn.ahead.call.parameters.items() if k not in UNSAID and k != turn.given["missing"]}
    return ", ".join(f'{k} "{turn.ahead.given.get(k, v)}"' for k, v in named.items())


def answer(turn: PlannedTurn, told: Mapping[str, Any]) -> str:
    known: Mapping[str, str] = told["answers"]
    for name in (*turn.phenomena, turn.given.get("leans", ""), turn.call.intent):
        if name in known:
            return known[name]
    return known["draws"]
