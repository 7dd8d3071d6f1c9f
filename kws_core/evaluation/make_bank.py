"""Make the bank that words are taught against, from the data folder.

    python -m kws_core.evaluation.make_bank --data DATA

Only training speakers are in it. Of fluent speech, some speakers are only for counting false
alarms, and the others are fitted against.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from kws_core.audio.one_second import in_room_tone
from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.labels import WORDS
from kws_core.models.embeddings import Embeddings
from kws_core.models.store import MODEL_FOLDER
from kws_core.spotting.isolation import Isolation
from kws_core.spotting.loudness import STEP, STEP_S, levels_db
from kws_core.spotting.recognizer import Recognizer
from kws_core.teaching.bank import BANK_FOLDER, Bank, save_bank
from kws_core.teaching.embedding import NETWORK, embeddings_of
from kws_core.training.dataset.recordings import noise_recordings
from kws_core.training.dataset.shards import (
    FLUENT_FILES,
    decode,
    is_held_out,
    read_table,
    word_table,
)

HOP = 8  # steps of 10 ms: the detector's
_PER_WORD = 60
_N_CUT = 600
_N_NOISE = 1200
_SPARSE = 5  # of windows that do not stand alone, one in so many is fitted against
_MOST_SHIFT_S = 0.12
_N_AXES = 128  # of the network's 512: words are found as well with these (docs/teaching.md)
_SEED = 0


def alone_windows(samples: Samples, n_samples: int) -> npt.NDArray[np.bool_]:
    """Say of each window of a recording, one every `HOP` steps, whether its sound stands alone.

    samples: at least a window of 16 kHz. After the recording there is silence, as before it.
    """
    isolation = Isolation()
    silence = np.full(round(isolation.after / STEP_S), -np.inf)
    level = np.concatenate([levels_db(samples), silence])
    n_window = n_samples // STEP
    starts = range(0, (len(samples) - n_samples) // STEP + 1, HOP)
    return np.array([bool(isolation.stands_alone(level, k, k + n_window)) for k in starts])


def window_embeddings(
    recognizer: Recognizer, samples: Samples, wanted: npt.NDArray[np.bool_]
) -> Embeddings:
    """Return the embeddings (n, n_embedding) of the wanted windows of a recording."""
    starts = np.flatnonzero(wanted) * HOP * STEP
    windows = [samples[start : start + recognizer.n_samples] for start in starts.tolist()]
    return embeddings_of(recognizer, np.stack(windows))


def long_enough(samples: Samples, n_samples: int) -> Samples:
    """Return a recording, lengthened with silence to a window if it is shorter."""
    return np.pad(samples, (0, max(0, n_samples - len(samples)))).astype(np.float32)


def run_lengths(wanted: npt.NDArray[np.bool_]) -> list[int]:
    """Return the lengths of the unbroken stretches of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], wanted.astype(np.int8), [0]])))
    return [int(n) for n in edges[1::2] - edges[::2]]


def make_bank(recognizer: Recognizer, data: Path, hours: float) -> Bank:
    """Make a bank from `hours` of speech to fit against, and as much to count false alarms in.

    Raises DataError if the data are missing.
    """
    others: list[Embeddings] = []
    heard: list[Embeddings] = []
    runs: list[int] = []
    seconds = {True: 0.0, False: 0.0}
    n = recognizer.n_samples
    for speaker, recording in fluent_recordings_of(data, "train", np.random.default_rng(_SEED)):
        counted = bool(speaker) and is_held_out(speaker)
        if min(seconds.values()) > hours * 3600:
            break
        if seconds[counted] > hours * 3600:
            continue
        seconds[counted] += len(recording) / SAMPLE_RATE
        samples = long_enough(recording, n)
        wanted = alone_windows(samples, n)
        if counted:
            runs += run_lengths(wanted)
        else:
            wanted = wanted | (np.arange(len(wanted)) % _SPARSE == 0)
        if wanted.any():
            (heard if counted else others).append(window_embeddings(recognizer, samples, wanted))
    rng = np.random.default_rng(_SEED)
    words, which = _words(recognizer, data, rng, counted=False)
    spoken, spoken_which = _words(recognizer, data, rng, counted=True)
    others.append(embeddings_of(recognizer, np.stack(list(_cut_words(data, n, rng)))))
    others.append(embeddings_of(recognizer, np.stack(list(_noises(data, n, rng)))))
    fitted = np.concatenate(others)[::2]  # neighbours are much alike
    mean, axes = principal_axes(np.concatenate([fitted, words]))
    card = recognizer.card

    def place(embeddings: Embeddings) -> Embeddings:
        return np.asarray((embeddings - mean) @ axes, dtype=np.float32)

    return Bank(
        model=card.name,
        sha256=card.sha256,
        labels=WORDS,
        mean=mean,
        axes=axes,
        others=place(fitted),
        words=place(words),
        which=which,
        spoken=place(spoken),
        spoken_which=spoken_which,
        heard=place(np.concatenate(heard)),
        runs=np.array(runs),
        hours=seconds[True] / 3600,
    )


