"""The templates, and the few words they have for calls, pictures and colours.

Every value is escaped where it is put in, so that no word of a release can become markup; and the page's
own policy lets no script run but ours, whatever slips through, and nothing be fetched.
"""

import base64
import hashlib
import json
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from generators.palette import hex_of, rgb_of
from schemas.answer import Call
from schemas.outline import TURNS_OF
from schemas.prompt import SPLITS
from schemas.skill import IMAGE, Library, Value

HERE = Path(__file__).parent


def templates(library: Library) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = (HERE / "page.js").read_text(encoding="utf-8")
    environment.globals |= {
        "style": Markup((HERE / "page.css").read_text(encoding="utf-8")),
        "script": Markup(script),
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "splits": SPLITS,
        "turn_classes": TURNS_OF,
        "skill_of": library.get,
        "swatch": partial(swatch, library),
    }
    environment.filters |= {
        "described": partial(described, library),
        "raw": lambda call: json.dumps(call.model_dump(mode="json"), indent=2, ensure_ascii=False),
        "plain": lambda name: name.replace("_", " "),
        "thousands": lambda number: f"{number:,}",
        "picture_number": picture_number,
    }
    return environment


def described(library: Library, call: Call) -> str:
    """A call in words, for who cannot see the picture that it made."""
    skill = library.get(call.intent)
    parameters = ", ".join(f"{name} {value}" for name, value in call.parameters.items())
    return f"{skill.name if skill else call.intent}{': ' if parameters else ''}{parameters}"


def picture_number(value: Value) -> int | None:
    named = IMAGE.match(str(value))
    return int(named[1]) if named else None


def swatch(library: Library, intent: str, name: str, value: Value) -> str | None:
    """The colour that a parameter names, as #rrggbb and so safe in a style."""
    skill = library.get(intent)
    known = skill.input(name) if skill else None
    if known is None or known.type != "colour":
        return None
    try:
        return hex_of(rgb_of(str(value)))
    except (KeyError, ValueError):
        return None
