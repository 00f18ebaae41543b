"""`drawnconvos`, also `python -m flows`. Every command imports what it needs when it runs, so that help
is instant and nothing here ever loads Prefect."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from flows.chatting.command import chat_command
from flows.commands import FILE, FOLDER, PATH, plain_errors
from flows.import_command import import_command
from flows.rating.command import rate_command
from flows.reproducing.command import reproduce_command
from flows.scoring.command import score_command
from schemas.errors import did_you_mean
from schemas.prompt import Split

if TYPE_CHECKING:
    from flows.models import Model
    from schemas.annotation import Project
    from store.judgements import Judge

T = TypeVar("T")
BESIDE = "beside the release"  # what --html alone stands for


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="drawnconvos")
def main() -> None:
    """Turn a shelf of drawing skills into a labelled, image-grounded dialogue dataset.

    \b
      drawnconvos build plans/tiny.yaml        a small release in seconds
      drawnconvos show data/releases/tiny-1.0.0
    """


@contextmanager
def model_asked(
    data: Path, offline: bool, name: str, base_url: str | None, temperature: float, concurrency: int,
    budget: float | None,
) -> Iterator["Model"]:  # fmt: skip
    from contextlib import closing

    from flows.models import Model
    from flows.progress import lines
    from schemas.plan import Author, Pace

    pace = Pace(concurrency=concurrency, budget=budget)
    author = Author(kind="openai", model=name, base_url=base_url, temperature=temperature, pace=pace)
    with lines() as shown, closing(Model(author, 0, data, shown, offline)) as model:
        yield model


def asks_a_model(command: Callable[..., T]) -> Callable[..., T]:
    """The options of commands that have a model draft something."""
    options = (
        click.option("--model", "name", required=True, help="The model to ask, by its server's name for it."),
        click.option("--base-url", help="Where it is; left out, OpenAI. The key comes from OPENAI_API_KEY."),
        click.option("--temperature", default=1.0, show_default=True, type=click.FloatRange(0, 2)),
        click.option("--concurrency", default=16, show_default=True, type=click.IntRange(1, 4096)),
        click.option("--budget", type=click.FloatRange(0, min_open=True), help="Dollars it may cost at most."),
        click.option("--data", type=FOLDER, default=Path("data"), show_default=True, help="Where answers are kept."),
        click.option("--offline", is_flag=True, help="Only from answers that were kept."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@main.command()
@click.argument("plan", type=FILE)
@click.option("--data", type=FOLDER, default=Path("data"), show_default=True, help="Where parts and releases live.")
@click.option("--set", "overrides", multiple=True, metavar="SECTION.KEY=VALUE", help="Override one field of the plan.")
@click.option("--workers", type=int, help="Worker processes; as many as there are cores.")
@click.option("--quiet", is_flag=True, help="No progress, only the summary.")
@click.option("--offline", is_flag=True, help="A model's words only from what was kept of earlier runs.")
@plain_errors
def build(plan: Path, data: Path, overrides: tuple[str, ...], workers: int | None, quiet: bool, offline: bool) -> None:
    """Build the release that PLAN describes. Stop it at any time; run it again and it goes on."""
    from flows.plans import read_plan

    read = read_plan(plan, overrides)
    from flows import build as building
    from flows.progress import Silent, lines
    from flows.show import summary

    count = building.default_workers() if workers is None else workers
    if quiet:
        outcome = building.build(read, data, count, Silent(), offline=offline)
    else:
        with lines() as shown:
            outcome = building.build(read, data, count, shown, offline=offline)
    if not outcome.new:
        click.echo(f"nothing changed: {outcome.folder} is what this plan makes")
        return
    click.echo(summary(outcome.folder))


@main.command()
@click.argument("release", type=PATH)
@click.option(
    "--html",
    is_flag=False,
    flag_value=BESIDE,
    metavar="[FILE]",
    help="Write a page to read it in instead, with pictures; <RELEASE>.html beside it unless named.",
)
@plain_errors
def show(release: Path, html: str | None) -> None:
    """What a release holds: counts, mixes, leakage, rejects by reason."""
    if html is None:
        from flows.show import full_account

        click.echo(full_account(release))
        return
    from flows.report import page_beside, write_report

    report = write_report(release, page_beside(release) if html == BESIDE else Path(html))
    click.echo(f"{report.path}: shows {report.shown:,} of {report.of:,} dialogues")


@main.command()
@click.argument("release", type=PATH)
@click.option("--workers", type=int, help="Worker processes; as many as there are cores.")
@plain_errors
def verify(release: Path, workers: int | None) -> None:
    """Hold every row of a release against manifest, schema, cards and pictures. Exit 1 if anything is off."""
    from flows.verify import verify_release

    findings, rows, pictures = verify_release(release, workers)
    for finding in findings[:50]:
        click.echo(str(finding), err=True)
    if findings:
        more = " (the first 50 shown)" if len(findings) > 50 else ""
        click.echo(f"drawnconvos: {release}: {len(findings)} finding{'s' * (len(findings) > 1)}{more}", err=True)
        sys.exit(1)
    click.echo(f"{release}: {rows:,} dialogues and {pictures:,} pictures are what the manifest says")


@main.command()
@click.argument("old", type=PATH)
@click.argument("new", type=PATH)
@click.option("--limit", default=10, show_default=True, help="How many ids to name of each kind.")
@plain_errors
def diff(old: Path, new: Path, limit: int) -> None:
    """What was added, removed, reworded, relabelled from release OLD to NEW."""
    from flows.show import difference

    click.echo(difference(old, new, limit))


@main.command()
@click.argument("releases", type=PATH, nargs=-1, required=True)
@plain_errors
def realism(releases: tuple[Path, ...]) -> None:
    """How much the user turns of RELEASES read like what people type, against measured targets."""
    from flows.measure import realism as measured

    click.echo(measured(list(releases)))


@main.command()
@click.argument("releases", type=PATH, nargs=-1)
@click.option(
    "--against", multiple=True, metavar="FILE[:FIELD]", help="A text set: lines, or a field of tsv, csv, jsonl."
)
@click.option("--count", default=1000, show_default=True, help="Texts of each set, at most.")
@plain_errors
def spread(releases: tuple[Path, ...], against: tuple[str, ...], count: int) -> None:
    """How far the prompts and first turns of RELEASES spread in meaning, beside other text sets."""
    from flows.spread import spreads
    from schemas.errors import BadInput

    if not releases and not against:
        raise BadInput("spread: name a release, or a text set with --against")
    click.echo(spreads(releases, against, count))


@main.command()
@click.argument("release", type=PATH, required=False)
@click.option("--count", default=300, show_default=True, help="How many turns.")
@click.option(
    "--split", "splits", multiple=True, type=click.Choice(["sft", "rlhf", "test"]), help="Only from this one."
)
@click.option("--out", type=FILE, help="The CSV to write; the screen unless named.")
@click.option("--tally", "read", type=FILE, metavar="FILE", help="Count the marks of a reading that is filled in.")
@plain_errors
def sample(release: Path | None, count: int, splits: tuple[Split, ...], out: Path | None, read: Path | None) -> None:
    """Draw turns of a RELEASE for a person to judge; the same release gives the same turns."""
    from flows.readings import reading, tally
    from schemas.errors import BadInput
    from store.files import write_text

    if (release is None) == (read is None):
        raise BadInput("sample: name a release to draw from, or a reading to count with --tally")
    if read is not None:
        click.echo(tally(read))
        return
    assert release is not None
    text = reading(release, count, splits)
    if out is None:
        click.echo(text, nl=False)
        return
    write_text(out, text)
    click.echo(f"{out}: fill in label_ok and sounds_human with yes or no, then drawnconvos sample --tally {out}")


@main.command()
@click.argument("release", type=PATH)
@click.option("--format", "shape", type=click.Choice(["instruct-pe"]), required=True, help="What it is to be read as.")
@click.option("--out", type=FILE, help="A file to write instead of the terminal.")
@plain_errors
def export(release: Path, shape: str, out: Path | None) -> None:
    """Rows of RELEASE as another tool or paper reads them, one JSON object to a line.

    instruct-pe: each time a picture was drawn again from a changed prompt, the prompt before, the instruction, the
    prompt after.
    """
    from store.exports import export_lines
    from store.files import whole

    lines = export_lines(release, shape)
    if out is None:
        for line in lines:
            click.echo(line)
        return
    with whole(out) as unfinished, unfinished.open("w", encoding="utf-8") as file:
        count = sum(1 for line in lines if file.write(f"{line}\n"))
    click.echo(f"{out}: {count:,} rows", err=True)


@main.command()
@click.argument("release", type=PATH)
@click.option("--show", default=0, show_default=True, metavar="N", help="Print N readings that differ, by class.")
@click.option("--split", type=click.Choice(["sft", "rlhf", "test"]), help="Only this one.")
@plain_errors
def agreement(release: Path, show: int, split: Split | None) -> None:
    """How often a reader that knows no phrase bank comes to the labels of a RELEASE, skill by skill."""
    from flows.measure import agreement as measured

    click.echo(measured(release, show, split))


PROJECT = click.Choice(["preferences", "review"])


@main.group()
def annotate() -> None:
    """People judge a release in Label Studio: answer pairs to contexts of rlhf, and the labels of test.

    \b
    The server and its token come from LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY; `make label-studio` starts one to try.
    """


def of_a_release(command: Callable[..., T]) -> Callable[..., T]:
    """The arguments that pushing, pulling and simulating have in common."""
    command = click.option("--project", type=PROJECT, help="Only this one; both unless named.")(command)
    return click.argument("release", type=PATH)(command)


sampled = click.option(
    "--samples",
    type=FILE,
    help="Pairs of a trained model's answers (python -m train.sample), not the embedded policy's.",
)


@annotate.command("push")
@of_a_release
@click.option("--limit", type=click.IntRange(1), help="So many items, skill by skill; all unless named.")
@click.option("--overlap", type=click.IntRange(1, 20), help="People to an item; what the plan says unless named.")
@click.option("--further", is_flag=True, help="Only items on which people differ, for another opinion.")
@sampled
@plain_errors
def push_items(
    release: Path, project: "Project | None", limit: int | None, overlap: int | None, further: bool,
    samples: Path | None,
) -> None:  # fmt: skip
    """Send what is to be judged. Sending again sends only what is not there."""
    from flows.annotate import push
    from flows.judging import PROJECTS
    from flows.progress import lines

    for name in [project] if project else PROJECTS:
        with lines() as shown:
            done = push(release, name, limit, overlap, shown, further, samples)
        click.echo(f"{name}: {done.sent:,} sent, {done.there:,} were there")


@annotate.command("pull")
@of_a_release
@plain_errors
def pull_judgements(release: Path, project: "Project | None") -> None:
    """Fetch what was judged so far, in place of what was fetched before."""
    from flows.annotate import pull
    from flows.judging import pushed_projects
    from flows.progress import lines

    for name in [project] if project else pushed_projects(release):
        with lines() as shown:
            counts = pull(release, name, shown)
        told = ", ".join(f"{count:,} {status}" for status, count in sorted(counts.items())) or "nothing judged yet"
        click.echo(f"{name}: {told}")


@annotate.command("status")
@click.argument("release", type=PATH)
@click.option("--offline", is_flag=True, help="Only what was pulled, without asking the server.")
@plain_errors
def annotation_status(release: Path, offline: bool) -> None:
    """How far the annotators are and how far they agree."""
    from flows.annotate import status
    from flows.progress import lines

    with lines() as shown:
        text = status(release, shown, not offline)
    click.echo(text)


@annotate.command("simulate")
@of_a_release
@click.option("--limit", type=click.IntRange(1), help="So many items, skill by skill; all unless named.")
@sampled
@plain_errors
def simulate_judgements(release: Path, project: "Project | None", limit: int | None, samples: Path | None) -> None:
    """Have the embedded judge stand in for people: it knows the label and errs at the plan's rate."""
    from flows.judging import PROJECTS, simulate
    from flows.progress import lines

    for name in [project] if project else PROJECTS:
        with lines() as shown:
            count = simulate(release, name, limit, shown, samples)
        click.echo(f"{name}: {count:,} simulated judgements")


