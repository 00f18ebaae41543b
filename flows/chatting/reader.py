"""The independent reader as a system that answers, so that chat can be tried without any weights.

    reader(library)([Asked("chat", 0, Talk(before=(), words="draw a fox", shows=()), pictures)])
    -> ("chat", 0), '{"intent": "text_to_image", "parameters": {"prompt": "a fox"}, "reply": "Text to image: there …"}'

It knows the cards, the guideline and English, has no eyes and few words; its replies say no more than it knows.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from evaluation.reader import interview
from evaluation.reader.turns import read_view
from evaluation.reader.view import Past, View
from generators.guideline import guideline
from schemas.answer import Answer, Call
from schemas.skill import IMAGE, Library
from schemas.talk import Exchange, Talk

if TYPE_CHECKING:
    from train.asking import Asked, Place, System


def reader(library: Library) -> "System":
    def answers(asked: Sequence["Asked"]) -> Iterator[tuple["Place", str]]:
        for each in asked:
            view = view_of(each.talk, library)
            call = read_view(view, library, guideline())
            yield each.place, Answer(call=call, reply=reply_to(call, view, library)).text

    return answers


def view_of(talk: Talk, library: Library) -> View:
    """What a turn's words, and those before, came with: a picture that a call made or showed leads those that come
    before the eyes after it, the others were brought."""
    view = View((), *talk.messages[0])
    for exchange, (words, shows) in zip(talk.before, talk.messages[1:], strict=True):
        past = past_of(exchange, view, shows, library)
        brought = shows if past.after is None else shows[1:]
        view = View((*view.past, past), words, brought)
    return view


def past_of(exchange: Exchange, view: View, shows: tuple[int, ...], library: Library) -> Past:
    call = exchange.answer.call
    skill = library.get(call.intent)  # a chat may go on with other skills than it began with
    named = IMAGE.match(str(call.parameters.get("image")))
    before = int(named[1]) - 1 if named else None if skill and skill.type == "create" else view.current
    after = shows[0] if shows and ((skill and skill.draws) or "show" in call.parameters) else None
    return Past(view.user, view.attached, call, exchange.answer.reply, before, after)


def reply_to(call: Call, view: View, library: Library) -> str:
    """A question back only where the user wants to be asked: a question would be taken for an interview."""
    skill = library[call.intent]
    if skill.draws:
        return f"{skill.name}: there it is."
    if "show" in call.parameters:
        return f"There is {call.parameters['show']} again."
    if skill.type == "ask":
        return "I read words alone and cannot see the picture."
    if interview.guided_start(view) is not None or asks_to_be_asked(view):
        return "And what else should it show?"
    return "I heard nothing to draw or to change."


def asks_to_be_asked(view: View) -> bool:
    return view.current is None and re.search(interview.ASK_ME, view.user, re.IGNORECASE) is not None
