"""Answers of a trained model: drawn by seed and not by batch, held to the cards, several to a context, and judged."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.items import offered
from flows.judging import release_judged, simulate
from flows.progress import Silent
from flows.samples import pairs_of
from schemas.annotation import PreferenceItem
from schemas.answer import Answer, Call
from schemas.errors import BadInput, Refused
from schemas.training import Sampling
from store.release import Outcome
from store.versions import read_manifest
from train.answering import Drawing, Drawn, answers
from train.asking import Asked, Place
from train.models import load
from train.release import Release
from train.sample import SAMPLES, contexts_of, in_memory, sample
from train.shape import answer_schema
from train.wording import Wording

GOOD, OTHER = (Answer(call=Call(intent=name), reply="Done.").text for name in ("upscale", "line_art"))
BAD, WORSE = '{"intent": "upscale"', "well"


def drawing(
    texts: Sequence[str], asked: list[tuple[int, int]] | None = None
) -> Callable[[Sequence[Asked], int], Iterator[tuple[Place, Drawn]]]:
    """A model that gives these texts, draw by draw, to every context."""

    def draw(some: Sequence[Asked], number: int) -> Iterator[tuple[Place, Drawn]]:
        if asked is not None:
            asked.append((number, len(some)))
        return ((each.place, Drawn(texts[number], -1.5, 7)) for each in some)

    return draw


def drawn_texts(path: Path) -> list[str]:
    rows = pq.read_table(path).to_pylist()
    first = [row for row in rows if (row["dialogue_id"], row["turn"]) == (rows[0]["dialogue_id"], rows[0]["turn"])]
    return [row["text"] for row in sorted(first, key=lambda row: row["number"])]


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        ([GOOD, OTHER], [GOOD, OTHER]),
        ([GOOD, GOOD, OTHER], [GOOD, OTHER]),
        ([GOOD, BAD], [GOOD, BAD]),
        ([BAD, WORSE, GOOD], [BAD, GOOD]),
        ([GOOD, GOOD, GOOD, BAD], [GOOD, BAD]),
    ],
    ids=["two", "equal", "one unreadable", "both unreadable", "equal until the last"],
)
def test_equal_and_unreadable_answers_are_replaced(
    texts: list[str], kept: list[str], release: Release, tmp_path: Path
) -> None:
    found = sample(release, Sampling(limit=3, tries=2), "m@1", drawing(texts), tmp_path, False)
    assert drawn_texts(found.path) == kept
    assert (found.contexts, found.answers, dict(found.dropped)) == (3, 6, {})


def test_a_context_that_is_settled_is_not_drawn_for_again(release: Release, tmp_path: Path) -> None:
    asked: list[tuple[int, int]] = []
    sample(release, Sampling(limit=3, tries=4), "m@1", drawing([GOOD, OTHER], asked), tmp_path, False)
    assert asked == [(0, 3), (1, 3)]


@pytest.mark.parametrize(
    ("texts", "why"), [([GOOD] * 4, "always the same"), ([BAD, WORSE, BAD, WORSE], "never an answer")]
)
def test_contexts_that_tell_nothing_are_left_out_with_the_reason(
    texts: list[str], why: str, release: Release, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=f"no context came to 2 different answers: {{'{why}': 3}}; raise --temperature"):
        sample(release, Sampling(limit=3, tries=2), "m@1", drawing(texts), tmp_path, False)


def test_sampling_goes_on_where_it_was_cut_off(release: Release, tmp_path: Path) -> None:
    def dies(some: Sequence[Asked], number: int) -> Iterator[tuple[Place, Drawn]]:
        for n, each in enumerate(drawing([GOOD, OTHER])(some, number)):
            if (number, n) == (1, 2):
                raise KeyboardInterrupt
            yield each

    settings = Sampling(limit=4, tries=1)
    with pytest.raises(KeyboardInterrupt):
        sample(release, settings, "m@1", dies, tmp_path / "cut", False)
    draws = tmp_path / "cut" / "draws.jsonl"
    draws.write_text(draws.read_text()[:-9])  # the last line half written
    asked: list[tuple[int, int]] = []
    cut = sample(release, settings, "m@1", drawing([GOOD, OTHER], asked), tmp_path / "cut", False)
    whole = sample(release, settings, "m@1", drawing([GOOD, OTHER]), tmp_path / "whole", False)
    assert asked == [(1, 3)]
    assert cut.path.read_bytes() == whole.path.read_bytes()


def test_what_is_drawn_hangs_on_the_seed_and_not_on_the_batch(release: Release, tuned: Path) -> None:
    loaded = load(str(tuned), "float32")
    asked = list(contexts_of(release, Sampling(limit=5), sees=False))
    found = [
        {place: drawn.text for place, drawn in answers(loaded, asked, Drawing(seed), longest=12, at_once=at_once)}
        for seed, at_once in (
            (lambda one: len(one.dialogue_id) + one.turn, 5),
            (lambda one: len(one.dialogue_id) + one.turn, 2),
            (lambda one: 99 + one.turn, 5),
        )
    ]
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_a_draw_is_as_likely_as_the_model_says(release: Release, tuned: Path) -> None:
    """Two hundred draws of a first token against the model's own chances."""
    import torch

    loaded = load(str(tuned), "float32")
    (one,) = contexts_of(release, Sampling(limit=1), sees=False)
    prompt = loaded.wording.tokenizer(loaded.wording.prompt(one.talk), add_special_tokens=False, return_tensors="pt")
    with torch.no_grad():
        chances = torch.softmax(loaded.model(**prompt).logits[0, -1] / 1.5, dim=-1)
    seeds = iter(range(400))
    drawing = Drawing(lambda _: next(seeds), temperature=1.5)
    copies = [one._replace(turn=n) for n in range(400)]
    first = [drawn.text for _, drawn in answers(loaded, copies, drawing, longest=1, at_once=100)]
    likeliest = int(chances.argmax())
    share = sum(text == loaded.wording.tokenizer.decode([likeliest]) for text in first) / len(first)
    assert share == pytest.approx(float(chances[likeliest]), abs=0.09)


