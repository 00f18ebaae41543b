"""The human score as a section of the page of scores, people's and simulated raters' apart.

| system    | dialogues | ratings | human score          | understanding        | consistency          |
| irpem-sft | 100       | 300     | 0.812 [0.781, 0.842] | 0.833 [0.799, 0.866] | 0.791 [0.757, 0.823] |
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from annotation.agreement import Value, alpha, number
from evaluation.metrics.comparison import compare
from evaluation.metrics.human import Rating, human_marks
from evaluation.metrics.scores import Mark, score
from flows.rating.kept import JUDGES, read_opinions
from flows.rating.performances import Played
from flows.scoring.predictions import LABELS
from flows.scoring.table import cell, lines
from schemas.rating import Judge, Opinion
from store.files import read_text, write_text

SECTION = "\n\n## "
TITLES: dict[Judge, str] = {"human": "Human score", "simulated": "Human score, simulated"}
METRICS = ("human_score", "understanding", "consistency")
SIMULATED = "No person said this: simulated raters did, who know the labels. It shows how the table will look."
EXPLAINED = (
    "Understanding and consistency from 0 to 1, at equal weight; the mean over raters, then over dialogues. In "
    "brackets the 95 % interval over dialogues."
)


def with_ratings(page: str, scored: Path, played: Played) -> str:
    """The page with what was rated of these performances, in place of what it said of that before."""
    head, *rest = [part for part in page.split(SECTION) if part.split("\n")[0] not in TITLES.values()]
    return SECTION.join([head, *sections(scored, played), *rest])


def rewrite_table(scored: Path, played: Played) -> None:
    path = scored / "table.md"
    write_text(path, with_ratings(read_text(path), scored, played))


def sections(scored: Path, played: Played) -> Iterator[str]:
    keys = {each.key for own in played.values() for each in own.values()}
    for judge in JUDGES:
        opinions = [each for each in read_opinions(scored, judge) if each.status == "ok" and each.item in keys]
        if opinions:
            yield section(judge, ratings_of(played, opinions), opinions)


def ratings_of(played: Played, opinions: Sequence[Opinion]) -> dict[str, list[Rating]]:
    """What was said of each system; of a performance that several share it counts for all of them."""
    said: dict[str, list[Opinion]] = defaultdict(list)
    for opinion in opinions:
        said[opinion.item].append(opinion)
    found = {
        system: [rating_of(name, opinion) for name, each in own.items() for opinion in said.get(each.key, ())]
        for system, own in played.items()
    }
    return {system: ratings for system, ratings in found.items() if ratings}


def rating_of(dialogue_id: str, opinion: Opinion) -> Rating:
    assert opinion.understanding is not None and opinion.consistency is not None
    return Rating(dialogue_id, opinion.annotator, opinion.understanding, opinion.consistency)


def section(judge: Judge, ratings: Mapping[str, Sequence[Rating]], opinions: Sequence[Opinion]) -> str:
    marks = {system: human_marks(found) for system, found in ratings.items()}
    rows = [
        (system, f"{len(found['human_score']):,}", f"{len(ratings[system]):,}",
         *(cell(score(found[metric])) for metric in METRICS))
        for system, found in marks.items()
    ]  # fmt: skip
    parts = [TITLES[judge], *[SIMULATED] * (judge == "simulated"), EXPLAINED]
    parts.append(lines(("system", "dialogues", "ratings", "human score", "understanding", "consistency"), rows))
    parts.append(agreement(opinions))
    if compared := list(comparisons({system: found["human_score"] for system, found in marks.items()})):
        parts.append(lines(("first", "second", "difference", "dialogues", "up", "down", "p"), compared))
    return "\n\n".join(parts)


def agreement(opinions: Sequence[Opinion]) -> str:
    """How far raters agree, on the scale from 1 to 5."""
    understood: dict[Hashable, list[Value]] = defaultdict(list)
    consistent: dict[Hashable, list[Value]] = defaultdict(list)
    for opinion in opinions:
        if opinion.understanding is not None and opinion.consistency is not None:
            understood[opinion.item].append(opinion.understanding)
            consistent[opinion.item].append(opinion.consistency)
    raters = len({opinion.annotator for opinion in opinions})
    who = f"{raters:,} {'rater' if raters == 1 else 'raters'}"
    told = f"{who} gave {len(opinions):,} ratings of {len(understood):,} different performances"
    if max(map(len, understood.values())) < 2:
        return f"{told}, none of them rated twice."
    found = [number(alpha(units, "interval")) for units in (understood, consistent)]
    return f"{told}. Krippendorff's alpha is {found[0]} for understanding and {found[1]} for consistency."


def comparisons(marks: Mapping[str, Sequence[Mark]]) -> Iterator[tuple[str, ...]]:
    """Each two systems on the dialogues of which both were rated."""
    for first, second in combinations([name for name in marks if name != LABELS], 2):
        both = {mark.place for mark in marks[first]} & {mark.place for mark in marks[second]}
        before, after = ([mark for mark in marks[name] if mark.place in both] for name in (first, second))
        found = compare(before, after)
        if found is not None:
            difference = f"{found.difference:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"
            yield first, second, difference, f"{found.n:,}", str(found.up), str(found.down), f"{found.p:.2g}"
