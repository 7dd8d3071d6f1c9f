"""Takes: the word is cut out of its recording, and what is wrong is said."""

import numpy as np
import pytest

from kws_core.errors import EmptyAudioError, TeachingError
from kws_core.teaching.takes import ADVICE, make_take, problems_of, takes_in
from tests.helpers.sounds import noise, silence, tone

RATE = 16_000


def recording(*parts: np.ndarray) -> np.ndarray:
    whole = np.concatenate(parts)
    return whole + noise(len(whole) / RATE, 0.001)[: len(whole)]


def test_the_word_is_cut_out_with_a_little_room() -> None:
    take = make_take(recording(silence(1.0), tone(0.4), silence(1.5)), RATE)
    assert take.problems == ()
    assert take.start == pytest.approx(0.95, abs=0.03)
    assert take.seconds == pytest.approx(0.5, abs=0.05)


def test_other_rates_are_taken() -> None:
    take = make_take(np.repeat(recording(silence(0.5), tone(0.4), silence(0.5)), 3), 48_000)
    assert take.start == pytest.approx(0.45, abs=0.04)


@pytest.mark.parametrize(
    ("samples", "problem"),
    [
        (noise(1.0, 0.001), "nothing said"),
        (silence(2.0), "nothing said"),
        (recording(silence(0.4), tone(0.01), silence(0.4)), "nothing said"),
        (recording(silence(0.4), tone(0.3), silence(0.4)) / 300, "too quiet"),
        (np.clip(recording(silence(0.4), tone(0.3, 3.0), silence(0.4)), -1, 1), "clipped"),
        (recording(silence(0.4), tone(0.3), silence(0.6), tone(0.3), silence(0.3)), "two words"),
        (recording(silence(0.4), tone(1.6), silence(0.6)), "too long"),
    ],
)
def test_what_is_wrong_is_said(samples: np.ndarray, problem: str) -> None:
    take = make_take(samples.astype(np.float32), RATE)
    assert problem in take.problems
    assert len(take.samples) <= RATE
    assert set(take.problems) <= set(ADVICE)


def test_the_louder_of_two_words_is_used() -> None:
    quiet, loud = tone(0.3, 0.1), tone(0.3, 0.6)
    take = make_take(recording(silence(0.4), quiet, silence(0.6), loud, silence(0.3)), RATE)
    assert take.start == pytest.approx(1.25, abs=0.03)


def test_each_sound_of_a_recording_is_a_take() -> None:
    words = [tone(seconds, 0.3, hz) for seconds, hz in ((0.3, 500), (0.5, 900), (0.4, 1500))]
    gaps = [silence(seconds) for seconds in (0.7, 0.4, 1.5, 0.3)]
    parts = [part for pair in zip(gaps, words, strict=False) for part in pair]
    takes = takes_in(recording(*parts, gaps[-1]), RATE)
    assert [take.problems for take in takes] == [()] * 3
    assert [take.seconds for take in takes] == pytest.approx([0.4, 0.6, 0.5], abs=0.05)
    loudest = [int(np.abs(np.fft.rfft(take.samples, RATE)).argmax()) for take in takes]
    assert loudest == pytest.approx([500, 900, 1500], abs=5)
    assert takes_in(noise(3.0, 0.001), RATE) == []


def test_a_take_unlike_the_others_is_noticed() -> None:
    short = [make_take(recording(silence(0.4), tone(0.3), silence(0.4)), RATE) for _ in range(3)]
    long = make_take(recording(silence(0.4), tone(0.8), silence(0.4)), RATE)
    assert problems_of(long, short) == ("unlike the others",)
    assert problems_of(short[0], [*short[1:], long]) == ()
    assert problems_of(long, short[:1]) == ()


def test_an_hour_and_nothing_are_refused() -> None:
    with pytest.raises(TeachingError, match="3,600 s"):
        make_take(np.zeros(3600 * 1000, np.float32), 1000)
    with pytest.raises(EmptyAudioError):
        make_take(np.zeros(0, np.float32), RATE)
