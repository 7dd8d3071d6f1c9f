"""What words are taught on: the embeddings of the large network, whichever model knows the rest.

They tell new words apart better than those of the small one, whoever says them, and the small one
can go on listening for the words it knows (``docs/teaching.md`` has both in figures).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from kws_core.audio.waveform import Samples
from kws_core.models.embeddings import Embeddings
from kws_core.spotting.recognizer import Recognizer
from kws_core.teaching.bank import Bank, bank_of

NETWORK: Final = "two-towers"


@lru_cache(maxsize=1)
def network() -> Recognizer:
    """Return the network, loaded once; it is asked for embeddings only."""
    return Recognizer.load(NETWORK)


def bank() -> Bank:
    """Return its bank; raises TeachingError as `kws_core.teaching.bank.bank_of` does."""
    return bank_of(network().card)


def embeddings_of(recognizer: Recognizer, windows: Samples) -> Embeddings:
    """Return a network's embeddings (n, n_embedding) of windows (n, n_samples) at 16 kHz."""
    with recognizer.recorded_embeddings() as recorded:
        recognizer.posteriors(np.asarray(windows, dtype=np.float32))
    return np.concatenate(recorded)
