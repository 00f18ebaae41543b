"""Outlines: a conversation walked through before any word is written.

A slot says how many turns there are, how the picture comes in and which skill the dialogue is about. The
walk keeps the state a real conversation has (pictures so far, the current one, the thing just spoken of),
asks a proposer what could be wanted now, and has the renderer's own rules say whether it can be drawn.
"""

from generators.catalogue import kinds
from generators.edits import EDITS, apply
from generators.leaning import corrected, repeated
from generators.openings import control_shots, own_shot, requested_shot, suits
from generators.proposals import PROPOSERS, Proposal, View
from generators.proposals.card import proposer_of
from generators.scenes import CannotDraw, describe, read, visible
from generators.slots import Lot, focus_weights
from schemas.answer import Call
from schemas.identity import keyed
from schemas.outline import TURNS_OF, Outline, PlannedTurn, Shot, Slot
from schemas.plan import Plan
from schemas.prompt import Prompt
from schemas.scene import Scene
from schemas.skill import Library, Value

TRIES_PER_TURN = 12
# Edits of one place, where it makes sense to say that another be left alone.
SPARING = frozenset({"add_object", "remove_object", "replace_object", "recolor", "replace_background"})
# Requests that take a thing, one of which often follows when a thing has just been spoken of.
OF_A_THING = ("add_object", "recolor", "remove_object", "replace_object", "transform")
STAYS_WITH_THE_THING = 0.4
ORDINALS = ("first", "second", "third", "fourth", "fifth")
# A focus that a prompt's picture never allows gives way to another skill of the mix after so many attempts.
FOCUS_HOLDS = 5


class NotPossible(Exception):
    """This attempt cannot become a conversation; the message is the reject's reason."""


def outline(slot: Slot, attempt: int, prompt: Prompt, plan: Plan, library: Library) -> Outline:
    walk = Walk(slot, attempt, prompt, plan, library)
    walk.open()
    while len(walk.turns) < walk.length:
        walk.go_on()
    return Outline(
        id=walk.id, attempt=attempt, slot=slot, prompt=prompt, shots=tuple(walk.shots), turns=tuple(walk.turns)
    )


