"""What a person's file holds, by its looks: a workflow, a Civitai record, or definitions of tools; and the cards of it.

    cards_in(Path("portrait.json"), known_nodes()) -> [Imported(card=Skill(id="portrait_of_a_person_sdxl", …), …)], []

The second list says, one line for each, what of it could not become a card.
"""

import json
from pathlib import Path
from typing import Any

from generators.importing.civitai import cards_of_record, is_record
from generators.importing.node_table import Widgets
from generators.importing.tools import cards_of_tools, tools_in
from generators.importing.workflow_cards import Imported, card_of_workflow
from schemas.errors import BadInput, UserError


def cards_in(path: Path, table: Widgets, checkpoint: str | None = None) -> tuple[list[Imported], list[str]]:
    content, where = read_json(path), str(path)
    if (tools := tools_in(content)) is not None:
        return cards_of_tools(tools, where)
    records = records_in(content)
    if not records:
        return [card_of_workflow(content, where, table)], []
    made, failed = [], []
    for record in records:
        try:
            made += cards_of_record(record, where, checkpoint)
        except UserError as error:
            if len(records) == 1:
                raise
            failed.append(str(error))
    return made, failed


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: is not UTF-8 text; a workflow in a picture has to be saved as JSON first") from error
    except ValueError as error:
        raise BadInput(f"{path}: is not JSON: {error}") from error


def records_in(content: Any) -> list[dict[str, Any]]:
    """One record of Civitai's, or a page of its search."""
    entries = content.get("items") if isinstance(content, dict) and "items" in content else [content]
    return [entry for entry in entries if is_record(entry)] if isinstance(entries, list) else []
