"""The command `drawnconvos score`, in a file of its own since it has options of its own."""

from pathlib import Path
from typing import Any

import click

from flows.commands import FILE, FOLDER, PATH, plain_errors
from schemas.prompt import SPLITS, Split


@click.command("score")
@click.argument("release", type=PATH)
@click.argument("predictions", type=FILE, nargs=-1)
@click.option("--out", type=FOLDER, required=True, help="Where pictures, marks and table.md go.")
@click.option("--split", type=click.Choice(SPLITS), default="test", show_default=True)
@click.option("--limit", type=click.IntRange(1), help="So many dialogues, spread as train.evaluate does.")
@click.option(
    "--scorer", default="scene", show_default=True, help="Whose VQA score: scene, strict, a MODEL, or local:MODEL."
)
@click.option("--base-url", help="Where MODEL is; left out, OpenAI. The key comes from OPENAI_API_KEY.")
@click.option("--author", help="The model that describes what MODEL is asked about; left out, the scene does.")
@click.option("--encoder", help="A CLIP for transformers, a repository or a folder; left out, colours and edges.")
@click.option("--workers", type=click.IntRange(1), help="Processes that paint; as many as there are cores.")
@click.option("--data", type=FOLDER, default=Path("data"), show_default=True, help="Where models' answers are kept.")
@click.option("--offline", is_flag=True, help="Models only from answers that were kept.")
def score_command(
    release: Path, predictions: tuple[Path, ...], out: Path, split: Split, limit: int | None, scorer: str,
    base_url: str | None, author: str | None, encoder: str | None, workers: int | None, data: Path, offline: bool,
) -> None:  # fmt: skip
    """Run the calls of systems on RELEASE and score the pictures they make: VQA, likeness, IEC.

    PREDICTIONS are files of JSON lines, one system's each, one line for each turn. The release's labels are scored
    beside them, as what no system can be better than.
    """
    from flows.build import default_workers

    count = workers or default_workers()
    scored(release, predictions, out, (split, limit, scorer, base_url, author, encoder, count, data, offline))


@plain_errors
def scored(release: Path, predictions: tuple[Path, ...], out: Path, how: tuple[Any, ...]) -> None:
    from flows.progress import lines
    from flows.scoring.how import How
    from flows.scoring.score import score

    with lines() as shown:
        told = score(release, predictions, out, How(*how), shown)
    click.echo(told.split("\n\n## Broken down")[0])
    click.echo(f"\n{out / 'table.md'} has it all, {out / 'marks.parquet'} every mark")
