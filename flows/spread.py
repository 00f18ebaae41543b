"""How far the prompts and first turns of releases spread, beside text sets of other people's.

    drawnconvos spread data/releases/drawnconvos-1.0.0 --against PartiPrompts.tsv:Prompt --against metadata.jsonl:prompt

A text set is a file with one text to a line, or one column of a .tsv, .csv or .jsonl file. All sets are drawn to
the size of the smallest, since the measures depend on it.
"""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaluation.sentences import sentence_model
from evaluation.spread import Spread, spread
from schemas.errors import BadInput, did_you_mean
from store.files import read_text
from store.streams import streamed

FEWEST = 50
TABLES = (".tsv", ".csv")
Texts = tuple[str, list[str]]  # under their name


def spreads(folders: Sequence[Path], against: Sequence[str], count: int) -> str:
    """The measures of each text set, one line each."""
    sets = [named for folder in folders for named in sets_of_release(folder)]
    sets += [set_of_file(named) for named in against]
    few = [f"{name}: left out, {len(texts)} texts say nothing" for name, texts in sets if len(texts) < FEWEST]
    enough = [(name, texts) for name, texts in sets if len(texts) >= FEWEST]
    if not enough or count < FEWEST:
        raise BadInput(f"no set of {FEWEST} texts, and fewer say nothing: {', '.join(few) or f'--count {count}'}")
    size = min(count, *(len(texts) for _, texts in enough))
    embed = sentence_model()
    return "\n".join([table([(name, spread(texts, embed, size)) for name, texts in enough]), *few])


def sets_of_release(folder: Path) -> list[Texts]:
    prompts: dict[str, str] = {}
    first: list[str] = []
    for _, row in streamed(folder, ["prompt_id", "prompt", "turns.list.element.user"]):
        prompts[row["prompt_id"]] = row["prompt"]
        first.append(row["turns"][0]["user"])
    name = folder.resolve().name
    return [(f"{name}, prompts", list(prompts.values())), (f"{name}, first turns", first)]


def set_of_file(named: str) -> Texts:
    """FILE or FILE:FIELD."""
    place, colon, field = named.rpartition(":")
    path = Path(named if not colon or Path(named).is_file() else place)
    text = read_text(path)
    if path.suffix in TABLES:
        texts = column(path, text, "" if path == Path(named) else field)
    elif path.suffix == ".jsonl":
        texts = values(path, text, "" if path == Path(named) else field)
    elif path != Path(named):
        raise BadInput(f"{path}: one text to a line has no field {field!r}; only .tsv, .csv and .jsonl files have")
    else:
        texts = text.splitlines()
    return path.name, [" ".join(found.split()) for found in texts if found.strip()]


def column(path: Path, text: str, field: str) -> list[str]:
    lines = io.StringIO(text, newline="")
    plain = path.suffix == ".tsv"  # where quotes are characters like others
    reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if plain else csv.DictReader(lines)
    known = list(reader.fieldnames or ())
    if field not in known:
        raise BadInput(unknown_field(str(path), path.name, field, known))
    return [row[field] or "" for row in reader]


def values(path: Path, text: str, field: str) -> list[str]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            record: Any = json.loads(line)
        except ValueError as error:
            raise BadInput(f"{path}, line {number}: is not JSON ({error})") from error
        place = f"{path}, line {number}"
        if not isinstance(record, dict):
            raise BadInput(f"{place}: is not an object with fields")
        if field not in record:
            raise BadInput(unknown_field(place, path.name, field, list(record)))
        if not isinstance(record[field], str):
            raise BadInput(f"{place}: field {field!r} holds {record[field]!r:.40}, not text")
        found.append(record[field])
    return found


def unknown_field(place: str, name: str, field: str, known: Sequence[str]) -> str:
    if not field:
        return f"{place}: say which field holds the texts, as in {name}:{known[0] if known else 'prompt'}"
    return f"{place}: has no field {field!r}{did_you_mean(field, known)}; it has {', '.join(map(repr, known))}"


def table(found: Sequence[tuple[str, Spread]]) -> str:
    wide = max(len(name) for name, _ in found)
    heads = ("texts", "words", "distinct %", "pairwise", "nearest", "vendi", "dimensions")
    lines = [" " * wide + "".join(f"{head:>12}" for head in heads)]
    for name, s in found:
        cells = (
            f"{s.texts:,}",
            f"{s.words:.1f}",
            f"{s.distinct:.1f}",
            f"{s.pairwise:.3f}",
            f"{s.nearest:.3f}",
            f"{s.vendi:.1f}",
            f"{s.dimensions:.1f}",
        )
        lines.append(f"{name:<{wide}}" + "".join(f"{cell:>12}" for cell in cells))
    return "\n".join(lines)
