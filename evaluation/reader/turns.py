"""Turns: a turn's words in their history, step by step to a call.

What only the history explains is asked first, then whether the words are a request by themselves. A request that its
card finds incomplete is a chat: the assistant will ask back.
"""

import re

from evaluation.reader import follow_ups, manners, pictures, spared, text
from evaluation.reader.heard import Draft, Heard
from evaluation.reader.memory import focus
from evaluation.reader.requests import request
from evaluation.reader.view import View
from schemas.answer import Call
from schemas.guideline import Guideline
from schemas.skill import Library, Value

CHAT = Draft("chat", {})


def read_view(view: View, library: Library, guideline: Guideline) -> Call:
    return completed(draft_of(view, library, guideline) or CHAT, library)


def completed(draft: Draft, library: Library) -> Call:
    """A call that fits its card: values that do not are left out, and without a required one it is a chat."""
    skill = library.get(draft.intent)
    if skill is None:
        return Call(intent="chat")
    fits: dict[str, Value] = {}
    for name, value in draft.parameters.items():
        wanted = skill.input(name)
        if wanted and wanted.problem(value) is None:
            fits[name] = value
    if skill.problems(fits):
        return Call(intent="chat")
    return Call(intent=draft.intent, parameters=fits)


def draft_of(view: View, library: Library, guideline: Guideline) -> Draft | None:
    plain = text.plain(view.user, known_words(view))
    whole = manners.core(plain.text, bool(view.attached), bool(view.past))
    heard = Heard(whole, whole, plain.quotes, view, library, guideline, focus(view))
    return in_history(heard) if view.past else by_itself(heard)


def known_words(view: View) -> frozenset[str]:
    """Words of the history are no slips."""
    said = " ".join(f"{past.user} {past.reply}" for past in view.past)
    return frozenset(re.findall(r"[a-z]{3,}", said.casefold()))


def in_history(heard: Heard) -> Draft | None:
    """Undoing, answering, going back, correcting; else a request by itself."""
    view = heard.view
    back = follow_ups.undone(heard.text, view)
    if back is not None:
        return Draft("chat", {"show": f"image_{back + 1}"})
    answered = answer(heard)
    if answered:
        return answered
    rest = follow_ups.changed_mind(heard.text)
    if rest:
        return on_picture(by_itself(with_text(heard, manners.trimmed(rest))), follow_ups.before_last_change(view))
    mention = pictures.earlier(heard.text, view)
    if mention:
        if follow_ups.only_shows(mention.rest):
            return Draft("chat", {"show": f"image_{mention.index + 1}"})
        draft = by_itself(with_text(heard, manners.trimmed(mention.rest)))
        if draft and draft.intent != "text_to_image":
            return on_picture(draft, mention.index)
    return repeated(heard) or by_itself(heard)


def repeated(heard: Heard) -> Draft | None:
    """The last call for another thing, or put right."""
    same = follow_ups.ellipsis(heard)
    if same:
        return same
    put_right = follow_ups.correction(heard, lambda words: by_itself(with_text(heard, words)))
    return on_picture(put_right, follow_ups.before_last_change(heard.view)) if put_right else None


def answer(heard: Heard) -> Draft | None:
    """To what the assistant offered or asked, or the part of the last turn that it left."""
    last = heard.view.last
    if last is None:
        return None
    if follow_ups.YES.match(heard.text or heard.view.user):
        left = leftover(heard) or follow_ups.offered(heard.view, lambda words: by_itself(with_text(heard, words)))
        return left or CHAT
    if follow_ups.NO.match(heard.text) and follow_ups.offered(heard.view, lambda words: by_itself(with_text(heard, words))):
        return CHAT
    return filled_in(heard)


def leftover(heard: Heard) -> Draft | None:
    """The second of the two requests of the turn before."""
    view = heard.view
    before = heard_before(heard)
    found = follow_ups.parts(before.text, lambda words: alone(with_text(before, words)))
    return alone(with_text(before, found[1], focus(view))) if found else None


def filled_in(heard: Heard) -> Draft | None:
    """A request that lacked a value, and now the value."""
    last = heard.view.last
    if last is None or last.call.intent != "chat" or last.call.parameters or len(heard.text.split()) > 6:
        return None
    asked = alone(heard_before(heard))
    skill = heard.library.get(asked.intent) if asked else None
    if not asked or not skill or not skill.problems(asked.parameters):
        return None
    missing = [i for i in skill.inputs if i.required and i.name not in asked.parameters]
    values = {i.name: v for i in missing if (v := follow_ups.value_for(i, heard.text, skill.id, heard)) is not None}
    return Draft(asked.intent, {**asked.parameters, **values}) if len(values) == len(missing) else None


def heard_before(heard: Heard) -> Heard:
    """The last turn's words, as they were heard then."""
    view = heard.view.until(len(heard.view.past) - 1)
    plain = text.plain(view.user, known_words(view))
    core = manners.core(plain.text, bool(view.attached), bool(view.past))
    return Heard(core, core, plain.quotes, view, heard.library, heard.guideline, focus(view))


def by_itself(heard: Heard) -> Draft | None:
    """A request; of two in one turn, the first."""
    two = follow_ups.parts(heard.text, lambda words: alone(with_text(heard, words)))
    whole = alone(heard)
    if two and whole and whole.intent not in ("replace_object", "text_to_image", "chat", "vqa", "scribble_to_image", "pose_to_image"):
        return alone(with_text(heard, two[0]))
    return whole


def alone(heard: Heard) -> Draft | None:
    left = spared.spared(heard.text)
    draft = request(with_text(heard, left.rest))
    if draft and left.what and draft.intent not in ("chat", "vqa"):
        return Draft(draft.intent, {**draft.parameters, "avoid": left.what})
    return draft


def on_picture(draft: Draft | None, index: int | None) -> Draft | None:
    if draft is None or index is None or draft.intent == "chat":
        return draft
    return Draft(draft.intent, {**draft.parameters, "image": f"image_{index + 1}"})


def with_text(heard: Heard, words: str, spoken_of: str | None = None) -> Heard:
    return Heard(words, heard.whole, heard.quotes, heard.view, heard.library, heard.guideline, spoken_of or heard.focus)
