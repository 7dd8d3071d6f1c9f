"""A small Speech Commands folder, laid out as torchaudio unpacks it, made for the tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kws_core.training.dataset.speech_commands import FOLDER, LISTS, NOISE_FOLDER
from tests.helpers.audio_files import encode
from tests.helpers.training_shards import RATE, spoken

SPEAKERS = {"train": ("00000001", "00000002"), "val": ("00000003",), "test": ("00000004",)}
WORDS = ("yes", "no", "up")
NOISE_S = 40


def write_speech_commands(root: Path) -> Path:
    """Three words by four speakers, lists, one noise; returns the folder with the words."""
    folder = root / FOLDER
    for word in WORDS:
        (folder / word).mkdir(parents=True)
    for split, speakers in SPEAKERS.items():
        names = [f"{word}/{speaker}_nohash_0.wav" for word in WORDS for speaker in speakers]
        for seed, name in enumerate(names):
            wav = encode(spoken(Path(name).parent.name, seed, seconds=0.4), RATE)
            (folder / name).write_bytes(wav)
        if split in LISTS:
            (folder / LISTS[split]).write_text("\n".join(names) + "\n")
    (folder / NOISE_FOLDER).mkdir()
    noise = 0.05 * np.random.default_rng(3).standard_normal(NOISE_S * RATE)
    noise[int(0.7 * len(noise)) :] *= 0.1  # what is held out is quieter
    (folder / NOISE_FOLDER / "doing_the_dishes.wav").write_bytes(encode(noise, RATE))
    return folder
