"""Systems by name, as `--models` takes them.

runs/sft, runs/dpo                  what was trained, asked as it was trained
base                                the base of the runs beside it, told the cards in its prompt, no example
packaged, owner/name, a folder      any other model in memory, told the same
zero-shot:gpt-4o, few-shot:gpt-4o   a model behind an OpenAI-compatible server, told the cards; with examples of sft
majority, nearest                   the commonest call; the label of the turn in sft that sounds most alike
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from schemas.errors import BadInput, Refused, did_you_mean
from schemas.plan import Pace
from schemas.skill import Library
from schemas.training import Dtype
from train.asking import Asked, Place, System
from train.baselines.instructions import Shot
from train.record import RUN, read_run
from train.release import Release

ZERO_SHOT, FEW_SHOT, MAJORITY, NEAREST, BASE = "zero-shot", "few-shot", "majority", "nearest", "base"
SHOTS = 44


class Asking(NamedTuple):
    """How systems are asked; what a kind of system has no use for it ignores."""

    constrained: bool = False
    sees: bool = False
    base_url: str | None = None
    kept: Path = Path("data/responses.sqlite")
    concurrency: int = 16
    dtype: Dtype = "auto"
    shots: int = SHOTS
    seed: int = 0
    longest: int = 160


def system_of(name: str, library: Library, release: Release | None = None, asking: Asking | None = None) -> System:
    """The system of that name. Baselines that look things up need the release they look them up in."""
    asking = asking or Asking()
    kind, _, model = name.partition(":")
    if kind in (ZERO_SHOT, FEW_SHOT):
        if not model:
            raise BadInput(f"{name}: say which model, like {kind}:gpt-4o-mini")
        return served(model, library, examples_of(kind, release, asking), asking)
    if kind == MAJORITY:
        from train.baselines.majority import majority

        return majority(needed(name, release))
    if kind == NEAREST:
        from train.baselines.nearest import nearest

        return nearest(needed(name, release))
    if (Path(name) / RUN).is_file():
        check_skills(Path(name), library)
        return trained(name, library, asking)
    return told(name, library, asking)


def examples_of(kind: str, release: Release | None, asking: Asking) -> Sequence[Shot]:
    from train.baselines.shots import shots

    return shots(needed(kind, release), asking.shots, asking.seed) if kind == FEW_SHOT else ()


def needed(name: str, release: Release | None) -> Release:
    if release is None:
        raise BadInput(f"{name}: looks things up in a release; name one")
    return release


def check_skills(folder: Path, library: Library) -> None:
    run = read_run(folder)
    if run.release.skills != library.fingerprint:
        raise Refused(
            f"{folder}: was trained on {run.release.name}, whose skills are others ({run.release.skills[:12]}, "
            f"here {library.fingerprint[:12]}): train on this release, or measure on that one"
        )


def trained(name: str, library: Library, asking: Asking) -> System:
    """A run of ours, or any model, asked with the short prompt that runs are trained with."""

    def system(asked: Sequence[Asked]) -> Iterator[tuple[Place, str]]:
        from train.answering import answers
        from train.models import load
        from train.shape import answer_schema

        loaded = load(name, asking.dtype)
        schema = answer_schema(library) if asking.constrained else None
        for place, drawn in answers(loaded, asked, schema=schema, longest=asking.longest):
            yield place, drawn.text

    return system


def told(name: str, library: Library, asking: Asking) -> System:
    """A model in memory that never saw the skills: the cards stand in its prompt."""

    def system(asked: Sequence[Asked]) -> Iterator[tuple[Place, str]]:
        from train.answering import answers
        from train.baselines.instructions import instructions
        from train.baselines.prompted import bare
        from train.models import load
        from train.shape import answer_schema
        from train.wording import Wording

        loaded = load(name, asking.dtype)
        system = instructions(library, (), loaded.wording.sees)
        loaded = loaded._replace(wording=Wording(loaded.wording.processor, loaded.wording.sees, system))
        schema = answer_schema(library) if asking.constrained else None
        for place, drawn in answers(loaded, asked, schema=schema, longest=asking.longest, at_once=8):
            yield place, bare(drawn.text)

    return system


def served(model: str, library: Library, examples: Sequence[Shot], asking: Asking) -> System:
    def system(asked: Sequence[Asked]) -> Iterator[tuple[Place, str]]:
        from train.baselines.model import Model
        from train.baselines.prompted import prompted

        pace = Pace(concurrency=asking.concurrency)
        with closing(Model(model, asking.kept, asking.base_url, pace)) as client:
            yield from prompted(library, client, examples, asking.constrained, asking.sees)(asked)

    return system


def resolved(names: Sequence[str]) -> list[str]:
    """With `base` replaced by the model that the runs beside it were trained from."""
    bases = list(dict.fromkeys(read_run(Path(name)).base.name for name in names if (Path(name) / RUN).is_file()))
    if BASE in names and len(bases) != 1:
        raise BadInput(f"{BASE}: stands for the base of the runs beside it, and they have {len(bases)}; name the model")
    known = (BASE, MAJORITY, NEAREST, ZERO_SHOT, FEW_SHOT)
    for name in names:
        plain = "/" not in name and ":" not in name and not Path(name).exists()
        if plain and name not in (*known, "packaged"):
            raise BadInput(f"{name}: no system has that name{did_you_mean(name, known)}")
    return [bases[0] if name == BASE else name for name in names]


def sees_pictures(name: str, asking: Asking) -> bool:
    """Whether pictures have to be read for it."""
    from train.models import sees

    kind = name.partition(":")[0]
    if kind in (ZERO_SHOT, FEW_SHOT):
        return asking.sees
    return kind not in (MAJORITY, NEAREST) and sees(name)
