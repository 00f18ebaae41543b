"""Briefs: an outline as a language model is told it: what each turn asks for, which words it holds, how, and what the
assistant does.

    brief(outline, library)[1]
    -> TurnBrief(wants="paint it dark green", keep=("dark green",),
                 hints=('the car was just spoken of, so it is only called "it"',),
                 answer="has done this (paint the car dark green) and says what is different now")

The wording of it all stands in templates/hints.yaml, for people to read and to override.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from generators.banks import bank_of, read_yaml
from generators.doings import doings
from generators.exchange_bank import exchanges
from generators.phrasing import fill, known
from generators.proposals.talk import AS_SAID
from generators.tasks import TEMPLATES
from schemas.errors import BadInput
from schemas.identity import keyed
from schemas.outline import Outline, PlannedTurn
from schemas.skill import Library, Skill, Value

UNSAID = frozenset({"image", "show", "avoid"})
LETTER_FOR_LETTER = frozenset({"text", "thing", "colour", "size"})
SAYS_NO_VALUE = frozenset({"takes_up", "yes", "no"})
PRONOUNS = {"thing": "it", "person": "them", "plural": "them"}
ARTICLE = re.compile(r"^(?:an?|the|some) ", re.IGNORECASE)


class TurnBrief(NamedTuple):
    wants: str
    keep: tuple[str, ...]
    hints: tuple[str, ...]
    answer: str
    second: str = ""  # what else the turn asks for or its reply offers


@cache
def hints(folder: Path = TEMPLATES) -> Mapping[str, Any]:
    """Ours, with every table replaced that a folder of one's own has."""
    own = folder / "hints.yaml"
    return {**read_yaml(TEMPLATES / "hints.yaml"), **(read_yaml(own) if own.is_file() else {})}


def brief(outline: Outline, library: Library, folder: Path = TEMPLATES) -> list[TurnBrief]:
    return [brief_of(turn, keyed("brief", outline.id, n), library, folder) for n, turn in enumerate(outline.turns)]


def brief_of(turn: PlannedTurn, rng: Random, library: Library, folder: Path) -> TurnBrief:
    told, facts = hints(folder), Facts(facts_of(turn, rng, library, hints(folder)))
    aim = first_of(aims(turn, library), told["wants"])
    names = list(dict.fromkeys([aim, *beside(turn)]))
    lines = [told["hints"][name] for name in names if name in told["hints"]]
    if library[turn.call.intent].type == "create" and aim == turn.call.intent:
        lines.append(rng.choice(told["forms"]))
    return TurnBrief(
        wants="".join([told["wants"][aim], *(told["also"].get(name, "") for name in names)]).format_map(facts),
        keep=keep(turn, library),
        hints=tuple(line.format_map(facts) for line in lines),
        answer=told["answers"][first_of(outcomes(turn), told["answers"])].format_map(facts),
        second=facts["second"] if {"compound", "offer"} & set(turn.phenomena) else "",
    )


