"""The validation clips of which only a log-mel picture is left, as a network's input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from kws_core.evaluation.material import columns_of
from kws_core.features.front_ends import FrontEnd, LogMelConfig
from kws_core.features.raw_wave import NARROW_RATE
from kws_core.labels import LABELS
from kws_core.results.scores import LogPosteriors, as_log_posteriors
from kws_core.spotting.recognizer import BATCH_SIZE, Recognizer
from kws_core.training.dataset.load import picture_clips
from kws_core.training.dataset.shards import picture_table

_SPLIT = "val"  # the test speakers have recordings only
Inputs = Callable[[int, int], npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Pictures:
    """What the network gets of the pictures: ``inputs(start, stop)``; and as with recordings.

    target: (n,), the column of each label. name: (n,), the utterance.
    """

    inputs: Inputs
    target: npt.NDArray[np.int64]
    name: npt.NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.target)


def pictures_for(
    front_end: FrontEnd, data: Path, split: str, labels: tuple[str, ...]
) -> Pictures | None:
    """Return the pictures of a split as a front end gives them, None where there are none.

    A network that takes sound at 8 kHz gets that of the pictures. One that takes more than the
    pictures hold cannot be asked about them.
    """
    config = LogMelConfig()
    takes_pictures = front_end.config == config
    takes_sound = getattr(front_end.config, "wave_rate", None) == NARROW_RATE
    if split != _SPLIT or not (takes_pictures or takes_sound):
        return None
    clips = picture_clips(data, split, config)
    name = np.array(picture_table(data, split)["utterance"], np.str_)
    target = columns_of([LABELS[i] for i in clips.target], labels)
    if takes_pictures:
        return Pictures(lambda a, b: clips.log_mel[a:b].astype(np.float32), target, name)
    # Only here: it takes torchaudio, which takes seconds to import.
    from kws_core.training.dataset.sound import sound_of_pictures
    from kws_core.training.dataset.sound_clips import ClipsThroughFrontEnd, SoundFrontEnd

    sound = ClipsThroughFrontEnd(sound_of_pictures(clips, config), cast(SoundFrontEnd, front_end))
    return Pictures(lambda a, b: sound.inputs(a, b).numpy(), target, name)


def score_pictures(recognizer: Recognizer, pictures: Pictures) -> LogPosteriors:
    """Return the log-posteriors (n, labels) of pictures."""
    rows = [np.zeros((0, len(recognizer.labels)), np.float16)]
    for start in tqdm(range(0, len(pictures), BATCH_SIZE), "pictures", leave=False):
        inputs = pictures.inputs(start, start + BATCH_SIZE)
        rows.append(as_log_posteriors(recognizer.posteriors_of_features(inputs)))
    return np.concatenate(rows)
