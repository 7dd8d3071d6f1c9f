"""Batches: balanced over words, with silence and unknown made on the way, and augmented.

A batch is drawn from one ``torch.Generator``, so a seed and a step number give it again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from kws_core.features import LogMelConfig
from kws_core.labels import LABELS, SILENCE, UNKNOWN
from kws_core.training import augment
from kws_core.training.data import Stream, TrainingData
from kws_core.training.shards import PICTURE_NOISE, PICTURE_OFFSET, PICTURE_SCALE

SILENCE_INDEX = LABELS.index(SILENCE)
UNKNOWN_INDEX = LABELS.index(UNKNOWN)


@dataclass(frozen=True)
class AugmentSettings:
    """How much is changed in training: ranges in dB, frames (10 ms), bands and shares."""

    silence_share: float = 0.06
    unknown_share: float = 0.14
    max_shift: int = 30
    stretch_time: float = 0.15
    stretch_bands: float = 0.10
    noise_share: float = 0.6
    snr_db: tuple[float, float] = (0.0, 30.0)
    reverb_share: float = 0.3
    gain_db: tuple[float, float] = (-25.0, 10.0)
    curve_db: float = 3.0
    neighbour_share: float = 0.15
    band_masks: tuple[int, int] = (1, 8)  # number, most bands each
    frame_masks: tuple[int, int] = (2, 10)  # number, most frames each


# For the last epochs: closer to how people speak to a good microphone, as validation clips do.
MILD = AugmentSettings(
    unknown_share=0.12,
    max_shift=15,
    stretch_time=0.08,
    stretch_bands=0.05,
    noise_share=0.4,
    snr_db=(5.0, 30.0),
    reverb_share=0.15,
    gain_db=(-20.0, 6.0),
    curve_db=2.0,
    band_masks=(1, 4),
    frame_masks=(1, 6),
)
AUGMENTATIONS = {"full": AugmentSettings(), "mild": MILD}


class _Draw:
    """Random numbers of the shapes a batch needs, from one generator."""

    def __init__(self, generator: Generator) -> None:
        self.generator = generator

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(*shape, generator=self.generator)

    def integers(self, n: int, *shape: int) -> Tensor:
        return torch.randint(max(n, 1), shape, generator=self.generator)

    def chance(self, share: float, n: int) -> Tensor:
        return torch.rand(n, generator=self.generator) < share

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self.generator)


class BatchMaker:
    """Draws training batches; the same generator state gives the same batch."""

    def __init__(
        self, data: TrainingData, config: LogMelConfig, settings: AugmentSettings | None = None
    ) -> None:
        self.config = config
        self.settings = settings or AugmentSettings()
        self.log_mel = torch.from_numpy(np.array(data.clips.log_mel))
        self.target = torch.from_numpy(data.clips.target.astype(np.int64))
        self.length = torch.from_numpy(data.clips.length.astype(np.int64))
        self.is_picture = torch.from_numpy(data.clips.is_picture)
        self.rows_of = [torch.nonzero(self.target == label)[:, 0] for label in range(len(LABELS))]
        self.words = [i for i in range(SILENCE_INDEX) if len(self.rows_of[i])]
        self.noise = _Crops(data.noise, config)
        self.other = _Crops(data.other, config)

    def batch(self, size: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """Return log-mels ``(size, n_mels, n_frames)`` and targets ``(size, labels)``."""
        draw = _Draw(generator)
        n_silence = round(size * self.settings.silence_share)
        n_unknown = round(size * self.settings.unknown_share)
        words, target = self._words(size - n_silence - n_unknown, draw)
        unknown = self._unknown(n_unknown, draw)
        speech = torch.cat([words, unknown])
        speech = self._as_spoken(speech, draw)
        silence = self._silence(n_silence, draw)
        log_mel = self._masked(torch.cat([speech, silence]), draw)
        extra = torch.tensor([UNKNOWN_INDEX] * n_unknown + [SILENCE_INDEX] * n_silence).long()
        one_hot = torch.nn.functional.one_hot(torch.cat([target, extra]), len(LABELS)).float()
        return log_mel, one_hot

    def _rows(self, labels: Tensor, draw: _Draw) -> Tensor:
        """Draw one clip of each label."""
        share = torch.rand(len(labels), generator=draw.generator)
        rows = [
            int(self.rows_of[label][int(u * len(self.rows_of[label]))])
            for label, u in zip(labels.tolist(), share.tolist(), strict=True)
        ]
        return torch.tensor(rows, dtype=torch.long)

    def _background(self, n: int, draw: _Draw) -> Tensor:
        """Draw clips that are only heard behind others."""
        labels = torch.tensor(self.words)[draw.integers(len(self.words), n)]
        return self.log_mel[self._rows(labels, draw)].float()

    def _clips(self, n: int, draw: _Draw) -> tuple[Tensor, Tensor]:
        """Draw clips balanced by word; recordings get what pictures went through."""
        labels = torch.tensor(self.words)[draw.integers(len(self.words), n)]
        rows = self._rows(labels, draw)
        log_mel = self.log_mel[rows].float()
        grey = log_mel * PICTURE_SCALE + PICTURE_OFFSET
        pictured = (grey.round() - PICTURE_OFFSET) / PICTURE_SCALE
        pictured = pictured + PICTURE_NOISE * draw.normal(*log_mel.shape)
        # Only in frames the recording has: what lies behind its end is filled, not heard.
        frame = torch.arange(log_mel.shape[2])
        heard = (frame < self.length[rows][:, None]) & ~self.is_picture[rows][:, None]
        return torch.where(heard[:, None], pictured, log_mel), labels

    def _words(self, n: int, draw: _Draw) -> tuple[Tensor, Tensor]:
        """Draw whole words, somewhere in their second, some with a piece of another beside."""
        log_mel, labels = self._clips(n, draw)
        first, last = augment.active_range(log_mel)
        n_frames = log_mel.shape[2]
        low = torch.maximum(-first, torch.tensor(-self.settings.max_shift))
        high = torch.minimum(n_frames - last, torch.tensor(self.settings.max_shift))
        frames = (low + draw.uniform(0, 1, n) * (high - low + 1)).floor().long()
        log_mel = augment.shift(log_mel, frames, self.config.log_floor)
        beside = self._background(n, draw)
        beside_first, beside_last = augment.active_range(beside)
        first, last = first + frames, last + frames
        # A neighbour starts after the word's end or ends before its start, so it is cut off.
        gap = draw.integers(12, n) + 3
        after = draw.chance(0.5, n)
        move = torch.where(after, last + gap - beside_first, first - gap - beside_last)
        beside = augment.shift(beside, move, self.config.log_floor)
        heard = draw.chance(self.settings.neighbour_share, n)[:, None, None]
        return torch.where(heard, torch.logaddexp(log_mel, beside), log_mel), labels

    def _unknown(self, n: int, draw: _Draw) -> Tensor:
        """Draw speech that is none of the words: other words, cut words, halves put together."""
        n_other = n // 2
        n_cut = n - n_other
        other = self.other.draw(n_other, draw.generator)
        left, _ = self._clips(n_cut, draw)
        right = self._background(n_cut, draw)
        first, last = augment.active_range(left)
        keep = (draw.uniform(0.25, 0.5, n_cut) * (last - first)).long().clamp_min(3)
        # The beginning of a word at the window's end, or the end of one at its start.
        at_end = draw.chance(0.5, n_cut)
        n_frames = left.shape[2]
        piece = torch.where(
            at_end[:, None, None],
            augment.shift(left, n_frames - first - keep, self.config.log_floor),
            augment.shift(left, keep - last, self.config.log_floor),
        )
        first, last = augment.active_range(right)
        keep = (draw.uniform(0.25, 0.45, n_cut) * (last - first)).long().clamp_min(3)
        cut = augment.keep_frames(right, first, first + keep, self.config.log_floor)
        both = draw.chance(0.4, n_cut)[:, None, None]
        return torch.cat([other, torch.where(both, torch.logaddexp(piece, cut), piece)])

    def _silence(self, n: int, draw: _Draw) -> Tensor:
        """Draw background noise at levels from digital silence up to speech."""
        noise = self.noise.draw(n, draw.generator)
        pictures = self.rows_of[SILENCE_INDEX]
        if len(pictures):
            chosen = self.log_mel[pictures[draw.integers(len(pictures), n)]].float()
            noise = torch.where(draw.chance(0.3, n)[:, None, None], chosen, noise)
        peak = augment.frame_level(noise).amax(dim=1)
        wanted = draw.uniform(-16.0, 6.0, n)  # ln(power) of the loudest frame
        noise = noise + (wanted - peak)[:, None, None]
        return noise.clamp(self.config.log_floor, self.config.log_ceiling)

    def _as_spoken(self, log_mel: Tensor, draw: _Draw) -> Tensor:
        """Change voice, room, microphone and background."""
        s, n, n_mels = self.settings, *log_mel.shape[:2]
        log_mel = augment.stretch(
            log_mel,
            1 + draw.uniform(-s.stretch_time, s.stretch_time, n),
            1 + draw.uniform(-s.stretch_bands, s.stretch_bands, n),
        )
        wet = augment.reverberate(log_mel, draw.uniform(4, 30, n), draw.uniform(-15, 3, n))
        log_mel = torch.where(draw.chance(s.reverb_share, n)[:, None, None], wet, log_mel)
        noise = self.noise.draw(n, draw.generator)
        # Other speech in the background (babble): several clips at once.
        voices = torch.stack([self._background(n, draw) for _ in range(3)]).logsumexp(dim=0)
        noise = torch.where(draw.chance(0.2, n)[:, None, None], voices, noise)
        noisy = augment.add_noise(log_mel, noise, draw.uniform(*s.snr_db, n))
        log_mel = torch.where(draw.chance(s.noise_share, n)[:, None, None], noisy, log_mel)
        knots = s.curve_db * draw.normal(n, 1, 5)
        curve = torch.nn.functional.interpolate(knots, n_mels, mode="linear", align_corners=True)
        log_mel = augment.colour(log_mel, draw.uniform(*s.gain_db, n), curve[:, 0])
        return log_mel.clamp(self.config.log_floor, self.config.log_ceiling)

    def _masked(self, log_mel: Tensor, draw: _Draw) -> Tensor:
        """Cover bands and frames (SpecAugment)."""
        for axis, (n_masks, widest) in (
            (1, self.settings.band_masks),
            (2, self.settings.frame_masks),
        ):
            n, size = len(log_mel), log_mel.shape[axis]
            width = draw.integers(widest + 1, n, n_masks)
            start = (draw.uniform(0, 1, n, n_masks) * (size - width)).long()
            log_mel = augment.mask(log_mel, start, width, axis)
        return log_mel


class _Crops:
    """Random windows out of long log-mels."""

    def __init__(self, streams: list[Stream], config: LogMelConfig) -> None:
        n = config.n_frames
        pads = [max(0, n - s.log_mel.shape[1]) for s in streams]
        padded = [
            np.pad(s.log_mel, ((0, 0), (0, pad)), constant_values=config.log_floor)
            for s, pad in zip(streams, pads, strict=True)
        ]
        self.n_frames = n
        self.start = torch.tensor(np.cumsum([0] + [p.shape[1] for p in padded])[:-1])
        self.room = torch.tensor([p.shape[1] - n for p in padded])
        self.all = torch.from_numpy(np.concatenate(padded, axis=1).T.copy())  # (frames, n_mels)
        # Every recording weighs by the root of its length, so short kinds are heard as well.
        self.weight = torch.tensor([p.shape[1] for p in padded]).float().sqrt()

    def draw(self, n: int, generator: Generator) -> Tensor:
        """Return ``(n, n_mels, n_frames)``."""
        if n == 0:
            return torch.zeros(0, self.all.shape[1], self.n_frames)
        which = torch.multinomial(self.weight, n, replacement=True, generator=generator)
        offset = (torch.rand(n, generator=generator) * (self.room[which] + 1)).long()
        index = (self.start[which] + offset)[:, None] + torch.arange(self.n_frames)
        return self.all[index].float().transpose(1, 2)
