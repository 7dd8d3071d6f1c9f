"""What is no command: fluent speech, other words, cut words, and halves put together."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Generator, Tensor, nn

from kws_core.augment import log_mel as augment
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig
from kws_core.labels import LABELS
from kws_core.training.batches.augmentation import AugmentSettings
from kws_core.training.batches.crops import Crops
from kws_core.training.batches.draw import Draw
from kws_core.training.batches.word_clips import WordClips, windows_as_pictures
from kws_core.training.dataset.clips import digital_silence
from kws_core.training.dataset.load import TrainingData

# Played backwards, these are words again, or close to one.
PALINDROMES = ("on", "no", "nine", "wow")


class Unknown:
    """Draws clips of unknown from the kinds of speech that there are."""

    def __init__(
        self,
        data: TrainingData,
        words: WordClips,
        config: LogMelConfig,
        settings: AugmentSettings,
        device: torch.device,
    ) -> None:
        self.words = words
        self.log_floor = config.log_floor
        self.settings = _possible(settings, data)
        palindrome = [label in PALINDROMES for label in LABELS]
        self.palindrome = torch.tensor(palindrome, device=device)
        silence = [digital_silence(config)]
        self.other = Crops(data.other or silence, config, device)
        self.more = Crops(data.more_speech or silence, config, device)
        self.fluent = Crops(data.fluent or silence, config, device)

    def draw(self, n: int, draw: Draw) -> Tensor:
        """Return log-mels ``(n, n_mels, n_frames)``: fluent speech, other words, cut words."""
        n_fluent = round(n * self.settings.fluent_share)
        n_other = round((n - n_fluent) * self.settings.other_share)
        other = self._other(n_other, draw)
        fluent = self._fluent(n_fluent, draw)
        return torch.cat([fluent, other, self._cut_words(n - n_fluent - n_other, draw)])

    def mine(self, network: nn.Module, n: int, generator: Generator) -> int:
        """Look for hard windows of fluent English, as `Crops.mine` does; returns how many."""
        if not self.settings.fluent_share:
            return 0
        return self.fluent.mine(network, n, generator)

    def _other(self, n: int, draw: Draw) -> Tensor:
        n_more = round(n * self.settings.more_share)
        speech = torch.cat(
            [
                self.other.draw(n - n_more, draw.generator),
                self.more.draw(n_more, draw.generator),
            ]
        )
        pictures = windows_as_pictures(speech, self.log_floor)
        return self._pieces(pictures, self.settings.piece_share, draw)

    def _fluent(self, n: int, draw: Draw) -> Tensor:
        """Draw windows of fluent English, a share of them hard ones."""
        n_hard = round(n * self.settings.hard_share) if len(self.fluent.hard) else 0
        plain = self.fluent.draw(n - n_hard, draw.generator)
        plain = windows_as_pictures(plain, self.log_floor)
        plain = self._pieces(plain, self.settings.fluent_piece_share, draw)
        if not n_hard:
            return plain
        hard = self.fluent.draw_hard(n_hard, draw.generator)
        return torch.cat([plain, windows_as_pictures(hard, self.log_floor)])

    def _cut_words(self, n: int, draw: Draw) -> Tensor:
        """Draw halves of words at an edge of their window, some with the start of another one.

        Some are whole words played backwards instead.
        """
        left, labels = self.words.draw(n, draw)
        backwards = draw.chance(self.settings.reversed_share, n) & ~self.palindrome[labels]
        reversed_words = left.flip(2)
        right, _ = self.words.draw(n, draw)
        first, last = augment.active_range(left)
        keep = (draw.uniform(0.25, 0.5, n) * (last - first)).long().clamp_min(3)
        # The beginning of a word at the window's end, or the end of one at its start.
        at_end = draw.chance(0.5, n)
        n_frames = left.shape[2]
        piece = torch.where(
            at_end[:, None, None],
            augment.shift(left, n_frames - first - keep, self.log_floor),
            augment.shift(left, keep - last, self.log_floor),
        )
        first, last = augment.active_range(right)
        keep = (draw.uniform(0.25, 0.45, n) * (last - first)).long().clamp_min(3)
        cut = augment.keep_frames(right, first, first + keep, self.log_floor)
        both = draw.chance(0.4, n)[:, None, None]
        cut_words = torch.where(both, torch.logaddexp(piece, cut), piece)
        return torch.where(backwards[:, None, None], reversed_words, cut_words)

    def _pieces(self, speech: Tensor, share: float, draw: Draw) -> Tensor:
        """Turn down all but a stretch of some windows, as the word finder does with neighbours."""
        n, n_frames = len(speech), speech.shape[2]
        first, last = augment.active_range(speech)
        length = draw.integers(55, n) + 15
        room = (last - first - length).clamp_min(0)
        start = first + (draw.uniform(0, 1, n) * room).long()
        piece = augment.keep_frames(speech, start, start + length, self.log_floor)
        quieter = speech - draw.uniform(25.0, 60.0, n)[:, None, None] / LN_TO_DB
        to_middle = (n_frames - length) // 2 - start + draw.integers(21, n) - 10
        piece = augment.shift(torch.maximum(piece, quieter), to_middle, self.log_floor)
        return torch.where(draw.chance(share, n)[:, None, None], piece, speech)


def _possible(settings: AugmentSettings, data: TrainingData) -> AugmentSettings:
    """Return the settings without the shares of speech that the data do not have."""
    if not data.fluent:
        settings = replace(settings, fluent_share=0.0)
    if not data.more_speech:
        settings = replace(settings, more_share=0.0)
    elif not data.other:
        settings = replace(settings, more_share=1.0)
    if not data.other and not data.more_speech:  # then unknown is cut words only
        settings = replace(settings, other_share=0.0)
    return settings
