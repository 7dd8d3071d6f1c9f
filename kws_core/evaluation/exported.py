"""The accuracy of an exported file, run as other programs would run it, with onnxruntime."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kws_core.audio.one_second import in_room_tone
from kws_core.evaluation.material import spoken_words
from kws_core.models.onnx_export import posteriors_of
from kws_core.models.store import LoadedModel
from kws_core.results.metrics import Share, accuracy


def accuracy_of_file(path: Path, model: LoadedModel, data: Path, split: str) -> Share:
    """Return the share of a split's recordings (val or test_a) that a model's file gets right.

    Raises DataError if a file of the data is missing or damaged.
    """
    spoken = spoken_words(data, split, model.card.labels)
    seconds = np.stack([in_room_tone(clip, model.n_samples) for clip in spoken.clips])
    return accuracy(posteriors_of(path, seconds), spoken.target)
