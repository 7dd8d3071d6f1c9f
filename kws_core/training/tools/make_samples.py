"""Make the sample recordings in assets/samples from the synthetic words, the same every time.

Only synthetic speech goes in (Kokoro-82M voices, Apache-2.0), and the noise is generated here,
so the clips may be passed on with the project.

    python -m kws_core.training.tools.make_samples --data DATA_FOLDER --out assets/samples
"""

from __future__ import annotations

import argparse
import io
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from kws_core.audio.waveform import SAMPLE_RATE, Samples, as_mono_16k
from kws_core.errors import DataError
from kws_core.samples import INDEX_FILE, SampleKind, SpokenWord

WORDS_FILE = "synthetic_words.parquet"
LICENCE = "Apache-2.0"

# Word and voice: each voice once, and each clip short enough for a second with room around it.
SINGLE_WORDS = (
    ("yes", "k0056"),
    ("no", "k0047"),
    ("up", "k0038"),
    ("down", "k0025"),
    ("left", "k0026"),
    ("right", "k0037"),
    ("stop", "k0098"),
    ("go", "k0042"),
    ("seven", "k0108"),
    ("marvin", "k0019"),
    ("happy", "k0015"),
    ("sheila", "k0054"),
)
NOISY_WORD = ("zero", "k0082")
SENTENCE_VOICE = "k0120"
SENTENCE = ("three", "five", "one", "go", "left", "right", "stop")
SENTENCE_GAPS = (0.60, 0.45, 0.70, 0.85, 0.50, 0.75)  # s

SENTENCE_SECONDS = 10.0
ROOM = 0.16  # s before and after a single word
ACTIVE_DB = -24.0  # dBFS, of the frames that hold speech
FLOOR_DB = -65.0  # dBFS, of the noise floor
SNR_DB = 10.0

_FRAME = SAMPLE_RATE // 100
_FADE = SAMPLE_RATE // 200


@dataclass(frozen=True)
class _Recording:
    file: str
    title: str
    kind: SampleKind
    samples: Samples
    words: tuple[SpokenWord, ...]
    voice: str


def make_samples(data: Path, out: Path) -> list[str]:
    """Write every sample, the index and the README into `out`; the names of the files.

    data: folder with synthetic_words.parquet. Raises DataError when it or a clip is missing.
    """
    clips, blends = _read_clips(data / WORDS_FILE)
    recordings = [
        _single_word(word, clips[word, voice], f"{voice} ({blends[voice]})", seed)
        for seed, (word, voice) in enumerate(SINGLE_WORDS)
    ]
    spoken = [clips[word, SENTENCE_VOICE] for word in SENTENCE]
    recordings.append(_sentence(spoken, f"{SENTENCE_VOICE} ({blends[SENTENCE_VOICE]})"))
    word, voice = NOISY_WORD
    recordings.append(_noisy(word, clips[word, voice], f"{voice} ({blends[voice]})"))

    out.mkdir(parents=True, exist_ok=True)
    for recording in recordings:
        soundfile.write(out / recording.file, recording.samples, SAMPLE_RATE, subtype="PCM_16")
    index = [_index_entry(recording) for recording in recordings]
    (out / INDEX_FILE).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
    (out / "README.md").write_text(_readme(recordings), encoding="utf-8")
    return [recording.file for recording in recordings]


def _read_clips(path: Path) -> tuple[dict[tuple[str, str], Samples], dict[str, str]]:
    """The clips used here by word and voice, trimmed and levelled; each voice's make-up."""
    import pyarrow.parquet as parquet

    if not path.is_file():
        raise DataError(f"{path} is missing. Give the folder that holds it with --data.")
    wanted = {*SINGLE_WORDS, NOISY_WORD, *((word, SENTENCE_VOICE) for word in SENTENCE)}
    clips: dict[tuple[str, str], Samples] = {}
    blends: dict[str, str] = {}
    table: Any = parquet.read_table(path)
    for row in table.to_pylist():
        key = row["word"], row["voice_id"]
        if key in wanted:
            clips[key] = _levelled(_trimmed(_decoded(row["audio"])))
            blends[row["voice_id"]] = row["voice_blend"].removesuffix(":1.00")
    if missing := sorted(wanted - set(clips)):
        raise DataError(f"{path} lacks these words and voices: {missing}. Fetch it again.")
    return clips, blends


def _decoded(audio: bytes) -> Samples:
    samples, rate = soundfile.read(io.BytesIO(audio), dtype="float32")
    return as_mono_16k(samples, rate)


def _frame_levels(samples: Samples) -> Samples:
    """Level in dBFS of every 10 ms."""
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    return np.asarray(10 * np.log10(np.mean(frames**2, axis=1) + 1e-12), dtype=np.float32)