@main.command("release")
@click.argument("release", type=PATH)
@click.option("--with-annotations", is_flag=True, required=True, help="Fill in what was judged.")
@click.option("--judge", type=click.Choice(["human", "simulated"]), help="Whose; people's where there are any.")
@plain_errors
def cut_release(release: Path, with_annotations: bool, judge: "Judge | None") -> None:
    """A new version of RELEASE: rlhf with chosen and rejected answers, test with reviewed labels."""
    from flows.judging import release_judged
    from flows.show import summary

    outcome = release_judged(release, judge)
    if not outcome.new:
        click.echo(f"nothing changed: {outcome.folder} is what these judgements make")
        return
    click.echo(summary(outcome.folder))


@main.group()
def kept() -> None:
    """What models answered: kept from the moment it came, so that nothing is paid for twice."""


@kept.command("list")
@click.option("--data", type=FOLDER, default=Path("data"), show_default=True, help="Where parts and releases live.")
@plain_errors
def list_kept(data: Path) -> None:
    """How many responses there are, by model and stage."""
    from flows.responses import listing

    click.echo(listing(data))


@kept.command("prune")
@click.option("--data", type=FOLDER, default=Path("data"), show_default=True, help="Where parts and releases live.")
@click.option("--model", help="Only this model's.")
@click.option("--older-than", type=float, metavar="DAYS", help="Only those kept before.")
@click.option("--all", "everything", is_flag=True, help="All of them.")
@plain_errors
def prune_kept(data: Path, model: str | None, older_than: float | None, everything: bool) -> None:
    """Forget responses; asking for them again costs again."""
    from flows.responses import pruned

    click.echo(f"{pruned(data, model, older_than, everything):,} responses forgotten")


