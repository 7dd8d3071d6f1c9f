"""Batches of sound: balanced over words, changed by `kws_core.augment`, and through a front end.

The log-mel batches of `kws_core.training.batches.log_mel` are made of whole tensors at once; here
each clip is made alone, from a seed of its own, as the steps of `kws_core.augment` want it.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Generator, Tensor

from kws_core.audio.waveform import Samples
from kws_core.augment import Chain
from kws_core.augment.noise import add_at_snr
from kws_core.augment.steps.band_limit import BandLimit
from kws_core.augment.steps.clipping import Clipping
from kws_core.augment.steps.gain import Gain
from kws_core.augment.steps.reverberation import Reverberation
from kws_core.augment.steps.speed import Speed
from kws_core.features.front_ends import LogMelConfig
from kws_core.features.raw_wave import NARROW_RATE
from kws_core.labels import LABELS, SILENCE, UNKNOWN
from kws_core.training.batches.augmentation import AugmentSettings
from kws_core.training.dataset.sound import SoundData
from kws_core.training.dataset.sound_clips import SoundFrontEnd, as_float

_STEP = NARROW_RATE // 100  # 10 ms, in which sound and silence are told apart
_SPEED_SHARE = 0.5  # of the clips: half the time of a batch would go into resampling all
_BABBLE_VOICES = 3
_PICTURED_SILENCE_SHARE = 0.3
_HALVES_SHARE = 0.4  # of the cut words: with a piece of another


def voice_chain(settings: AugmentSettings) -> Chain:
    """Return what the speaker and the room change."""
    by = settings.stretch_time
    return Chain(
        [
            Speed(min_factor=1 - by, max_factor=1 + by, probability=_SPEED_SHARE),
            Reverberation(min_rt60=0.05, max_rt60=0.5, probability=settings.reverb_share),
        ]
    )


def microphone_chain(settings: AugmentSettings) -> Chain:
    """Return what the microphone changes, after noise has come in."""
    return Chain(
        [
            BandLimit(
                min_f_low=20.0,
                max_f_low=300.0,
                min_f_high=2500.0,
                max_f_high=4000.0,
                probability=settings.band_limit_share,
            ),
            Clipping(max_below_peak_db=12.0, probability=settings.clip_share),
            Gain(min_gain_db=settings.gain_db[0], max_gain_db=settings.gain_db[1]),
        ]
    )


def active_range(wave: Samples, below_peak_db: float = 22.0) -> tuple[int, int]:
    """Return the first sample of the sound in a clip and the one after its last.

    In steps of 10 ms; a step is sound if its level is within `below_peak_db` of the loudest.
    """
    power = np.square(wave[: len(wave) // _STEP * _STEP]).reshape(-1, _STEP).mean(axis=1)
    active = np.flatnonzero(power >= power.max() * 10 ** (-below_peak_db / 10))
    return int(active[0]) * _STEP, (int(active[-1]) + 1) * _STEP


def shifted(wave: Samples, by: int) -> Samples:
    """Move a clip later by so many samples (earlier if negative), with zeros coming in."""
    out = np.zeros_like(wave)
    if by >= 0:
        out[by:] = wave[: max(len(wave) - by, 0)]
    else:
        out[:by] = wave[-by:]
    return out


class SoundBatchMaker:
    """Draws training batches; the same generator state gives the same batch.

    Of the settings, those of pictures only (stretched bands, a coloured microphone, masks) have
    no counterpart here. Where `labels` has no silence or unknown, there is none in a batch.
    """

    def __init__(
        self,
        data: SoundData,
        front_end: SoundFrontEnd,
        labels: tuple[str, ...] = LABELS,
        settings: AugmentSettings | None = None,
    ) -> None:
        self.settings = settings or AugmentSettings()
        self.front_end = front_end
        self.labels = labels
        self.clips = data.clips
        self.noise = data.noise
        length = np.sqrt([len(noise) for noise in data.noise])
        self.noise_weight = length / length.sum()
        self.rows_of = {
            label: np.flatnonzero(data.clips.target == index) for index, label in enumerate(LABELS)
        }
        special = (SILENCE, UNKNOWN)
        self.words = [w for w in labels if w not in special and len(self.rows_of[w])]
        counts = np.array([len(self.rows_of[word]) for word in self.words])
        weight = counts ** (1 - self.settings.balance)
        self.word_share = weight / weight.sum()
        self.voice = voice_chain(self.settings)
        self.microphone = microphone_chain(self.settings)
        frame = LogMelConfig()
        self.max_shift = (
            self.settings.max_shift * frame.hop_length * NARROW_RATE // frame.sample_rate
        )

    def batch(self, size: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """Return what the network gets, ``(size, ...)``, and targets ``(size, labels)``."""
        seeds = torch.randint(2**31, (size,), generator=generator).tolist()
        shares = {SILENCE: self.settings.silence_share, UNKNOWN: self.settings.unknown_share}
        kinds = [
            kind
            for kind in shares
            if kind in self.labels
            for _ in range(round(size * shares[kind]))
        ]
        kinds += [""] * (size - len(kinds))
        made = [self._clip(kind, seed) for kind, seed in zip(kinds, seeds, strict=True)]
        waves = torch.from_numpy(np.stack([wave for wave, _ in made]))  # (size, samples)
        target = torch.tensor([self.labels.index(label) for _, label in made])
        with torch.inference_mode():
            inputs = self.front_end.from_wave(waves)
        one_hot = torch.nn.functional.one_hot(target, len(self.labels)).float()
        return inputs.clone(), one_hot

    def _clip(self, kind: str, seed: int) -> tuple[Samples, str]:
        """Make one clip: silence, unknown speech, or else a word."""
        rng = np.random.default_rng(seed)
        if kind == SILENCE:
            return self._silence(rng), SILENCE
        wave, label = (self._unknown(rng), UNKNOWN) if kind == UNKNOWN else self._word(rng)
        wave = self.voice(wave, NARROW_RATE, seed=seed)
        if rng.random() < self.settings.noise_share:
            babble = rng.random() < self.settings.babble_share
            noise = self._babble(rng) if babble else self._noise(rng, len(wave))
            wave = add_at_snr(wave, noise, rng.uniform(*self.settings.snr_db))
        wave = self.microphone(wave, NARROW_RATE, seed=seed)
        return np.clip(wave, -1.0, 1.0), label

    def _any_word(self, rng: np.random.Generator) -> tuple[Samples, str]:
        """Draw a clip as it is, the words by their shares."""
        word = self.words[rng.choice(len(self.words), p=self.word_share)]
        return self._row(self.rows_of[word], rng), word

    def _row(self, rows: np.ndarray, rng: np.random.Generator) -> Samples:
        return as_float(self.clips.sound[rows[rng.integers(len(rows))]])

    def _word(self, rng: np.random.Generator) -> tuple[Samples, str]:
        """Draw a word somewhere in its second, with a piece of another beside some."""
        wave, word = self._any_word(rng)
        first, last = active_range(wave)
        lost = int(self.settings.lost * (last - first))
        low = max(-first - lost, -self.max_shift)
        high = min(len(wave) - last + lost, self.max_shift)
        by = int(rng.integers(low, high + 1))
        if rng.random() < self.settings.stay_share:
            by = 0
        wave = shifted(wave, by)
        if rng.random() < self.settings.neighbour_share:
            beside, _ = self._any_word(rng)
            start, end = active_range(beside)
            gap = int(rng.integers(3, 15)) * _STEP
            after = rng.random() < 0.5
            # It starts after the word's end, or ends before its start, and is cut off.
            wave += shifted(beside, last + by + gap - start if after else first + by - gap - end)
        return wave, word

    def _unknown(self, rng: np.random.Generator) -> Samples:
        """Draw speech that is none of the words: other words, cut words, halves put together."""
        other = self.rows_of[UNKNOWN]
        if len(other) and rng.random() < self.settings.other_share:
            wave = self._row(other, rng)
            return shifted(wave, int(rng.integers(-self.max_shift, self.max_shift + 1)))
        # The beginning of a word at the window's end, or the end of one at its start.
        wave, _ = self._any_word(rng)
        first, last = active_range(wave)
        keep = max(3 * _STEP, int(rng.uniform(0.25, 0.5) * (last - first)))
        wave = shifted(wave, len(wave) - first - keep if rng.random() < 0.5 else keep - last)
        if rng.random() < _HALVES_SHARE:
            other_word, _ = self._any_word(rng)
            first, last = active_range(other_word)
            keep = max(3 * _STEP, int(rng.uniform(0.25, 0.45) * (last - first)))
            wave[first : first + keep] += other_word[first : first + keep]
        return wave

    def _silence(self, rng: np.random.Generator) -> Samples:
        """Draw background noise at levels from digital silence up to speech."""
        rows = self.rows_of[SILENCE]
        pictured = len(rows) and rng.random() < _PICTURED_SILENCE_SHARE
        n_samples = self.clips.sound.shape[1]
        noise = self._row(rows, rng) if pictured else self._noise(rng, n_samples)
        peak = np.abs(noise).max()
        level = 10 ** (rng.uniform(-100.0, -6.0) / 20)
        return noise * np.float32(level / peak) if peak > 0 else noise

    def _noise(self, rng: np.random.Generator, n_samples: int) -> Samples:
        """Draw a piece of a recording; one that is shorter is repeated."""
        noise = self.noise[rng.choice(len(self.noise), p=self.noise_weight)]
        start = int(rng.integers(max(len(noise) - n_samples, 0) + 1))
        return np.resize(noise[start : start + n_samples], n_samples)

    def _babble(self, rng: np.random.Generator) -> Samples:
        """Draw several people talking at once."""
        voices = [self._any_word(rng)[0] for _ in range(_BABBLE_VOICES)]
        mixed: Samples = np.sum(voices, axis=0, dtype=np.float32)
        return mixed
