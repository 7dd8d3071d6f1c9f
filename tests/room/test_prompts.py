"""Say these words: what counts as heard, missed or mistaken, how late, and what is kept."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.results.metrics import wilson_interval
from kws_core.room import PromptTest, choose_words
from kws_core.room.prompts import EACH_S, LEAD_S
from tests.helpers.rooms import detector, prompted, stream

WORDS = ("low", "high", "middle", "low")
BEGIN_S = 1.0  # of sound before the first window is whole


def spoken(
    words: dict[float, str], sureness: dict[str, float] | None = None, late: float = 0.0
) -> PromptTest:
    """Say words, each so many turns after the first one is shown, and return the finished test."""
    test = prompted(WORDS)
    listening = detector(sureness)
    listening.follower = test
    at = {BEGIN_S + LEAD_S + EACH_S * turn: word for turn, word in words.items()}
    sound = stream(at, BEGIN_S + LEAD_S + EACH_S * (len(WORDS) + 1))
    for start in range(0, len(sound), 320):
        n_windows = listening.n_windows
        listening.push(sound[start : start + 320])
        if listening.n_windows > n_windows:
            test.came_late(late)
    return test


def test_words_said_in_their_turn_are_heard_and_timed() -> None:
    test = spoken({0.4: "low", 1.4: "high", 2.4: "middle", 3.4: "low"}, late=0.1)
    assert test.is_over
    assert [(reply.word, reply.heard) for reply in test.replies] == [(w, w) for w in WORDS]
    assert test.missed == wilson_interval(0, 4)
    assert test.mistaken == wilson_interval(0, 4)
    # A pause of 0.16 s and the smoothing decide, and the sound came 0.1 s late.
    assert test.latency is not None
    assert 0.26 < test.latency < 0.6
    without = spoken({0.4: "low", 1.4: "high", 2.4: "middle", 3.4: "low"}).latency
    assert without is not None
    assert test.latency - without == pytest.approx(0.1)
    for reply in test.replies:
        assert reply.sound.shape == (round(EACH_S * SAMPLE_RATE),)
        assert np.abs(reply.sound).max() > 5000


def test_a_word_said_at_the_very_end_of_its_turn_still_counts() -> None:
    test = spoken({0.95: "low"})
    assert [reply.heard for reply in test.replies] == ["low", None, None, None]


def test_missed_mistaken_and_surplus_words_are_told_apart() -> None:
    test = spoken({0.2: "low", 0.6: "low", 1.4: "low", 3.3: "high", 3.7: "low"})
    assert [reply.heard for reply in test.replies] == ["low", "low", None, "low"]
    assert [reply.extra for reply in test.replies] == [1, 0, 0, 1]
    assert test.missed == wilson_interval(2, 4)
    assert test.mistaken == wilson_interval(1, 4)
    assert test.replies[2].score is None


def test_misses_are_counted_at_every_threshold() -> None:
    said = {0.4: "low", 1.4: "high", 2.4: "middle", 3.4: "low"}
    test = spoken(said, sureness={"low": 0.5, "high": 0.7})
    missed = {at: share.value for at, share in test.by_threshold.items()}
    assert [missed[at] for at in (0.4, 0.6, 0.75, 0.95)] == [0, 0.5, 0.75, 1]
    assert test.missed.value == missed[test.settings.threshold]


def test_words_are_shown_in_a_steady_rhythm() -> None:
    test, listening = prompted(WORDS), detector()
    listening.follower = test
    silence = np.zeros(SAMPLE_RATE // 2, np.float32)
    shown = []
    while not test.is_over:
        shown.append((test.seconds, test.shown))
        assert 0 <= test.share_of_turn <= 1
        listening.push(silence)
    assert [turn for second, turn in shown if second < LEAD_S - 0.1][-1] is None
    turns = [turn for _, turn in shown if turn is not None]
    assert sorted(set(turns)) == list(enumerate(WORDS))
    assert turns == sorted(turns)
    assert test.shown is None
    assert len(test.replies) == len(WORDS)
    assert test.missed.value == 1


def test_before_the_first_word_is_over_there_are_no_figures() -> None:
    test = prompted(WORDS)
    assert (test.replies, test.by_threshold, test.latency) == ([], {}, None)


def test_chosen_words_are_each_asked_for_about_as_often() -> None:
    assert sorted(choose_words(WORDS[:3], 6, seed=1)) == sorted(WORDS[:3] * 2)
    many = [str(i) for i in range(35)]
    chosen = choose_words(many, 20, seed=1)
    assert len(set(chosen)) == 20
    assert chosen == choose_words(many, 20, seed=1) != choose_words(many, 20, seed=2)
