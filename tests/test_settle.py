"""Settling finds what a comparison of all pairs would find, and judges in order."""

import itertools
from pathlib import Path

import pytest

from schemas.errors import Damaged
from schemas.identity import keyed
from schemas.plan import NearDuplicates
from store.files import read_table, rows_of
from store.likeness import sign
from store.parts import write_candidates
from store.settle import likeness_across_splits, open_slots, rejects_by_reason, settle_round

RULE = NearDuplicates()
LONG = "could you take the old bench by the lake out of the picture and keep everything else as it is"


def candidate(
    prompt: str,
    slot: int,
    text: str,
    split: str = "sft",
    attempt: int = 0,
    images: tuple[str, ...] = (),
    reason: str | None = None,
) -> dict[str, object]:
    signature = sign(text)
    return {
        "id": f"{prompt}-{slot:03d}-{attempt}", "prompt_id": prompt, "split": split, "slot": slot, "attempt": attempt,
        "turn_class": "single", "opening": "attached", "manner": "plain", "reason": reason, "user_words": signature.words,
        "user_text": signature.text, "shingles": signature.shingles, "bands": signature.bands, "images": list(images), "record": "{}",
    }  # fmt: skip


def settle(folder: Path, *rounds: list[dict[str, object]], rule: NearDuplicates = RULE) -> list[dict[str, str | None]]:
    """The verdicts of each round, by id."""
    verdicts, settled, earlier = [], [], []
    for n, rows in enumerate(rounds):
        part, path = folder / f"d{n}.parquet", folder / f"s{n}.parquet"
        write_candidates(part, rows)
        settle_round(path, [part], settled, earlier, rule)
        settled.append(path)
        earlier.append(part)
        verdicts.append({row["id"]: row["reason"] for row in rows_of(read_table(path))})
    return verdicts


def test_the_earlier_slot_stays_and_the_later_falls(tmp_path: Path) -> None:
    (verdict,) = settle(
        tmp_path,
        [
            candidate("p1", 1, LONG),
            candidate("p2", 0, LONG + " please", "test"),
            candidate("p3", 2, "something else entirely"),
        ],
    )
    assert verdict == {"p1-001-0": "near_duplicate", "p2-000-0": None, "p3-002-0": None}


def test_short_utterances_may_recur_and_are_counted(tmp_path: Path) -> None:
    rows = [candidate("p1", 0, "remove the background pls"), candidate("p2", 0, "remove the background pls", "test")]
    (verdict,) = settle(tmp_path, rows)
    assert set(verdict.values()) == {None}
    found = likeness_across_splits([tmp_path / "d0.parquet"], [tmp_path / "s0.parquet"], RULE)
    assert (found.near_duplicates, found.recurring_short) == (0, 2)


def test_what_an_earlier_round_let_stand_stays(tmp_path: Path) -> None:
    first, second = settle(tmp_path, [candidate("p9", 7, LONG)], [candidate("p1", 0, LONG, attempt=1)])
    assert first == {"p9-007-0": None}
    assert second == {"p1-000-1": "near_duplicate"}


def test_what_fell_in_an_earlier_round_is_no_obstacle(tmp_path: Path) -> None:
    rounds = [candidate("p1", 0, LONG, reason="grounded: x")], [candidate("p1", 0, LONG, attempt=1)]
    first, second = settle(tmp_path, *rounds)
    assert first == {"p1-000-0": "grounded: x"} and second == {"p1-000-1": None}


def test_a_picture_stands_in_one_split_only(tmp_path: Path) -> None:
    rows = [
        candidate("p1", 0, "one thing", images=("a", "b")),
        candidate("p2", 1, "another", "rlhf", images=("b",)),
        candidate("p3", 2, "third", images=("a",)),
    ]
    (verdict,) = settle(tmp_path, rows)
    assert verdict == {"p1-000-0": None, "p2-001-0": "picture_in_other_split", "p3-002-0": None}


def test_open_slots_and_reasons_are_read_back(tmp_path: Path) -> None:
    settle(
        tmp_path,
        [candidate("p1", 0, LONG), candidate("p2", 1, LONG), candidate("p3", 2, "x", reason="legible: turns.0")],
    )
    assert open_slots(tmp_path / "s0.parquet") == {("p2", 1), ("p3", 2)}
    assert rejects_by_reason([tmp_path / "s0.parquet"]) == {"legible": 1, "near_duplicate": 1}


def test_bands_find_what_all_pairs_find(tmp_path: Path) -> None:
    """Against a plain comparison of every pair, over texts from identical to unlike."""
    rng = keyed("texts")
    vocabulary = [f"word{n}" for n in range(400)]
    base = [rng.choices(vocabulary, k=24) for _ in range(60)]
    texts = [
        " ".join(words[: len(words) - cut] + rng.choices(vocabulary, k=cut))
        for words in base
        for cut in (0, 1, 2, 3, 5, 8)
    ]
    rows = [candidate(f"p{n:03d}", n, text, ("sft", "test")[n % 2]) for n, text in enumerate(texts)]
    part, settled = tmp_path / "d.parquet", tmp_path / "s.parquet"
    write_candidates(part, rows)
    settle_round(settled, [part], [], [], NearDuplicates(similarity=1.0, min_words=99))  # everything stands
    sets = [set(row["shingles"]) for row in rows]  # type: ignore[call-overload]
    alike = sum(
        len(a & b) >= 0.8 * len(a | b)
        for (i, a), (j, b) in itertools.combinations(enumerate(sets), 2)
        if i % 2 != j % 2
    )
    assert alike > 30
    assert likeness_across_splits([part], [settled], RULE).near_duplicates == alike


def test_a_damaged_part_is_named(tmp_path: Path) -> None:
    part = tmp_path / "d.parquet"
    write_candidates(part, [candidate("p1", 0, LONG)])
    part.write_bytes(part.read_bytes()[:-40])
    with pytest.raises(Damaged, match=r"d\.parquet: is truncated or corrupted"):
        settle_round(tmp_path / "s.parquet", [part], [], [], RULE)
    assert not (tmp_path / "s.parquet").exists()
