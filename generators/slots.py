"""Slots: which dialogue stands where, before any exists.

Splits go by prompt. Within a split every share of the plan (turn class, opening, focus skill, manner)
is dealt from a deck that holds exactly the nearest whole numbers, shuffled by a key; so quotas are met
by construction and a slot's lot depends on nothing but the plan.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeVar

from schemas.errors import Refused
from schemas.identity import keyed
from schemas.outline import TURN_CLASSES, Opening, Slot, TurnClass
from schemas.plan import Plan
from schemas.prompt import SPLITS, Prompt, Split
from schemas.skill import Library

T = TypeVar("T")


def apportion(weights: Mapping[T, float], total: int) -> dict[T, int]:
    """The whole numbers nearest to the shares that add up to the total (largest remainder)."""
    parts = {key: Fraction(str(weight)) for key, weight in weights.items()}
    whole = sum(parts.values())
    exact = {key: part * total / whole for key, part in parts.items()}
    counts = {key: int(share) for key, share in exact.items()}
    by_remainder = sorted(exact, key=lambda key: exact[key] - counts[key], reverse=True)
    for key in by_remainder[: total - sum(counts.values())]:
        counts[key] += 1
    return counts


def deck(weights: Mapping[T, float], total: int, *key: str | int) -> list[T]:
    """`total` cards in the exact proportions of the weights, shuffled by the key."""
    cards = [card for card, count in apportion(weights, total).items() for _ in range(count)]
    keyed(*key).shuffle(cards)
    return cards


def split_prompts(plan: Plan, prompts: Sequence[Prompt]) -> dict[Split, list[Prompt]]:
    order = sorted(prompts, key=lambda prompt: prompt.id)
    keyed(plan.seed, "split").shuffle(order)
    counts = apportion({split: plan.splits.get(split, 0) for split in SPLITS}, len(order))
    cards = iter(order)
    return {split: [next(cards) for _ in range(counts[split])] for split in SPLITS}


def turn_classes(plan: Plan, split: Split, prompt_count: int) -> list[list[TurnClass]]:
    """For each prompt of a split the classes of its slots: what every prompt can have alike, then the
    rest dealt so that the split as a whole is nearest to exact."""
    per_prompt = plan.dialogues.per_prompt
    weights = {c: plan.dialogues.turns.get(c, 0) for c in TURN_CLASSES}
    wanted = apportion(weights, prompt_count * per_prompt)
    alike = [c for c in TURN_CLASSES for _ in range(wanted[c] // prompt_count)]
    rest: list[TurnClass] = [c for c in TURN_CLASSES for _ in range(wanted[c] % prompt_count)]
    keyed(plan.seed, "turns", split).shuffle(rest)
    cards = iter(rest)
    return [alike + [next(cards) for _ in range(per_prompt - len(alike))] for _ in range(prompt_count)]


# A picture just made on request has no faults to repair.
ONLY_OWN_PICTURES = frozenset({"retouch"})


class Lot(NamedTuple):
    """What decides which deck a slot draws its focus from."""

    turn_class: TurnClass
    opening: Opening


def focus_weights(plan: Plan, library: Library, lot: Lot) -> dict[str, float]:
    """The skills that can be a slot's focus. A dialogue that opens with a request already has its new
    picture in the first turn; one that opens with the user's picture can ask for a new one later."""
    creates = {skill.id for skill in library.skills if skill.type == "create"}
    mix = {skill: weight for skill, weight in plan.dialogues.mix.items() if weight > 0}
    if lot.opening == "requested":
        wanted = {
            s: w
            for s, w in mix.items()
            if (s in creates) == (lot.turn_class == "single") and s not in ONLY_OWN_PICTURES
        }
    elif lot.turn_class == "single":
        wanted = {s: w for s, w in mix.items() if s not in creates}
    else:
        wanted = {s: w for s, w in mix.items() if s not in creates or s == "text_to_image"}
    if not wanted:
        kind = "create" if lot.opening == "requested" and lot.turn_class == "single" else "edit, ask or talk"
        raise Refused(
            f"dialogues.mix: no skill of type {kind} for {lot.turn_class} dialogues whose picture is {lot.opening}"
        )
    return wanted


Suits = Callable[[Prompt, str], bool]


def fitted(prompts: Sequence[Prompt], focuses: list[str], suits: Suits) -> list[str]:
    """The same deck, with cards changed about until each suits its prompt, as far as any exchange does."""
    for here, prompt in enumerate(prompts):
        if suits(prompt, focuses[here]):
            continue
        for there in range(len(prompts) - 1, -1, -1):
            if suits(prompt, focuses[there]) and suits(prompts[there], focuses[here]):
                focuses[here], focuses[there] = focuses[there], focuses[here]
                break
    return focuses


def allot(
    plan: Plan, split: Split, prompts: Sequence[Prompt], library: Library, manners: Sequence[str], suits: Suits
) -> Iterator[list[Slot]]:
    """For each prompt of the split, in order, its slots."""
    classes = turn_classes(plan, split, len(prompts)) if prompts else []
    openings = {
        c: iter(deck(plan.dialogues.openings, sum(row.count(c) for row in classes), plan.seed, "opening", split, c))
        for c in TURN_CLASSES
    }
    lots = [[Lot(c, next(openings[c])) for c in row] for row in classes]
    owners: dict[Lot, list[Prompt]] = defaultdict(list)
    for prompt, row in zip(prompts, lots, strict=True):
        for lot in row:
            owners[lot].append(prompt)
    focuses = {
        lot: iter(fitted(of, deck(focus_weights(plan, library, lot), len(of), plan.seed, "focus", split, *lot), suits))
        for lot, of in owners.items()
    }
    how = plan.dialogues.manners or dict.fromkeys(manners, 1.0)
    voices = iter(deck(how, sum(map(len, lots)), plan.seed, "manner", split))
    for prompt, row in zip(prompts, lots, strict=True):
        yield [
            Slot(prompt_id=prompt.id, number=n, split=split, turn_class=lot.turn_class, opening=lot.opening,
                 focus=next(focuses[lot]), manner=next(voices))
            for n, lot in enumerate(row)
        ]  # fmt: skip
