"""Answers of a trained model to the contexts of rlhf, several to each, for people to judge.

    python -m train.sample data/releases/drawnconvos-1.0.0 --adapter runs/sft --out runs/sft
    -> runs/sft/samples.parquet: {"dialogue_id": "p3fa…", "turn": 1, "number": 0, "text": "{…}", "parses": true,
                                  "logprob": -1.7, "tokens": 31, "draw": 0, "source": "runs/sft@5b0c…"}

One turn of each dialogue, drawn by its id. What is drawn hangs on (seed, context, draw) alone. Two answers
that are the same text tell nothing, nor do two that are no answers; so drawing goes on, a few rounds, until a context
has as many different ones as are wanted, one readable among them. Contexts that stay equal are left out, and counted.
`drawnconvos annotate push RELEASE --samples runs/sft/samples.parquet` makes pairs of them.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.answer import Answer
from schemas.errors import Refused
from schemas.identity import Record, keyed
from schemas.talk import Talk
from schemas.training import Sampling
from train.answering import Drawing, Drawn, answers
from train.asking import Asked, Place
from train.commands import FOLDER, given, runs_plainly, settings_options
from train.models import load
from train.questions import seen_in
from train.record import read_run
from train.release import Release, newest
from train.systems import check_skills

SAMPLES = "samples.parquet"
DRAWS = "draws.jsonl"
SEEDS = 2**31
SCHEMA = pa.schema(
    [
        ("dialogue_id", pa.string()),
        ("turn", pa.int32()),
        ("number", pa.int32()),
        ("text", pa.string()),
        ("parses", pa.bool_()),
        ("logprob", pa.float64()),
        ("tokens", pa.int32()),
        ("draw", pa.int32()),
        ("source", pa.string()),
    ]
)

# draws of contexts, each with its number: a model in memory, or one behind a server
Draw = Callable[[Sequence[Asked], int], Iterable[tuple[Place, Drawn]]]


class Kept(Record):
    """One draw as it is written down the moment it comes. `draw` says which of a context's it was."""

    dialogue_id: str
    turn: int
    draw: int
    text: str
    logprob: float | None
    tokens: int

    @property
    def place(self) -> Place:
        return self.dialogue_id, self.turn


class Sampled(NamedTuple):
    path: Path
    contexts: int
    answers: int
    dropped: Counter[str]


def sample(release: Release, settings: Sampling, source: str, draw: Draw, out: Path, sees: bool) -> Sampled:
    """The samples of a model, drawn or found as they stand."""
    contexts = list(contexts_of(release, settings, sees))
    kept = Draws(out / DRAWS)
    for number in range(settings.answers + settings.tries):
        open_ones = [each for each in contexts if wants_more(kept.of(each.place), number, settings)]
        asked = [each for each in open_ones if number not in kept.numbers(each.place)]
        for count, (place, drawn) in enumerate(draw(asked, number) if asked else (), 1):
            kept.add(place, number, drawn)
            if count % 64 == 0 or count == len(asked):
                print(f"draw {number + 1}: {count:,} of {len(asked):,}", file=sys.stderr, flush=True)
    return written(contexts, kept, settings, source, out / SAMPLES)


def contexts_of(release: Release, settings: Sampling, sees: bool) -> Iterator[Asked]:
    for dialogue, pictures in release.some("rlhf", settings.limit, sees):
        turn = keyed(settings.seed, "context", dialogue.id).randrange(len(dialogue.turns))
        talk = Talk.of(dialogue.turns, turn)
        yield Asked(dialogue.id, turn, talk, seen_in(talk, pictures))


def wants_more(drawn: Sequence[Kept], number: int, settings: Sampling) -> bool:
    return number < settings.answers or len(chosen(drawn, settings.answers)) < settings.answers


def chosen(drawn: Sequence[Kept], wanted: int) -> list[Kept]:
    """The first different ones; the last of them gives way to a readable one where none of them is."""
    different = list({each.text: each for each in reversed(drawn)}.values())[::-1]
    picked, rest = different[:wanted], different[wanted:]
    if not any(Answer.parse(each.text) for each in picked):
        readable = next((each for each in rest if Answer.parse(each.text)), None)
        picked = [*picked[: wanted - 1], readable] if readable else []
    return picked


