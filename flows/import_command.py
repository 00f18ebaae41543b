"""`drawnconvos skills import`: a workflow, a Civitai record or definitions of tools become cards to review.

drawnconvos skills import portrait.json
"""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.commands import FILE, FOLDER, plain_errors
from schemas.errors import BadInput, Refused

if TYPE_CHECKING:
    from flows.models import Model
    from generators.importing.workflow_cards import Imported

HEADER = "# Imported from {}: read it before you build with it.\n"


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--out", type=FILE, help="The card to write; ID.yaml unless named, and the workflow beside it.")
@click.option("--id", "skill_id", help="The card's id, where the one that is drafted will not do.")
@click.option("--nodes", type=FILE, help="Your server's /object_info, for nodes that are not known here.")
@click.option("--checkpoint", help="The file that a Civitai add-on is put onto.")
@click.option("--model", "name", help="A model to write name and description; left out, they are put together by rule.")
@click.option("--base-url", help="Where it is; left out, OpenAI. The key comes from OPENAI_API_KEY.")
@click.option("--temperature", default=1.0, show_default=True, type=click.FloatRange(0, 2))
@click.option("--concurrency", default=16, show_default=True, type=click.IntRange(1, 4096))
@click.option("--budget", type=click.FloatRange(0, min_open=True), help="Dollars it may cost at most.")
@click.option("--data", type=FOLDER, default=Path("data"), show_default=True, help="Where answers are kept.")
@click.option("--offline", is_flag=True, help="Only from answers that were kept.")
def import_command(**asked: Any) -> None:
    """Make cards of FILE, for you to review: a ComfyUI workflow as it was saved or exported for its API, a model's
    record from Civitai, or definitions of tools as OpenAI takes them or an MCP server lists them."""
    import_file(**asked)


@plain_errors
def import_file(
    file: Path, out: Path | None, skill_id: str | None, nodes: Path | None, checkpoint: str | None, name: str | None,
    **asked: Any,
) -> None:  # fmt: skip
    from generators.importing.any_file import cards_in
    from generators.importing.node_table import known_nodes, read_nodes

    made, failed = cards_in(file, read_nodes(nodes) if nodes else known_nodes(), checkpoint)
    for line in failed:
        click.echo(line, err=True)
    if not made:
        raise Refused(f"{file}: nothing in it became a card")
    with ExitStack() as stack:
        if name is not None:
            from flows.__main__ import model_asked  # here, since that module imports this one

            model = stack.enter_context(model_asked(name=name, **asked))
            made = described_by(model, made)
    if skill_id is not None:
        if len(made) > 1:
            raise BadInput(f"{file}: makes {len(made)} cards, and --id names one")
        made = [renamed(made[0], {"id": skill_id})]
    write(made, file, out or Path(f"{made[0].card.id if len(made) == 1 else file.stem}.yaml"))


def described_by(model: "Model", made: list["Imported"]) -> list["Imported"]:
    """Id, name and description by the model, from what was found by rule and from the notes beside it."""
    from clients.errors import CallFailed
    from generators.cards import read_library
    from generators.importing.workflow_cards import Imported
    from generators.model_cards import Page, describing
    from generators.tasks import Unusable

    library, found = read_library(), dict[int, Imported]()
    model.stage("cards", len(made))

    async def work(job: tuple[int, Imported]) -> tuple[int, Imported]:
        place, one = job
        try:
            task = describing(Page(one.card.name, page_of(one)), library, model.folder)
            card = await model.pursue(task, "cards", f"import-{one.card.id}")
        except (Unusable, CallFailed) as error:
            click.echo(
                f"{one.card.id}: {model.author.model} wrote nothing that can be used ({error}); as drafted", err=True
            )
            return place, one
        return place, renamed(one, {"id": card.id, "name": card.name, "description": card.description})

    def put(result: tuple[int, Imported]) -> None:
        found[result[0]] = result[1]
        model.advance(1)

    model.each(work, list(enumerate(made)), put)
    return [found[place] for place in sorted(found)]


def page_of(one: "Imported") -> str:
    inputs = "\n".join(f"- {field.name} ({field.type}): {field.description}" for field in one.card.inputs)
    return f"{one.card.description}\n\nIts inputs, which stay as they are:\n{inputs}\n\n{one.notes}"


def renamed(one: "Imported", fields: dict[str, Any]) -> "Imported":
    from schemas.errors import complaint
    from schemas.skill import Skill

    content = {**one.card.model_dump(mode="json"), **fields}
    if one.card.engine is not None:
        content["engine"] = {**content["engine"], "workflow": f"{fields['id']}.workflow.json"}
    try:
        return one._replace(card=Skill.from_data(content))
    except ValueError as error:
        raise BadInput(f"--id: {complaint(error, Skill)}") from error


def write(made: list["Imported"], file: Path, out: Path) -> None:
    """The workflows first, so that no card is ever without its own."""
    import yaml

    from generators.importing.workflow_cards import workflow_text
    from store.files import write_text

    content: list[dict[str, Any]] = []
    texts: dict[Path, str] = {}
    for one in made:
        fields = one.card.model_dump(mode="json", exclude_defaults=True)
        if one.card.engine is not None and one.workflow is not None:
            fields["engine"] = {"kind": one.card.engine.kind, **fields["engine"]}
            texts[out.with_name(one.card.engine.workflow)] = workflow_text(one.workflow)
        content.append(fields)
    shown = content[0] if len(content) == 1 else content
    texts[out] = HEADER.format(file.name) + yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=118)
    for path, text in texts.items():
        if path.exists() and path.read_text(encoding="utf-8", errors="replace") != text:
            raise Refused(f"{path}: is there and says something else; move it away, or name another place with --out")
    for path, text in texts.items():
        write_text(path, text)
    for one in made:
        told = "".join(f"\n  {remark}" for remark in one.remarks)
        click.echo(f"{out}: {one.card.id}: {one.card.type}, {len(one.card.inputs)} inputs{told}")