class Facts(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        raise BadInput(f"hints.yaml: {{{name}}} is no fact of this turn; there are {', '.join(sorted(self))}")


def first_of(names: list[str], table: Mapping[str, str]) -> str:
    found = next((name for name in names if name in table), None)
    if found is None:
        raise BadInput(f"hints.yaml: one of its tables has none of {', '.join(filter(None, names))}")
    return found


def aims(turn: PlannedTurn, library: Library) -> list[str]:
    """What a turn is after, by the names of hints.yaml, the most telling first."""
    leans, kind, skill = turn.given.get("leans", ""), turn.given.get("kind", ""), library[turn.call.intent]
    silent = leans in ("guided_answer", "guided_final") and not turn.given["phrase"]
    found = [f"{leans}_silent"] if silent else []
    if leans in ("underspecified", "short_answer"):
        found.append(f"{leans}_{turn.given['missing']}")
    found += [f"revision_{kind}"] if leans == "revision" else []
    found += ["compound"] if "compound" in turn.phenomena else []
    found += [leans] if leans != "change_of_mind" else []
    return [*found, kind, skill.id, "edit" if doing_phrases(turn) else "own"]


def beside(turn: PlannedTurn) -> list[str]:
    """What else there is to a turn, by the names of hints.yaml."""
    negative = ["forbidden" if turn.image_before is None else "spared"] if "avoid" in turn.call.parameters else []
    pointing = ["picture"] if "picture" in turn.given and turn.call.intent != "chat" else []
    sized = ["size"] if turn.call.intent == "text_to_image" and "size" in turn.call.parameters else []
    hanging = {"underspecified", "short_answer"} if turn.given.get("missing") == "which" else set()
    return [name for name in turn.phenomena if name not in hanging] + negative + pointing + sized


def outcomes(turn: PlannedTurn) -> list[str]:
    """What the assistant does, by the names of hints.yaml."""
    leans = turn.given.get("leans", "")
    which = [f"{leans}_which"] if leans == "underspecified" and turn.given["missing"] == "which" else []
    done = "draws" if doing_phrases(turn) else "own"
    return [*turn.phenomena, *which, leans, turn.given.get("kind", ""), turn.call.intent, done]


def keep(turn: PlannedTurn, library: Library) -> tuple[str, ...]:
    """The words that must stand letter for letter; numbers and choices may be said in other words."""
    given, leans = turn.given, turn.given.get("leans", "")
    if leans in SAYS_NO_VALUE:
        return ()
    if leans == "underspecified":
        return kept_of_request(turn, library)
    if "instruction" in given:
        return (given["instruction"],)
    if leans in ("guided_start", "guided_answer", "guided_final"):
        return tuple(given[name] for name in ("idea", "phrase") if given.get(name))
    if leans == "revision":
        return tuple(bare(given[name]) for name in ("new",) if given[name])
    if leans == "short_answer" and given["missing"] == "which":
        return (given["where"],)
    values = exact_values(turn, library)
    if leans in ("correction", "ellipsis", "short_answer"):
        only = given.get("changed") or given.get("missing", "object")
        return (values[only],) if only in values else ()
    values.pop(given.get("pronoun_of", ""), None)
    second = exact_values(turn.ahead, library) if turn.ahead and "compound" in turn.phenomena else {}
    avoided = [bare(given["avoid"])] if "avoid" in given else []
    return tuple(dict.fromkeys([*values.values(), *second.values(), *avoided]))


def kept_of_request(turn: PlannedTurn, library: Library) -> tuple[str, ...]:
    """Of a request that leaves something out, what it does say."""
    assert turn.ahead is not None
    if turn.given["missing"] == "which":
        return (turn.given["noun"],)
    values = exact_values(turn.ahead, library)
    return tuple(value for name, value in values.items() if name != turn.given["missing"])


def exact_values(turn: PlannedTurn, library: Library) -> dict[str, str]:
    skill = library[turn.call.intent]
    return {
        name: str(value)
        for name, value in turn.call.parameters.items()
        if name not in UNSAID and value != AS_SAID and kind_of(skill, name) in LETTER_FOR_LETTER
    }


def kind_of(skill: Skill, name: str) -> str:
    field = skill.input(name)
    return field.type if field else ""


def facts_of(turn: PlannedTurn, rng: Random, library: Library, told: Mapping[str, Any]) -> dict[str, Any]:
    """What hints.yaml may name: the call, what the outline gives, and phrases for both."""
    skill, given = library[turn.call.intent], turn.given
    facts: dict[str, Any] = {**turn.call.parameters, **given, **pronoun_of(turn)}
    facts["description"] = skill.description.partition(". ")[0].rstrip(".")
    facts["values"] = ", ".join(f"{k}: {v}" for k, v in turn.call.parameters.items() if k not in UNSAID)
    facts["doing"], facts["plainly"] = doing(turn, rng, library), doing(turn, None, library)
    if turn.ahead is not None:
        facts["second"] = doing(turn.ahead, rng, library)
        facts["request"] = request(turn, rng, library)
    if "asks" in given:
        facts["dimension"] = told["dimensions"].get(given["asks"], given["asks"])
    if "topic" in given:
        facts["topic"] = told["topics"].get(given["topic"], given["topic"])
    changed = given.get("changed") or given.get("missing", "")
    if changed in turn.call.parameters:
        facts["value"] = worded(skill, changed, given.get(changed, turn.call.parameters[changed]))
    return facts


def pronoun_of(turn: PlannedTurn) -> dict[str, str]:
    if "pronoun" not in turn.given:
        return {}
    name = turn.given["pronoun_of"]
    return {"of": turn.given.get(name, str(turn.call.parameters[name])), "it": PRONOUNS[turn.given["pronoun"]]}


def worded(skill: Skill, name: str, value: Value) -> str:
    field = skill.input(name)
    unit = field.unit if field and not isinstance(value, str) else None
    number = f"{value:g}" if isinstance(value, int | float) else str(value)
    return f"{number} {unit}" if unit else number


def bare(name: str) -> str:
    return ARTICLE.sub("", name)


def doing_phrases(turn: PlannedTurn) -> list[str]:
    """The call as verb phrases; what is to be left alone is told beside it."""
    parameters = {name: value for name, value in turn.call.parameters.items() if name != "avoid"}
    return doings(turn.model_copy(update={"call": turn.call.model_copy(update={"parameters": parameters})}))


def doing(turn: PlannedTurn, rng: Random | None, library: Library) -> str:
    """The call as one of its verb phrases, with the pronoun the user is to use; without `rng` as the plainest."""
    phrases = doing_phrases(turn)
    if not phrases:
        return turn.call.intent.replace("_", " ")
    facts, bank = known(turn), bank_of(library[turn.call.intent])
    if rng is None:
        return fill(phrases[0], bank, facts, keyed("plainly"))
    if "pronoun" in turn.given:
        facts[turn.given["pronoun_of"]] = PRONOUNS[turn.given["pronoun"]]
    return fill(rng.choice(phrases), bank, facts, rng)


def request(turn: PlannedTurn, rng: Random, library: Library) -> str:
    """A request that lies ahead, said without the value that is asked for."""
    ahead, missing = turn.ahead, turn.given.get("missing")
    assert ahead is not None
    if missing is None:
        return ""
    facts, bank = known(ahead), bank_of(library[ahead.call.intent])
    if missing == "which":
        return fill(rng.choice(doing_phrases(ahead)), bank, {**facts, "object": f"the {turn.given['noun']}"}, rng)
    said = [
        text
        for entry in exchanges().underspecified
        if (entry.skill, entry.missing) == (ahead.call.intent, missing)
        and all(ahead.call.parameters.get(name) == value for name, value in entry.when.items())
        for text in entry.said
    ]
    return fill(rng.choice(said), bank, facts, rng)
