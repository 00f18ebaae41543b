"""The state of a conversation while its outline is drawn: the pictures so far, the current one, the thing just
spoken of; and what a turn does to it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from generators.catalogue import kinds
from generators.edits import apply
from generators.guideline import guideline
from generators.openings import suits
from generators.proposals import Proposal
from generators.scenes import CannotDraw, describe, read, visible
from generators.sense import undoes, was_done
from generators.slots import Lot, focus_weights
from schemas.answer import Call
from schemas.identity import keyed
from schemas.outline import TURNS_OF, Outline, PlannedTurn, Shot, Slot
from schemas.plan import Plan
from schemas.prompt import Dimension, Prompt
from schemas.scene import Scene
from schemas.skill import Library, Value

# Edits of one place, where it makes sense to say that another be left alone.
SPARING = frozenset({"add_object", "remove_object", "replace_object", "recolor", "replace_background"})
# Turns that only answer or take up what was said before switch nothing.
ANSWERS = frozenset({"yes", "no", "takes_up", "short_answer", "guided_answer", "guided_final"})
ORDINALS = ("first", "second", "third", "fourth", "fifth")
# A focus that a prompt's picture never allows gives way to another skill of the mix after so many attempts.
FOCUS_HOLDS = 5


class Walk:
    def __init__(self, slot: Slot, attempt: int, prompt: Prompt, plan: Plan, library: Library) -> None:
        self.id = Outline.id_of(slot, attempt)
        self.slot, self.prompt, self.plan, self.library = slot, prompt, plan, library
        self.rates = plan.dialogues
        self.rng = keyed(plan.seed, "outline", self.id)
        self.creates = {skill.id for skill in library.skills if skill.type == "create"}
        self.control_skills = self.creates - {"text_to_image"}
        least, most = (slot.turns, slot.turns) if slot.turns else TURNS_OF[slot.turn_class]
        self.length = keyed(plan.seed, "length", slot.prompt_id, slot.number).randint(least, most)
        self.size = (plan.renderer.size, plan.renderer.size)
        self.shots: list[Shot] = []
        self.turns: list[PlannedTurn] = []
        self.current: int | None = None
        self.before_last: int | None = None
        self.spoken_of: str | None = None
        self.focus = slot.focus if attempt < FOCUS_HOLDS or slot.turns else self.another_focus()
        self.focus_at = -1  # not yet placed

    def another_focus(self) -> str:
        weights = focus_weights(self.plan, self.library, Lot(self.slot.turn_class, self.slot.opening))
        fitting = {skill: weight for skill, weight in weights.items() if suits(self.prompt, skill)} or weights
        return self.rng.choices(list(fitting), list(fitting.values()))[0]

    def place_focus(self, turns: int = 1, after: int = 0) -> None:
        """Where the focus comes: it takes so many turns, and so many go before it beside the opening."""
        opens = self.slot.opening == "requested" or self.focus == "text_to_image"
        latest = self.length - turns
        self.focus_at = self.rng.randint(min(opens + after, latest), latest)

    def state(self) -> tuple[Any, ...]:
        return list(self.shots), list(self.turns), self.current, self.before_last, self.spoken_of

    def restore(self, state: tuple[Any, ...]) -> None:
        """As if nothing had been tried since."""
        shots, turns, self.current, self.before_last, self.spoken_of = state
        self.shots, self.turns = list(shots), list(turns)

    @contextmanager
    def rated(self, **rates: float) -> Iterator[None]:
        """Turns with other rates than the plan's."""
        usual = self.rates
        self.rates = usual.model_copy(update=rates)
        try:
            yield
        finally:
            self.rates = usual

    def draw(self, skill: str, proposal: Proposal, scene: Scene, source: int, leans: str | None = None) -> bool:
        if not leans and undoes(self.turns, self.creates, skill, proposal):
            return False
        parameters: dict[str, Value] = dict(proposal.parameters)
        given = dict(proposal.given)
        phenomena: list[str] = []
        creates = skill in self.creates
        if leans:
            given["leans"] = leans
            phenomena.append(leans)
            if source != self.current:
                parameters["image"] = f"image_{source + 1}"
        elif source != self.current and not creates:
            parameters["image"] = f"image_{source + 1}"
            given["picture"] = self.name_of(source)
            phenomena.append("earlier_image")
        if not leans and (creates or skill in SPARING) and self.rng.random() < self.rates.negative:
            self.leave_alone(scene, creates, parameters, given, phenomena)
        call = Call(intent=skill, parameters=parameters)
        key = f"{self.prompt.id}/{self.id}/{len(self.shots)}" if creates else self.prompt.id
        try:
            made = apply(call, None if creates else scene, key, self.size)
        except CannotDraw:
            return False
        if was_done(self.shots, call, made):
            return False
        if creates:
            phenomena.append("new_picture")
        after = self.shot_of(Shot(call=call, source=None if creates else source, scene=made))
        if not leans:
            self.speak_of(proposal, given, phenomena, source)
        self.add_turn(
            call,
            Proposal(parameters, given, proposal.reason),
            after,
            before=None if creates else source,
            phenomena=phenomena,
        )
        self.remember(proposal, made)
        return True

    def shot_of(self, shot: Shot) -> int:
        """Where this picture stands; a state that was there before is the same picture."""
        for n, earlier in enumerate(self.shots):
            if earlier.scene == shot.scene:
                return n
        self.shots.append(shot)
        return len(self.shots) - 1

    def is_picture(self, n: int) -> bool:
        scene = self.shots[n].scene
        return scene is not None and scene.medium == "picture"

    def name_of(self, index: int) -> str:
        """A name that tells this picture from the others: by number, or as the original or the previous one."""
        names = [f"{ORDINALS[index]}"]
        if index == 0 and self.slot.opening == "attached":
            names.append("original")
        if index == self.before_last and self.goes_straight():
            names.append("previous")
        return self.rng.choice(names)

    def goes_straight(self) -> bool:
        """Whether the last change was made on the picture shown before it, so that "the one before" is no riddle."""
        changes = [turn for turn in self.turns if turn.image_after is not None]
        return bool(changes) and changes[-1].image_before == self.before_last and changes[-1].call.intent != "chat"

    def leave_alone(
        self, scene: Scene, creates: bool, parameters: dict[str, Value], given: dict[str, str], phenomena: list[str]
    ) -> None:
        """A negative: what a new picture must not hold, or what an edit must not touch."""
        named = " ".join(str(value) for value in parameters.values())
        if creates:
            nouns = [k.plural for k in kinds().values() if k.noun not in named and k.worn is None and k.group != "sky"]
            parameters["avoid"] = given["avoid"] = self.rng.choice(nouns)
        else:
            names = [d for d in (describe(scene, t) for t in visible(scene)) if d not in named]
            if not names:
                return
            name = self.rng.choice(names)
            parameters["avoid"], given["avoid"] = name, f"the {name}"
        phenomena.append("negative")

    def speak_of(self, proposal: Proposal, given: dict[str, str], phenomena: list[str], source: int) -> None:
        """The thing just spoken of may become a pronoun, if nothing else could be meant."""
        if source != self.current or self.spoken_of is None:
            return
        slot = next((s for s in ("object", "target") if proposal.parameters.get(s) == self.spoken_of), None)
        if slot and self.rng.random() < self.rates.anaphora:
            given["pronoun"], given["pronoun_of"] = pronoun_for(self.spoken_of), slot
            phenomena.append("anaphora")

    def remember(self, proposal: Proposal, scene: Scene) -> None:
        named = {str(v) for k, v in proposal.parameters.items() if k in ("object", "target", "replacement")}
        still = [describe(scene, thing) for thing in visible(scene)]
        left = [name for name in still if name in named]
        self.spoken_of = left[0] if len(left) == 1 and len(named) == 1 else None

    def add_turn(
        self,
        call: Call,
        proposal: Proposal,
        after: int | None,
        before: int | None = -1,
        phenomena: list[str] | None = None,
        dimension: Dimension | None = None,
        phrase: str | None = None,
    ) -> None:
        n = len(self.turns)
        attached = (0,) if n == 0 and self.current == 0 and self.slot_attaches(call) else ()
        found = list(phenomena or [])
        answers = proposal.given.get("leans") in ANSWERS
        if n and not answers and self.library[call.intent].type != self.library[self.turns[-1].call.intent].type:
            found.append("intent_switch")
        self.turns.append(
            PlannedTurn(
                call=call,
                attached=attached,
                image_before=self.current if before == -1 else before,
                image_after=after,
                phenomena=tuple(found),
                dimension=dimension,
                phrase=phrase,
                given=dict(proposal.given),
                reason=proposal.reason or guideline().reasons.get(call.intent, ""),
            )
        )
        if after is not None and after != self.current:
            self.before_last, self.current = self.current, after

    def amend(
        self, at: int, phenomena: str, given: dict[str, str] | None = None, ahead: PlannedTurn | None = None,
        reason: str | None = None,
    ) -> None:  # fmt: skip
        """What turns out about a turn when the next one is known."""
        turn = self.turns[at]
        self.turns[at] = turn.model_copy(
            update={
                "phenomena": (*turn.phenomena, phenomena),
                "given": {**turn.given, **(given or {})},
                "ahead": ahead or turn.ahead,
                "reason": reason or turn.reason,
            }
        )

    def slot_attaches(self, call: Call) -> bool:
        return self.slot.opening == "attached" or "image" in call.parameters


def only_subject(shot: Shot) -> str | None:
    """The one thing that a request for a picture was about, where it was called by its name in the picture."""
    things = read(str(shot.call.parameters["prompt"])).things
    if shot.scene is None or len(things) != 1 or things[0].count > 1:
        return None
    found = [describe(shot.scene, thing) for thing in visible(shot.scene) if thing.noun == things[0].noun]
    said = str(shot.call.parameters["prompt"]).casefold()
    return found[0] if len(found) == 1 and found[0] in said else None


def pronoun_for(name: str) -> str:
    return "person" if has_person(name) else "thing"


def has_person(text: str) -> bool:
    return any(kinds()[noun].group == "people" for noun in read(text).nouns)
