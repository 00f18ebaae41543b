"""Turns: a turn's words in their history, step by step to a call.

What only the history explains is asked first, then whether the words are a request by themselves. A request that its
card finds incomplete is a chat: the assistant will ask back.
"""

import re
from dataclasses import replace

from evaluation.reader import (
    follow_ups,
    frames,
    going_back,
    interview,
    manners,
    offers,
    pairs,
    pictures,
    revision,
    spared,
    text,
)
from evaluation.reader.heard import Draft, Heard
from evaluation.reader.memory import focus
from evaluation.reader.requests import request
from evaluation.reader.view import View
from schemas.answer import Call
from schemas.guideline import Guideline
from schemas.skill import Library, Value

CHAT = Draft("chat", {})
PURPOSE = re.compile(
    r",? (?:just |only )?(?:so as )?to (?:balance|match|fill|complete|round|liven)\b.*$", re.IGNORECASE
)


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
    if skill.problems(fits) or frames.lacks_detail(draft.intent, fits):
        return Call(intent="chat")
    return Call(intent=draft.intent, parameters=fits)


def draft_of(view: View, library: Library, guideline: Guideline) -> Draft | None:
    plain = text.plain(view.user, known_words(view))
    whole = manners.core(plain.text, bool(view.attached), bool(view.past))
    heard = Heard(whole, plain.text, plain.quotes, view, library, guideline, focus(view))
    if interview.guided_start(view) is None and interview.invites_questions(heard):
        return CHAT
    draft = in_history(heard) if view.past else by_itself(heard)
    return draft and in_their_words(draft, view)


def in_their_words(draft: Draft, view: View) -> Draft:
    """A description and a question are kept as they were typed, slips and all."""
    slips = {
        new: old
        for words in (*(past.user for past in view.past), view.user)
        for new, old in text.plain(words).slips.items()
    }
    short = {new: old for new, old in slips.items() if old.casefold() in text.SHORTHAND}
    typed = {"prompt": {new: slips[new] for new in slips.keys() - short}, "question": slips}
    kept = {
        name: text.as_typed(str(value), typed[name]) if name in typed else value
        for name, value in draft.parameters.items()
    }
    return Draft(draft.intent, kept)


def known_words(view: View) -> frozenset[str]:
    """Words of the history are no slips."""
    said = " ".join(f"{past.user} {past.reply}" for past in view.past)
    return frozenset(re.findall(r"[a-z]{3,}", said.casefold()))


def in_history(heard: Heard) -> Draft | None:
    """Undoing, answering, going back, correcting; else a request by itself."""
    view = heard.view
    back = going_back.undone(heard.text, view)
    if back is not None:
        return Draft("chat", {"show": f"image_{back + 1}"})
    answered = answer(heard)
    if answered:
        return answered
    rest = going_back.changed_mind(heard.text)
    mention = pictures.earlier(rest or heard.text, view)
    if rest and not mention:
        return on_picture(by_itself(with_text(heard, manners.trimmed(rest))), going_back.before_last_change(view))
    if mention:
        if going_back.only_shows(mention.rest):
            return Draft("chat", {"show": f"image_{mention.picture + 1}"})
        draft = by_itself(with_text(heard, manners.trimmed(mention.rest)))
        if draft and draft.intent != "text_to_image":
            return on_picture(draft, mention.picture)
    return repeated(heard) or by_itself(heard)


def repeated(heard: Heard) -> Draft | None:
    """The last call for another thing, or put right."""
    same = follow_ups.ellipsis(heard)
    if same:
        return same
    put_right = follow_ups.correction(heard, lambda words: by_itself(with_text(heard, words)))
    return on_picture(put_right, going_back.before_last_change(heard.view)) if put_right else None


def answer(heard: Heard) -> Draft | None:
    """To what the assistant offered or asked, or the part of the last turn that it left."""
    return in_guided_creation(heard) or revision.revised(heard) or taken_up(heard) or filled_in(heard)


def in_guided_creation(heard: Heard) -> Draft | None:
    """One more answer: a chat, or the whole description once the user has said enough."""
    start = interview.guided_start(heard.view)
    if start is None:
        return None
    if not interview.says_done(heard.view.user):
        return CHAT
    opening, *answers = (heard_at(heard, n) for n in range(start, len(heard.view.past)))
    said = [
        interview.subject(opening.text),
        *(interview.answer_in(past.text) for past in answers),
        interview.answer_in(heard.text),
    ]
    return Draft("text_to_image", {"prompt": ", ".join(part for part in said if part)})


