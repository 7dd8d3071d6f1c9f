"""Band limit: what passes, and how much."""

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from kws_core.augment.steps.band_limit import BandLimit, BandLimitDraw
from kws_core.errors import AugmentError
from tests.helpers.tones import RATE, passed_db

CLIP = (0.1 * np.random.default_rng(0).standard_normal(RATE)).astype(np.float32)
TELEPHONE = BandLimit().draw(np.random.default_rng(0))


def test_a_band_limit_is_a_telephone_by_default() -> None:
    assert BandLimitDraw(300.0, 3400.0) == TELEPHONE


@pytest.mark.parametrize(
    ("frequency", "level_db"), [(600, 0), (2400, 0), (300, -3.01), (3400, -3.01)]
)
def test_a_band_limit_lets_the_band_through_and_is_3_db_down_at_its_edges(
    frequency, level_db
) -> None:
    assert passed_db(TELEPHONE, frequency) == pytest.approx(level_db, abs=0.3)


@pytest.mark.parametrize("frequency", [50, 100, 6500, 7500])
def test_a_band_limit_stops_what_is_far_outside(frequency) -> None:
    assert passed_db(TELEPHONE, frequency) < -30


def test_a_band_limit_falls_by_24_db_an_octave() -> None:
    low_pass = BandLimitDraw(0.0, 500.0)
    fall = passed_db(low_pass, 1000) - passed_db(low_pass, 2000)
    assert fall == pytest.approx(24, abs=1.5)


def test_a_band_limit_is_scipys_butterworth_filter() -> None:
    sos = butter(4, (200, 3000), "bandpass", fs=RATE, output="sos")
    wanted = sosfilt(sos, CLIP.astype(float))
    np.testing.assert_allclose(BandLimitDraw(200, 3000).apply(CLIP, RATE), wanted, atol=1e-5)


def test_a_band_limit_has_one_edge_where_the_other_cuts_nothing() -> None:
    high_pass, low_pass = BandLimitDraw(1000.0, 8000.0), BandLimitDraw(0.0, 1000.0)
    assert passed_db(high_pass, 7900) == pytest.approx(0, abs=0.1)
    assert passed_db(high_pass, 100) < -60
    assert passed_db(low_pass, 10) == pytest.approx(0, abs=0.1)
    assert passed_db(low_pass, 7000) < -60


def test_a_band_limit_without_edges_changes_nothing() -> None:
    assert np.array_equal(BandLimitDraw(0.0, 8000.0).apply(CLIP, RATE), CLIP)


def test_a_band_limit_of_no_band_is_refused() -> None:
    with pytest.raises(AugmentError, match="from 900 Hz to 800 Hz is empty"):
        BandLimit(min_f_low=100, max_f_low=900, min_f_high=800, max_f_high=2000)
    with pytest.raises(AugmentError, match=r"nothing above 4000 Hz.*starts at 5000 Hz"):
        BandLimitDraw(5000.0, 9000.0).apply(CLIP, 8000)
