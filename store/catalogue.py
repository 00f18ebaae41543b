"""The DuckDB catalogue: views over parts and releases, never the only copy of anything.

    drawnconvos sql "select intent, count(*) from turns group by all order by 2 desc"

It is rebuilt from Parquet whenever it is asked for, so it cannot be stale and may be deleted at any time.
"""

from pathlib import Path

import duckdb

from schemas.errors import BadInput
from store.files import first_line, whole
from store.versions import read_manifest

CATALOGUE = "drawnconvos.duckdb"

EMPTY_PARTS = "select null::varchar as id, null::varchar as reason, null::varchar as part where false"


def rebuild(data: Path) -> Path:
    """Write the catalogue anew, beside the old one, and put it in its place."""
    path = data.resolve() / CATALOGUE
    if not data.is_dir():
        raise BadInput(f"{data}: there is no such folder; build something there first")
    with whole(path) as unfinished, duckdb.connect(str(unfinished)) as db:
        for name, statement in views(data.resolve()).items():
            db.execute(f"create view {name} as {statement}")
    return path


def views(data: Path) -> dict[str, str]:
    parts = data / "parts"
    stages = {"parts": ("dialogues", "* exclude (shingles, bands, filename)", "true"),
              "rejects": ("settled", "* exclude (filename)", "reason is not null")}  # fmt: skip
    found = {}
    for name, (stage, columns, where) in stages.items():
        made = any((parts / stage).glob("*.parquet"))
        rows = f"select {columns}, filename as part from {files(parts / stage)} where {where}"
        found[name] = rows if made else EMPTY_PARTS
    folders = sorted(
        path.parent for path in (data / "releases").glob("*/manifest.json") if not path.parent.name.startswith(".")
    )
    if folders:
        found["releases"] = " union all ".join(release_row(folder) for folder in folders)
        found["dialogues"] = " union all by name ".join(release_rows(folder) for folder in folders)
        found["turns"] = TURNS
    return found


TURNS = """
select release, split, id, unnest(generate_series(0, len(turns) - 1)) as turn, unnest(turns, max_depth := 2)
from dialogues
"""


def files(folder: Path) -> str:
    return f"read_parquet({quoted(folder / '*.parquet')}, filename = true, union_by_name = true)"


def release_row(folder: Path) -> str:
    manifest = read_manifest(folder)
    dialogues = sum(counts.dialogues for counts in manifest.splits.values())
    values = [
        quoted(manifest.folder),
        quoted(manifest.name),
        quoted(manifest.version),
        quoted(manifest.identity),
        str(dialogues),
    ]
    return "select " + ", ".join(
        f"{value} as {name}"
        for value, name in zip(values, ("release", "name", "version", "identity", "dialogues"), strict=True)
    )


def release_rows(folder: Path) -> str:
    """Every row of a release, without the pixels."""
    shards = quoted(folder / "*" / "*.parquet")
    return (
        f"select {quoted(folder.name)} as release, parse_path(filename)[-2] as split, * exclude (images, filename) "
        f"from read_parquet({shards}, filename = true)"
    )


def quoted(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def ask(data: Path, query: str) -> str:
    """The answer to a query, as a table a terminal can show."""
    path = rebuild(data)
    with duckdb.connect(str(path), read_only=True) as db:
        try:
            answer = db.execute(query)
            columns, rows = [column[0] for column in answer.description or ()], answer.fetchall()
        except duckdb.Error as error:
            raise BadInput(f"sql: {first_line(error)}") from error
    return as_table(columns, rows)


def as_table(columns: list[str], rows: list[tuple[object, ...]]) -> str:
    cells = [list(columns), *[["" if c is None else str(c) for c in row] for row in rows]]
    widths = [min(60, max(len(row[n]) for row in cells)) for n in range(len(columns))]
    lines = [
        "  ".join(cell[:60].replace("\n", " ").ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)
