"""Chunks at any rate, with holes, made one unbroken stream."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.audio.waveform import SAMPLE_RATE, resample
from kws_core.errors import BadSampleRateError, BadSamplesError
from kws_core.spotting.intake import Faults, Intake

CHUNK = 320
SECONDS = CHUNK / SAMPLE_RATE
ONES = np.ones(CHUNK, np.float32)


def take_all(intake: Intake, samples: np.ndarray, rate: int, size: int) -> np.ndarray:
    taken = [intake.take(samples[i : i + size], rate, None) for i in range(0, len(samples), size)]
    return np.concatenate([part.samples for part in taken])


@pytest.mark.parametrize("size", [7, 160, 333, 16_000])
@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
def test_a_stream_in_chunks_is_resampled_as_in_one_piece(rate: int, size: int) -> None:
    samples = np.random.default_rng(0).standard_normal(rate // 2).astype(np.float32)
    taken = take_all(Intake(), samples, rate, size)
    whole = resample(samples, rate, SAMPLE_RATE)
    assert len(whole) - len(taken) < 0.12 * SAMPLE_RATE
    assert np.allclose(taken, whole[: len(taken)], atol=1e-6)


def test_time_stamps_that_fit_change_nothing() -> None:
    intake = Intake()
    jitter = np.random.default_rng(0).uniform(-0.015, 0.015, 200)
    for i in range(200):
        taken = intake.take(ONES, SAMPLE_RATE, 1000 + i * SECONDS + jitter[i])
        assert np.array_equal(taken.samples, ONES)
        assert taken.skipped is None
    assert not intake.faults.any


def test_a_missing_piece_is_filled_with_silence_and_counted() -> None:
    intake = Intake()
    intake.take(ONES, SAMPLE_RATE, 5.0)
    taken = intake.take(ONES, SAMPLE_RATE, 5.0 + 6 * SECONDS)
    assert np.array_equal(taken.samples, np.concatenate([np.zeros(5 * CHUNK), ONES]))
    assert intake.faults == Faults(gaps=1, lost=pytest.approx(5 * SECONDS))
    assert len(intake.take(ONES, SAMPLE_RATE, 5.0 + 7 * SECONDS).samples) == CHUNK
    assert intake.faults.gaps == 1


def test_a_piece_that_comes_twice_is_left_out_and_counted() -> None:
    intake = Intake()
    for i in range(5):
        intake.take(ONES, SAMPLE_RATE, i * SECONDS)
    late = np.arange(4 * CHUNK, dtype=np.float32)
    taken = intake.take(late, SAMPLE_RATE, 2 * SECONDS)  # three chunks of it were heard
    assert np.array_equal(taken.samples, late[3 * CHUNK :])
    assert len(intake.take(ONES, SAMPLE_RATE, 3 * SECONDS).samples) == 0
    assert len(intake.take(ONES, SAMPLE_RATE, 6 * SECONDS).samples) == CHUNK
    assert intake.faults == Faults(overruns=2)


@pytest.mark.parametrize(("stamp", "skipped"), [(60.0, 60.0 - SECONDS), (-60.0, 0.0)])
def test_a_clock_that_jumps_starts_anew(stamp: float, skipped: float) -> None:
    intake = Intake()
    intake.take(ONES, SAMPLE_RATE, 0.0)
    taken = intake.take(ONES, SAMPLE_RATE, stamp)
    assert taken.skipped == pytest.approx(skipped)
    assert len(taken.samples) == CHUNK
    assert len(intake.take(ONES, SAMPLE_RATE, stamp + SECONDS).samples) == CHUNK
    assert intake.faults == Faults(clock_jumps=1)


def test_a_change_of_rate_is_counted_and_loses_nothing() -> None:
    intake = Intake()
    n_samples = 0
    for rate in (48_000, 16_000, 8_000, 16_000):
        n_samples += len(intake.take(np.zeros(rate, np.float32), rate, None).samples)
    assert n_samples == pytest.approx(4 * SAMPLE_RATE, abs=4)
    assert intake.faults == Faults(rate_changes=3)


def test_whole_numbers_are_scaled_and_nothing_is_nothing() -> None:
    intake = Intake()
    taken = intake.take(np.array([-(2**15), 2**14], np.int16), SAMPLE_RATE, None)
    assert taken.samples.tolist() == [-1.0, 0.5]
    assert len(intake.take(np.zeros(0), SAMPLE_RATE, None).samples) == 0


@pytest.mark.parametrize(
    ("samples", "rate", "stamp", "error"),
    [
        (np.array([np.nan]), SAMPLE_RATE, None, BadSamplesError),
        (np.zeros((2, 2)), SAMPLE_RATE, None, BadSamplesError),
        (np.zeros(5), SAMPLE_RATE, float("nan"), BadSamplesError),
        (np.zeros(5), 3, None, BadSampleRateError),
    ],
)
def test_what_is_no_sound_is_refused_and_changes_nothing(
    samples: np.ndarray, rate: int, stamp: float | None, error: type[Exception]
) -> None:
    intake = Intake()
    intake.take(ONES, SAMPLE_RATE, 0.0)
    with pytest.raises(error):
        intake.take(samples, rate, stamp)
    assert len(intake.take(ONES, SAMPLE_RATE, SECONDS).samples) == CHUNK
    assert not intake.faults.any
