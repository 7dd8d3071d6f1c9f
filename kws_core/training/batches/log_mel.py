"""Batches: balanced over words, with silence and unknown made on the way, and augmented.

A batch is drawn from one ``torch.Generator``, so a seed and a step number give it again.
"""

from __future__ import annotations

from contextlib import nullcontext

import torch
from torch import Generator, Tensor, nn

from kws_core.augment import log_mel as augment
from kws_core.augment import specaugment
from kws_core.features.front_ends import LogMelConfig
from kws_core.labels import LABELS, SILENCE, UNKNOWN
from kws_core.training.batches.augmentation import AugmentSettings
from kws_core.training.batches.crops import Crops
from kws_core.training.batches.draw import Draw
from kws_core.training.batches.unknown import Unknown
from kws_core.training.batches.word_clips import WordClips, windows_as_pictures
from kws_core.training.dataset.load import TrainingData

SILENCE_INDEX = LABELS.index(SILENCE)
UNKNOWN_INDEX = LABELS.index(UNKNOWN)


class BatchMaker:
    """Draws training batches; the same generator state gives the same batch.

    device: where the clips are kept and batches are made.
    """

    def __init__(
        self,
        data: TrainingData,
        config: LogMelConfig,
        settings: AugmentSettings | None = None,
        device: torch.device | None = None,
    ) -> None:
        self.config = config
        self.settings = settings or AugmentSettings()
        self.device = device or torch.device("cpu")
        self.words = WordClips(data.clips, self.settings.balance, self.device)
        self.unknown = Unknown(data, self.words, config, self.settings, self.device)
        self.noise = Crops(data.noise, config, self.device)
        self.silence = self.words.of(SILENCE_INDEX)  # pictures of it, if there are any

    def batch(self, size: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """Return log-mels ``(size, n_mels, n_frames)`` and targets ``(size, labels)``."""
        if self.device.type == "cuda":  # which draws with generators of its own only
            seed = int(torch.randint(2**62, (), generator=generator))
            generator = torch.Generator(self.device).manual_seed(seed)
        # What is made on the way is made there as well.
        with nullcontext() if self.device.type == "cpu" else self.device:
            return self._batch(size, Draw(generator))

    def _batch(self, size: int, draw: Draw) -> tuple[Tensor, Tensor]:
        n_silence = round(size * self.settings.silence_share)
        n_unknown = round(size * self.settings.unknown_share)
        words, target = self._words(size - n_silence - n_unknown, draw)
        unknown = self.unknown.draw(n_unknown, draw)
        speech = torch.cat([words, unknown])
        speech = self._as_spoken(speech, draw)
        silence = self._silence(n_silence, draw)
        log_mel = self._masked(torch.cat([speech, silence]), draw)
        extra = torch.tensor([UNKNOWN_INDEX] * n_unknown + [SILENCE_INDEX] * n_silence).long()
        one_hot = torch.nn.functional.one_hot(torch.cat([target, extra]), len(LABELS)).float()
        return log_mel, one_hot

    def _noise(self, n: int, draw: Draw) -> Tensor:
        """Draw pieces of noise, half of them the louder of two: barks are rare in their files."""
        one, other = (self.noise.draw(n, draw.generator) for _ in range(2))
        louder = augment.frame_level(other).amax(dim=1) > augment.frame_level(one).amax(dim=1)
        chosen = torch.where((louder & draw.chance(0.5, n))[:, None, None], other, one)
        return windows_as_pictures(chosen, self.config.log_floor)

    def _words(self, n: int, draw: Draw) -> tuple[Tensor, Tensor]:
        """Draw words somewhere in their second, some with a piece of another beside.

        Recordings of a second often cut a word's end off, and it is still that word. If all words
        were moved inside, a network would take a sound at the end for half a word, hence unknown.
        """
        log_mel, labels = self.words.draw(n, draw)
        first, last = augment.active_range(log_mel)
        n_frames = log_mel.shape[2]
        lost = (self.settings.lost * (last - first)).long()
        low = torch.maximum(-first - lost, torch.tensor(-self.settings.max_shift))
        high = torch.minimum(n_frames - last + lost, torch.tensor(self.settings.max_shift))
        frames = (low + draw.uniform(0, 1, n) * (high - low + 1)).floor().long()
        frames = frames.where(~draw.chance(self.settings.stay_share, n), 0)
        some = draw.rows(self.settings.cut_share, n)
        edges = augment.active_range(log_mel[some], draw.uniform(25.0, 45.0, len(some)))
        log_mel[some] = augment.keep_frames(log_mel[some], *edges, self.config.log_floor)
        log_mel = augment.shift(log_mel, frames, self.config.log_floor)
        # A neighbour starts after the word's end or ends before its start, so it is cut off.
        some = draw.rows(self.settings.neighbour_share, n)
        beside, _ = self.words.draw(len(some), draw)
        beside_first, beside_last = augment.active_range(beside)
        first, last = (first + frames)[some], (last + frames)[some]
        gap = draw.uniform(*self.settings.neighbour_gap, len(some)).long()
        after = draw.chance(0.5, len(some))
        move = torch.where(after, last + gap - beside_first, first - gap - beside_last)
        beside = augment.shift(beside, move, self.config.log_floor)
        log_mel[some] = torch.logaddexp(log_mel[some], beside)
        return log_mel, labels

    @property
    def hard_windows(self) -> Tensor:
        """The first frames ``(n,)`` of the hard windows of fluent English, on the CPU."""
        return self.unknown.fluent.hard.cpu()

    @hard_windows.setter
    def hard_windows(self, found: Tensor) -> None:
        self.unknown.fluent.hard = found.to(self.device)

    def mine(self, network: nn.Module, n: int, generator: Generator) -> int:
        """Look for hard windows of fluent English, as `Crops.mine` does; returns how many."""
        return self.unknown.mine(network, n, generator)

    def _silence(self, n: int, draw: Draw) -> Tensor:
        """Draw background noise at levels from digital silence up to speech."""
        noise = self._noise(n, draw)
        if len(self.silence):
            chosen = self.silence[draw.integers(len(self.silence), n)].float()
            noise = torch.where(draw.chance(0.3, n)[:, None, None], chosen, noise)
        peak = augment.frame_level(noise).amax(dim=1)
        wanted = draw.uniform(-16.0, 6.0, n)  # ln(power) of the loudest frame
        noise = noise + (wanted - peak)[:, None, None]
        return noise.clamp(self.config.log_floor, self.config.log_ceiling)

    def _as_spoken(self, log_mel: Tensor, draw: Draw) -> Tensor:
        """Change voice, room, microphone and background."""
        s, n, n_mels = self.settings, *log_mel.shape[:2]
        some = draw.rows(s.stretch_share, n)
        if len(some):
            log_mel[some] = augment.stretch(
                log_mel[some],
                1 + draw.uniform(-max(s.stretch_time, s.hurry), s.stretch_time, len(some)),
                1 + draw.uniform(-s.stretch_bands, s.stretch_bands, len(some)),
                self.config.log_floor,
            )
        some = draw.rows(s.reverb_share, n)
        if len(some):  # MKL has no Fourier transform of nothing
            decay, wet_db = draw.uniform(4, 30, len(some)), draw.uniform(-15, 3, len(some))
            log_mel[some] = augment.reverberate(log_mel[some], decay, wet_db)
        some = draw.rows(s.noise_share, n)
        noise = self._noise(len(some), draw)
        babble = draw.rows(s.babble_share, len(some))
        voices = [self.words.draw(len(babble), draw)[0] for _ in range(3)]
        noise[babble] = torch.stack(voices).logsumexp(dim=0)
        log_mel[some] = augment.add_noise(log_mel[some], noise, draw.uniform(*s.snr_db, len(some)))
        knots = s.curve_db * draw.normal(n, 1, 5)
        curve = torch.nn.functional.interpolate(knots, n_mels, mode="linear", align_corners=True)
        log_mel = augment.colour(log_mel, draw.uniform(*s.gain_db, n), curve[:, 0])
        some = draw.rows(s.band_limit_share, n)
        lowest, highest = (draw.uniform(0, 7, len(some)) + low for low in (0, n_mels - 8))
        log_mel[some] = augment.band_limit(log_mel[some], lowest, highest, slope_db=12.0)
        some = draw.rows(s.clip_share, n)
        log_mel[some] = augment.clip(log_mel[some], draw.uniform(*s.clip_over_db, len(some)))
        return log_mel.clamp(self.config.log_floor, self.config.log_ceiling)

    def _masked(self, log_mel: Tensor, draw: Draw) -> Tensor:
        """Cover bands and frames (SpecAugment)."""
        return specaugment.apply_to_batch(log_mel, self.settings.masks, draw.generator)
