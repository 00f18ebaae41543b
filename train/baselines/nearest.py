"""The answer to the most similar thing that was said in sft: routing by looking up, without a model that reads.

    nearest(release)(asked)
    "paint the jeep teal" -> "paint the car blue" in sft -> recolor {"colour": "blue", "object": "car"}

Similar by wordllama, averaged static word vectors of 256 dimensions, among turns that are alike in whether a picture
has come up yet. Tried on 1,000 dialogues of the paper's rlhf split, in percent of skills and of whole calls: the words
alone 69.8 and 33.1, with their marks 69.1 and 32.8, behind the reply before them 52.0 and 21.9, behind the whole
exchange before them 35.5 and 13.0, beside the reply as a vector of its own 69.8 and 33.0; the words among such turns
74.1 and 33.5, in small letters 74.0 and 34.6, which is what stands here; among turns that are also alike in being the
first or bringing a picture, 72.8 and 31.1.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from evaluation.sentences import sentence_model
from evaluation.spread import Embed, Vectors
from schemas.answer import Answer
from schemas.skill import Library
from schemas.talk import Talk
from train.asking import Asked, Place, System
from train.release import Release

AT_A_TIME = 512


def nearest(release: Release, embed: Embed | None = None) -> System:
    embed = embed or sentence_model()
    talks, answers = told(release)
    known = points(talks, embed)

    def system(asked: Sequence[Asked]) -> Iterator[tuple[Place, str]]:
        for start in range(0, len(asked), AT_A_TIME):
            some = asked[start : start + AT_A_TIME]
            found = (points([each.talk for each in some], embed) @ known.T).argmax(axis=1)
            for each, place in zip(some, found, strict=True):
                yield each.place, fitted(answers[place], each.talk, release.library).text

    return system


def told(release: Release) -> tuple[list[Talk], list[Answer]]:
    turns = [(dialogue.turns, n) for dialogue, _ in release.dialogues("sft") for n in range(len(dialogue.turns))]
    return [Talk.of(turns, n) for turns, n in turns], [turns[n].answer for turns, n in turns]


def points(talks: Iterable[Talk], embed: Embed) -> Vectors:
    """A point for each talk. Its last axis outweighs the words, so that one with pictures has neighbours with some."""
    talks = list(talks)
    vectors = embed([talk.words.casefold() for talk in talks])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    pictures = np.array([[1.0 if talk.pictures_seen else -1.0] for talk in talks])
    return np.hstack([vectors / np.where(lengths > 0, lengths, 1.0), pictures]).astype(np.float32)


def fitted(answer: Answer, talk: Talk, library: Library) -> Answer:
    """The answer without the pictures that it names and this talk does not have."""
    there = {f"image_{place + 1}" for place in talk.pictures_seen}
    card, call = library[answer.call.intent], answer.call
    pictures = {i.name for i in card.inputs if i.type == "image"}
    kept = {name: value for name, value in call.parameters.items() if name not in pictures or value in there}
    return answer.model_copy(update={"call": call.model_copy(update={"parameters": kept})})