@main.group()
def skills() -> None:
    """The library of skills, and checking cards of your own."""


@skills.command("list")
@plain_errors
def list_skills() -> None:
    """All skills with their type and inputs."""
    from generators.cards import read_library

    for skill in read_library().skills:
        inputs = ", ".join(i.name + ("*" if i.required else "") for i in skill.inputs)
        click.echo(f"{skill.id:<20} {skill.type:<7} {inputs}")
    click.echo("* required")


@skills.command("show")
@click.argument("skill_id", metavar="ID")
@click.option("--tool", is_flag=True, help="As an OpenAI tool definition.")
@plain_errors
def show_skill(skill_id: str, tool: bool) -> None:
    """One card, as YAML or as a tool definition for a language model."""
    import json

    import yaml

    from generators.cards import read_library
    from schemas.errors import BadInput

    library = read_library()
    skill = library.get(skill_id)
    if skill is None:
        raise BadInput(f"no skill {skill_id!r}{did_you_mean(skill_id, library.ids)}")
    if tool:
        click.echo(json.dumps(skill.openai_tool(), indent=2, ensure_ascii=False))
        return
    fields = skill.model_dump(mode="json", exclude_defaults=True)
    click.echo(yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=100).rstrip())


@skills.command("check")
@click.argument("files", type=PATH, nargs=-1, required=True)
@plain_errors
def check_skills(files: tuple[Path, ...]) -> None:
    """Validate cards of your own, and say in how many constructions the embedded author can ask for each."""
    from generators.banks import bank_of, banks
    from generators.cards import read_cards, read_library

    read_library(files)
    for path in files:
        for card in read_cards(path):
            bank = bank_of(card)
            said = len({bank.known_by(slug, text) for group in bank.groups for _, slug, text in group.constructions()})
            kind = "constructions" if card.id in banks() else "generic constructions (it has no phrase bank)"
            click.echo(
                f"{path}: {card.id}: {len(card.inputs)} inputs, {said} {kind}, {len(bank.for_test)} for test alone"
            )


