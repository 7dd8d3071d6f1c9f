"""Settings of views: limits, what goes together, what gives way, and presets."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kws_core.errors import SettingsError
from kws_core.explore import spectra
from kws_core.explore.controls import CHOICES, NUMBERS, SHARED
from kws_core.explore.fitting import MAX_VALUES, fit, for_length
from kws_core.explore.presets import PRESETS, nearest, preset
from kws_core.explore.resolution import resolved_hz, sentence, summary
from kws_core.explore.settings import ViewSettings, most_mels
from kws_core.explore.views.fft import within
from kws_core.features.front_ends import LogMelConfig, SeedImageConfig
from kws_core.spotting.recognizer import Recognizer
from tests.helpers.explore_settings import ALL_PRESETS, values


class TestViewSettings:
    def test_every_setting_has_limits_or_choices(self) -> None:
        assert asdict(ViewSettings()).keys() == NUMBERS.keys() | CHOICES.keys() | {"selection"}
        assert set(SHARED) <= NUMBERS.keys() | CHOICES.keys()

    def test_the_default_is_what_the_default_model_sees(self) -> None:
        ours, model = ViewSettings(), LogMelConfig()
        for name in ("n_fft", "win_length", "hop_length", "n_mels", "f_min", "f_max", "mel_scale"):
            assert getattr(ours, name) == getattr(model, name)
        assert not ours.centered
        assert Recognizer.load().log_mel_config() == model, "the page says so of the shipped model"

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"n_fft": 500}, "one of 128, 256, 512, 1024, 2048, 4096"),
            ({"power": True}, "one of 1, 2"),
            ({"hop_length": 8}, "from 16 to 4096 samples"),
            ({"f_max": 8001.0}, "from 0 to 8000 Hz"),
            ({"pre_emphasis": float("nan")}, "from 0 to 0.99"),
            ({"win_length": 600}, "longer than n_fft, 512 samples"),
            ({"hop_length": 481}, "in no frame"),
            ({"f_min": 3990.0}, "at least two FFT bins"),
            ({"n_mels": 128}, "n_mels can't be 128: .* no FFT bin"),
            ({"n_mfcc": 41}, "no more cosine coefficients"),
            ({"selection": (0.5, 0.2)}, "end comes after its start"),
        ],
    )
    def test_what_is_impossible_is_refused_with_a_reason(
        self, wrong: dict[str, Any], reason: str
    ) -> None:
        with pytest.raises(SettingsError, match=reason):
            ViewSettings(**wrong)

    @pytest.mark.parametrize("scale", ["htk", "slaney"])
    @pytest.mark.parametrize(("n_fft", "f_min", "f_max"), [(512, 0, 4000), (256, 300, 8000)])
    def test_no_band_is_empty_up_to_the_most_there_can_be(
        self, n_fft: int, f_min: float, f_max: float, scale: Any
    ) -> None:
        most = most_mels(n_fft, f_min, f_max, scale)
        shape = {"n_fft": n_fft, "f_min": f_min, "f_max": f_max, "mel_scale": scale}
        small = {"win_length": 128, "hop_length": 64, "n_mfcc": 5}
        for n_mels in {*range(5, most, 7), most}:
            view = ViewSettings(**shape, **small, n_mels=n_mels)
            assert spectra.filter_bank(view.stft, view.mel).any(axis=1).all()
        with pytest.raises(SettingsError, match=f"n_mels can't be {most + 1}"):
            ViewSettings(**shape, **small, n_mels=most + 1)


class TestFit:
    @settings(max_examples=50, deadline=None)
    @given(values(), st.sampled_from([*NUMBERS, *CHOICES]))
    def test_any_values_within_limits_become_settings(
        self, wanted: dict[str, Any], changed: str
    ) -> None:
        fitted, notes = fit(wanted, changed)
        kept = asdict(fitted)
        noted = {note.split()[0] for note in notes}
        for name, value in {**asdict(ViewSettings()), **wanted}.items():
            assert kept[name] == value or name in noted

    @pytest.mark.parametrize(
        ("base", "name", "value", "expected"),
        [
            ("model", "win_length", 800, {"win_length": 800, "n_fft": 1024}),
            ("model", "n_fft", 128, {"win_length": 128, "hop_length": 128, "n_mels": 22}),
            ("model", "hop_length", 500, {"hop_length": 480}),
            ("model", "n_mels", 256, {"n_mels": 86}),
            ("model", "n_mels", 5, {"n_mels": 5, "n_mfcc": 5}),
            ("model", "f_min", 5000.0, {"f_min": 5000.0, "f_max": 5062.5, "n_mels": 2}),
            ("model", "f_max", 0.0, {"f_min": 0.0, "f_max": 62.5}),
            ("music", "f_min", 8000.0, {"f_max": 8000.0}),
        ],
    )
    def test_what_was_chosen_stays_and_the_rest_follows(
        self, base: str, name: str, value: Any, expected: dict[str, Any]
    ) -> None:
        known = preset(base)
        assert known is not None
        fitted, notes = fit({**asdict(known.settings), name: value}, name)
        assert {key: getattr(fitted, key) for key in expected} == expected
        assert notes

    def test_a_value_out_of_its_limits_becomes_the_nearest_with_a_reason(self) -> None:
        fitted, (note,) = fit({"db_range": 500.0})
        assert fitted.db_range == 120
        assert note == "db_range was lowered to 120: it goes from 20 to 120 dB."

    @pytest.mark.parametrize("wrong", [{"window": "kaiser"}, {"f_min": float("nan")}])
    def test_what_no_limit_is_nearest_to_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(SettingsError, match="can't be"):
            fit(wrong)

    @settings(max_examples=30, deadline=None)
    @given(values())
    def test_a_minute_is_never_more_than_can_be_computed_at_once(
        self, wanted: dict[str, Any]
    ) -> None:
        fitted, _ = fit(wanted)
        for seconds in (0.1, 1, 60):
            n_samples = round(seconds * 16_000)
            view, notes = for_length(fitted, n_samples)
            frames = 1 + n_samples // view.hop_length
            assert frames * (view.n_fft // 2 + 1) <= MAX_VALUES * 1.01
            assert bool(notes) == (view != fitted)

    @ALL_PRESETS
    def test_a_preset_is_shown_as_it_is_for_ten_seconds(self, known: Any) -> None:
        assert for_length(known.settings, 160_000) == (known.settings, ())


class TestPresets:
    def test_names_are_unique_and_found(self) -> None:
        assert len({known.name for known in PRESETS}) == len(PRESETS)
        assert all(preset(known.name) is known for known in PRESETS)
        assert preset("none") is None

    def test_the_nearest_preset_is_named_with_what_differs(self) -> None:
        known = preset("librosa")
        assert known is not None
        changed = replace(known.settings, n_mels=64, color_map="gray")
        assert nearest(changed) == (known, ("n_mels", "color_map"))
        assert nearest(ViewSettings()) == (PRESETS[0], ())
        own = ViewSettings(silence_db=10.0, fft_rate=8_000, show_pitch=True)
        assert nearest(own) == (PRESETS[0], ()), "settings of single views belong to no preset"
        assert known.apply(own) == replace(
            known.settings, silence_db=10.0, fft_rate=8_000, show_pitch=True
        )

    def test_the_notebook_s_is_its_model_s_front_end(self) -> None:
        known, seed = preset("notebook"), SeedImageConfig()
        assert known is not None
        ours = known.settings
        assert (ours.n_fft, ours.hop_length, ours.n_mels) == (2048, 512, 128)
        assert (ours.n_fft, ours.hop_length) == (seed.n_fft, seed.hop_length)
        assert ours.color_map == "magma"


class TestResolution:
    def test_it_follows_from_window_and_hop(self) -> None:
        assert resolved_hz(ViewSettings()) == pytest.approx(2 / 0.030)
        assert "30 ms window (67 Hz resolution), 10 ms hop" in summary(ViewSettings())
        assert "31.2 Hz" in sentence(ViewSettings())

    @pytest.mark.parametrize("window", CHOICES["window"].options)
    def test_tones_as_far_apart_as_it_says_are_two_peaks(self, window: Any) -> None:
        length = 4096
        weights = spectra.window(window, length).numpy()
        view = ViewSettings(n_fft=length, win_length=length, window=window)
        apart = resolved_hz(view)
        times = np.arange(length) / 16_000
        for distance, peaks in ((apart, 2), (apart / 4, 1)):
            both = np.cos(2 * np.pi * 2000 * times) + np.cos(2 * np.pi * (2000 + distance) * times)
            power = np.abs(np.fft.rfft(both * weights, 16 * length)) ** 2
            hz = np.fft.rfftfreq(16 * length, 1 / 16_000)
            near = power[(hz > 2000 - apart / 2) & (hz < 2000 + distance + apart / 2)]
            rises = np.flatnonzero((near[1:-1] > near[:-2]) & (near[1:-1] > near[2:]))
            assert (near[rises + 1] > 0.3 * near.max()).sum() == peaks


def test_a_span_is_cut_to_the_clip_or_nothing() -> None:
    assert within((0.5, 3.0), 1.0, 0.02) == (0.5, 1.0)
    assert within((2.0, 3.0), 1.0, 0.02) is None
    assert within(None, 1.0, 0.02) is None