def test_the_logprob_is_the_models_own(release: Release, tuned: Path) -> None:
    import torch

    loaded = load(str(tuned), "float32")
    asked = list(contexts_of(release, Sampling(limit=2), sees=False))
    for place, drawn in answers(loaded, asked, longest=6):
        one = next(each for each in asked if each.place == place)
        ids = loaded.wording.tokenizer(
            loaded.wording.prompt(one.talk) + drawn.text, add_special_tokens=False, return_tensors="pt"
        )["input_ids"]
        with torch.no_grad():
            chances = torch.log_softmax(loaded.model(ids).logits[0], dim=-1)
        begin = ids.shape[1] - drawn.tokens
        again = sum(float(chances[begin - 1 + n, ids[0, begin + n]]) for n in range(drawn.tokens))
        assert drawn.logprob == pytest.approx(again, abs=1e-3)


def test_a_held_model_writes_nothing_but_calls_of_the_shelf(release: Release, tuned: Path) -> None:
    loaded = load(str(tuned), "float32")
    asked = list(contexts_of(release, Sampling(limit=6), sees=False))
    for _, drawn in answers(loaded, asked, schema=answer_schema(release.library), longest=400):
        answer = Answer.parse(drawn.text)
        assert answer is not None
        assert {problem for problem in answer.call.problems(release.library) if "must be text" not in problem} == set()


def test_what_all_prompts_begin_with_is_read_once_and_changes_nothing(release: Release, tuned: Path) -> None:
    from train.prefix import Prefix

    loaded = load(str(tuned), "float32")
    long = loaded._replace(wording=Wording(loaded.wording.processor, False, "You answer in a drawing assistant. " * 80))
    asked = list(contexts_of(release, Sampling(limit=5), sees=False))
    assert Prefix.of(loaded, asked) is None
    assert Prefix.of(long, asked) is not None
    together = {place: drawn.text for place, drawn in answers(long, asked, longest=12)}
    alone = {place: drawn.text for one in asked for place, drawn in answers(long, [one], longest=12)}
    assert together == alone


def test_drawing_from_a_run_leaves_its_samples_with_it(release: Release, tuned: Path, tmp_path: Path) -> None:
    draw, sees = in_memory(str(tuned), Sampling(longest=30))
    assert not sees
    with pytest.raises(Refused, match="never an answer"):
        sample(release, Sampling(limit=2, tries=1, longest=30), "m@1", draw, tmp_path, sees)
    assert not (tmp_path / SAMPLES).exists()


# from samples to preferences


@pytest.fixture(scope="module")
def sampled(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample(
        release, Sampling(tries=0), "sft@5b0c", drawing([GOOD, OTHER]), tmp_path_factory.mktemp("s"), False
    ).path


def test_samples_are_what_is_judged(sampled: Path, tiny: Outcome) -> None:
    items = list(offered(tiny.folder, "preferences", sampled).items.values())
    assert len(items) == read_manifest(tiny.folder).splits["rlhf"].dialogues
    for item in items:
        assert isinstance(item, PreferenceItem)
        assert {item.pair.a.text, item.pair.b.text} == {GOOD, OTHER}
        assert item.pair.a.source == "sft@5b0c"
        assert item.context.lines[-1].who == "user"


def test_judged_samples_become_preferences_of_a_release(sampled: Path, tiny: Outcome, tmp_path: Path) -> None:
    folder = tmp_path / tiny.folder.name
    shutil.copytree(tiny.folder, folder)
    simulate(folder, "preferences", None, Silent(), sampled)
    judged = Release.read(release_judged(folder, "simulated").folder)
    sources = {p.rejected.source for d, _ in judged.dialogues("rlhf") for p in d.preferences}
    assert "sft@5b0c" in sources


def test_samples_of_another_release_are_refused(sampled: Path, tiny: Outcome, tmp_path: Path) -> None:
    rows = pq.read_table(sampled)
    other = tmp_path / "other.parquet"
    ids = rows.column("dialogue_id").to_pylist()
    changed = rows.set_column(0, "dialogue_id", [["x" + name if n < 2 else name for n, name in enumerate(ids)]])
    pq.write_table(changed, other)
    with pytest.raises(BadInput, match=f"'x{ids[0]}' is not in rlhf; were they drawn for this release"):
        offered(tiny.folder, "preferences", other)


def test_a_file_that_holds_no_samples_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "samples.parquet"
    path.write_text("not parquet")
    with pytest.raises(BadInput, match=r"samples.parquet: cannot be read as samples"):
        pairs_of(path)