def principal_axes(rows: Embeddings) -> tuple[Embeddings, Embeddings]:
    """Return the mean (n_embedding,) of rows, and their largest principal axes (n_embedding, n)."""
    mean = rows.mean(axis=0)
    centred = rows - mean
    _, vectors = np.linalg.eigh(centred.T @ centred)  # by rising variance
    return mean, np.asarray(vectors[:, ::-1][:, :_N_AXES], dtype=np.float32)


def fluent_recordings_of(
    data: Path, split: str, rng: np.random.Generator
) -> Iterator[tuple[str, Samples]]:
    """Yield speaker (empty where unknown) and samples of recordings, drawn from all corpora."""
    tables = [read_table(data, name, "speaker", "split", "audio") for name in FLUENT_FILES]
    rows = [
        (str(speaker or ""), audio)
        for table in tables
        for speaker, of, audio in zip(*table.values(), strict=True)
        if of == split
    ]
    for i in rng.permutation(len(rows)).tolist():
        yield rows[i][0], decode(rows[i][1], where="A recording of fluent speech")


def _chosen_words(
    data: Path, per_word: int, rng: np.random.Generator, *, counted: bool = False
) -> Iterator[tuple[str, Samples]]:
    """Yield words by the speakers to fit against, or by those to count in."""
    table = word_table(data, "train")
    taken: Counter[str] = Counter()
    for i in rng.permutation(len(table["word"])).tolist():
        word = table["word"][i]
        if is_held_out(table["speaker"][i]) == counted and taken[word] < per_word:
            taken[word] += 1
            yield word, decode(table["audio"][i], where=table["where"][i])


def _words(
    recognizer: Recognizer, data: Path, rng: np.random.Generator, *, counted: bool
) -> tuple[Embeddings, npt.NDArray[np.int64]]:
    windows, which = [], []
    most = round(_MOST_SHIFT_S * SAMPLE_RATE)
    for word, samples in _chosen_words(data, _PER_WORD, rng, counted=counted):
        window = in_room_tone(samples, recognizer.n_samples)
        windows.append(np.roll(window, int(rng.integers(-most, most))))
        which.append(WORDS.index(word))
    return embeddings_of(recognizer, np.stack(windows)), np.array(which)


def _cut_words(data: Path, n_samples: int, rng: np.random.Generator) -> Iterator[Samples]:
    """Yield windows into which a word only just comes, or out of which it goes."""
    for _, samples in _chosen_words(data, _N_CUT // len(WORDS) + 1, rng):
        window = in_room_tone(samples, n_samples)
        cut = int(rng.integers(n_samples // 4, n_samples // 2))
        quiet = in_room_tone(samples[: len(samples) // 20], cut)
        if rng.random() < 0.5:
            yield np.concatenate([quiet, window[:-cut]])
        else:
            yield np.concatenate([window[cut:], quiet])


def _noises(data: Path, n_samples: int, rng: np.random.Generator) -> Iterator[Samples]:
    pieces = []
    for _, samples in noise_recordings(data, "train"):
        starts = range(0, len(samples) - n_samples + 1, n_samples)
        pieces += [samples[start : start + n_samples] for start in starts]
    for i in rng.permutation(len(pieces))[:_N_NOISE].tolist():
        yield pieces[i].astype(np.float32)


def main() -> None:
    """Make the bank that the command line asks for."""
    parser = argparse.ArgumentParser(description=make_bank.__doc__)
    parser.add_argument("--model", default=NETWORK, help="its name (default: %(default)s)")
    parser.add_argument(
        "--model-folder", type=Path, default=MODEL_FOLDER, help="where the models are"
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the Parquet files")
    parser.add_argument("--out", type=Path, default=BANK_FOLDER, help="folder of the banks")
    parser.add_argument("--hours", type=float, default=1.0, help="of speech (default: %(default)s)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    bank = make_bank(
        Recognizer.load(options.model, options.model_folder), options.data, options.hours
    )
    path = save_bank(bank, options.out)
    print(
        f"{path}: {len(bank.others):,} windows to fit against, {len(bank.words):,} words, "
        f"{len(bank.heard):,} windows of {bank.hours:.2f} h to count false alarms in, "
        f"{path.stat().st_size / 2**20:.1f} MB"
    )


if __name__ == "__main__":
    main()
