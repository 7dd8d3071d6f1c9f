"""Small Parquet files of training data with the columns of the real ones, made for the tests."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import soundfile
from PIL import Image

from kws_core.training.dataset.shards import is_held_out
from tests.helpers.audio_files import encode, tone

RATE = 16_000
FREQUENCIES = {"yes": 400, "no": 700, "up": 1100, "four": 1600, "zero": 2300}  # Hz


def flac(samples: np.ndarray, rate: int = RATE) -> bytes:
    return encode(samples, rate, "flac")


def opus(samples: np.ndarray, rate: int = RATE) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, rate, format="OGG", subtype="OPUS")
    return out.getvalue()


def jpeg(grey: np.ndarray) -> bytes:
    """A grey picture of (frames, bands), rows being frames."""
    out = io.BytesIO()
    Image.fromarray(grey.astype(np.uint8), mode="L").save(out, "JPEG", quality=95)
    return out.getvalue()


def spoken(word: str, seed: int = 0, seconds: float = 0.6) -> np.ndarray:
    """A tone of the word's frequency in a little noise: what a toy network can learn."""
    noise = 0.003 * np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    return tone(FREQUENCIES[word], seconds, RATE, 0.3) + noise.astype(np.float32)


def pictured(word: str) -> np.ndarray:
    """A picture with one bright band for each word, (98, 40)."""
    grey = np.full((98, 40), 60)
    grey[30:70, 5 * list(FREQUENCIES).index(word) + 5] = 180
    return grey


def held_out_name(stem: str, held_out: bool) -> str:
    """A name starting with `stem` that is, or is not, kept for validation."""
    return next(n for n in (f"{stem}{i}" for i in range(99)) if is_held_out(n) is held_out)


def clip_row(word: str, speaker: str, split: str, **content: bytes) -> dict[str, object]:
    utterance = f"{speaker}_nohash_0"
    return {"word": word, "speaker": speaker, "utterance": utterance, "split": split, **content}


def write(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.Table.from_pylist(rows), folder / name)


def write_shards(folder: Path) -> Path:
    """A whole data folder: a few clips of five words, noise, other words, synthetic voices."""
    for split in ("train", "val", "test_a"):
        rows = [
            clip_row(word, f"{split}{i}", split, audio=opus(spoken(word, seed=i)))
            for i, word in enumerate([*FREQUENCIES, "four", "zero"])
        ]
        write(folder, f"speech_commands_{split}.parquet", rows)
    pictures = [
        clip_row(word, f"{split}-p", split, jpeg=jpeg(pictured(word)))
        for split in ("train", "val")
        for word in FREQUENCIES
    ]
    write(folder, "speech_commands_logmel.parquet", pictures)
    noise = np.random.default_rng(1)
    write(
        folder,
        "background_noise.parquet",
        [
            {
                "corpus": "esc-10",
                "kind": "rain",
                "file": held_out_name("rain", held_out),
                "audio": flac(0.05 * noise.standard_normal(5 * RATE)),
            }
            for held_out in (False, True)
        ],
    )
    write(
        folder,
        "other_words.parquet",
        [
            {
                "corpus": "toy",
                "word": "amelia",
                "speaker": held_out_name("someone", held_out),
                "file": f"{held_out}.wav",
                "audio": flac(tone(3000, 0.9, RATE, 0.2)),
            }
            for held_out in (False, True)
        ],
    )
    write(
        folder,
        "synthetic_words.parquet",
        [
            {
                "word": word,
                "voice_id": voice,
                "voice_blend": "toy:1.00",
                "audio": flac(spoken(word)),
            }
            for word, voice in [("yes", "k9001"), ("four", "k9002"), ("four", "k0038")]
        ],
    )
    digits = [
        {"word": word, "speaker": "george", "audio": flac(spoken(word))}
        for word in ("zero", "four")
    ]
    write(folder, "free_spoken_digits.parquet", digits)
    write_fluent(folder)
    return folder


def sentence_row(corpus: str, split: str, text: str, words: list[str]) -> dict[str, object]:
    """A recording that says these words one right after the other."""
    sound = np.concatenate([spoken(word, seed) for seed, word in enumerate(words)])
    speaker = f"{corpus}-{split}"
    return {
        "corpus": corpus,
        "speaker": speaker,
        "split": split,
        "text": text,
        "audio": flac(sound),
    }


def write_fluent(folder: Path) -> None:
    """Fluent English: with a transcript and without one."""
    parts = {"english_speech": "readers", "english_speech_more": "librivox"}
    for name, corpus in parts.items():
        text = "yesterday was fine" if corpus == "readers" else ""
        rows = [
            sentence_row(corpus, split, text, ["yes", "no", "up"]) for split in ("train", "val")
        ]
        write(folder, f"{name}.parquet", rows)


def more_word_row(
    word: str, speaker: str, split: str, named_by: str = "file", utterance: str = ""
) -> dict[str, object]:
    """A recording that was named later."""
    row = clip_row(word, speaker, split, audio=opus(spoken(word, seed=7)))
    return row | {"named_by": named_by} | ({"utterance": utterance} if utterance else {})
