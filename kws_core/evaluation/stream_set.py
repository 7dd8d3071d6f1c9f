"""Long recordings put together from clips, to measure the detector on; drawn, then rendered.

Words at random gaps, other speech between them, over each noise; and the same without any word.
Every clip is a speaker's, noise or speech that no model was trained on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.augment.noise import mean_power
from kws_core.errors import DataError
from kws_core.evaluation.conditions import balanced_rows
from kws_core.evaluation.material import Spoken
from kws_core.spotting.loudness import STEP, levels_db

SNRS_DB: tuple[float | None, ...] = (None, 20, 10, 5, 0)  # None: quiet
SPEECH_DB = -26.0  # of full scale: the mean level of speech, which ratios are to
CONTENTS = ("words", "other_speech", "noise")  # what there is to hear; with words, all three
_LEVEL_SPREAD_DB = 3.0
_FLOOR_DB = -75.0  # even a quiet room and a good microphone have noise
_EDGE_DB = 25.0  # a word's sound begins and ends so far below its peak
_FADE = STEP // 2
_ITEM_S = 1.7  # at least, on average, from one clip to the next
_LONGEST_PART_S = 120.0  # the longest time that a stream without words has the same noise


@dataclass(frozen=True)
class StreamSetSettings:
    """How much is put together, and how; seconds but for the minutes.

    minutes: with words, over each noise, heard at each of five ratios. minutes_without: any word.
    gap: silence between clips, shortest and longest. other_share: of the clips that are other
    speech; repeat_share: of the words that are said twice. seed: of all that is drawn.
    """

    minutes: float = 3.0
    minutes_without: float = 60.0
    gap: tuple[float, float] = (0.3, 1.5)
    other_share: float = 0.3
    repeat_share: float = 0.1
    seed: int = 0


@dataclass(frozen=True)
class Placed:
    """A clip in a stream: its index among words or others, its first sample, its level."""

    is_word: bool
    clip: int
    at: int
    level_db: float


@dataclass(frozen=True)
class StreamDraw:
    """All that was drawn for a stream; `snr_db` of None is quiet.

    content: one of `CONTENTS`. position: where in the noise it begins, from 0 to 1.
    """

    content: str
    n_samples: int
    placed: tuple[Placed, ...]
    noise: str
    snr_db: float | None
    position: float
    seed: int


@dataclass(frozen=True)
class SaidWord:
    """A word of a stream: its column among the labels, and its sound's edges in seconds."""

    column: int
    start: float
    end: float


@dataclass(frozen=True)
class StreamSources:
    """What streams are made of, samples at 16 kHz: words, other speech and noises by name."""

    words: Spoken
    others: Sequence[tuple[str, Samples]]
    noises: Mapping[str, Samples]

    def clip(self, placed: Placed) -> Samples:
        """Return the samples that were placed, as recorded."""
        if placed.is_word:
            return self.words.clips[placed.clip]
        return self.others[placed.clip][1]


