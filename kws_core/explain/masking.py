"""Pictures to compare with: a baseline without the word, and a clip masked by a map."""

from __future__ import annotations

from typing import Any, Final, Literal

import numpy as np

from kws_core.audio.remembered import Floats
from kws_core.audio.waveform import Samples
from kws_core.augment.inversion import sound_of_picture
from kws_core.augment.specaugment import SpecAugmentDraw
from kws_core.features.front_ends import LogMelConfig

Baseline = Literal["background", "flat"]

QUIETEST: Final = 0.1  # of the frames: the background


def baseline_of(picture: Floats, kind: Baseline, config: Any) -> Floats:
    """Return a picture without the word, of the same shape (bands, frames).

    background: in every band, the level of the quietest tenth of the clip's own frames, so the
    room stays and the word goes. flat: digital silence everywhere in a log-mel with `config`,
    and 0 in the notebook's picture, where each frame's mean was subtracted.
    """
    if kind == "background":
        level = np.quantile(picture, QUIETEST, axis=1, keepdims=True)
        return np.broadcast_to(level, picture.shape).astype(np.float32)
    least = config.log_floor if isinstance(config, LogMelConfig) else 0.0
    return np.full_like(picture, least)


def mask_of(attribution: Floats, share: float) -> Floats:
    """Return a soft mask, 0 to 1, that lets about a `share` of a map's cells through whole.

    Only what speaks for the label does: the rest fades in proportion to its value, down to 0 for
    what is 0 or speaks against it.
    """
    least = float(np.quantile(attribution, 1 - share))
    if least <= 0:  # fewer cells speak for the label
        return (attribution > 0).astype(np.float32)
    return np.asarray(np.clip(attribution / least, 0, 1), dtype=np.float32)


def masked_picture(picture: Floats, mask: Floats, config: LogMelConfig) -> Floats:
    """Return a log-mel (bands, frames), ln(power), with its power turned down by a mask, 0 to 1."""
    power = np.exp(picture.astype(np.float64)) * mask
    return np.log(np.maximum(power, np.exp(config.log_floor))).astype(np.float32)


def sound_of_mask(samples: Samples, picture: Floats, mask: Floats, config: LogMelConfig) -> Samples:
    """Return what a mask leaves of a clip, (n,) at config's rate; see `sound_of_picture`."""
    nothing_drawn = SpecAugmentDraw(*picture.shape)
    return sound_of_picture(samples, masked_picture(picture, mask, config), nothing_drawn, config)
