"""How well words are found in longer recordings: found, wrong, extra, and how exact the edges.

Streams of half a minute are put together from recordings of validation speakers and from voices
that were held out, at random gaps, in quiet and in held-out noise. Needs the data folder:
``python -m bench.find_words --data DATA``.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import numpy as np
import torch

from bench.app import command_line
from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.augment.noise import add_at_snr
from kws_core.evaluation.machine import processor
from kws_core.evaluation.material import long_noises
from kws_core.samples import list_samples
from kws_core.spotting.finder import Word
from kws_core.spotting.loudness import STEP
from kws_core.spotting.recognizer import DEFAULT_MODEL, Recognizer
from kws_core.training.dataset.shards import (
    SPEECH_FILES,
    SYNTHETIC_FILE,
    decode,
    noise_recordings,
    read_table,
)

SECONDS = 30
GAP_S = (0.12, 0.9)
PEAK = (0.15, 0.7)  # of full scale
BACKGROUND = 10 ** (-70 / 20)
EDGE_DB = 25.0  # a word's sound begins and ends so far below its peak
EDGE_S = 0.15  # what counts as exact


@dataclass
class Tally:
    """Counts over streams, and the errors of the edges of words found rightly, in seconds."""

    spoken: int = 0
    right: int = 0
    wrong: int = 0
    extra: int = 0
    edges: list[tuple[float, float]] = field(default_factory=list)

    def add(self, found: list[Word], spoken: list[Word]) -> None:
        """Match each word found with the spoken word that its middle lies in, each once."""
        self.spoken += len(spoken)
        left = list(spoken)
        for word in found:
            middle = (word.start + word.end) / 2
            match = next((s for s in left if s.start - 0.1 <= middle <= s.end + 0.1), None)
            if match is None:
                self.extra += 1
                continue
            left.remove(match)
            if match.label == word.label:
                self.right += 1
                self.edges.append((word.start - match.start, word.end - match.end))
            else:
                self.wrong += 1


def sound_edges(samples: Samples) -> tuple[float, float]:
    """Return where a clip's sound starts and ends, in seconds, by its level over 20 ms."""
    steps = len(samples) // STEP
    padded = np.pad(samples, STEP // 2)
    blocks = [padded[i * STEP : (i + 2) * STEP] for i in range(steps)]
    rms = np.sqrt([np.mean(np.square(block)) for block in blocks])
    loud = np.flatnonzero(rms > rms.max() * 10 ** (-EDGE_DB / 20))
    return loud[0] * STEP / SAMPLE_RATE, (loud[-1] + 1) * STEP / SAMPLE_RATE


def make_streams(data: Path, n: int, seed: int) -> list[tuple[Samples, list[Word]]]:
    """Put streams together; returns each with its spoken words."""
    rng = np.random.default_rng(seed)
    clips: dict[str, list[bytes]] = {}
    table = read_table(data, SPEECH_FILES["val"], "word", "audio")
    for word, audio in zip(table["word"], table["audio"], strict=True):
        clips.setdefault(word, []).append(audio)
    # So that words with few recordings are heard as well: voices that no model is trained on.
    voices = {sample.voice_id for sample in list_samples()}
    table = read_table(data, SYNTHETIC_FILE, "word", "audio", "voice_id")
    for word, audio, voice in zip(*table.values(), strict=True):
        if voice in voices:
            clips.setdefault(word, []).append(audio)
    words = sorted(clips)
    return [_stream(clips, words, rng) for _ in range(n)]


def _stream(
    clips: dict[str, list[bytes]], words: list[str], rng: np.random.Generator
) -> tuple[Samples, list[Word]]:
    stream = rng.normal(0, BACKGROUND, SECONDS * SAMPLE_RATE).astype(np.float32)
    spoken: list[Word] = []
    at = rng.uniform(0.3, 0.8)
    while True:
        label = words[rng.integers(len(words))]
        sound = decode(clips[label][rng.integers(len(clips[label]))])
        start, end = sound_edges(sound)
        sound = sound[int(max(0, start - 0.04) * SAMPLE_RATE) : int((end + 0.04) * SAMPLE_RATE)]
        sound = sound / np.abs(sound).max() * rng.uniform(*PEAK)
        fade = np.minimum(np.arange(len(sound)), np.arange(len(sound))[::-1]) / (STEP / 2)
        first = int(at * SAMPLE_RATE)
        if first + len(sound) > len(stream) - SAMPLE_RATE // 2:
            return stream, spoken
        stream[first : first + len(sound)] += sound * np.minimum(fade, 1)
        start, end = sound_edges(sound)
        spoken.append(Word(label, at + start, at + end, 1.0))
        at += len(sound) / SAMPLE_RATE + rng.uniform(*GAP_S)


def in_noise(stream: Samples, spoken: list[Word], noise: Samples, snr_db: float) -> Samples:
    """Add noise at a ratio to the mean power of the words, silences left out."""
    pieces = [stream[int(w.start * SAMPLE_RATE) : int(w.end * SAMPLE_RATE)] for w in spoken]
    speech = np.concatenate(pieces)
    quiet_db = 10 * np.log10(np.mean(np.square(speech)) / np.mean(np.square(stream)))
    return add_at_snr(stream, np.resize(noise, len(stream)), snr_db - quiet_db)


def main() -> None:
    """Measure and print a Markdown table."""
    parser = command_line("find_words", __doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the Parquet files")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--streams", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    recognizer = Recognizer.load(options.model)
    streams = make_streams(options.data, options.streams, options.seed)
    noises = long_noises(list(noise_recordings(options.data, "val"))).values()
    print(f"{options.model}, {datetime.date.today().isoformat()}, {processor()}\n")
    print("| background | words | found | wrong word | extra | start within 0.15 s | end |")
    print("|---|---|---|---|---|---|---|")
    for snr_db in (None, 20, 10, 5):
        tally = Tally()
        for (stream, spoken), noise in zip(streams, cycle(noises), strict=False):
            heard = stream if snr_db is None else in_noise(stream, spoken, noise, snr_db)
            tally.add(recognizer.find_words(heard, SAMPLE_RATE), spoken)
        exact = (np.abs(np.array(tally.edges)) <= EDGE_S).mean(axis=0)
        shares = [count / tally.spoken for count in (tally.right, tally.wrong, tally.extra)]
        cells = " | ".join(f"{share:.1%}" for share in (*shares, *exact))
        name = "quiet" if snr_db is None else f"{snr_db} dB"
        print(f"| {name} | {tally.spoken} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