@skills.command("phrase")
@click.argument("skill_id", metavar="ID")
@click.option("--cards", type=FILE, multiple=True, help="A file with cards of your own.")
@click.option("--count", default=60, show_default=True, type=click.IntRange(5, 1000), help="Constructions at least.")
@click.option("--out", type=FILE, help="The bank to write; banks/ID.yaml unless named.")
@asks_a_model
@plain_errors
def phrase_skill(
    skill_id: str, cards: tuple[Path, ...], count: int, out: Path | None, data: Path, offline: bool, **asked: Any
) -> None:
    """Have a model draft a phrase bank for the skill ID, for you to review; with it in a plan's skills.banks the
    embedded author speaks it offline ever after."""
    from flows.drafts import as_yaml, drafted_bank
    from store.files import write_text

    path = out or Path("banks") / f"{skill_id}.yaml"
    with model_asked(data, offline, **asked) as model:
        bank = drafted_bank(skill_id, cards, count, model)
        write_text(path, as_yaml(bank, model.author.model, "Phrases"))
        said = sum(1 for group in bank.groups for _ in group.constructions())
        click.echo(f"{path}: {said} constructions, {len(bank.replies)} replies; {model.cost()}")


@skills.command("describe")
@click.argument("pages", type=FILE)
@click.option("--cards", type=FILE, multiple=True, help="Cards of your own that are on the shelf already.")
@click.option("--out", type=FILE, default=Path("cards.yaml"), show_default=True, help="The cards to write.")
@asks_a_model
@plain_errors
def describe_skills(pages: Path, cards: tuple[Path, ...], out: Path, data: Path, offline: bool, **asked: Any) -> None:
    """Have a model write a card for each of PAGES, a JSONL file with the title and the text of pipelines' pages, for
    you to review."""
    from flows.drafts import as_yaml, drafted_cards
    from store.files import write_text

    with model_asked(data, offline, **asked) as model:
        made, failed = drafted_cards(pages, cards, model)
        if made:
            write_text(out, as_yaml(made, model.author.model, "Cards"))
        for problem in failed:
            click.echo(problem, err=True)
        click.echo(f"{out}: {len(made)} of {len(made) + len(failed)} pages have a card; {model.cost()}")
        if failed:
            sys.exit(1)


