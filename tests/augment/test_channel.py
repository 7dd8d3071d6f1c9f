"""Band limit and resampling: what gets through, and how much."""

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from kws_core.augment.channel import BandLimit, BandLimitDraw, ResamplingDraw
from kws_core.errors import AugmentError

RATE = 16_000
CLIP = (0.1 * np.random.default_rng(0).standard_normal(RATE)).astype(np.float32)
TELEPHONE = BandLimit().draw(np.random.default_rng(0))


def passed_db(drawn, frequency: float, rate: int = RATE) -> float:
    """How much of a long tone gets through."""
    tone = np.sin(2 * np.pi * frequency * np.arange(rate) / rate)
    out = drawn.apply(tone, rate)[rate // 4 : -rate // 4]
    return 10 * np.log10(np.mean(out.astype(float) ** 2) / 0.5 + 1e-20)


class TestBandLimit:
    def test_is_a_telephone_by_default(self) -> None:
        assert BandLimitDraw(300.0, 3400.0) == TELEPHONE

    @pytest.mark.parametrize("frequency", [600, 1000, 2400])
    def test_lets_the_band_through(self, frequency) -> None:
        assert passed_db(TELEPHONE, frequency) == pytest.approx(0, abs=0.3)

    @pytest.mark.parametrize("frequency", [300, 3400])
    def test_is_3_db_down_at_its_edges(self, frequency) -> None:
        assert passed_db(TELEPHONE, frequency) == pytest.approx(-3.01, abs=0.1)

    @pytest.mark.parametrize("frequency", [50, 100, 6500, 7500])
    def test_stops_what_is_far_outside(self, frequency) -> None:
        assert passed_db(TELEPHONE, frequency) < -30

    def test_falls_by_24_db_an_octave(self) -> None:
        low_pass = BandLimitDraw(0.0, 500.0)
        fall = passed_db(low_pass, 1000) - passed_db(low_pass, 2000)
        assert fall == pytest.approx(24, abs=1.5)

    def test_is_scipys_butterworth_filter(self) -> None:
        sos = butter(4, (200, 3000), "bandpass", fs=RATE, output="sos")
        wanted = sosfilt(sos, CLIP.astype(float))
        np.testing.assert_allclose(BandLimitDraw(200, 3000).apply(CLIP, RATE), wanted, atol=1e-5)

    def test_has_one_edge_where_the_other_cuts_nothing(self) -> None:
        high_pass, low_pass = BandLimitDraw(1000.0, 8000.0), BandLimitDraw(0.0, 1000.0)
        assert passed_db(high_pass, 7900) == pytest.approx(0, abs=0.1)
        assert passed_db(high_pass, 100) < -60
        assert passed_db(low_pass, 10) == pytest.approx(0, abs=0.1)
        assert passed_db(low_pass, 7000) < -60

    def test_without_edges_changes_nothing(self) -> None:
        assert np.array_equal(BandLimitDraw(0.0, 8000.0).apply(CLIP, RATE), CLIP)

    def test_of_no_band_is_refused(self) -> None:
        with pytest.raises(AugmentError, match="from 900 Hz to 800 Hz is empty"):
            BandLimit((100, 900), (800, 2000))
        with pytest.raises(AugmentError, match=r"nothing above 4000 Hz.*starts at 5000 Hz"):
            BandLimitDraw(5000.0, 9000.0).apply(CLIP, 8000)


class TestResampling:
    def test_leaves_what_the_lower_rate_can_hold_and_nothing_else(self) -> None:
        drawn = ResamplingDraw(8000)
        assert passed_db(drawn, 1000) == pytest.approx(0, abs=0.05)
        assert passed_db(drawn, 3500) == pytest.approx(0, abs=0.2)
        assert passed_db(drawn, 4500) < -60
        assert passed_db(drawn, 7000) < -60

    def test_keeps_the_sound_where_it_is(self) -> None:
        hum = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE).astype(np.float32)
        out = ResamplingDraw(5500).apply(hum, RATE)
        np.testing.assert_allclose(out[500:-500], hum[500:-500], atol=2e-3)

    @pytest.mark.parametrize("rate", [16_000, 44_100])
    def test_to_no_lower_rate_changes_nothing(self, rate) -> None:
        assert np.array_equal(ResamplingDraw(rate).apply(CLIP, RATE), CLIP)
