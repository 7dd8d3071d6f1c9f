"""Words of a recording that arrives in pieces: those of the whole, wherever it is cut."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest

from kws_core import Recognizer, read_audio
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.samples import get_sample, list_samples
from kws_core.spotting.candidates import FinderSettings
from kws_core.spotting.finder import Word, find_words_in
from kws_core.spotting.streamed_finder import StreamedFinder
from kws_core.spotting.window_batch import WindowBatch
from tests.helpers.listeners import WORDS, ToneListener, burst
from tests.helpers.sounds import noise


class Listener(ToneListener):
    """Is as sure as a window is loud, so that no two choices of words are worth the same."""

    def posteriors(self, windows: np.ndarray) -> np.ndarray:
        rows = super().posteriors(windows)
        heard = rows[:, -1] < 0.5
        sure = 0.93 + 0.06 * np.tanh(20 * np.abs(windows[heard]).mean(axis=1, keepdims=True))
        rows[heard] = np.where(rows[heard] > 0.5, sure, (1 - sure) / 3)
        return rows


LISTENER = Listener(dict.fromkeys(WORDS, 0.98))


def tones(n: int, seed: int = 0) -> np.ndarray:
    """Words of 0.3 to 0.5 s in noise, some of them side by side, of different levels."""
    rng = np.random.default_rng(seed)
    names = rng.choice(list(WORDS), n)
    words = [
        burst(name, i, rng.uniform(0.3, 0.5)) * np.float32(rng.uniform(0.2, 1))
        for i, name in enumerate(names)
    ]
    sound = np.concatenate([word[2_000 : rng.integers(9_500, len(word))] for word in words])
    return sound + noise(len(sound) / SAMPLE_RATE, 1e-4, seed)


def streamed(
    sound: np.ndarray, part_s: float, piece: int = 5_000, listener=LISTENER, **settings: object
) -> list[Word]:
    batch = WindowBatch(listener.posteriors, listener.labels)
    finder = StreamedFinder(listener.n_samples, batch, FinderSettings(**settings), part_s)
    for at in range(0, len(sound), piece):
        finder.push(sound[at : at + piece])
    finder.finish()
    batch.flush()
    assert finder.seconds == len(sound) / SAMPLE_RATE
    return finder.words()


def whole(sound: np.ndarray, listener=LISTENER, **settings: object) -> list[Word]:
    return find_words_in(
        sound, listener.n_samples, listener.labels, listener.posteriors, FinderSettings(**settings)
    )


def assert_same(found: list[Word], wanted: list[Word]) -> None:
    assert [(w.label, w.start, w.end) for w in found] == [(w.label, w.start, w.end) for w in wanted]
    assert [w.score for w in found] == pytest.approx([w.score for w in wanted], abs=1e-5)


@pytest.mark.parametrize("alone", [True, False])
def test_a_seam_at_every_step_through_a_word_changes_nothing(alone: bool) -> None:
    sound = tones(24)
    wanted = whole(sound, alone=alone)
    assert len(wanted) >= 8
    for step in range(0, 100, 3):  # through one second: longer than any word
        assert_same(streamed(sound, 5 + step / 100, alone=alone), wanted)


def test_it_does_not_matter_in_which_pieces_a_recording_comes() -> None:
    sound = tones(24, seed=1)
    wanted = streamed(sound, 7)
    assert len(wanted) >= 10
    for piece in (160, 1_777, 100_000, len(sound)):
        assert_same(streamed(sound, 7, piece), wanted)


def test_the_shipped_model_finds_the_same_words_in_parts() -> None:
    recognizer = Recognizer.load()
    clips = [read_audio(sample.path).samples for sample in list_samples()]
    sound = np.concatenate([*clips, read_audio(get_sample("several_words").path).samples])
    wanted = recognizer.find_words(sound, SAMPLE_RATE)
    assert len(wanted) >= 15
    for part_s in (3.21, 8.04):
        assert_same(streamed(sound, part_s, listener=recognizer), wanted)


@pytest.mark.parametrize("n", [0, 1, 800, 12_345])
def test_short_recordings_are_no_exception(n: int) -> None:
    sound = burst("low", 0)[:n]
    assert_same(streamed(sound, 60), whole(sound))


def test_several_recordings_share_a_batch() -> None:
    sizes: list[int] = []

    def posteriors(windows: np.ndarray) -> np.ndarray:
        sizes.append(len(windows))
        return LISTENER.posteriors(windows)

    sounds = [tones(3, seed) for seed in range(30)]
    batch = WindowBatch(posteriors, LISTENER.labels)
    finders = [StreamedFinder(LISTENER.n_samples, batch) for _ in sounds]
    for finder, sound in zip(finders, sounds, strict=True):
        finder.push(sound)
        finder.finish()
    batch.flush()
    for finder, sound in zip(finders, sounds, strict=True):
        assert_same(finder.words(), whole(sound))
    assert max(sizes) >= 64
    assert sum(size >= 32 for size in sizes) >= len(sizes) / 2


def test_memory_does_not_grow_with_the_recording() -> None:
    half = tones(50)[: 30 * SAMPLE_RATE]
    batch = WindowBatch(LISTENER.posteriors, LISTENER.labels)
    finder = StreamedFinder(LISTENER.n_samples, batch, part_s=10)
    kept = []
    tracemalloc.start()
    try:
        for _ in range(4):
            finder.push(half)
            kept.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert all(later - earlier < 2**20 for earlier, later in pairwise(kept[1:]))
