"""What can be mixed in behind a word, at 16 kHz. No recording of noise comes with the project.

So the backgrounds are made: of the voices of the sample clips, or synthesised. Any other
recording can take their place; `kws_core.augment.Background` knows them by name only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np

from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.augment import Chain
from kws_core.augment.noise import colored_noise, mean_power
from kws_core.augment.steps.background import Background
from kws_core.samples import SpokenWord, list_samples

SECONDS: Final = 4.0
_N: Final = round(SECONDS * SAMPLE_RATE)
_BABBLE_LAYERS: Final = 4  # voices at any time, as in a full room
_AROUND: Final = 0.08  # seconds kept before and after a word

MEANINGS: Final = {
    "voices": "several people at once, made of the sample clips",
    "another_speaker": "somebody else talking: the sample clip with several words",
    "mains_hum": "synthesised: 50 Hz and its harmonics",
    "rain": "synthesised: pink noise with thousands of drops",
    "ticking": "synthesised: a clock, four times a second",
    "engine": "synthesised: pulses at 28 Hz through a rumble",
}


@lru_cache(maxsize=1)
def made_backgrounds() -> Mapping[str, Samples]:
    """Return the backgrounds that come with the project by name, each (n,), loudest sample 0.5.

    Raises DataError or AudioError when the sample files are damaged.
    """
    samples = list_samples()
    words = [read_audio(sample.path).samples for sample in samples if sample.kind == "word"]
    sentence = next(sample for sample in samples if sample.kind == "sentence")
    made = {
        "voices": babble(words),
        "another_speaker": without_pauses(read_audio(sentence.path).samples, sentence.words),
        "mains_hum": _hum(),
        "rain": _rain(),
        "ticking": _ticking(),
        "engine": _engine(),
    }
    return {name: _levelled(made[name]) for name in MEANINGS}


def babble(voices: Sequence[Samples]) -> Samples:
    """Return voices laid over each other at places of their own, (4 s,), all equally loud."""
    rng = np.random.default_rng(0)
    mixed = np.zeros(_N, dtype=np.float32)
    for _ in range(_BABBLE_LAYERS):
        said = [voices[i] for i in rng.permutation(len(voices))]
        layer = np.concatenate([voice / np.sqrt(mean_power(voice) or 1.0) for voice in said])
        mixed += np.roll(np.resize(layer, _N), int(rng.integers(_N)))
    return mixed


def without_pauses(samples: Samples, words: Sequence[SpokenWord]) -> Samples:
    """Return the words of a recording close behind each other.

    A pause would be brought to the same ratio as a word, and only the recorder's hiss be heard.
    """
    bounds = [(word.start - _AROUND, word.end + _AROUND) for word in words]
    edges = [(max(round(a * SAMPLE_RATE), 0), round(b * SAMPLE_RATE)) for a, b in bounds]
    return np.concatenate([samples[first:last] for first, last in edges])


def only_known(chain: Chain, known: Sequence[str]) -> tuple[Chain, tuple[str, ...]]:
    """Return a chain with only those recordings that are there, and the names of the others.

    A step that is left without any gets the first one there is.
    """
    missing: list[str] = []
    steps = []
    for step in chain:
        if isinstance(step, Background):
            missing += [name for name in step.recordings if name not in known]
            there = tuple(name for name in step.recordings if name in known)
            step = replace(step, recordings=there or tuple(known[:1]))
        steps.append(step)
    return Chain(steps), tuple(dict.fromkeys(missing))


def _levelled(sound: Samples) -> Samples:
    return np.asarray(sound * (0.5 / max(float(np.abs(sound).max()), 1e-9)), dtype=np.float32)


def _hum() -> Samples:
    time = np.arange(_N) / SAMPLE_RATE
    harmonics = np.array([1, 2, 3, 4, 5, 6, 8, 10, 12])[:, None]
    waves = np.sin(2 * np.pi * 50 * harmonics * time + harmonics) / harmonics
    return np.asarray(waves.sum(axis=0), dtype=np.float32)


def _rain() -> Samples:
    rng = np.random.default_rng(1)
    drops = np.where(rng.random(_N) < 0.06, rng.exponential(1.0, _N), 0.0)
    ring = np.exp(-np.arange(64) / 12.0) * np.cos(np.arange(64) * 1.9)
    rain = np.convolve(drops, ring)[:_N] + 0.3 * colored_noise("pink", _N, SAMPLE_RATE, 1)
    return np.asarray(rain, dtype=np.float32)


def _ticking() -> Samples:
    rng = np.random.default_rng(2)
    tick = rng.standard_normal(320) * np.exp(-np.arange(320) / 40.0)
    struck = np.zeros(_N)
    struck[SAMPLE_RATE // 8 :: SAMPLE_RATE // 4] = [1.0, 0.7] * 8
    return np.convolve(struck, tick)[:_N].astype(np.float32)


def _engine() -> Samples:
    rng = np.random.default_rng(3)
    pulses = np.zeros(_N)
    at = np.cumsum(SAMPLE_RATE / 28 * (1 + 0.03 * rng.standard_normal(round(28 * SECONDS))))
    pulses[at[at < _N].astype(int)] = 1.0
    ring = np.exp(-np.arange(1600) / 250.0) * np.sin(np.arange(1600) * 2 * np.pi * 95 / SAMPLE_RATE)
    rumble = colored_noise("brown", _N, SAMPLE_RATE, 3)
    engine = np.convolve(pulses, ring)[:_N]
    return np.asarray(engine / np.abs(engine).max() + 0.08 * rumble, dtype=np.float32)