def draw_streams(sources: StreamSources, settings: StreamSetSettings) -> list[StreamDraw]:
    """Draw all streams: for each noise the same words at every ratio, and those without words.

    Raises `DataError` if there are no words or no noise.
    """
    if not len(sources.words) or not sources.noises:
        raise DataError("Streams need recordings of words and of noise: fetch the data again.")
    rng = np.random.default_rng(settings.seed)
    n_samples = round(settings.minutes * 60 * SAMPLE_RATE)
    n_words = len(sources.noises) * math.ceil(settings.minutes * 60 / _ITEM_S)
    rows = rng.permutation(balanced_rows(sources.words.target, n_words, rng)).tolist()
    draws: list[StreamDraw] = []
    placed: tuple[Placed, ...]
    for noise in sources.noises:
        placed = tuple(_place(sources, settings, n_samples, rows, rng))
        position, seed = float(rng.random()), int(rng.integers(2**31))
        draws += [StreamDraw("words", n_samples, placed, noise, r, position, seed) for r in SNRS_DB]
    kinds = list(sources.noises)
    seconds = settings.minutes_without * 60
    n_parts = 2 * math.ceil(seconds / 2 / _LONGEST_PART_S)
    for part in range(n_parts):
        n_samples = round(seconds / n_parts * SAMPLE_RATE)
        content = CONTENTS[1 + part % 2]
        placed = ()
        if content == "other_speech":
            placed = tuple(_place(sources, settings, n_samples, None, rng))
        # Without speech, what a ratio is to is where it would have been.
        noise, snr_db = kinds[part // 2 % len(kinds)], SNRS_DB[part // 2 % len(SNRS_DB)]
        position, seed = float(rng.random()), int(rng.integers(2**31))
        draws.append(StreamDraw(content, n_samples, placed, noise, snr_db, position, seed))
    return draws


def _place(
    sources: StreamSources,
    settings: StreamSetSettings,
    n_samples: int,
    rows: list[int] | None,
    rng: np.random.Generator,
) -> Iterator[Placed]:
    """Draw clips one after the other; each of `rows`, the words, is used up before any again."""
    at = round(rng.uniform(*settings.gap) * SAMPLE_RATE)
    again: Placed | None = None
    while True:
        is_other = rows is None or rng.random() < settings.other_share
        level_db = SPEECH_DB + rng.uniform(-_LEVEL_SPREAD_DB, _LEVEL_SPREAD_DB)
        if again is not None:
            placed = Placed(True, again.clip, at, again.level_db)
        elif is_other and sources.others:
            placed = Placed(False, int(rng.integers(len(sources.others))), at, level_db)
        elif rows is not None:
            rows.append(rows.pop(0))
            placed = Placed(True, rows[-1], at, level_db)
        else:
            return
        # The last word needs time to be heard.
        if at + len(sources.clip(placed)) > n_samples - SAMPLE_RATE:
            return
        yield placed
        repeat = placed.is_word and again is None and rng.random() < settings.repeat_share
        again = placed if repeat else None
        at += len(sources.clip(placed)) + round(rng.uniform(*settings.gap) * SAMPLE_RATE)


def said_words(draw: StreamDraw, sources: StreamSources) -> list[SaidWord]:
    """Return the words of a stream in the order said."""
    said = []
    for placed in draw.placed:
        if placed.is_word:
            start, end = sound_edges(sources.clip(placed))
            column = int(sources.words.target[placed.clip])
            edges = ((placed.at + edge) / SAMPLE_RATE for edge in (start, end))
            said.append(SaidWord(column, *edges))
    return said


def render(draw: StreamDraw, sources: StreamSources) -> Samples:
    """Put a stream together, float32 (n_samples,) at 16 kHz; the same draw gives the same sound."""
    rng = np.random.default_rng(draw.seed)
    stream = rng.standard_normal(draw.n_samples, dtype=np.float32) * _amplitude(_FLOOR_DB)
    for placed in draw.placed:
        clip = sources.clip(placed)
        edge = np.minimum(np.arange(len(clip)), np.arange(len(clip))[::-1])
        gain = _amplitude(placed.level_db - speech_level_db(clip)) * np.minimum(edge / _FADE, 1)
        stream[placed.at : placed.at + len(clip)] += (clip * gain).astype(np.float32)
    if draw.snr_db is not None:
        noise = sources.noises[draw.noise]
        stream += noise_at(noise, SPEECH_DB - draw.snr_db, draw.position, draw.n_samples)
    return stream


def noise_at(noise: Samples, level_db: float, position: float, n_samples: int) -> Samples:
    """Return a noise (n_samples,) at a mean level in dB of full scale; a short one comes again.

    position: where in it to begin, from 0 to 1.
    """
    own_db = 10 * math.log10(mean_power(noise) or 1.0)
    begun = np.roll(noise, -int(position * len(noise)))
    return np.resize(begun * _amplitude(level_db - own_db), n_samples)


def sound_edges(clip: Samples) -> tuple[int, int]:
    """Return the first sample of a clip's sound and the one after its last."""
    level = levels_db(clip)
    loud = np.flatnonzero(level > level.max() - _EDGE_DB)
    return int(loud[0]) * STEP, min(int(loud[-1] + 1) * STEP, len(clip))


def speech_level_db(clip: Samples) -> float:
    """Return the mean power in dB of the 10 ms steps near the loudest, silences left out."""
    level = levels_db(clip)
    loud = level[level > level.max() - _EDGE_DB]
    return float(10 * np.log10(np.mean(10 ** (loud / 10))))


def _amplitude(level_db: float) -> np.float32:
    return np.float32(10 ** (level_db / 20))
