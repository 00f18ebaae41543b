"""The words of turns that hang on another: corrections, answers to a question back, yes and no, two requests in
one, pictures worked out by questions or drawn again.

What they say stands in banks/phenomena.yaml and banks/exchanges.yaml; what they mean was decided before.
"""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple

from generators.banks import Manner, bank_of, banks, choose, leaning
from generators.doings import doings
from generators.exchange_bank import Underspecified, exchanges
from generators.phrasing import Candidate, Facts, candidates, fill, known, pick, replies
from generators.voice import Before, Person, mistyped, sentence, slipped, voiced
from schemas.answer import Call
from schemas.bank import Bank, Form, heard
from schemas.outline import PlannedTurn
from schemas.prompt import Dimension, Split
from schemas.skill import Library, Value

BRIEF = 9  # words of the first of two requests in one breath
ASKING = re.compile(r"(can|could|would|what|how|is|are|do|does|may|which|any|shall|will|should|mind) ", re.IGNORECASE)
MAY_YOU = re.compile(r"<can you>|(can|could|would|will) you\b|may I ask you", re.IGNORECASE)
TELLING = re.compile(r"(i|i'd|i'm|we|my) ", re.IGNORECASE)


class Spoken(NamedTuple):
    user: str
    reply: str
    core: str  # the request itself, without greeting and thanks: what a question's parameter quotes
    construction: str


class Moment(NamedTuple):
    """One turn about to be spoken: what it must say, who says it, and where in the dialogue."""

    turn: PlannedTurn
    before: Before
    bank: Bank
    person: Person
    split: Split
    facts: dict[str, Value]
    library: Library
    rng: Random

    @property
    def manner(self) -> Manner:
        return self.person.manner

    @property
    def later(self) -> bool:
        return self.before.n > 0


def speak_hanging(m: Moment) -> Spoken:
    if "compound" in m.turn.phenomena:
        return speak_two(m)
    return SPEAKERS[m.turn.given["leans"]](m)


def form_of(request: str) -> Form:
    """What kind of sentence the request ends in."""
    last = re.split(r"[.!?] ", request)[-1]
    if ASKING.match(last):
        return "question"
    return "wish" if TELLING.match(last) else "imperative"


def as_typed(m: Moment, text: str, bank: Bank, facts: Facts) -> str:
    """One reading of a construction as this person would type it, slots filled."""
    return fill(mistyped(slipped(choose(text, m.rng), m.manner, m.rng), m.manner, m.rng), bank, facts, m.rng)


def one_of(m: Moment, wordings: tuple[str, ...], facts: Facts | None = None) -> tuple[str, int]:
    """One of the wordings that this split hears, as this person would put it, and which it was."""
    wording = m.rng.choice(heard(wordings, m.split))
    words = as_typed(m, wording, m.bank, facts or m.facts)
    return words, wordings.index(wording)


def said(m: Moment, request: str, reply: str, construction: str, form: Form | None = None) -> Spoken:
    user = voiced(request, form or form_of(request), m.turn, m.before, m.person, m.rng)
    return Spoken(user, reply, request, construction)


def usual_reply(m: Moment, more: Mapping[str, Value] | None = None) -> str:
    plain = {**m.facts, **m.turn.given, **(more or {})}
    return sentence(fill(m.rng.choice(replies(m.bank, plain)), m.bank, plain, m.rng)) + closing_words(m)


def assistant(m: Moment, wordings: tuple[str, ...], facts: Facts) -> str:
    return sentence(fill(m.rng.choice(wordings), m.bank, facts, m.rng))


def ahead_of(m: Moment) -> tuple[PlannedTurn, Bank]:
    assert m.turn.ahead is not None
    return m.turn.ahead, bank_of(m.library[m.turn.ahead.call.intent])


def doing(m: Moment) -> str:
    """The call that lies ahead as a verb phrase."""
    ahead, bank = ahead_of(m)
    return fill(m.rng.choice(doings(ahead)), bank, known(ahead), m.rng)


def closing_words(m: Moment) -> str:
    """What the reply names beyond its own call: the rest of a request, or an offer."""
    if "compound" in m.turn.phenomena:
        return " " + assistant(m, exchanges().compound.rest, {"second": doing(m)})
    if "offer" in m.turn.phenomena:
        return " " + assistant(m, exchanges().offer.made, {"doing": doing(m)})
    return ""


def speak_two(m: Moment) -> Spoken:
    """Two requests in one breath."""
    found = [c for c in candidates(m.bank, m.turn, m.facts, m.split) if c.form in ("imperative", "question")]
    brief = [c for c in found if len(c.text.split()) <= BRIEF and not c.unsaid and joins(c)] or found
    first = pick(brief, m.manner, False, m.rng)
    assert first is not None
    request = as_typed(m, with_unsaid(first, m), m.bank, m.facts)
    frames = exchanges().compound.joined_question if first.form == "question" else exchanges().compound.joined
    both, which = one_of(m, frames, {"first": request, "second": doing(m)})
    return said(m, both, usual_reply(m), f"compound/{which}", first.form)


def joins(candidate: Candidate) -> bool:
    """Whether "… and then …" can follow: after "can you …", not after "what would it look like …"."""
    return "?" not in candidate.text and (candidate.form == "imperative" or bool(MAY_YOU.match(candidate.text)))


def with_unsaid(candidate: Candidate, m: Moment) -> str:
    clauses = [m.rng.choice(m.bank.clauses[name]) for name in candidate.unsaid]
    return " ".join([candidate.text, *clauses]).replace(" ,", ",")


