"""What a picture costs, stage by stage, over the pictures that a plan really asks for.

    python benchmarks/paint.py                       300 dialogues of the paper's plan
    python benchmarks/paint.py --dialogues 1000

One process, one core. Glyph drawings are counted where they are made: a cached one costs nothing, and the
line says how many were. Stages are timed from outside, by wrapping what the painter calls.
"""

import argparse
import io
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from flows.build import batches
from flows.plans import library_of, read_plan
from generators import flaws, glyphs, painter
from generators.outlines import NotPossible, outline
from generators.prompts import seed_prompts
from generators.slots import split_prompts
from schemas.scene import Scene

ROOT = Path(__file__).parent.parent
STAGES = {
    "surroundings and things": (painter, "painted_world"),
    "flaws": (flaws, "apply"),
    "filters and styles": (painter, "touched"),
    "lettering": (painter, "write"),
    "frame": (painter, "framed"),
}


def scenes_of(plan_path: Path, dialogues: int, spent: Counter[str]) -> Iterator[Scene]:
    """The scenes of so many dialogues, each state once per prompt as in a build."""
    plan = read_plan(plan_path)
    library = library_of(plan)
    by_split = split_prompts(plan, seed_prompts(plan))
    slots = 0
    for batch in batches(plan, by_split, library, None, 0):
        prompts = {prompt.id: prompt for prompt in batch.prompts}
        seen: set[str] = set()
        for slot in batch.slots:
            if slots == dialogues:
                return
            slots += 1
            started = time.perf_counter()
            try:
                made = outline(slot, 0, prompts[slot.prompt_id], plan, library)
            except NotPossible:
                continue
            finally:
                spent["scenes and outlines"] += time.perf_counter() - started
            for shot in made.shots:
                if shot.scene and shot.scene.digest not in seen:
                    seen.add(shot.scene.digest)
                    yield shot.scene


def timed(module: Any, name: str, stage: str, spent: Counter[str]) -> None:
    inner: Callable[..., Any] = getattr(module, name)

    def outer(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            return inner(*args, **kwargs)
        finally:
            spent[stage] += time.perf_counter() - started

    setattr(module, name, outer)


def kind_of(scene: Scene) -> str:
    if scene.medium != "picture":
        return scene.medium
    if scene.touches:
        return scene.touches[-1].name.split(":")[0]
    return scene.flaws[0] if scene.flaws else "plain"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plan", type=Path, default=ROOT / "plans" / "drawnconvos.yaml")
    parser.add_argument("--dialogues", type=int, default=300)
    options = parser.parse_args()
    spent: Counter[str] = Counter()
    for stage, (module, name) in STAGES.items():
        timed(module, name, stage, spent)
    per_kind: dict[str, list[float]] = defaultdict(list)
    sizes, decode = [], []
    for scene in scenes_of(options.plan, options.dialogues, spent):
        started = time.perf_counter()
        image = painter.paint(scene)
        painted = time.perf_counter()
        data = painter.encode(image)
        encoded = time.perf_counter()
        Image.open(io.BytesIO(data)).load()
        decode.append(time.perf_counter() - encoded)
        spent["encoding"] += encoded - painted
        per_kind[kind_of(scene)].append(1000 * (encoded - started))
        sizes.append(len(data))
    report(spent, per_kind, sizes, decode)


def report(spent: Counter[str], per_kind: dict[str, list[float]], sizes: list[int], decode: list[float]) -> None:
    pictures = len(sizes)
    everything = [ms for times in per_kind.values() for ms in times]
    print(f"{pictures:,} pictures, {statistics.mean(sizes) / 1000:.0f} KB each\n\n| stage | ms a picture |\n|---|---|")
    for stage in ("scenes and outlines", *STAGES, "encoding"):
        print(f"| {stage} | {1000 * spent[stage] / pictures:.1f} |")
    mean, median = statistics.mean(everything), statistics.median(everything)
    print(f"| **painting and encoding** | {mean:.1f} (median {median:.1f}) |")
    print(f"| decoding, as verify does | {1000 * statistics.mean(decode):.1f} |")
    drawn = glyphs.drawn.cache_info()
    print(f"\nglyph drawings: {drawn.misses:,} made, {drawn.hits:,} taken from the cache")
    print("\n| kind | pictures | ms |\n|---|---|---|")
    for kind, times in sorted(per_kind.items(), key=lambda item: -sum(item[1])):
        print(f"| {kind} | {len(times):,} | {statistics.mean(times):.1f} |")


if __name__ == "__main__":
    main()
