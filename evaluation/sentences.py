"""Sentences as points, alike ones near each other, by a model that comes with its package.

sentence_model()(["a fox in the snow", "a fox on ice"]).shape  -> (2, 256)
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evaluation.spread import Embed, Vectors
from schemas.errors import Refused


def sentence_model() -> Embed:
    """WordLlama: averaged static word vectors of 256 dimensions, which its package carries (19 MB, MIT)."""
    try:
        import wordllama
    except ImportError as error:
        raise Refused("a sentence model is needed: pip install 'drawnconvos[measure]'") from error
    carried = Path(wordllama.__file__).parent
    model = wordllama.WordLlama.load(cache_dir=carried, disable_download=True)

    def embed(texts: Sequence[str]) -> Vectors:
        return np.asarray(model.embed(list(texts)), dtype=np.float32)

    return embed
