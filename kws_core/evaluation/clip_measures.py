"""How long and how loud every recording of the data folder is, and its spectrum."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tqdm import tqdm

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.errors import DataError
from kws_core.features.front_ends import power_spectrogram
from kws_core.labels import WORDS
from kws_core.training.dataset.shards import decode, word_table

N_FFT = 512
_HOP = 256
_LEAST_POWER = 1e-10  # -100 dBFS


@dataclass(frozen=True, eq=False)
class MeasuredClips:
    """The recordings of a split, one row each: what they say, whose they are, how they are.

    word: (n,), index into WORDS. seconds: (n,). level_db: (n,), RMS in dB of full scale.
    spectrum: (words, N_FFT // 2 + 1), each word's mean of its clips' power spectra, every clip
    scaled to a total of 1.
    """

    utterance: npt.NDArray[np.str_]
    speaker: npt.NDArray[np.str_]
    word: npt.NDArray[np.int64]
    seconds: npt.NDArray[np.float64]
    level_db: npt.NDArray[np.float64]
    spectrum: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.word)


def measure_clips(data: Path, split: str) -> MeasuredClips:
    """Decode and measure all recordings of a split.

    Raises `DataError` if the file is missing or damaged, or says something else than the words.
    """
    table = word_table(data, split)
    strange = sorted(set(table["word"]) - set(WORDS))
    if strange:
        raise DataError(f"{data} has clips of {strange[0]!r}, which is none of the words.")
    word = np.array([WORDS.index(each) for each in table["word"]], np.int64)
    seconds, level_db = np.zeros(len(word)), np.zeros(len(word))
    spectrum = np.zeros((len(WORDS), N_FFT // 2 + 1))
    for row, audio in enumerate(tqdm(table["audio"], f"{split} recordings", leave=False)):
        samples = decode(audio, where=table["where"][row])
        seconds[row] = len(samples) / SAMPLE_RATE
        power = float(np.mean(np.square(samples, dtype=np.float64))) if len(samples) else 0.0
        level_db[row] = 10 * np.log10(max(power, _LEAST_POWER))
        spectrum[word[row]] += _spectrum(samples)
    clips = np.bincount(word, minlength=len(WORDS))
    return MeasuredClips(
        np.array(table["utterance"], np.str_),
        np.array(table["speaker"], np.str_),
        word,
        seconds,
        level_db,
        spectrum / np.maximum(clips, 1)[:, None],
    )


def _spectrum(samples: Samples) -> npt.NDArray[np.float64]:
    """Return a clip's mean power spectrum, adding up to 1; of silence, nothing."""
    padded = np.pad(samples, (0, max(0, N_FFT - len(samples))))
    power = power_spectrogram(torch.from_numpy(padded), torch.hann_window(N_FFT), N_FFT, _HOP)
    mean = power.double().mean(dim=1).numpy()
    return np.asarray(mean / max(float(mean.sum()), 1e-20))
