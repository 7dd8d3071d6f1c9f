"""Batches: balanced over words, with silence and unknown made on the way, and augmented.

A batch is drawn from one ``torch.Generator``, so a seed and a step number give it again.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import torch
from torch import Generator, Tensor, nn

from kws_core.augment import log_mel as augment
from kws_core.augment import specaugment
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig
from kws_core.labels import LABELS, SILENCE, UNKNOWN
from kws_core.training.batches.augmentation import AugmentSettings
from kws_core.training.batches.crops import Crops
from kws_core.training.batches.draw import Draw
from kws_core.training.dataset.clips import digital_silence
from kws_core.training.dataset.jpeg import pictured
from kws_core.training.dataset.load import TrainingData

# Played backwards, these are words again, or close to one.
PALINDROMES = ("on", "no", "nine", "wow")
SILENCE_INDEX = LABELS.index(SILENCE)
UNKNOWN_INDEX = LABELS.index(UNKNOWN)
_FLOOR_MARGIN = 0.01  # ln(power): clips are kept in float16, whose floor lies a little above


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
        if not data.fluent:
            self.settings = replace(self.settings, fluent_share=0.0)
        if not data.more_speech:
            self.settings = replace(self.settings, more_share=0.0)
        elif not data.other:
            self.settings = replace(self.settings, more_share=1.0)
        if not data.other and not data.more_speech:  # then what is unknown are cut words only
            self.settings = replace(self.settings, other_share=0.0)
        self.device = device or torch.device("cpu")
        target = data.clips.target.astype(np.int64)
        self.log_mel = torch.from_numpy(np.array(data.clips.log_mel)).to(self.device)
        self.target = torch.from_numpy(target).to(self.device)
        self.length = torch.from_numpy(data.clips.length.astype(np.int64)).to(self.device)
        self.is_picture = torch.from_numpy(data.clips.is_picture).to(self.device)
        self.rows_of = [
            torch.from_numpy(np.flatnonzero(target == label)).to(self.device)
            for label in range(len(LABELS))
        ]
        self.n_rows = torch.tensor([len(rows) for rows in self.rows_of], device=self.device)
        self.by_label = torch.cat(self.rows_of)  # those of label 0, of label 1, ...
        counts = self.n_rows[:SILENCE_INDEX].float()
        said = counts > 0
        self.word_weight = torch.where(said, counts ** (1 - self.settings.balance), 0.0)
        palindrome = [label in PALINDROMES for label in LABELS]
        self.palindrome = torch.tensor(palindrome, device=self.device)
        self.noise = Crops(data.noise, config, self.device)
        self.other = Crops(data.other or [digital_silence(config)], config, self.device)
        self.more = Crops(data.more_speech or [digital_silence(config)], config, self.device)
        self.fluent = Crops(data.fluent or [digital_silence(config)], config, self.device)

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
        unknown = self._unknown(n_unknown, draw)
        speech = torch.cat([words, unknown])
        speech = self._as_spoken(speech, draw)
        silence = self._silence(n_silence, draw)
        log_mel = self._masked(torch.cat([speech, silence]), draw)
        extra = torch.tensor([UNKNOWN_INDEX] * n_unknown + [SILENCE_INDEX] * n_silence).long()
        one_hot = torch.nn.functional.one_hot(torch.cat([target, extra]), len(LABELS)).float()
        return log_mel, one_hot

    def _rows(self, labels: Tensor, draw: Draw) -> Tensor:
        """Draw one clip of each label."""
        share = torch.rand(len(labels), generator=draw.generator).double()
        first = self.n_rows.cumsum(0) - self.n_rows
        return self.by_label[first[labels] + (share * self.n_rows[labels]).long()]

    def _crops_as_pictures(self, log_mel: Tensor) -> Tensor:
        """Make windows of sound pictures, but for frames of digital silence.

        Where only words were made so, what was not was learnt to be no word, and recordings, which
        are not when they are to be recognised, with it.
        """
        silent = (log_mel < self.config.log_floor + _FLOOR_MARGIN).all(dim=1, keepdim=True)
        return torch.where(silent, log_mel, pictured(log_mel))

    def _noise(self, n: int, draw: Draw) -> Tensor:
        """Draw pieces of noise, half of them the louder of two: barks are rare in their files."""
        one, other = (self.noise.draw(n, draw.generator) for _ in range(2))
        louder = augment.frame_level(other).amax(dim=1) > augment.frame_level(one).amax(dim=1)
        chosen = torch.where((louder & draw.chance(0.5, n))[:, None, None], other, one)
        return self._crops_as_pictures(chosen)

    def _labels(self, n: int, draw: Draw) -> Tensor:
        """Draw words by their weights."""
        if n == 0:
            return torch.zeros(0, dtype=torch.long)
        return torch.multinomial(self.word_weight, n, replacement=True, generator=draw.generator)

    def _background(self, n: int, draw: Draw) -> Tensor:
        """Draw clips that are only heard behind others."""
        return self._clips(n, draw)[0]

    def _clips(self, n: int, draw: Draw) -> tuple[Tensor, Tensor]:
        """Draw clips balanced by word; recordings get what pictures went through."""
        labels = self._labels(n, draw)
        rows = self._rows(labels, draw)
        log_mel = self.log_mel[rows].float()
        sound = torch.nonzero(~self.is_picture[rows])[:, 0]
        log_mel[sound] = pictured(log_mel[sound], self.length[rows[sound]])
        return log_mel, labels

    def _words(self, n: int, draw: Draw) -> tuple[Tensor, Tensor]:
        """Draw words somewhere in their second, some with a piece of another beside.

        Recordings of a second often cut a word's end off, and it is still that word: where all
        words were moved inside, what touched the end was learnt to be half a word, hence unknown.
        """
        log_mel, labels = self._clips(n, draw)
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
        beside = self._background(len(some), draw)
        beside_first, beside_last = augment.active_range(beside)
        first, last = (first + frames)[some], (last + frames)[some]
        gap = draw.uniform(*self.settings.neighbour_gap, len(some)).long()
        after = draw.chance(0.5, len(some))
        move = torch.where(after, last + gap - beside_first, first - gap - beside_last)
        beside = augment.shift(beside, move, self.config.log_floor)
        log_mel[some] = torch.logaddexp(log_mel[some], beside)
        return log_mel, labels

    def _unknown(self, n: int, draw: Draw) -> Tensor:
        """Draw what is no command: fluent speech, other words, cut words, halves put together."""
        n_fluent = round(n * self.settings.fluent_share)
        n_other = round((n - n_fluent) * self.settings.other_share)
        n_cut = n - n_fluent - n_other
        n_more = round(n_other * self.settings.more_share)
        speech = [
            self.other.draw(n_other - n_more, draw.generator),
            self.more.draw(n_more, draw.generator),
        ]
        other = self._pieces(
            self._crops_as_pictures(torch.cat(speech)), self.settings.piece_share, draw
        )
        fluent = self._fluent(n_fluent, draw)
        left, labels = self._clips(n_cut, draw)
        backwards = draw.chance(self.settings.reversed_share, n_cut) & ~self.palindrome[labels]
        reversed_words = left.flip(2)
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
        cut_words = torch.where(both, torch.logaddexp(piece, cut), piece)
        cut_words = torch.where(backwards[:, None, None], reversed_words, cut_words)
        return torch.cat([fluent, other, cut_words])

    def _fluent(self, n: int, draw: Draw) -> Tensor:
        """Draw windows of fluent English, a share of them hard ones."""
        n_hard = round(n * self.settings.hard_share) if len(self.fluent.hard) else 0
        plain = self._crops_as_pictures(self.fluent.draw(n - n_hard, draw.generator))
        plain = self._pieces(plain, self.settings.fluent_piece_share, draw)
        if not n_hard:
            return plain
        return torch.cat(
            [plain, self._crops_as_pictures(self.fluent.draw_hard(n_hard, draw.generator))]
        )

    @property
    def hard_windows(self) -> Tensor:
        """The first frames ``(n,)`` of the hard windows of fluent English, on the CPU."""
        return self.fluent.hard.cpu()

    @hard_windows.setter
    def hard_windows(self, found: Tensor) -> None:
        self.fluent.hard = found.to(self.device)

    def mine(self, network: nn.Module, n: int, generator: Generator) -> int:
        """Look for hard windows of fluent English, as `Crops.mine` does; returns how many."""
        if not self.settings.fluent_share:
            return 0
        return self.fluent.mine(network, n, generator)

    def _pieces(self, speech: Tensor, share: float, draw: Draw) -> Tensor:
        """Turn down all but a stretch of some windows, as the word finder does with neighbours."""
        n, n_frames = len(speech), speech.shape[2]
        first, last = augment.active_range(speech)
        length = draw.integers(55, n) + 15
        room = (last - first - length).clamp_min(0)
        start = first + (draw.uniform(0, 1, n) * room).long()
        piece = augment.keep_frames(speech, start, start + length, self.config.log_floor)
        quieter = speech - draw.uniform(25.0, 60.0, n)[:, None, None] / LN_TO_DB
        to_middle = (n_frames - length) // 2 - start + draw.integers(21, n) - 10
        piece = augment.shift(torch.maximum(piece, quieter), to_middle, self.config.log_floor)
        return torch.where(draw.chance(share, n)[:, None, None], piece, speech)

    def _silence(self, n: int, draw: Draw) -> Tensor:
        """Draw background noise at levels from digital silence up to speech."""
        noise = self._noise(n, draw)
        pictures = self.rows_of[SILENCE_INDEX]
        if len(pictures):
            chosen = self.log_mel[pictures[draw.integers(len(pictures), n)]].float()
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
        voices = [self._background(len(babble), draw) for _ in range(3)]
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
