"""Takes as points on a plane, among the known words that sound most like them.

The plane is the one on which these words lie furthest apart: the two largest principal axes of
their middles. A take that lies far from the others of its word was said otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kws_core.models.embeddings import Embeddings

_NEAREST = 3  # known words shown for each taught one
_MOST = 9


@dataclass(frozen=True, eq=False)
class TakesMap:
    """Places on the plane: of each taught word its takes (takes, 2), of known words (known, 2)."""

    words: tuple[str, ...]
    takes: tuple[Embeddings, ...]
    known_words: tuple[str, ...]
    known: Embeddings


def map_takes(
    words: Sequence[str],
    takes: Sequence[Embeddings],
    middles: Embeddings,
    known_words: Sequence[str],
    known: Embeddings,
) -> TakesMap:
    """Put takes on a plane.

    takes: of each word, its points (takes, d) in the space of the head. middles: (words, d) of the
    taught words, known: (known, d) of the known ones, at least one.
    """
    likeness = middles @ known.T  # (words, known)
    order = np.argsort(-likeness, axis=1)[:, :_NEAREST]
    nearest = np.unique(order)
    chosen = nearest[np.argsort(-likeness[:, nearest].max(axis=0), kind="stable")][:_MOST]
    anchors = np.concatenate([middles, known[chosen]])
    centre = anchors.mean(axis=0)
    _, _, axes = np.linalg.svd(anchors - centre, full_matrices=False)

    def place(points: Embeddings) -> Embeddings:
        flat = (points - centre) @ axes[:2].T  # two words alone span one axis only
        return np.asarray(np.pad(flat, ((0, 0), (0, 2 - flat.shape[1]))), dtype=np.float32)

    return TakesMap(
        tuple(words),
        tuple(place(points) for points in takes),
        tuple(known_words[i] for i in chosen.tolist()),
        place(known[chosen]),
    )
