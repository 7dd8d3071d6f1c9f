"""Words found where there are none."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.evaluation.false_words import THRESHOLDS, Recording, measure_false_words
from kws_core.evaluation.material import Spoken
from tests.helpers.listeners import ToneListener, burst

LOW, MIDDLE = 0, 1


@pytest.fixture(scope="module")
def figures() -> dict:
    """Nineteen of twenty words are heard with 0.985, one with 0.965; noise is like words."""
    said = ["low"] * 19 + ["middle"]
    spoken = Spoken(
        [burst(word, seed) for seed, word in enumerate(said)],
        np.array([LOW] * 19 + [MIDDLE]),
        np.array(said),
    )
    twice = np.concatenate([burst("high", 50), burst("high", 51)])
    quiet = 1e-5 * np.random.default_rng(0).standard_normal(2 * SAMPLE_RATE).astype(np.float32)
    listener = ToneListener({"low": 0.985, "middle": 0.965, "high": 0.975})
    other = [Recording("beep", twice), Recording("nothing", quiet)]
    return measure_false_words(listener, spoken, {"other_speech": other, "noise": []})


def test_words_that_were_said_are_counted_apart() -> None:
    spoken = Spoken([burst("low", 0)], np.array([LOW]), np.array(["low"]))
    sound = np.concatenate([burst("high", 1), burst("low", 2)])
    sentence = [Recording("sentence", sound, said=("low",))]
    listener = ToneListener({"low": 0.985, "high": 0.975})
    figures = measure_false_words(listener, spoken, {"fluent_english": sentence})
    rate = figures["per_hour"]["fluent_english"]
    assert (rate["count"], rate["said_inside"]["count"]) == (1, 1)
    assert rate["commonest"] == [["sentence", "high", 1]]
    assert at(figures, 0.96)["fluent_english"] == pytest.approx(rate["per_hour"])


def at(figures: dict, threshold: float) -> dict[str, float]:
    return next(point for point in figures["curve"] if point["threshold"] == threshold)


def test_false_words_are_counted_per_hour_at_the_default_threshold(figures: dict) -> None:
    rate = figures["per_hour"]["other_speech"]
    hours = (1.6 + 2.0) / 3600
    assert rate["hours"] == pytest.approx(hours)
    assert (rate["count"], rate["per_hour"]) == (2, pytest.approx(2 / hours))
    assert rate["commonest"] == [["beep", "high", 2]]
    assert figures["found"]["value"] == 1
    assert figures["wrong"] == 0


def test_a_higher_threshold_finds_less_of_both(figures: dict) -> None:
    assert at(figures, 0.96)["found"] == 1
    assert at(figures, 0.98)["found"] == 0.95
    assert at(figures, 0.99)["found"] == 0
    assert at(figures, 0.96)["other_speech"] > 0
    assert at(figures, 0.98)["other_speech"] == 0
    assert len(figures["curve"]) == len(THRESHOLDS)


def test_the_threshold_that_keeps_95_percent_is_the_highest(figures: dict) -> None:
    assert figures["at_95_percent_found"] == at(figures, 0.98)


def test_a_kind_without_recordings_has_no_rate(figures: dict) -> None:
    assert "noise" not in figures["per_hour"]
    assert "noise" not in figures["curve"][0]


def test_words_that_are_never_found_have_no_such_threshold() -> None:
    spoken = Spoken([burst("low", 0)], np.array([MIDDLE]), np.array(["middle"]))
    figures = measure_false_words(ToneListener({"low": 0.97}), spoken, {})
    assert figures["at_95_percent_found"] is None
    assert figures["wrong"] == 1
