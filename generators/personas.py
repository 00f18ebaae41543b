"""Personas: who types, and what for. A model is told one with each task, so that its words do not all come from the
same person; which one hangs on the record's id.
"""

from pathlib import Path

from generators.banks import read_yaml
from generators.tasks import TEMPLATES
from schemas.errors import BadInput
from schemas.identity import keyed

FILE = "personas.yaml"


def persona(record: str, folder: Path = TEMPLATES) -> str:
    own = folder / FILE
    path = own if own.is_file() else TEMPLATES / FILE
    known = read_yaml(path)
    if not isinstance(known, list) or not known:
        raise BadInput(f"{path}: is no list of personas")
    return str(keyed("persona", record).choice(known))
