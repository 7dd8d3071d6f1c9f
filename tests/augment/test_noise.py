"""Noise: its spectrum, and the ratio to the signal."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import welch

from kws_core.augment.noise import add_at_snr, colored_noise
from kws_core.features.torch_audio import torchaudio

RATE = 16_000
COLORS = ("white", "pink", "brown")
CLIP = (0.05 * np.random.default_rng(0).standard_normal(RATE // 2)).astype(np.float32)


def power_db(samples: np.ndarray) -> float:
    return 10 * np.log10(np.mean(samples.astype(float) ** 2))


class TestColor:
    @pytest.mark.parametrize(("color", "slope"), [("white", 0), ("pink", -3.01), ("brown", -6.02)])
    @pytest.mark.parametrize("rate", [8_000, 16_000])
    def test_falls_by_its_decibels_per_octave(self, color, slope, rate) -> None:
        noise = colored_noise(color, 30 * rate, rate, seed=1)
        frequency, density = welch(noise, rate, nperseg=4096)
        wide = (frequency > 60) & (frequency < rate / 2 - 100)
        octaves, level = np.log2(frequency[wide]), 10 * np.log10(density[wide])
        # Every octave counts alike, however many bins it has.
        fitted = np.polyfit(octaves, level, 1, w=np.sqrt(1 / frequency[wide]))[0]
        assert fitted == pytest.approx(slope, abs=0.1)

    @pytest.mark.parametrize("color", ["pink", "brown"])
    def test_holds_nothing_that_is_too_slow_to_hear(self, color) -> None:
        spectrum = np.abs(np.fft.rfft(colored_noise(color, RATE, RATE, seed=1))) ** 2
        assert spectrum[:20].sum() < 1e-6 * spectrum.sum()
        assert spectrum[20:40].sum() > 0.05 * spectrum.sum()

    @pytest.mark.parametrize("color", COLORS)
    def test_has_mean_power_one_and_comes_again_with_its_seed(self, color) -> None:
        noise = colored_noise(color, 4001, RATE, seed=1)
        assert noise.shape == (4001,)
        assert power_db(noise) == pytest.approx(0, abs=1e-4)
        assert np.array_equal(colored_noise(color, 4001, RATE, seed=1), noise)
        other = colored_noise(color, 4001, RATE, seed=2)
        assert abs(np.corrcoef(noise, other)[0, 1]) < 0.3


class TestRatio:
    @given(st.floats(-40, 80), st.sampled_from(COLORS))
    @settings(max_examples=30)
    def test_is_reached_exactly_by_synthesised_noise(self, snr_db, color) -> None:
        noise = colored_noise(color, len(CLIP), RATE, seed=7)
        added = add_at_snr(CLIP, noise, snr_db).astype(float) - CLIP
        # Beyond 60 dB the noise is near the rounding of 32-bit samples.
        within = 0.001 if snr_db < 60 else 0.05
        assert power_db(CLIP) - power_db(added) == pytest.approx(snr_db, abs=within)

    def test_is_torchaudios(self) -> None:
        noise = colored_noise("pink", len(CLIP), RATE, seed=7)
        theirs = torchaudio.functional.add_noise(
            torch.from_numpy(CLIP)[None], torch.from_numpy(noise)[None], torch.tensor([7.5])
        )[0]
        np.testing.assert_allclose(add_at_snr(CLIP, noise, 7.5), theirs.numpy(), atol=1e-6)

    def test_does_not_depend_on_the_level_of_either(self) -> None:
        noise = colored_noise("white", len(CLIP), RATE, seed=7)
        out = add_at_snr(CLIP, 100 * noise, 5.0)
        np.testing.assert_allclose(add_at_snr(CLIP, noise, 5.0), out, atol=1e-6)
        np.testing.assert_allclose(add_at_snr(8 * CLIP, noise, 5.0), 8 * out, atol=1e-5)

    def test_of_silent_noise_changes_nothing(self) -> None:
        assert np.array_equal(add_at_snr(CLIP, np.zeros_like(CLIP), 0.0), CLIP)
