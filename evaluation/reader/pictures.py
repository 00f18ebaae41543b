"""Pictures: which earlier picture is meant, and what the words are without the mention of it.

earlier("back to the second one and crop it", view) -> Mention(picture=1, rest="crop it")
"""

import re
from typing import NamedTuple

from evaluation.reader.lexicon import NUMBERS, PICTURE
from evaluation.reader.view import View

ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|seventh|1st|2nd|3rd|4th|5th|6th|7th)"
COUNT = r"(?:\d{1,2}(?!\d|%|x|:\d|\.\d)|one|two|three|four|five|six|seven|eight|nine)"
SEEN = PICTURE.replace("shots?|", "")
ONE = rf"(?:{SEEN}|one|upload|attempt|try|result)"
BEFORE_THAT = (
    rf"(?:{ONE} (?:right |just )?before(?: (?:that|this|it|the last one))?|(?:previous|earlier|prior|"
    rf"last-but-one) {ONE})"
)
MENTION = (
    rf"(?:(?:the|my|our) (?:very )?(?P<ordinal>{ORDINAL}) {ONE}"
    rf"|(?:{PICTURE} )?(?:number|no\.?|nr\.?|#) ?(?P<number>{COUNT})"
    rf"|{PICTURE} (?P<plain>{COUNT})"
    r"|(?:the|my) (?:very |untouched )?(?:own|original|initial|uploaded|starting)(?: (?:own|"
    rf"untouched))?(?: {ONE})?(?P<first>)"
    rf"|(?:the|my) {ONE} (?:that )?i (?:sent|gave you|uploaded|attached|started with|had first)(?P<sent>)"
    rf"|the {BEFORE_THAT}(?P<before>)|before (?:that|the last) change(?P<before3>)|(?:the )?last version but "
    r"one(?P<before2>))"
)
INTO = (
    r"(?:(?:please |okay |now )*(?:let's |can we |could we |could you |i'd like to |i want to |we should |if we |i )?"
    r"(?:go(?:ing)? back to|going to|(?:go |come )?back to|return(?:ing)? to|back in|start(?:ing)? (?:over "
    r")?(?:from|with)|take|"
    r"use|open(?:ed)?|pick|call up|(?:step|jump|switch|move) back to|looking (?:back )?at|look at|see|consider|"
    r"about|on|in|with|from|for|to|one thing about|"
    r"not this one|work(?:ing)? (?:on|from|with)|continue with|regarding|as for|of|i mean(?: in| on)?|again|do)[ ,]+)*"
)
AFTER = (
    r"(?: again| up again| once more| back| instead| please)*(?:[,:;.]+ ?(?:and |then |but )*| and then | and | "
    r"but | then |, | )?"
)
EARLIER = re.compile(rf"(?:^|[\s(,]){INTO}{MENTION}\)?{AFTER}", re.IGNORECASE)


class Mention(NamedTuple):
    picture: int
    rest: str


def earlier(text: str, view: View) -> Mention | None:
    """A picture by its number, its place or as the one before; None where no earlier one is meant."""
    if not view.past:
        return None
    for found in EARLIER.finditer(text):
        index = index_of(found, view)
        if index is not None and index >= 0 and (view.current is None or index <= max(seen(view))):
            rest = (text[: found.start()].rstrip(" ,(") + " " + text[found.end() :]).strip(" ,.;:!?)")
            return Mention(index, rest)
    return None


def index_of(found: re.Match[str], view: View) -> int | None:
    if found["ordinal"]:
        return NUMBERS[found["ordinal"].casefold()] - 1
    count = found["number"] or found["plain"]
    if count:
        return (int(count) if count.isdigit() else NUMBERS[count.casefold()]) - 1
    if found["first"] is not None:
        return 0
    if found["sent"] is not None:
        return next((past.attached[-1] for past in view.past if past.attached), 0)
    return before_current(view)


def before_current(view: View) -> int | None:
    """The picture that stood there before the one on the screen."""
    changed = view.last_change
    if changed is not None and changed.before is not None and changed.call.intent != "chat":
        return view.current - 1 if view.current else None
    return view.current - 1 if view.current else None


def seen(view: View) -> set[int]:
    shown = {index for past in view.past for index in (past.before, past.after, *past.attached) if index is not None}
    return shown | {0}
