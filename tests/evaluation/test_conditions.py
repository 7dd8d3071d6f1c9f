"""Clips in noise, through a narrow band, faint and shifted."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.evaluation.conditions import (
    GAINS_DB,
    LOWER_RATES,
    SHIFTS_S,
    SNRS_DB,
    QuietDraw,
    balanced_rows,
    measure_conditions,
)
from kws_core.evaluation.material import Spoken
from tests.helpers.listeners import WORDS, ToneListener, burst


@pytest.fixture(scope="module")
def spoken() -> Spoken:
    clips = [burst(word, seed) for seed in range(4) for word in WORDS]
    target = np.tile(np.arange(len(WORDS)), 4)
    return Spoken(clips, target, np.array([f"{i}_nohash_0" for i in range(len(clips))]))


@pytest.fixture(scope="module")
def noises() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    hum = np.sin(2 * np.pi * 60 * np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE)
    return {
        "hiss": rng.standard_normal(3 * SAMPLE_RATE).astype(np.float32),
        "hum": hum.astype(np.float32),
    }


@pytest.fixture(scope="module")
def figures(spoken: Spoken, noises: dict[str, np.ndarray]) -> dict[str, list[dict[str, float]]]:
    return measure_conditions(ToneListener(), spoken, noises, seed=0)


def test_every_condition_is_measured_on_all_clips(figures: dict, spoken: Spoken) -> None:
    assert figures["clean"]["value"] == 1
    rows = {(row["noise"], row["snr_db"]) for row in figures["noise"]}
    assert rows == {(kind, snr) for kind in ("hiss", "hum") for snr in SNRS_DB}
    assert [row["sample_rate"] for row in figures["bandwidth"]] == list(LOWER_RATES)
    assert [row["gain_db"] for row in figures["level"]] == list(GAINS_DB)
    assert [row["seconds"] for row in figures["shift"]] == list(SHIFTS_S)
    lists = ("noise", "bandwidth", "level", "shift")
    assert all(row["n"] == len(spoken) for name in lists for row in figures[name])


def test_noise_is_as_loud_as_its_ratio_says(figures: dict) -> None:
    # The loudest tone wins: hum hides everything as soon as it is the louder of the two.
    hum = {row["snr_db"]: row["value"] for row in figures["noise"] if row["noise"] == "hum"}
    del hum[0]
    assert hum == {20: 1, 10: 1, 5: 1, -5: 0}


def test_a_lower_rate_takes_what_lies_above_half_of_it(figures: dict) -> None:
    # One of the three tones is at 2.5 kHz.
    value = {row["sample_rate"]: row["value"] for row in figures["bandwidth"]}
    assert value == {8000: 1, 6000: 1, 4000: pytest.approx(2 / 3)}


def test_level_and_shift_do_not_matter_to_a_tone(figures: dict) -> None:
    assert all(row["value"] == 1 for name in ("level", "shift") for row in figures[name])


def test_figures_are_the_same_twice(
    figures: dict, spoken: Spoken, noises: dict[str, np.ndarray]
) -> None:
    assert measure_conditions(ToneListener(), spoken, noises, seed=0) == figures


def test_a_faint_clip_keeps_the_steps_of_16_bits() -> None:
    clip = burst("low", 0)
    faint = QuietDraw(-40.0).apply(clip, SAMPLE_RATE)
    steps = faint * 2**15
    assert np.array_equal(steps, np.round(steps))
    assert np.sqrt(np.mean(faint**2) / np.mean(clip**2)) == pytest.approx(0.01, rel=0.01)


def test_rare_words_are_all_drawn_and_common_ones_alike() -> None:
    target = np.array([0] * 50 + [1] * 50 + [2] * 3)
    rows = balanced_rows(target, 23, np.random.default_rng(0))
    assert np.bincount(target[rows]).tolist() == [10, 10, 3]
    assert len(set(rows.tolist())) == 23
    assert rows.tolist() == balanced_rows(target, 23, np.random.default_rng(0)).tolist()
    assert len(balanced_rows(target, 999, np.random.default_rng(0))) == 103
