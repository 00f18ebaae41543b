"""What there is to rate in a scored folder: the systems that were scored, their dialogues, and how they played them.

bill = read_bill(Path("scored"))
bill.wanted(100, with_labels=False, progress) {"9c41…": Performance(…), …}, those of all systems mixed
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from flows.build import one_build_at_a_time
from flows.progress import Progress
from flows.rating.kept import Source, predictions_of, read_source
from flows.rating.performances import Played, chosen, performances
from flows.scoring.how import How
from flows.scoring.predictions import LABELS, System, labels
from flows.scoring.score import read_all
from schemas.dialogue import Dialogue
from schemas.errors import BadInput, Refused
from schemas.rating import Performance
from schemas.skill import Library


class Bill(NamedTuple):
    source: Source
    library: Library
    dialogues: tuple[Dialogue, ...]
    systems: tuple[System, ...]
    played: Played

    @property
    def release(self) -> Path:
        return Path(self.source.release)

    def wanted(self, count: int, with_labels: bool, progress: Progress) -> dict[str, Performance]:
        """The performances of so many dialogues, by key. Each dialogue comes up once before any comes up again, in the
        order of keys, which is as good as shuffled: nothing tells whose turn it is."""
        names = [system.name for system in self.systems if with_labels or system.name != LABELS]
        if not names:
            raise BadInput(f"{self.release}: only its labels were scored; --with-labels has those rated")
        dialogues = chosen(self.dialogues, self.library, self.source.identity, count)
        if not dialogues:
            raise Refused(f"{self.release}: no dialogue that was scored has two turns and an edit")
        if len(dialogues) < count:
            progress.say(
                f"{len(dialogues):,} of the dialogues that were scored have two turns and an edit: all are taken"
            )
        passes = [in_passes(self.played[name][dialogue.id] for name in names) for dialogue in dialogues]
        return {each.key: each for _, _, each in sorted(chain(*passes), key=lambda each: each[:2])}


def in_passes(same: Iterable[Performance]) -> list[tuple[int, str, Performance]]:
    """Performances of one dialogue with the pass in which each comes up."""
    by_key = {each.key: each for each in same}
    return [(turn, key, by_key[key]) for turn, key in enumerate(sorted(by_key))]


@contextmanager
def rating(scored: Path, progress: Progress) -> Iterator[Bill]:
    """The folder while nobody else writes to it; one that nobody scored is told before anything is made there."""
    read_source(scored)
    with one_build_at_a_time(scored, progress):
        yield read_bill(scored)


def read_bill(scored: Path) -> Bill:
    source = read_source(scored)
    how = How(split=source.split, limit=source.limit)
    paths = [predictions_of(scored, name) for name in source.systems]
    asked, dialogues, given = read_all(Path(source.release), paths, how)
    if asked.identity != source.identity:
        raise BadInput(f"{source.release}: is not the release that {scored} was scored on; score again")
    systems = (labels(dialogues), *given)
    played = performances(scored, dialogues, systems, asked.library)
    return Bill(source, asked.library, tuple(dialogues), systems, played)
