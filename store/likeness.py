"""The signature by which two dialogues are found to be near-duplicates.

A dialogue's user words become word triples (shingles); sixty-four minimum hashes over them, in sixteen
bands of four, meet in a band with probability .9998 at a Jaccard similarity of .8. The bands find pairs,
the shingles then tell their exact similarity.
"""

import hashlib
import re
from typing import NamedTuple

import numpy as np

HASHES, BANDS = 64, 16
_ROLLS = np.random.Generator(np.random.PCG64(20240805))
FACTORS = _ROLLS.integers(1, 2**63, HASHES, dtype=np.uint64) | np.uint64(1)
OFFSETS = _ROLLS.integers(0, 2**63, HASHES, dtype=np.uint64)


class Signature(NamedTuple):
    words: int
    text: str
    shingles: list[int]
    bands: list[int]


def sign(user_words: str) -> Signature:
    words = re.findall(r"\w+", user_words.casefold())
    triples = {" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))}
    shingles = sorted(short_hash(triple.encode()) for triple in triples)
    values = np.array(shingles, dtype=np.uint64)[:, None]
    with np.errstate(over="ignore"):
        mixed = values * FACTORS + OFFSETS
        mixed ^= mixed >> np.uint64(31)
        lowest = (mixed * FACTORS).min(axis=0)
    bands = [
        short_hash(bytes([n]) + lowest[n * HASHES // BANDS : (n + 1) * HASHES // BANDS].tobytes()) for n in range(BANDS)
    ]
    return Signature(len(words), " ".join(words), shingles, bands)


def short_hash(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")