class Walk:
    """The state of a conversation while its outline is drawn."""

    def __init__(self, slot: Slot, attempt: int, prompt: Prompt, plan: Plan, library: Library) -> None:
        self.id = Outline.id_of(slot, attempt)
        self.slot, self.prompt, self.plan, self.library = slot, prompt, plan, library
        self.rng = keyed(plan.seed, "outline", self.id)
        self.creates = {skill.id for skill in library.skills if skill.type == "create"}
        self.control_skills = self.creates - {"text_to_image"}
        self.length = keyed(plan.seed, "length", slot.prompt_id, slot.number).randint(*TURNS_OF[slot.turn_class])
        self.size = (plan.renderer.size, plan.renderer.size)
        self.shots: list[Shot] = []
        self.turns: list[PlannedTurn] = []
        self.current: int | None = None
        self.before_last: int | None = None
        self.spoken_of: str | None = None
        self.focus = slot.focus if attempt < FOCUS_HOLDS else self.another_focus()
        first = 1 if slot.opening == "requested" or self.focus == "text_to_image" else 0
        self.focus_at = self.rng.randint(min(first, self.length - 1), self.length - 1)

    def another_focus(self) -> str:
        weights = focus_weights(self.plan, self.library, Lot(self.slot.turn_class, self.slot.opening))
        fitting = {skill: weight for skill, weight in weights.items() if suits(self.prompt, skill)} or weights
        return self.rng.choices(list(fitting), list(fitting.values()))[0]

    def open(self) -> None:
        """The first picture: attached by the user, or asked for in the first turn."""
        if self.slot.opening == "attached":
            shot = own_shot(self.prompt, self.size, faulty=self.focus == "retouch")
            if shot is None:
                raise NotPossible("focus_not_applicable")
            self.shots.append(shot)
            self.current = 0
            return
        mix = {skill: weight for skill, weight in self.plan.dialogues.mix.items() if skill in self.creates and weight}
        single = self.slot.turn_class == "single"
        skill = self.focus if single else self.rng.choices(list(mix), list(mix.values()))[0]
        if skill == "text_to_image":
            self.shots.append(requested_shot(self.prompt, self.size))
        else:
            self.shots.extend(control_shots(skill, self.prompt, self.size, self.rng))
            self.current = 0
        made = self.shots[-1]
        self.add_turn(made.call, Proposal(made.call.parameters), after=len(self.shots) - 1)
        if made.scene is not None:
            self.spoken_of = only_subject(made)

    def go_on(self) -> None:
        """One more turn: the focus where it belongs, else what the mix brings that makes sense here."""
        n = len(self.turns)
        is_focus = n == self.focus_at
        if not is_focus and self.lean():
            return
        for _ in range(TRIES_PER_TURN):
            skill = self.focus if is_focus else self.other_skill()
            if self.take_turn(skill):
                return
        raise NotPossible("focus_not_applicable" if is_focus else "nothing_fits")

    def other_skill(self) -> str:
        last = self.turns[-1].call.intent if self.turns else None
        follow = [skill for skill in OF_A_THING if self.plan.dialogues.mix.get(skill) and skill != last]
        if self.spoken_of and follow and self.rng.random() < STAYS_WITH_THE_THING:
            return self.rng.choice(follow)
        mix = {
            skill: weight * (0.25 if skill == last or skill == "text_to_image" else 1)
            for skill, weight in self.plan.dialogues.mix.items()
            if weight and skill not in self.control_skills and not (skill in self.creates and not self.turns)
        }
        return self.rng.choices(list(mix), list(mix.values()))[0]

    def take_turn(self, skill: str, back_to: int | None = None) -> bool:
        """A turn for this skill; `back_to` is the picture that a change of mind returns to."""
        if back_to is not None and (skill not in EDITS or not self.is_picture(back_to)):
            return False
        if skill == "chat" and len(self.shots) > 1 and self.rng.random() < 0.5:
            return self.look_back()
        source = self.choose_picture(skill) if back_to is None else back_to
        scene = self.shots[source].scene
        if scene is None:
            return False
        spoken_of = self.spoken_of if source == self.current else None
        view = View(scene, self.slot.split, len(self.turns), len(self.turns) == self.length - 1, spoken_of)
        propose = PROPOSERS.get(skill) or proposer_of(self.library[skill])
        proposal = propose(view, self.rng)
        if proposal is None:
            return False
        if not self.library[skill].draws or skill not in self.creates | EDITS.keys():
            self.add_turn(Call(intent=skill, parameters=dict(proposal.parameters)), proposal, after=None)
            return True
        return self.draw(skill, proposal, scene, source, "change_of_mind" if back_to is not None else None)

    def lean(self) -> bool:
        """Perhaps a turn that leans on the last: a correction, the same for another thing, a change of mind."""
        last = self.turns[-1] if self.turns else None
        if last is None or last.image_after is None or last.image_before is None or last.call.intent not in EDITS:
            return False
        rates, roll = self.plan.dialogues, self.rng.random()
        if roll < rates.correction:
            return self.vary(last, last.image_before, "correction")
        if roll < rates.correction + rates.ellipsis:
            return self.vary(last, last.image_after, "ellipsis")
        if roll < rates.correction + rates.ellipsis + rates.change_of_mind:
            return self.take_turn(self.other_skill(), last.image_before)
        return False

    def vary(self, last: PlannedTurn, source: int, how: str) -> bool:
        scene = self.shots[source].scene
        if scene is None or not self.is_picture(source):
            return False
        view = View(scene, self.slot.split, len(self.turns), False, None)
        found = (corrected if how == "correction" else repeated)(last, view, self.rng)
        if found is None:
            return False
        given = found.given | {"leans": how, "changed": found.changed}
        proposal = Proposal(found.parameters, given, f"{how} of {found.changed}")
        return self.draw(last.call.intent, proposal, scene, source, leans=how)

    def draw(self, skill: str, proposal: Proposal, scene: Scene, source: int, leans: str | None = None) -> bool:
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
        if not leans and (creates or skill in SPARING) and self.rng.random() < self.plan.dialogues.negative:
            self.leave_alone(scene, creates, parameters, given, phenomena)
        call = Call(intent=skill, parameters=parameters)
        key = f"{self.prompt.id}/{self.id}/{len(self.shots)}" if creates else self.prompt.id
        try:
            made = apply(call, None if creates else scene, key, self.size)
        except CannotDraw:
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

    def choose_picture(self, skill: str) -> int:
        assert self.current is not None
        shown = [n for n in range(len(self.shots)) if n != self.current and self.is_picture(n)]
        if self.library[skill].type == "edit" and shown and self.rng.random() < self.plan.dialogues.earlier_image:
            return self.rng.choice(shown)
        return self.current

    def is_picture(self, n: int) -> bool:
        scene = self.shots[n].scene
        return scene is not None and scene.medium == "picture"

    def name_of(self, index: int) -> str:
        """A name that tells this picture from the others: by number, or as the original or the previous one."""
        names = [f"{ORDINALS[index]}"]
        if index == 0 and self.slot.opening == "attached":
            names.append("original")
        if index == self.before_last:
            names.append("previous")
        return self.rng.choice(names)

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
        if slot and self.rng.random() < self.plan.dialogues.anaphora:
            given["pronoun"], given["pronoun_of"] = pronoun_for(self.spoken_of), slot
            phenomena.append("anaphora")

    def remember(self, proposal: Proposal, scene: Scene) -> None:
        named = {str(v) for k, v in proposal.parameters.items() if k in ("object", "target", "replacement")}
        still = [describe(scene, thing) for thing in visible(scene)]
        left = [name for name in still if name in named]
        self.spoken_of = left[0] if len(left) == 1 and len(named) == 1 else None

    def look_back(self) -> bool:
        """A bare wish to see an earlier picture again: undo, or back to one by name."""
        assert self.current is not None
        if self.before_last is not None and self.is_picture(self.before_last) and self.rng.random() < 0.5:
            target, given = self.before_last, {"kind": "undo"}
        else:
            shown = [n for n in range(len(self.shots)) if n != self.current and self.is_picture(n)]
            if not shown:
                return False
            target = self.rng.choice(shown)
            given = {"kind": "back", "picture": self.name_of(target)}
        call = Call(intent="chat", parameters={"show": f"image_{target + 1}"})
        self.add_turn(call, Proposal(call.parameters, given), target, phenomena=["backtracking"])
        self.spoken_of = None
        return True

    def add_turn(
        self,
        call: Call,
        proposal: Proposal,
        after: int | None,
        before: int | None = -1,
        phenomena: list[str] | None = None,
    ) -> None:
        n = len(self.turns)
        attached = (0,) if n == 0 and self.current == 0 and self.slot_attaches(call) else ()
        found = list(phenomena or [])
        if n and self.library[call.intent].type != self.library[self.turns[-1].call.intent].type:
            found.append("intent_switch")
        self.turns.append(
            PlannedTurn(
                call=call,
                attached=attached,
                image_before=self.current if before == -1 else before,
                image_after=after,
                phenomena=tuple(found),
                given=dict(proposal.given),
                reason=proposal.reason,
            )
        )
        if after is not None and after != self.current:
            self.before_last, self.current = self.current, after

    def slot_attaches(self, call: Call) -> bool:
        return self.slot.opening == "attached" or "image" in call.parameters


def only_subject(shot: Shot) -> str | None:
    """The one thing that a request for a picture was about, by its name in the picture."""
    things = read(str(shot.call.parameters["prompt"])).things
    if shot.scene is None or len(things) != 1 or things[0].count > 1:
        return None
    found = [describe(shot.scene, thing) for thing in visible(shot.scene) if thing.noun == things[0].noun]
    return found[0] if len(found) == 1 else None


def pronoun_for(name: str) -> str:
    return "person" if has_person(name) else "thing"


def has_person(text: str) -> bool:
    return any(kinds()[noun].group == "people" for noun in read(text).nouns)
