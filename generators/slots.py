"""Slots: which dialogue stands where, before any exists.

Splits go by prompt. Within a split every share of the plan (turn class, opening, focus skill, manner)
is dealt from a deck that holds exactly the nearest whole numbers, shuffled by a key; so quotas are met
by construction and a slot's lot depends on nothing but the plan. The plan's cells get slots of their own,
dealt after all these.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeVar, get_args

from schemas.errors import Refused
from schemas.identity import keyed
from schemas.outline import TURN_CLASSES, Opening, Recipe, Slot, TurnClass, turn_class_of
from schemas.plan import Cell, Plan
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


def recipes(plan: Plan, split: Split, lots: Sequence[Lot]) -> list[Recipe | None]:
    """For each lot the recipe by which its picture comes about; only a picture that is asked for, in more than
    one turn, can have one."""
    shares = {"guided": plan.dialogues.guided, "revision": plan.dialogues.revision}
    counts = apportion({**shares, "": max(0.0, 1 - sum(shares.values()))}, len(lots))
    open_to = [n for n, lot in enumerate(lots) if lot.opening == "requested" and lot.turn_class != "single"]
    cards: list[Recipe | None] = [way for way in get_args(Recipe) for _ in range(counts[way])]
    if len(cards) > len(open_to):
        raise Refused(
            f"dialogues.guided, dialogues.revision: ask for {len(cards)} dialogues of {split}, and only {len(open_to)} "
            "have more than one turn and open with a request"
        )
    cards += [None] * (len(open_to) - len(cards))
    keyed(plan.seed, "recipes", split).shuffle(cards)
    dealt = dict(zip(open_to, cards, strict=True))
    return [dealt.get(n) for n in range(len(lots))]


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
    dealt = iter(recipes(plan, split, [lot for row in lots for lot in row]))
    made_by = [[next(dealt) for _ in row] for row in lots]
    owners: dict[Lot, list[Prompt]] = defaultdict(list)
    for prompt, row, ways in zip(prompts, lots, made_by, strict=True):
        for lot, way in zip(row, ways, strict=True):
            if way is None:
                owners[lot].append(prompt)
    focuses = {
        lot: iter(fitted(of, deck(focus_weights(plan, library, lot), len(of), plan.seed, "focus", split, *lot), suits))
        for lot, of in owners.items()
    }
    voices = iter(voices_of(plan, manners, sum(map(len, lots)), "manner", split))
    draws: Counter[tuple[str, str]] = Counter()
    for prompt, row, ways in zip(prompts, lots, made_by, strict=True):
        slots = []
        for n, (lot, way) in enumerate(zip(row, ways, strict=True)):
            focus, manner = next(focuses[lot]) if way is None else "text_to_image", next(voices)
            slots.append(
                Slot(prompt_id=prompt.id, number=n, split=split, turn_class=lot.turn_class, opening=lot.opening,
                     focus=focus, manner=manner, recipe=way, draw=draws[focus, manner])
            )  # fmt: skip
            draws[focus, manner] += 1
        yield slots


def voices_of(plan: Plan, manners: Sequence[str], total: int, *key: str | int) -> list[str]:
    return deck(plan.dialogues.manners or dict.fromkeys(manners, 1.0), total, plan.seed, *key)


def cell_slots(
    plan: Plan, split: Split, prompts: Sequence[Prompt], library: Library, manners: Sequence[str], suits: Suits
) -> Iterator[list[Slot]]:
    """For each cell of the plan the slots of this split that are dealt to it, behind all others: a cell added to
    the plan changes nothing about the dialogues before it."""
    used = Counter({prompt.id: plan.dialogues.per_prompt for prompt in prompts})
    weights = {split: plan.splits.get(split, 0) for split in SPLITS}
    for number, cell in enumerate(plan.dialogues.cells):
        count = apportion(weights, cell.count)[split]
        fitting = [prompt for prompt in prompts if suits(prompt, cell.skill)]
        if count and not fitting:
            raise Refused(f"dialogues.cells: no prompt of {split} has a picture that {cell.skill} makes sense for")
        keyed(plan.seed, "cell", number, split).shuffle(fitting)
        openings = deck(openings_of(plan, library, cell), count, plan.seed, "cell opening", number, split)
        voices = voices_of(plan, manners, count, "cell manner", number, split)
        draws: Counter[str] = Counter()
        slots = []
        for n, (opening, manner) in enumerate(zip(openings, voices, strict=True)):
            prompt = fitting[n % len(fitting)]
            slots.append(
                Slot(prompt_id=prompt.id, number=used[prompt.id], split=split, turn_class=turn_class_of(cell.turns),
                     opening=opening, focus=cell.skill, manner=manner, turns=cell.turns, phenomenon=cell.phenomenon,
                     recipe=recipe_of(cell), draw=draws[manner])
            )  # fmt: skip
            used[prompt.id] += 1
            draws[manner] += 1
        yield slots


def recipe_of(cell: Cell) -> Recipe | None:
    return cell.phenomenon if cell.phenomenon in ("guided", "revision") else None


def openings_of(plan: Plan, library: Library, cell: Cell) -> dict[Opening, float]:
    """How a cell's pictures may come in."""
    creates = {skill.id for skill in library.skills if skill.type == "create"}
    if recipe_of(cell) or cell.skill in creates - {"text_to_image"} or (cell.skill in creates and cell.turns == 1):
        return {"requested": 1.0}
    if cell.turns == 1 or cell.skill in ONLY_OWN_PICTURES:
        return {"attached": 1.0}
    return dict(plan.dialogues.openings)
