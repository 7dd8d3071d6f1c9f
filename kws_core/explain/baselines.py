"""What a picture is compared with: the same picture with nothing in it to hear."""

from __future__ import annotations

from typing import Any, Final, Literal, get_args

import numpy as np

from kws_core.audio.remembered import Floats
from kws_core.features.front_ends import LogMelConfig

Baseline = Literal["background", "flat"]
BASELINES: Final[tuple[Baseline, ...]] = get_args(Baseline)

QUIETEST: Final = 0.1  # of the frames: what is there when nobody speaks


def baseline_of(picture: Floats, kind: Baseline, config: Any) -> Floats:
    """Return the picture that stands for "nothing", of the same shape (bands, frames).

    background: in every band, the level that a tenth of the clip's own frames are below, so the
    room stays and the word is gone. flat: the least level there is, everywhere: that of digital
    silence in a log-mel with `config`, and 0 in the notebook's picture, which has the mean of
    each frame taken off.
    """
    if kind == "background":
        level = np.quantile(picture, QUIETEST, axis=1, keepdims=True)
        return np.broadcast_to(level, picture.shape).astype(np.float32)
    least = config.log_floor if isinstance(config, LogMelConfig) else 0.0
    return np.full_like(picture, least)