class Draws:
    """All that was drawn so far, by context and in order; a line that a kill cut off is drawn again."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = path.read_bytes() if path.is_file() else b""
        whole = whole[: whole.rfind(b"\n") + 1]
        path.write_bytes(whole)
        self.file = path.open("a", encoding="utf-8")
        self.found: dict[Place, dict[int, Kept]] = {}
        for line in whole.decode("utf-8").split("\n")[:-1]:
            self.remember(Kept.model_validate_json(line))

    def remember(self, one: Kept) -> None:
        self.found.setdefault(one.place, {})[one.draw] = one

    def add(self, place: Place, number: int, drawn: Drawn) -> None:
        one = Kept(dialogue_id=place[0], turn=place[1], draw=number, text=drawn.text, logprob=drawn.logprob,
                   tokens=drawn.tokens)  # fmt: skip
        self.file.write(one.model_dump_json() + "\n")
        self.file.flush()
        self.remember(one)

    def of(self, place: Place) -> list[Kept]:
        found = self.found.get(place, {})
        return [found[number] for number in sorted(found)]

    def numbers(self, place: Place) -> set[int]:
        return set(self.found.get(place, {}))


def written(contexts: Sequence[Asked], kept: Draws, settings: Sampling, source: str, path: Path) -> Sampled:
    rows: list[dict[str, Any]] = []
    dropped: Counter[str] = Counter()
    for context in contexts:
        drawn = kept.of(context.place)
        picked = chosen(drawn, settings.answers)
        if len(picked) < settings.answers:
            dropped["always the same" if any(Answer.parse(each.text) for each in drawn) else "never an answer"] += 1
            continue
        for number, each in enumerate(picked):
            parses = Answer.parse(each.text) is not None
            rows.append(each.model_dump() | {"number": number, "parses": parses, "source": source})
    if not rows:
        raise Refused(f"no context came to {settings.answers} different answers: {dict(dropped)}; raise --temperature")
    unfinished = path.with_suffix(".unfinished")
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), unfinished)
    unfinished.replace(path)
    return Sampled(path, len(contexts), len(rows), dropped)


def in_memory(name: str, settings: Sampling) -> tuple[Draw, bool]:
    loaded = load(name)

    def draw(asked: Sequence[Asked], number: int) -> Iterator[tuple[Place, Drawn]]:
        def seed_of(one: Asked) -> int:
            return keyed(settings.seed, "draw", one.dialogue_id, one.turn, number).randrange(SEEDS)

        drawing = Drawing(seed_of, settings.temperature, settings.top_p)
        return answers(loaded, asked, drawing, longest=settings.longest)

    return draw, loaded.wording.sees


@click.command()
@click.argument("release", type=FOLDER, required=False)
@click.option("--adapter", type=FOLDER, default=Path("runs/sft"), show_default=True, help="The run to draw from.")
@click.option("--out", type=FOLDER, help="Where samples.parquet goes; the run's own folder.")
@click.option("--served", metavar="URL", help="Ask a server that holds the merged run (vLLM) instead of loading it.")
@click.option("--served-model", metavar="NAME", help="The run by the server's name for it.")
@settings_options(Sampling)
@runs_plainly
def main(
    release: Path | None, adapter: Path, out: Path | None, served: str | None, served_model: str | None, **options: Any
) -> None:
    """Draw answers of a trained model to the contexts of RELEASE's rlhf split."""
    reading = Release.read(release or newest())
    settings = Sampling(**given(options))
    run = read_run(adapter)
    check_skills(adapter, reading.library)
    if served:
        from train.served import served_draw

        draw, sees = (
            served_draw(served, served_model or adapter.name, settings, (out or adapter) / "responses.sqlite"),
            False,
        )
    else:
        draw, sees = in_memory(str(adapter), settings)
    found = sample(reading, settings, f"{adapter.name}@{run.fingerprint[:8]}", draw, out or adapter, sees)
    left = ", ".join(f"{count:,} {why}" for why, count in sorted(found.dropped.items()))
    print(
        f"{found.path}: {found.answers:,} answers to {found.contexts:,} contexts"
        + (f"; left out: {left}" if left else "")
    )


if __name__ == "__main__":
    main()
