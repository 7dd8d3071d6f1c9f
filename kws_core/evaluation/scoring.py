"""Asking a model about many clips: batch by batch, with a progress bar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
from tqdm import tqdm

from kws_core.audio.one_second import in_room_tone
from kws_core.audio.waveform import Samples
from kws_core.evaluation.material import Spoken
from kws_core.results.scores import LogPosteriors, as_log_posteriors
from kws_core.spotting.recognizer import BATCH_SIZE, Recognizer


def score(recognizer: Recognizer, windows: Iterable[Samples], n: int, what: str) -> LogPosteriors:
    """Return the log-posteriors (n, labels) of windows (n_samples,), of which there are `n`."""
    rows = [np.zeros((0, len(recognizer.labels)), np.float16)]
    for batch in _batches(tqdm(windows, what, n, leave=False)):
        rows.append(as_log_posteriors(recognizer.posteriors(np.stack(batch))))
    return np.concatenate(rows)


def score_spoken(recognizer: Recognizer, spoken: Spoken, what: str) -> LogPosteriors:
    """Return the log-posteriors (n, labels) of clips, each in the middle of its second."""
    windows = (in_room_tone(clip, recognizer.n_samples) for clip in spoken.clips)
    return score(recognizer, windows, len(spoken), what)


def _batches(windows: Iterable[Samples]) -> Iterator[list[Samples]]:
    rest = iter(windows)
    while batch := list(islice(rest, BATCH_SIZE)):
        yield batch
