"""`drawnconvos rate`: the human score of systems that were scored.

drawnconvos rate push scored --dialogues 100 --overlap 3
drawnconvos rate pull scored
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from flows.commands import FOLDER, plain_errors

T = TypeVar("T")


@click.group("rate")
def rate_command() -> None:
    """People rate in Label Studio how systems played whole dialogues: understanding and consistency, 1 to 5.

    \b
    SCORED is the folder that `drawnconvos score` filled. The server and its token come from LABEL_STUDIO_URL and
    LABEL_STUDIO_API_KEY; `make label-studio` starts one to try.
    """


def of_dialogues(command: Callable[..., T]) -> Callable[..., T]:
    """What pushing and simulating have in common."""
    options = (
        click.argument("scored", type=FOLDER),
        click.option("--dialogues", type=click.IntRange(1), default=100, show_default=True, help="Of each system."),
        click.option(
            "--with-labels", is_flag=True, help="The release's labels too, as what nobody can be better than."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@rate_command.command("push")
@of_dialogues
@click.option("--overlap", type=click.IntRange(1, 50), default=3, show_default=True, help="People to a dialogue.")
@plain_errors
def push_performances(scored: Path, dialogues: int, with_labels: bool, overlap: int) -> None:
    """Send what is to be rated, without the systems' names. Sending again sends only what is not there."""
    from flows.progress import lines
    from flows.rating.rate import push

    with lines() as shown:
        done = push(scored, dialogues, overlap, with_labels, shown)
    click.echo(f"{done.sent:,} sent, {done.there:,} were there")


@rate_command.command("pull")
@click.argument("scored", type=FOLDER)
@plain_errors
def pull_ratings(scored: Path) -> None:
    """Fetch what was rated so far, in place of what was fetched before, and count it in the table."""
    from flows.progress import lines
    from flows.rating.rate import pull

    with lines() as shown:
        counts = pull(scored, shown)
    click.echo(", ".join(f"{count:,} {name}" for name, count in sorted(counts.items())) or "nothing rated yet")
    click.echo(f"{scored / 'table.md'} has the human score" if counts["ok"] else "there is no human score yet")


@rate_command.command("status")
@click.argument("scored", type=FOLDER)
@click.option("--offline", is_flag=True, help="Only what was pulled, without asking the server.")
@plain_errors
def rating_status(scored: Path, offline: bool) -> None:
    """How far the raters are."""
    from flows.progress import lines
    from flows.rating.rate import status

    with lines() as shown:
        told = status(scored, shown, not offline)
    click.echo(told)


@rate_command.command("simulate")
@of_dialogues
@click.option("--raters", type=click.IntRange(1, 100), default=3, show_default=True, help="Simulated raters.")
@plain_errors
def simulate_ratings(scored: Path, dialogues: int, with_labels: bool, raters: int) -> None:
    """Have simulated raters stand in for people: they know the labels. Named as simulated wherever it shows."""
    from flows.progress import lines
    from flows.rating.simulated import simulate

    with lines() as shown:
        count = simulate(scored, dialogues, raters, with_labels, shown)
    click.echo(f"{count:,} simulated ratings; {scored / 'table.md'} has the score, named as simulated")
