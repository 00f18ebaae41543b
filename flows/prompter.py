"""The prompter: has a language model write the seed prompts, each category alike, until all differ."""

from collections import Counter

from clients.errors import CallFailed
from flows.models import Model
from generators.model_prompts import PromptSlot, distinct, prompting
from generators.prompts import categories_of
from generators.slots import apportion
from generators.tasks import Unusable
from schemas.errors import Refused
from schemas.identity import keyed
from schemas.plan import Plan
from schemas.prompt import Prompt

STAGE = "prompts"


def places(plan: Plan) -> list[tuple[str, int]]:
    """Every prompt that is wanted: the how manieth of its category."""
    shares = dict.fromkeys(categories_of(plan), 1.0)
    return [(category, n) for category, count in apportion(shares, plan.prompts.count).items() for n in range(count)]


def model_prompts(plan: Plan, model: Model) -> list[Prompt]:
    wanted = places(plan)
    standing: dict[PromptSlot, Prompt] = {}
    rejects: Counter[str] = Counter()
    model.stage("prompts", len(wanted))

    async def work(slot: PromptSlot) -> tuple[PromptSlot, Prompt | None]:
        try:
            return slot, await model.pursue(prompting(slot, plan.seed, plan.author.model, model.folder), STAGE, slot.id)
        except (Unusable, CallFailed) as error:
            rejects[str(error).partition(":")[0]] += 1
            return slot, None

    for attempt in range(plan.attempts):
        filled = {(slot.category, slot.number) for slot in standing}
        came: list[tuple[PromptSlot, Prompt]] = []

        def put(result: tuple[PromptSlot, Prompt | None], came: list[tuple[PromptSlot, Prompt]] = came) -> None:
            slot, prompt = result
            if prompt is not None:
                came.append((slot, prompt))
                model.advance(1)

        model.each(work, [PromptSlot(*place, attempt) for place in wanted if place not in filled], put)
        before = len(standing)
        distinct(came, standing)
        rejects["much like another"] += len(came) - (len(standing) - before)
        model.advance(len(standing) - before - len(came))
        if len(standing) == len(wanted):
            break
    else:
        why = ", ".join(f"{reason} ({count})" for reason, count in rejects.most_common(3))
        raise Refused(
            f"prompts.count: {len(wanted) - len(standing):,} of {len(wanted):,} prompts are still open after "
            f"{plan.attempts} attempts: {why}; raise attempts, or leave prompts out of author.writes"
        )
    prompts = [standing[slot] for slot in sorted(standing)]
    keyed(plan.seed, "order").shuffle(prompts)
    return prompts
