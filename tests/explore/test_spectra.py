"""Spectrogram, mel and cepstrum: the model's own numbers, and those of librosa and torchaudio."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from kws_core.audio.remembered import Sound, remembered
from kws_core.explore import spectra
from kws_core.explore.controls import CHOICES
from kws_core.explore.presets import PRESETS
from kws_core.explore.settings import ViewSettings
from kws_core.explore.views import fft, libraries, mfcc
from kws_core.features.front_ends import LN_TO_DB, LogMel, Mfcc
from tests.helpers.app import ROOT
from tests.helpers.explore_settings import ALL_PRESETS
from tests.helpers.explore_sounds import ODD, RATE, tone, word
from tests.helpers.sounds import noise

MODEL = ViewSettings()
ODD_SOUNDS = pytest.mark.parametrize("name", ODD)


def in_batch(samples: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(samples)[None]


class TestWhatTheModelSees:
    def test_log_mel_is_the_model_s_in_db(self) -> None:
        sound = word()
        expected = LogMel()(in_batch(sound.samples))[0].numpy() * LN_TO_DB
        ours = spectra.log_mel(sound, MODEL.stft, MODEL.mel)
        np.testing.assert_allclose(ours, expected, atol=1e-4)

    def test_mfcc_is_the_library_s_in_db(self) -> None:
        sound = word()
        expected = Mfcc()(in_batch(sound.samples))[0].numpy() * LN_TO_DB
        ours = mfcc.mfcc(sound, MODEL.stft, MODEL.mel, MODEL.n_mfcc)
        np.testing.assert_allclose(ours, expected, atol=1e-3)


class TestAgainstLibrosa:
    @ALL_PRESETS
    def test_all_three_agree_on_the_mel_of_the_same_settings(self, known: Any) -> None:
        sound, view = word(0.7), known.settings
        ours = spectra.log_mel(sound, view.stft, view.mel)
        for log_mel in (libraries.librosa_log_mel, libraries.torchaudio_log_mel):
            np.testing.assert_allclose(log_mel(sound, view.stft, view.mel), ours, atol=0.05)

    @pytest.mark.parametrize("window", CHOICES["window"].options)
    @pytest.mark.parametrize("centered", [False, True])
    def test_they_agree_for_any_window_and_any_length(self, window: Any, centered: bool) -> None:
        sound = Sound(noise(0.31))
        view = ViewSettings(
            win_length=333, hop_length=100, window=window, centered=centered, power=1
        )
        ours = spectra.log_mel(sound, view.stft, view.mel)
        assert np.abs(libraries.librosa_log_mel(sound, view.stft, view.mel) - ours).max() < 0.01
        assert np.abs(libraries.difference(sound, view.stft, view.mel)).max() < 0.01

    def test_the_librosa_preset_is_librosa_asked_for_nothing_else(self) -> None:
        import librosa

        view = next(known.settings for known in PRESETS if known.name == "librosa")
        sound = word()
        mel = librosa.feature.melspectrogram(y=sound.samples, sr=RATE)
        np.testing.assert_allclose(spectra.mel(sound, view.stft, view.mel), mel, rtol=2e-3)
        expected = librosa.feature.mfcc(S=librosa.power_to_db(mel, top_db=None))
        ours = mfcc.mfcc(sound, view.stft, view.mel, view.n_mfcc)
        np.testing.assert_allclose(ours, expected, atol=0.05)

    def test_the_stft_is_librosa_s_too(self) -> None:
        import librosa

        view = ViewSettings(centered=True)
        sound = word()
        stft = librosa.stft(sound.samples, n_fft=512, win_length=480, hop_length=160)
        ours = spectra.power_spectrogram(sound, view.stft)
        np.testing.assert_allclose(ours, np.abs(stft) ** 2, atol=1e-3)

    def test_deltas_are_librosa_s(self) -> None:
        import librosa

        values = noise(0.01).reshape(4, -1)
        expected = librosa.feature.delta(values, mode="nearest")
        np.testing.assert_allclose(mfcc.slope(values), expected, atol=1e-6)

    def test_pre_emphasis_is_torchaudio_s(self) -> None:
        from kws_core.features.torch_audio import torchaudio

        sound = word()
        stft = replace(MODEL.stft, pre_emphasis=0.97)
        expected = torchaudio.functional.preemphasis(in_batch(sound.samples), 0.97)[0]
        np.testing.assert_allclose(spectra.padded(sound, stft), expected.numpy(), atol=1e-6)


class TestFrames:
    @pytest.mark.parametrize("centered", [False, True])
    def test_a_click_is_loudest_in_the_frame_at_its_time(self, centered: bool) -> None:
        sound = Sound(ODD["a click"])
        stft = replace(MODEL.stft, centered=centered)
        power = spectra.power_spectrogram(sound, stft).sum(axis=0)
        times = spectra.times(sound, stft)
        assert len(times) == len(power)
        assert times[power.argmax()] == pytest.approx(0.5, abs=0.006)

    def test_blocks_change_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = spectra.power_spectrogram(word(), MODEL.stft)
        monkeypatch.setattr(spectra, "_VALUES_AT_ONCE", 512 * 7)
        np.testing.assert_array_equal(spectra.power_spectrogram(word(), MODEL.stft), whole)

    def test_a_tone_is_in_its_bin(self) -> None:
        sound = Sound(tone(hz=1000))
        power = spectra.power_spectrogram(sound, MODEL.stft)
        assert spectra.frequencies(MODEL.stft)[power.mean(axis=1).argmax()] == 1000

    @ALL_PRESETS
    @ODD_SOUNDS
    def test_odd_clips_have_finite_views(self, known: Any, name: str) -> None:
        sound, view = Sound(ODD[name]), known.settings
        coefficients = mfcc.mfcc(sound, view.stft, view.mel, view.n_mfcc)
        curvature = mfcc.slope(mfcc.slope(coefficients))
        levels = spectra.spectrogram(sound, view.stft, view.floor_db)
        assert curvature.shape[1] == levels.shape[1] == spectra.n_frames(sound, view.stft) >= 1
        assert np.isfinite(curvature).all()
        assert levels.min() >= view.floor_db - 1e-3


@pytest.mark.slow
def test_the_views_need_librosa_only_where_they_use_it() -> None:
    code = """if True:
        import sys
        import numpy as np
        from kws_core.explore import Sound, ViewSettings
        from kws_core.explore.views import named
        sound, settings = Sound(np.ones(1600, np.float32)), ViewSettings()
        for view in named(["log-mel", "mfcc", "rms", "spectrogram"]):
            view.panes(sound, settings)
            view.explain(sound, settings)
            view.look(sound, settings)
        print(*sys.modules.keys() & {"librosa", "torchaudio", "scipy.signal", "streamlit"})
    """
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


class TestSpectrum:
    @pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 44_100])
    def test_a_sine_has_its_frequency_and_amplitude_at_any_rate(self, rate: int) -> None:
        hz, level = fft.spectrum(Sound(tone(1.0, 1000, 0.5)), rate, 0.3, 0.5)
        assert hz[-1] == pytest.approx(rate / 2, rel=1e-3)
        assert hz[level.argmax()] == pytest.approx(1000, abs=3)
        assert level.max() == pytest.approx(20 * np.log10(0.5), abs=0.1)

    def test_half_the_rate_takes_out_the_upper_half_without_mirroring_it(self) -> None:
        hz, level = fft.spectrum(Sound(tone(hz=6000)), 8_000, 0.3, 0.5)
        assert level.max() < -80  # at 2 kHz, where it would be without a filter
        assert hz[-1] <= 4000

    @ODD_SOUNDS
    def test_any_part_of_any_clip_has_one(self, name: str) -> None:
        sound = Sound(ODD[name])
        for span in ((0.0, sound.duration), (sound.duration - 0.001, sound.duration)):
            assert np.isfinite(fft.spectrum(sound, 4_000, *span)[1]).all()


class TestSound:
    def test_only_what_depends_on_a_changed_setting_is_computed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: list[str] = []
        compute = spectra.power_of
        monkeypatch.setattr(
            spectra, "power_of", lambda *args: (calls.append("stft"), compute(*args))[1]
        )
        sound = word()
        first = spectra.log_mel(sound, MODEL.stft, MODEL.mel)
        for changed in ({"db_range": 60.0}, {"color_map": "gray"}, {"n_mels": 30}, {"n_mfcc": 8}):
            view = replace(MODEL, **changed)
            mfcc.mfcc(sound, view.stft, view.mel, view.n_mfcc)
        assert calls == ["stft"]
        assert spectra.log_mel(sound, MODEL.stft, MODEL.mel) is first
        spectra.log_mel(sound, replace(MODEL, hop_length=80).stft, MODEL.mel)
        assert calls == ["stft", "stft"]

    def test_what_was_not_used_for_longest_makes_room(self) -> None:
        calls: list[int] = []

        @remembered
        def ones(sound: Sound, size: int) -> np.ndarray:
            calls.append(size)
            return np.ones(size, np.uint8)

        sound = Sound(tone(0.1), kept_bytes=1000)
        for size in (400, 500, 400, 300, 400, 500):
            ones(sound, size)
        assert calls == [400, 500, 300, 500]
        assert sound.bytes_kept <= 1000

    def test_what_took_long_makes_room_last(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("kws_core.audio.remembered.SLOW_SECONDS", -1.0)
        sound = Sound(tone(0.1), kept_bytes=1000)
        sound.recall("slow", lambda: np.ones(600, np.uint8))
        monkeypatch.setattr("kws_core.audio.remembered.SLOW_SECONDS", 10.0)
        for name in "abc":
            sound.recall(name, lambda: np.ones(300, np.uint8))
        slow = sound.recall("slow", lambda: pytest.fail("was dropped"))
        assert len(slow) == 600