@skills.command("sheet")
@click.option("--out", type=FILE, default=Path("docs/skills.jpg"), show_default=True, help="The picture to write.")
@plain_errors
def sheet_of_skills(out: Path) -> None:
    """Paint the contact sheet: every drawing skill before and after."""
    from generators.cards import read_library
    from generators.sheet import sheet
    from store.files import whole

    page = sheet(read_library())
    with whole(out) as unfinished:
        page.save(unfinished, "JPEG", quality=85)
    click.echo(f"{out}: {page.width} x {page.height} pixels")


@main.group()
def plan() -> None:
    """Plans: what a release depends on."""


@plan.command("check")
@click.argument("file", type=FILE)
@click.option("--set", "overrides", multiple=True, metavar="SECTION.KEY=VALUE", help="Override one field of the plan.")
@plain_errors
def check_plan(file: Path, overrides: tuple[str, ...]) -> None:
    """Validate a plan and say what it will make."""
    from flows.plans import forecast, read_plan
    from flows.show import forecast_text

    read = read_plan(file, overrides)
    click.echo(forecast_text(read, forecast(read)))


@plan.command("forecast")
@click.argument("file", type=FILE)
@click.option("--data", type=FOLDER, default=Path("data"), show_default=True, help="Where answers are kept.")
@click.option("--set", "overrides", multiple=True, metavar="SECTION.KEY=VALUE", help="Override one field of the plan.")
@click.option("--sample", default=24, show_default=True, type=click.IntRange(2, 1000), help="Records of each stage.")
@click.option("--offline", is_flag=True, help="Only from answers that were kept.")
@plain_errors
def forecast_plan(file: Path, data: Path, overrides: tuple[str, ...], sample: int, offline: bool) -> None:
    """Have the plan's model write a small sample, and reckon calls, tokens, money and hours of the whole from it."""
    from flows.forecast import forecast_text
    from flows.plans import read_plan
    from flows.progress import lines

    with lines() as shown:
        text = forecast_text(read_plan(file, overrides), data, sample, shown, offline)
    click.echo(text)


@main.command()
@click.argument("query")
@click.option("--data", type=FOLDER, default=Path("data"), show_default=True, help="Where parts and releases live.")
@plain_errors
def sql(query: str, data: Path) -> None:
    """Ask the catalogue: views `dialogues`, `turns`, `rejects`, `releases`, rebuilt from Parquet."""
    from store.catalogue import ask

    click.echo(ask(data, query))


skills.add_command(import_command)
main.add_command(chat_command)
main.add_command(score_command)
main.add_command(rate_command)
main.add_command(reproduce_command)


def run() -> None:
    """The command, left at once when it is done: DuckDB's library would print a page about references that other
    libraries keep until the very end."""
    code: str | int | None = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    run()