def taken_up(heard: Heard) -> Draft | None:
    """A yes or a no to what the last reply put forward."""
    words = heard.text or heard.whole
    offer = offers.offered(heard.view, lambda clause: whole_request(heard, clause))
    agreed = bool(pairs.YES.match(words)) and not manners.only_thanks(heard.view.user)
    if offer is None and not agreed:
        return None
    if offers.refuses(words):
        return CHAT
    if not agreed and (not heard.text or len(words.split()) > 7 or complete(by_itself(heard), heard.library)):
        return None
    return leftover(heard) or offer or CHAT


def whole_request(heard: Heard, clause: str) -> Draft | None:
    plain = text.plain(clause)
    draft = alone(replace(heard, text=plain.text, quotes=plain.quotes))
    return draft if complete(draft, heard.library) else None


def complete(draft: Draft | None, library: Library) -> bool:
    return draft is not None and completed(draft, library).intent == draft.intent


def leftover(heard: Heard) -> Draft | None:
    """The second of the two requests of the turn before."""
    view = heard.view
    before = heard_at(heard, len(view.past) - 1)
    found = pairs.parts(before.text, lambda words: alone(with_text(before, words)))
    return alone(with_text(before, found[1], focus(view))) if found else None


def filled_in(heard: Heard) -> Draft | None:
    """A request that lacked a value, and now the value."""
    last = heard.view.last
    if last is None or last.call.intent != "chat" or last.call.parameters or len(heard.text.split()) > 8:
        return None
    asked = alone(heard_at(heard, len(heard.view.past) - 1))
    one = follow_ups.chosen(last.reply, heard.text)
    if one and asked and "object" in asked.parameters:
        return Draft(asked.intent, {**asked.parameters, "object": one})
    if (asked is None or asked.intent in ("chat", "vqa")) and not complete(by_itself(heard), heard.library):
        asked = follow_ups.asked_for(last.reply)
    skill = heard.library.get(asked.intent) if asked else None
    if not asked or not skill or asked.intent in ("chat", "vqa", "text_to_image") or complete(asked, heard.library):
        return None
    own = by_itself(heard)
    if (
        own
        and len(heard.text.split()) > 4
        and own.intent not in (asked.intent, "add_object", "remove_object")
        and complete(own, heard.library)
    ):
        return None
    if (
        own
        and own.intent == asked.intent
        and complete(merged := Draft(own.intent, {**asked.parameters, **own.parameters}), heard.library)
    ):
        return merged
    said = follow_ups.value_said(heard.text)
    missing = [
        i
        for i in skill.inputs
        if i.name not in asked.parameters and (i.required or frames.lacks_detail(skill.id, asked.parameters))
    ]
    values = {i.name: v for i in missing if (v := follow_ups.value_for(i, said, skill.id, heard)) is not None}
    filled = Draft(asked.intent, {**asked.parameters, **values})
    return filled if values and complete(filled, heard.library) else None


def heard_at(heard: Heard, n: int) -> Heard:
    """An earlier turn's words, as they were heard then."""
    view = heard.view.until(n)
    plain = text.plain(view.user, known_words(view))
    core = manners.core(plain.text, bool(view.attached), bool(view.past))
    return Heard(core, core, plain.quotes, view, heard.library, heard.guideline, focus(view))


IN_ITS_PLACE = re.compile(r"\b(?:there|instead|in (?:its|that|the same) (?:place|spot|stead))\b", re.IGNORECASE)


def by_itself(heard: Heard) -> Draft | None:
    """A request; of two in one turn, the first."""
    two = pairs.parts(heard.text, lambda words: alone(with_text(heard, words)))
    whole = alone(heard)
    if (
        two
        and whole
        and whole.intent not in ("text_to_image", "chat", "vqa", "scribble_to_image", "pose_to_image", "line_art")
        and not (whole.intent == "replace_object" and IN_ITS_PLACE.search(two[1]))
    ):
        return alone(with_text(heard, two[0]))
    return whole


def alone(heard: Heard) -> Draft | None:
    left = spared.spared(PURPOSE.sub("", heard.text) or heard.text)
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
