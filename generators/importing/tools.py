"""Definitions of tools as cards: OpenAI's, and those that an MCP server lists.

    {"type": "function", "function": {"name": "recolour", "description": "…", "parameters": {"type": "object", …}}}
    {"tools": [{"name": "recolour", "description": "…", "inputSchema": {"type": "object", "properties": {…}}}]}

What a schema holds that no card can, such as a list of points, is said; a tool that cannot do without it has no card.
"""

import re
from collections.abc import Iterator
from typing import Any

from generators.importing.file_names import slug
from generators.importing.tool_inputs import Unholdable, input_of, is_picture
from generators.importing.workflow_cards import Imported
from schemas.errors import complaint
from schemas.skill import Input, Skill, SkillType

PICTURE = r"(image|picture|photo|drawing|painting|illustration|artwork|logo|icon|poster|sketch|portrait|wallpaper)s?"
CREATES = re.compile(
    rf"\b(generat|creat|draw|paint|render|imagin|synthesi)\w*\b[^.]{{0,60}}\b{PICTURE}\b|text.?(to|2).?image", re.I
)
ASKS = re.compile(
    r"\b(describ\w+|caption\w*|answers?|questions?|what is (inside|in|on)|classif\w+|recogni\w+|counts?|ocr|vqa|"
    r"analy[sz]\w+|interrogat\w+)\b",
    re.I,
)
EDITS = re.compile(
    rf"\b(edit|remov|replac|chang|recolou?r|inpaint|outpaint|upscal|enhanc|retouch|crop|rotat|stylis|styliz|relight|"
    rf"detect|segment|transform|style|predict|extend|extract|filter|blur|sharpen|restor|expand|mask)\w*\b.*\b({PICTURE}|background|face|object)\b",
    re.I | re.S,
)
TAKES = re.compile(r"representing (.+?)(?:\.|$)", re.I)  # tools that tell in words what they take


def tools_in(content: Any) -> list[dict[str, Any]] | None:
    """The definitions in a file, or None where it holds something else."""
    if isinstance(content, dict) and isinstance(content.get("result"), dict):
        content = content["result"]
    if isinstance(content, dict) and isinstance(content.get("tools"), list):
        content = content["tools"]
    entries = content if isinstance(content, list) else [content]
    tools = [entry["function"] if isinstance(entry, dict) and isinstance(entry.get("function"), dict) else entry
             for entry in entries]  # fmt: skip
    named = [t for t in tools if isinstance(t, dict) and isinstance(t.get("name"), str) and "description" in t]
    if not named or len(named) < len(tools) or any("modelVersions" in t for t in named):
        return None
    listed = isinstance(content, list) or any(schema_of(tool) is not None for tool in named)
    return named if listed else None


def cards_of_tools(tools: list[dict[str, Any]], where: str) -> tuple[list[Imported], list[str]]:
    made: dict[str, Imported] = {}
    failed = []
    for tool in tools:
        line = f"{where}: {tool['name']!r}"
        try:
            card = card_of_tool(tool)
        except Unholdable as error:
            failed.append(f"{line}: {error}")
            continue
        except ValueError as error:
            failed.append(f"{line}: {complaint(error, Skill)}")
            continue
        if card.card.id in made:
            failed.append(f"{line}: the id {card.card.id!r} is also that of another tool")
        else:
            made[card.card.id] = card
    return list(made.values()), failed


def card_of_tool(tool: dict[str, Any]) -> Imported:
    words = " ".join(str(tool.get("description") or "").split())
    schema = schema_of(tool)
    pictures = [name for name, spec in properties(schema) if is_picture(name, spec)]
    name = re.sub(r"[_-]+", " ", str(tool["name"]))
    kind = type_of(name, words, bool(pictures) or "image_path" in words)
    if kind is None:
        raise Unholdable("neither makes, changes nor looks at a picture, by what it says of itself")
    main = pictures[0] if pictures and kind in ("edit", "ask") else None
    inputs, remarks = [], []
    listed = schema.get("required") if schema else None
    required = {name for name in listed if isinstance(name, str)} if isinstance(listed, list) else set[str]()
    for name, spec in properties(schema):
        if re.fullmatch(r"(random_?)?seed|noise_seed", name, re.I):
            remarks.append(f"{name!r} is left out: nobody speaks of it")
            continue
        if name == main:
            remarks.append(f"{name!r} is the picture that it works on, which every such card has as 'image'")
            continue
        try:
            field, told = input_of(name, spec, name in required, schema or {})
        except Unholdable as error:
            if name in required:
                raise
            remarks.append(f"{name!r} is left out: {error}")
            continue
        inputs.append(field)
        remarks += told
    if schema is None:
        inputs = list({field.name: field for field in told_in_words(words, kind)}.values())
        remarks.append("has no schema: its inputs are read from its description")
    title = tool.get("title") or str(tool["name"]).replace("_", " ").replace("-", " ")
    card = Skill(id=slug(str(tool["name"]))[:48].rstrip("_"), name=str(title)[:1].upper() + str(title)[1:], type=kind,
                 description=long_enough(words, inputs), inputs=tuple(inputs))  # fmt: skip
    return Imported(card, None, tuple(remarks))


def schema_of(tool: dict[str, Any]) -> dict[str, Any] | None:
    for key in ("inputSchema", "input_schema", "parameters"):
        if isinstance(tool.get(key), dict):
            return tool[key]  # type: ignore[no-any-return]  # just looked
    return None


def properties(schema: dict[str, Any] | None) -> Iterator[tuple[str, dict[str, Any]]]:
    listed = schema.get("properties") if schema else None
    yield from ((str(k), v) for k, v in (listed if isinstance(listed, dict) else {}).items() if isinstance(v, dict))


def type_of(name: str, words: str, takes_picture: bool) -> SkillType | None:
    """By its name before its description, which likes to name what the tool is not."""
    for text in (name, words):
        if CREATES.search(text):
            return "create"
        if takes_picture and ASKS.search(text):
            return "ask"
        if EDITS.search(text):
            return "edit"
    return "edit" if takes_picture else None


def told_in_words(words: str, kind: SkillType) -> Iterator[Input]:
    """Where a description ends in what the tool takes: "… two, representing the image_path and the text"."""
    found = TAKES.search(words)
    names = re.split(r",| and ", found[1]) if found else []
    for piece in names:
        name = re.sub(r"^(the|a|an) ", "", piece.strip())
        if "image_path" in name or not name:
            if kind == "create":
                yield Input(name="image", type="image", required=True, description="The picture that it goes by.")
        elif len(name.split()) <= 12:
            short = "instruction" if kind == "edit" else "question" if kind == "ask" else "prompt"
            thing = re.search(r"object|what to (remove|be)", name, re.I)
            yield Input(
                name="replacement" if name.endswith("with") else "object" if thing else short,
                type="thing" if thing else "text",
                required=True,
                description=f"{name[:1].upper()}{name[1:]}, in the user's words.",
            )


def long_enough(words: str, inputs: list[Input]) -> str:
    if len(words) >= 40:
        return words
    takes = ", ".join(field.name.replace("_", " ") for field in inputs) or "nothing but the picture"
    return f"{words.rstrip('.') or 'A tool without a description'}. What it takes: {takes}. No more is said of it."