def speak_rest(m: Moment) -> Spoken:
    words, which = one_of(m, exchanges().compound.takes_up)
    return said(m, words, usual_reply(m), f"takes_up/{which}", "fragment")


def speak_yes(m: Moment) -> Spoken:
    words, which = one_of(m, exchanges().offer.yes)
    return said(m, words, usual_reply(m), f"offer/yes-{which}", "fragment")


def speak_no(m: Moment) -> Spoken:
    words, which = one_of(m, exchanges().offer.no)
    return said(m, words, assistant(m, exchanges().offer.no_replies, {}), f"offer/no-{which}", "fragment")


def speak_correction(m: Moment) -> Spoken:
    changed = m.turn.given["changed"]
    words, which = one_of(m, leaning().correction[changed])
    return said(m, words, usual_reply(m), f"correction/{changed}-{which}", "fragment")


def speak_ellipsis(m: Moment) -> Spoken:
    words, which = one_of(m, leaning().ellipsis)
    return said(m, words, usual_reply(m), f"ellipsis/{which}", "fragment")


def speak_vaguely(m: Moment) -> Spoken:
    """The guideline's clause in the constructions of any instruction; the reply is that of the skill it means."""
    asking, wanted = banks()["instruct_edit"], {"instruction": m.turn.given["instruction"]}
    wish = PlannedTurn(call=Call(intent=asking.skill, parameters=dict(wanted)))
    candidate = pick(list(candidates(asking, wish, wanted, m.split)), m.manner, m.later, m.rng)
    assert candidate is not None
    request = as_typed(m, candidate.text, asking, wanted)
    return said(m, request, usual_reply(m), f"vague/{candidate.slug}", candidate.form)


def speak_asking(m: Moment) -> Spoken:
    """A request without a value that it needs; the reply asks for it."""
    ahead, bank = ahead_of(m)
    facts = {**ahead.call.parameters, **ahead.given}
    if m.turn.given["missing"] == "which":
        return speak_either(m._replace(bank=bank), facts)
    entry = entry_of(ahead, m.turn.given["missing"])
    words, which = one_of(m._replace(bank=bank), entry.said, facts)
    return said(m, words, assistant(m, entry.asks, facts), f"asks_back/{entry.skill}-{which}")


def speak_either(m: Moment, facts: dict[str, Value]) -> Spoken:
    """A request for one of two things alike, named as if there were one."""
    noun, ahead = m.turn.given["noun"], m.turn.ahead
    assert ahead is not None
    facts = {**facts, "object": f"the {noun}"}
    candidate = pick(list(candidates(m.bank, ahead, facts, m.split)), m.manner, m.later, m.rng)
    assert candidate is not None
    request = as_typed(m, with_unsaid(candidate, m), m.bank, facts)
    two = {"a": f"the {noun} on the left", "b": f"the {noun} on the right"}
    asks = assistant(m, exchanges().which.asks, two)
    return said(m, request, asks, f"asks_back/which-{candidate.slug}", candidate.form)


def speak_short_answer(m: Moment) -> Spoken:
    missing = m.turn.given["missing"]
    wordings = exchanges().which.answers if missing == "which" else entry_of(m.turn, missing).answers
    words, which = one_of(m, wordings)
    return said(m, words, usual_reply(m), f"answers/{m.bank.skill}-{missing}-{which}", "fragment")


def entry_of(turn: PlannedTurn, missing: str) -> Underspecified:
    return next(
        e for e in exchanges().underspecified
        if e.skill == turn.call.intent and e.missing == missing
        and all(turn.call.parameters.get(k) == v for k, v in e.when.items())
    )  # fmt: skip


def question_about(m: Moment) -> str:
    dimension: Dimension = m.turn.given["asks"]  # type: ignore[assignment]
    return assistant(m, exchanges().guided.dimensions[dimension].asks, {})


def speak_idea(m: Moment) -> Spoken:
    words, which = one_of(m, exchanges().guided.starts)
    return said(m, words, question_about(m), f"guided/start-{which}")


def speak_guided_answer(m: Moment) -> Spoken:
    skips = not m.turn.given["phrase"]
    words, which = one_of(m, exchanges().guided.skips if skips else exchanges().guided.answers)
    heard_out = exchanges().guided.left_open if skips else exchanges().guided.acknowledged
    reply = f"{assistant(m, heard_out, {})} {question_about(m)}"
    return said(m, words, reply, f"guided/{'skip' if skips else 'answer'}-{which}", "fragment")


def speak_final(m: Moment) -> Spoken:
    goes = not m.turn.given["phrase"]
    words, which = one_of(m, exchanges().guided.goes if goes else exchanges().guided.finals)
    return said(m, words, usual_reply(m), f"guided/{'go' if goes else 'final'}-{which}", "fragment")


def speak_revision(m: Moment) -> Spoken:
    kind, kinds = m.turn.given["kind"], exchanges().revision.kinds
    added = () if m.turn.given["old"] else kinds.get(f"{kind}_added", ())
    words, which = one_of(m, (*kinds[kind], *added))
    return said(m, words, assistant(m, exchanges().revision.replies, m.facts), f"revision/{kind}-{which}")


SPEAKERS: Mapping[str, Callable[[Moment], Spoken]] = {
    "correction": speak_correction,
    "ellipsis": speak_ellipsis,
    "vague": speak_vaguely,
    "takes_up": speak_rest,
    "yes": speak_yes,
    "no": speak_no,
    "underspecified": speak_asking,
    "short_answer": speak_short_answer,
    "guided_start": speak_idea,
    "guided_answer": speak_guided_answer,
    "guided_final": speak_final,
    "revision": speak_revision,
}
