"""Scores of clips as an evaluation keeps them, made up for the tests."""

from __future__ import annotations

import numpy as np

from kws_core.labels import LABELS, WORDS
from kws_core.results.scores import ClipScores, as_log_posteriors


def random_scores(n: int = 300, labels: tuple[str, ...] = LABELS, seed: int = 0) -> ClipScores:
    """Words said at random, of which about two in three are heard; the second half are pictures."""
    rng = np.random.default_rng(seed)
    target = rng.integers(len(WORDS), size=n)
    logits = rng.normal(size=(n, len(labels)))
    logits[np.arange(n), target] += 3.0
    posteriors = np.exp(logits)
    posteriors /= posteriors.sum(axis=1, keepdims=True)
    return ClipScores(
        labels=labels,
        log_posteriors=as_log_posteriors(posteriors),
        target=target,
        utterance=np.array([f"{i % 50:08x}_nohash_{i // 50}" for i in range(n)]),
        is_picture=np.arange(n) >= n // 2,
        in_twelve=rng.random(n) < 0.3,
        silence=as_log_posteriors(rng.dirichlet(np.ones(len(labels)), 12)),
    )
