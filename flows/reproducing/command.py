"""The command `drawnconvos reproduce`, in a file of its own since it has options of its own."""

from pathlib import Path

import click

from flows.commands import FILE, FOLDER, PATH, plain_errors


@click.command("reproduce")
@click.argument("loop", type=FILE)
@click.option("--set", "overrides", multiple=True, metavar="SECTION.KEY=VALUE", help="Override one field of the loop.")
@click.option("--out", type=FOLDER, help="Where everything goes; runs/ and the file's name unless named.")
@click.option("--release", type=PATH, help="Learn from this release instead of building the plan's.")
@click.option("--workers", type=click.IntRange(1), help="Processes that paint; as many as there are cores.")
@plain_errors
def reproduce_command(
    loop: Path, overrides: tuple[str, ...], out: Path | None, release: Path | None, workers: int | None
) -> None:
    """The paper's whole way, as LOOP has it: build, SFT, samples judged, DPO, tables. Ends with one page of results.

    Stop it at any time; run it again and it goes on. While people judge it stops by itself.
    """
    from flows.build import default_workers
    from flows.progress import lines
    from flows.reproducing.loop import plan_of, read_loop
    from flows.reproducing.reproduce import reproduce

    read, plan = read_loop(loop, overrides)
    with lines() as shown:
        made = reproduce(
            read, plan, plan_of(loop, read), out or Path("runs") / loop.stem, release, workers or default_workers(),
            shown,
        )  # fmt: skip
    click.echo(made.read_text(encoding="utf-8").split("\n\n## How")[0])
    click.echo(f"\n{made} has it all")
