"""The sound of a log-mel picture that was changed: with the phase that its clip had.

A picture says how strong its bands are, nothing of the waves themselves. Those are taken from the
clip: its spectrum is brought to the picture's levels and keeps its phase, so that whatever the
masks left is heard as it was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F

from kws_core.audio.remembered import Floats
from kws_core.audio.waveform import Samples
from kws_core.augment.specaugment import SpecAugmentDraw
from kws_core.features.front_ends import LogMelConfig

# On masked and warped pictures of three words: with these, the loudest 9 dB of the sound's own
# log-mel are 0.3 to 0.8 dB from the picture; without rounds 0.5 to 2.5 dB, with 16 rounds 0.3 to
# 0.7 dB; with the phase of frames that were not moved, 1 to 2 dB.
LEVEL_STEPS: Final = 10
PHASE_ROUNDS: Final = 4
_LEAST_POWER: Final = 1e-8  # where the clip has none, for the masks' filling to start from
_LEAST_WEIGHT: Final = 0.05  # of the overlapping windows, at the ends of the clip


def sound_of_picture(
    samples: Samples, picture: Floats, masks: SpecAugmentDraw, config: LogMelConfig
) -> Samples:
    """Return what a changed picture sounds like, (n,) like the clip; silent above f_max.

    samples: (n,) at config's rate, the clip; picture: (n_mels, frames), what `masks` made of its
    log-mel. The spectrum nearest to the clip's (warped as the picture is) with these mel levels
    comes from multiplicative updates (Lee and Seung's for the Kullback-Leibler divergence), and
    its phase from the clip's frames, made consistent by a few rounds of Griffin and Lim's
    algorithm (1984).
    """
    window = torch.hann_window(config.win_length)
    bank = config.filter_bank()
    spectrum = _spectrum(torch.from_numpy(samples), window, config)  # (bins, frames)
    start = _warped(spectrum.abs().square(), masks)
    power = _at_levels(start, torch.from_numpy(picture).exp(), bank)
    phase = spectrum.angle()[:, _shown_frames(masks)]
    for _ in range(PHASE_ROUNDS):
        wave = _overlap_added(torch.polar(power.sqrt(), phase), window, config)
        phase = _spectrum(wave, window, config).angle()
    wave = _overlap_added(torch.polar(power.sqrt(), phase), window, config)
    whole: Samples = F.pad(wave, (0, len(samples) - len(wave))).numpy()
    return whole


def _spectrum(wave: Tensor, window: Tensor, config: LogMelConfig) -> Tensor:
    """Return the STFT whose power the front end takes: (n,) to (bins, frames)."""
    frames = wave.unfold(0, config.win_length, config.hop_length)  # (frames, win_length)
    spectrum: Tensor = torch.fft.rfft(frames * window, n=config.n_fft)
    return spectrum.T


def _overlap_added(spectrum: Tensor, window: Tensor, config: LogMelConfig) -> Tensor:
    """Return the wave whose STFT is nearest to a spectrum (bins, frames)."""
    frames = torch.fft.irfft(spectrum.T, n=config.n_fft)[:, : config.win_length] * window
    n_samples = (len(frames) - 1) * config.hop_length + config.win_length

    def added(pieces: Tensor) -> Tensor:
        columns = pieces.T[None]  # (1, win_length, frames)
        size, width, hop = (1, n_samples), (1, config.win_length), (1, config.hop_length)
        wave: Tensor = F.fold(columns, size, width, stride=hop)[0, 0, 0]
        return wave

    weight = added(window.square().expand(len(frames), -1))
    return added(frames) / weight.clamp_min(_LEAST_WEIGHT)


def _shown_frames(masks: SpecAugmentDraw) -> Tensor:
    """Return which frame of the clip each frame of the picture shows, to the nearest, (frames,)."""
    ramp = torch.arange(masks.n_frames, dtype=torch.float32)[None]
    only_warp = replace(masks, n_mels=1, freq_masks=(), time_masks=())
    return only_warp.apply(ramp)[0].round().long()


def _warped(power: Tensor, masks: SpecAugmentDraw) -> Tensor:
    """Return a power spectrogram (bins, frames) with its time warped as the picture's was."""
    only_warp = replace(masks, n_mels=len(power), freq_masks=(), time_masks=())
    return only_warp.apply(power.clamp_min(_LEAST_POWER).log()).exp()


def _at_levels(power: Tensor, mel: Tensor, bank: Tensor) -> Tensor:
    """Bring a power spectrogram (bins, frames) to mel powers (n_mels, frames)."""
    weight = bank.sum(dim=0)[:, None]  # (bins, 1)
    power = power * (weight > 0)
    for _ in range(LEVEL_STEPS):
        ratio = mel / (bank @ power).clamp_min(1e-12)  # (n_mels, frames)
        power = power * (bank.T @ ratio / weight.clamp_min(1e-6))
    return power
