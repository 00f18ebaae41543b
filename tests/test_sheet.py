"""The contact sheet in docs/ is what the painter paints today, to the eye."""

import pytest
from PIL import Image

from generators.cards import read_library
from generators.sheet import examples, likeness, sheet, wanted
from tests.conftest import ROOT

LIBRARY = read_library()
TOLERANCE = 0.04


@pytest.fixture(scope="module")
def page() -> Image.Image:
    return sheet(LIBRARY)


def rows(image: Image.Image) -> list[Image.Image]:
    """The sheet in strips of about one skill, so that one changed row is not lost among twenty."""
    height = image.height // len(wanted())
    return [image.crop((0, n * height, image.width, (n + 1) * height)) for n in range(len(wanted()))]


def test_the_sheet_in_docs_is_up_to_date(page: Image.Image) -> None:
    with Image.open(ROOT / "docs" / "skills.jpg") as kept:
        assert kept.size == page.size, "paint it anew: drawnconvos skills sheet"
        far = [n for n, (a, b) in enumerate(zip(rows(kept), rows(page), strict=True)) if likeness(a, b) > TOLERANCE]
    assert not far, f"rows {far} look different: if that is meant, paint it anew: drawnconvos skills sheet"


def test_the_comparison_would_notice_other_art(page: Image.Image) -> None:
    strips = rows(page)
    assert min(likeness(a, b) for a, b in zip(strips, strips[1:] + strips[:1], strict=True)) > 2 * TOLERANCE


def test_every_drawing_skill_is_on_the_sheet_with_fitting_calls() -> None:
    assert set(wanted()) == {skill.id for skill in LIBRARY.skills if skill.draws}
    for skill in wanted():
        found = list(examples(skill))
        assert len(found) == 3
        assert all(example.call.problems(LIBRARY) == [] for example in found)
        assert all(example.after != example.before for example in found)
