"""What models are measured on: word clips, other people's digits, noise, and babble.

Nothing of it is trained on, but for the babble that clips of words are disturbed with: its talkers
are training speakers, so that none of them is the speaker of the clip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.augment.noise import mean_power
from kws_core.errors import DataError
from kws_core.training.dataset.shards import (
    DIGITS_FILE,
    HELD_OUT_SHARE,
    KEPT_OUT,
    LONG_NOISE_S,
    SPEECH_FILES,
    decode,
    read_table,
    word_table,
)

_ONE_SPEAKER = "vi:"  # what the other words of the one Vietnamese speaker start with
_TALKERS = 8
_BABBLE_S = 30
_BABBLE_CLIPS = 400  # of training speakers, to make babble of


@dataclass(frozen=True)
class Spoken:
    """Recorded words: samples at 16 kHz, the column of each label (n,), who said it (n,).

    name: (n,), the utterance as Speech Commands names it, or the speaker where there are none.
    """

    clips: list[Samples]
    target: npt.NDArray[np.int64]
    name: npt.NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.target)

    def __add__(self, other: Spoken) -> Spoken:
        return Spoken(
            self.clips + other.clips,
            np.concatenate([self.target, other.target]),
            np.concatenate([self.name, other.name]),
        )

    def select(self, rows: Sequence[int] | npt.NDArray[np.integer]) -> Spoken:
        """Return these clips, by their indices."""
        return Spoken([self.clips[i] for i in rows], self.target[rows], self.name[rows])


def columns_of(words: Sequence[str], labels: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the columns (n,) of words; raises `DataError` if the model lacks one of them."""
    unknown = sorted(set(words) - set(labels))
    if unknown:
        raise DataError(
            f"The model can't be measured on {unknown[0]!r}, which it has no label for."
        )
    return np.array([labels.index(word) for word in words], dtype=np.int64)


def spoken_words(data: Path, split: str, labels: Sequence[str]) -> Spoken:
    """Decode the recordings of a split (val or test_a)."""
    table = word_table(data, split)
    return _decode(table, labels, f"{split} recordings")


def kept_out_recordings(data: Path, labels: Sequence[str]) -> Spoken:
    """Decode recordings, never trained on, of words that training has as pictures."""
    table = word_table(data, KEPT_OUT)
    return _decode(table, labels, "kept out")


def babble_of_words(data: Path, seed: int) -> Samples:
    """Make `babble` of training speakers' recordings of the words."""
    table = read_table(data, SPEECH_FILES["train"], "audio")
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(table["audio"]))[:_BABBLE_CLIPS]
    return babble([decode(table["audio"][i]) for i in chosen], rng)


def babble(clips: Sequence[Samples], rng: np.random.Generator) -> Samples:
    """Return half a minute of eight people saying these clips at once; nothing without clips."""
    if not clips:
        return np.zeros(0, np.float32)
    mixed = np.zeros(_BABBLE_S * SAMPLE_RATE, dtype=np.float32)
    for _ in range(_TALKERS):
        at = 0
        while at < len(mixed):
            clip = clips[int(rng.integers(len(clips)))]
            clip = clip / np.float32(np.sqrt(mean_power(clip)) or 1.0)  # no talker is louder
            mixed[at : at + len(clip)] += clip[: len(mixed) - at]
            at += len(clip)
    loud: Samples = mixed / np.abs(mixed).max()
    return loud


def other_digits(data: Path, labels: Sequence[str]) -> Spoken:
    """Decode the digits of six speakers of another corpus; of long clips, the loudest second."""
    table = read_table(data, DIGITS_FILE, "word", "speaker", "audio")
    table["utterance"] = table["speaker"]
    digits = _decode(table, labels, "digits of other speakers")
    return Spoken([loudest(clip, SAMPLE_RATE) for clip in digits.clips], digits.target, digits.name)


def loudest(samples: Samples, n_samples: int) -> Samples:
    """Return the stretch of `n_samples` with the most energy, or all there is."""
    if len(samples) <= n_samples:
        return samples
    energy = np.cumsum(np.append(0.0, np.square(samples, dtype=np.float64)))
    start = int(np.argmax(energy[n_samples:] - energy[:-n_samples]))
    return samples[start : start + n_samples]


def speech_without_words(
    recordings: Sequence[tuple[str, Samples]],
) -> dict[str, list[tuple[str, Samples]]]:
    """Tell the held-out other speech of many people from that of one.

    Nearly half of it is eight commands, all by one speaker of a language that is in no training
    data: a hard test of its own, which together with the rest would be all that is measured.
    """
    one = [row for row in recordings if row[0].startswith(_ONE_SPEAKER)]
    many = [row for row in recordings if not row[0].startswith(_ONE_SPEAKER)]
    return {"other_speech": many, "unheard_language": one}


def long_noises(recordings: Sequence[tuple[str, Samples]]) -> dict[str, Samples]:
    """Return the held-out ends of the minute-long ones among held-out noises, by kind."""
    shortest = LONG_NOISE_S * HELD_OUT_SHARE * SAMPLE_RATE
    return {kind: samples for kind, samples in recordings if len(samples) > shortest}


def everyday_sounds(recordings: Sequence[tuple[str, Samples]]) -> Samples:
    """Return the loudest seconds of the other held-out noises, one after the other.

    Of a single sound such as a bark, a second chosen at random may well be silent.
    """
    long = long_noises(recordings)
    single = [loudest(samples, SAMPLE_RATE) for kind, samples in recordings if kind not in long]
    return np.concatenate([np.zeros(0, np.float32), *single])


def _decode(table: dict[str, list[Any]], labels: Sequence[str], what: str) -> Spoken:
    clips = [decode(audio) for audio in tqdm(table["audio"], what, leave=False)]
    return Spoken(clips, columns_of(table["word"], labels), np.array(table["utterance"], np.str_))
