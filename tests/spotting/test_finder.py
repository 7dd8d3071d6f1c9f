"""Finding words with a make-believe model that knows tones, and with the shipped one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from kws_core import Recognizer, read_audio
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.labels import SILENCE, UNKNOWN
from kws_core.samples import get_sample, list_samples
from kws_core.spotting.candidates import FinderSettings
from kws_core.spotting.finder import Word, choose_words, find_words_in, score_stretches
from tests.helpers.sounds import noise, silence, tone

LABELS = ("low", "high", "low-high", SILENCE, UNKNOWN)
LOW, HIGH = 400.0, 2000.0


def tone_model(windows: np.ndarray) -> np.ndarray:
    """Know a low tone, a high tone, and a low one followed at once by a high one."""
    rows = []
    for window in windows:
        blocks = window[: len(window) // 400 * 400].reshape(-1, 400)  # 25 ms, 40 Hz a bin
        spectrum = np.abs(np.fft.rfft(blocks * np.hanning(400), axis=1))
        loud = spectrum.max(axis=1) > 3
        middle = np.flatnonzero(loud)
        row = np.full(len(LABELS), 0.01)
        if not len(middle):
            row[LABELS.index(SILENCE)] = 1
        else:
            # The sound around the middle of the window, up to the next silence of 60 ms.
            centre = middle[np.abs(middle - len(loud) / 2).argmin()]
            part = [centre]
            for step in (-1, 1):
                at, quiet = centre, 0
                while 0 <= at + step < len(loud) and quiet < 3:
                    at += step
                    quiet = 0 if loud[at] else quiet + 1
                    if loud[at]:
                        part.append(at)
            pitch = spectrum[sorted(part)].argmax(axis=1) * SAMPLE_RATE / 400
            low, high = (np.abs(pitch - LOW) < 60).mean(), (np.abs(pitch - HIGH) < 60).mean()
            if low > 0.3 and high > 0.3:
                row[LABELS.index("low-high")] = 1
            elif max(low, high) > 0.8:
                row[LABELS.index("low" if low > high else "high")] = 1
            else:
                row[LABELS.index(UNKNOWN)] = 1
        rows.append(row / row.sum())
    return np.array(rows)


def find(sound: np.ndarray, **settings: float) -> list[Word]:
    return find_words_in(sound, SAMPLE_RATE, LABELS, tone_model, FinderSettings(**settings))


def labels(words: list[Word]) -> list[str]:
    return [word.label for word in words]


def test_words_are_found_in_order_with_their_edges() -> None:
    sound = np.concatenate(
        [silence(0.4), tone(0.4, hz=LOW), silence(0.5), tone(0.3, hz=HIGH), silence(0.6)]
    )
    first, second = find(sound)
    assert (first.label, second.label) == ("low", "high")
    assert (first.start, first.end) == pytest.approx((0.4, 0.8), abs=0.03)
    assert (second.start, second.end) == pytest.approx((1.3, 1.6), abs=0.03)
    assert first.score > 0.9


def test_the_same_word_said_twice_is_found_twice() -> None:
    again = [tone(0.4, hz=LOW), silence(0.3)]
    assert labels(find(np.concatenate([silence(0.3), *again, *again]))) == ["low", "low"]


def test_a_short_silence_inside_does_not_split_a_word() -> None:
    sound = np.concatenate(
        [silence(0.5), tone(0.2, hz=LOW), silence(0.03), tone(0.2, hz=LOW), silence(0.5)]
    )
    [word] = find(sound)
    assert word.end - word.start == pytest.approx(0.43, abs=0.04)


def test_a_whole_word_wins_over_the_words_it_begins_and_ends_with() -> None:
    dip = tone(0.04, 0.1, hz=LOW)
    sound = np.concatenate(
        [silence(0.5), tone(0.25, hz=LOW), dip, tone(0.25, hz=HIGH), silence(0.5)]
    )
    assert labels(find(sound)) == ["low-high"]


def test_a_word_inside_a_sentence_is_found_only_if_asked_for() -> None:
    pause, word = silence(0.14), tone(0.45, hz=LOW)
    sound = np.concatenate([silence(0.5), word, pause, word, pause, word, silence(0.5)])
    assert labels(find(sound)) == []
    assert labels(find(sound, alone=False)) == ["low", "low", "low"]


def test_words_never_overlap() -> None:
    rng = np.random.default_rng(3)
    parts = [silence(0.2)]
    for _ in range(12):
        parts += [tone(rng.uniform(0.12, 0.5), hz=rng.choice([LOW, HIGH]))]
        parts += [silence(rng.uniform(0.0, 0.4))]
    words = find(np.concatenate(parts), alone=False)
    assert len(words) > 5
    assert all(a.end <= b.start for a, b in pairwise(words))


@pytest.mark.parametrize("sound", [silence(3.0), noise(3.0, 0.05), silence(0.0)])
def test_silence_and_noise_give_no_words(sound: np.ndarray) -> None:
    assert find(sound) == []


def test_a_sound_that_is_no_word_gives_none() -> None:
    assert find(np.concatenate([silence(0.5), tone(0.4, hz=1000.0), silence(0.5)])) == []


@pytest.mark.parametrize(("alone", "in_place"), [(0.9, 0.3), (0.3, 0.9), (0.9, 0.8)])
def test_a_word_counts_as_much_as_the_less_sure_of_both_looks(alone, in_place) -> None:
    looks = iter([alone, in_place])

    def model(windows: np.ndarray) -> np.ndarray:
        p = next(looks)
        return np.tile([p, 0.0, 0.0, 0.0, 1 - p], (len(windows), 1))

    sound = np.concatenate([silence(0.4), tone(0.4, hz=LOW), silence(0.4)])
    words = find_words_in(sound, SAMPLE_RATE, LABELS, model, FinderSettings(threshold=0.5))
    assert [word.score for word in words] == [p for p in (min(alone, in_place),) if p > 0.5]


def test_each_look_is_at_two_places_of_the_window_and_their_mean_counts() -> None:
    """Once the sound is 80 ms before the window's middle and once 80 ms after it."""
    middles: list[float] = []

    def model(windows: np.ndarray) -> np.ndarray:
        loud = [np.flatnonzero(np.abs(window) > 0.01) for window in windows]
        middles.extend((one[0] + one[-1] + 1) / 2 / SAMPLE_RATE for one in loud)
        rows = [[0.9, 0.0, 0.0, 0.0, 0.1], [0.7, 0.0, 0.0, 0.0, 0.3]]
        return np.array(rows * (len(windows) // 2))

    sound = np.concatenate([silence(0.8), tone(0.4, hz=LOW), silence(0.8)])
    [word] = find_words_in(sound, SAMPLE_RATE, LABELS, model, FinderSettings(threshold=0.5))
    assert word.score == pytest.approx(0.8)
    assert middles == pytest.approx([0.42, 0.58] * 2, abs=0.011)


def test_before_and_after_the_recording_is_its_room_tone() -> None:
    """A tightly cut word is not heard in digital silence."""
    seen: list[np.ndarray] = []

    def model(windows: np.ndarray) -> np.ndarray:
        seen.extend(windows)
        return tone_model(windows)

    sound = np.concatenate([noise(0.05, 0.001), tone(0.3, hz=LOW), noise(0.05, 0.001)])
    sound = sound.astype(np.float32)
    find_words_in(sound, SAMPLE_RATE, LABELS, model)
    assert len(seen) >= 2
    for window in seen:
        first = np.flatnonzero(np.abs(window) > 0.01)[0]
        before = window[: first - round(0.1 * SAMPLE_RATE)]
        assert 0.0003 < np.sqrt(np.mean(before**2)) < 0.003


def test_a_sound_longer_than_any_word_is_none() -> None:
    assert find(np.concatenate([silence(0.4), tone(2.0, hz=LOW), silence(0.4)])) == []


def test_silence_in_front_moves_the_words_by_its_length() -> None:
    sound = np.concatenate([silence(0.4), tone(0.4, hz=LOW), silence(0.5), tone(0.3, hz=HIGH)])
    plain = find(sound)
    moved = find(np.concatenate([silence(1.0), sound]))
    assert labels(moved) == labels(plain) == ["low", "high"]
    for a, b in zip(plain, moved, strict=True):
        assert (b.start - a.start, b.end - a.end) == pytest.approx((1.0, 1.0), abs=0.011)


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer.load()


def test_the_sample_of_several_words_is_heard_word_by_word(recognizer: Recognizer) -> None:
    [sentence] = [sample for sample in list_samples() if sample.kind == "sentence"]
    words = recognizer.find_words(read_audio(sentence.path).samples, SAMPLE_RATE)
    assert labels(words) == [word.label for word in sentence.words]
    for found, spoken in zip(words, sentence.words, strict=True):
        assert (found.start, found.end) == pytest.approx((spoken.start, spoken.end), abs=0.15)


@pytest.mark.parametrize("gain_db", [-20, 6])
def test_the_level_of_a_recording_does_not_matter(recognizer: Recognizer, gain_db: int) -> None:
    [sentence] = [sample for sample in list_samples() if sample.kind == "sentence"]
    samples = read_audio(sentence.path).samples
    samples = np.clip(samples * 10 ** (gain_db / 20), -1, 1)
    words = recognizer.find_words(samples, SAMPLE_RATE)
    assert labels(words) == [word.label for word in sentence.words]


def test_words_are_found_at_another_sample_rate(recognizer: Recognizer) -> None:
    from kws_core.audio.waveform import resample

    samples = read_audio(get_sample("seven").path).samples
    at_44k = resample(np.pad(samples, 8000), SAMPLE_RATE, 44_100)
    [word] = recognizer.find_words(at_44k, 44_100)
    assert word.label == "seven"
    assert 0.5 < word.start < word.end < 1.5


def test_noise_that_is_no_speech_has_no_words(recognizer: Recognizer) -> None:
    for rms in (0.001, 0.03, 0.3):
        assert recognizer.find_words(noise(10.0, rms), SAMPLE_RATE) == []


def test_scored_once_words_can_be_chosen_at_any_threshold() -> None:
    low, high = tone(0.3, hz=LOW), tone(0.3, hz=HIGH)
    sound = np.concatenate([silence(0.4), low, silence(0.4), high, silence(0.4)])
    scored = score_stretches(sound, SAMPLE_RATE, LABELS, tone_model)
    for threshold in (0.0, 0.5, 0.9, 0.99, 1.0):
        assert choose_words(scored, LABELS, threshold) == find(sound, threshold=threshold)
    assert labels(choose_words(scored, LABELS, 0.5)) == ["low", "high"]
    assert choose_words(scored, LABELS, 0.999) == []
