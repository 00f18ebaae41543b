"""The guideline of this shelf, from generators/guideline.yaml."""

from functools import cache
from pathlib import Path

from generators.banks import read_yaml
from schemas.guideline import Guideline


@cache
def guideline() -> Guideline:
    return Guideline.from_data(read_yaml(Path(__file__).parent / "guideline.yaml"))