def _trimmed(samples: Samples) -> Samples:
    """The frames within 40 dB of the loudest and one more on either side, faded over 5 ms."""
    levels = _frame_levels(samples)
    heard = np.flatnonzero(levels > levels.max() - 40)
    first, last = max(int(heard[0]) - 1, 0), int(heard[-1]) + 1
    word = samples[first * _FRAME : (last + 1) * _FRAME].copy()
    fade = np.linspace(0, 1, _FADE, dtype=np.float32)
    word[:_FADE] *= fade
    word[-_FADE:] *= fade[::-1]
    return word


def _levelled(word: Samples) -> Samples:
    """With the frames within 25 dB of the loudest at ACTIVE_DB on average."""
    levels = _frame_levels(word)
    active = levels[levels > levels.max() - 25]
    now = 10 * np.log10(np.mean(10 ** (active / 10)))
    return np.asarray(word * 10 ** ((ACTIVE_DB - now) / 20), dtype=np.float32)


def _floor(n: int, seed: int) -> Samples:
    noise = np.random.default_rng(seed).standard_normal(n)
    return (noise * 10 ** (FLOOR_DB / 20)).astype(np.float32)


def _single_word(word: str, clip: Samples, voice: str, seed: int) -> _Recording:
    room = round(ROOM * SAMPLE_RATE)
    samples = _floor(len(clip) + 2 * room, seed)
    spoken = _place(clip, samples, room, word)
    return _Recording(f"{word}.flac", f'"{word}"', "word", samples, (spoken,), voice)


def _sentence(clips: list[Samples], voice: str) -> _Recording:
    samples = _floor(round(SENTENCE_SECONDS * SAMPLE_RATE), len(SINGLE_WORDS))
    gaps = [round(gap * SAMPLE_RATE) for gap in SENTENCE_GAPS]
    position = (len(samples) - sum(gaps) - sum(len(clip) for clip in clips)) // 2
    words = []
    for label, clip, gap in zip(SENTENCE, clips, [*gaps, 0], strict=True):
        words.append(_place(clip, samples, position, label))
        position += len(clip) + gap
    title = f"Several words: {', '.join(SENTENCE)}"
    return _Recording("several_words.flac", title, "sentence", samples, tuple(words), voice)


def _noisy(word: str, clip: Samples, voice: str) -> _Recording:
    samples = _babble(SAMPLE_RATE) * np.float32(10 ** ((ACTIVE_DB - SNR_DB) / 20))
    spoken = _place(clip, samples, (len(samples) - len(clip)) // 2, word)
    title = f'"{word}" in noise, {SNR_DB:g} dB SNR'
    return _Recording(f"{word}_in_noise.flac", title, "noisy", samples, (spoken,), voice)


def _place(clip: Samples, into: Samples, at: int, label: str) -> SpokenWord:
    """Add a clip at a sample index, and say where that is in seconds."""
    into[at : at + len(clip)] += clip
    return SpokenWord(label, round(at / SAMPLE_RATE, 3), round((at + len(clip)) / SAMPLE_RATE, 3))


def _babble(n: int) -> Samples:
    """Pink noise that swells and fades like a room full of talk, RMS 1."""
    rng = np.random.default_rng(len(SINGLE_WORDS) + 1)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    frequencies = np.fft.rfftfreq(n, 1 / SAMPLE_RATE)
    pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(frequencies, 50.0)), n)
    time = np.arange(n) / SAMPLE_RATE
    swell = np.ones(n)
    for rate in (2.3, 3.7, 5.1):  # syllables per second
        swell += 0.2 * np.sin(2 * math.pi * (rate * time + rng.random()))
    noise = pink * swell
    return np.asarray(noise / np.sqrt(np.mean(noise**2)), dtype=np.float32)


def _index_entry(recording: _Recording) -> dict[str, object]:
    return {
        "file": recording.file,
        "title": recording.title,
        "kind": recording.kind,
        "words": [asdict(word) for word in recording.words],
        "voice": recording.voice,
        "licence": LICENCE,
    }


def _readme(recordings: list[_Recording]) -> str:
    lines = [
        "# Sample recordings",
        "",
        "Synthetic speech: words by voices of the Kokoro-82M speech synthesiser (Apache-2.0), most",
        "of them one voice, some a blend. The noise is generated. 16 kHz mono FLAC, made by",
        "`python -m kws_core.training.tools.make_samples`; [samples.json](samples.json) says where",
        "each word starts and ends.",
        "",
        "| file | what | seconds | voice | licence |",
        "|---|---|---|---|---|",
    ]
    for recording in recordings:
        seconds = len(recording.samples) / SAMPLE_RATE
        lines.append(
            f"| [{recording.file}]({recording.file}) | {recording.title} | {seconds:.2f} | "
            f"{recording.voice} | {LICENCE} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Make the sample recordings.")
    parser.add_argument("--data", type=Path, required=True, help="folder of training data")
    parser.add_argument("--out", type=Path, required=True, help="folder for the recordings")
    arguments = parser.parse_args()
    try:
        names = make_samples(arguments.data, arguments.out)
    except DataError as error:
        raise SystemExit(str(error)) from error
    print(f"{len(names)} recordings in {arguments.out}")


if __name__ == "__main__":
    main()
