"""Reader: says which call a turn means, from the words alone.

    read_turn(dialogue, 2, library, guideline) -> Call(intent="recolor", parameters={"object": "car", "colour": "blue"})

It knows the cards, the guideline and English, and nothing of the phrase banks that the words came from; so where it
comes to the call that the label holds, the words say what the label holds. It sees a turn's words and the history, as a
router would (see view.py).

    text, spelling   shorthand and slips mended, quoted words set aside
    manners          greetings, thanks, praise and signposts peeled off
    going_back, offers, pairs, pictures, follow_ups, interview, revision   what only the history explains
    talk, questions  what calls for words alone, and what is asked about the picture
    requests         what one request asks for, rule by rule
"""

from evaluation.reader.turns import read_view
from evaluation.reader.view import view_of
from schemas.answer import Call
from schemas.dialogue import Dialogue
from schemas.guideline import Guideline
from schemas.skill import Library


def read_turn(dialogue: Dialogue, n: int, library: Library, guideline: Guideline) -> Call:
    """What turn n's user words mean."""
    return read_view(view_of(dialogue, n), library, guideline)
