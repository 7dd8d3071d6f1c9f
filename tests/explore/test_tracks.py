"""Views of one number per frame against librosa and closed forms, and a sound taken apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kws_core.audio.read import read_audio
from kws_core.audio.remembered import Sound
from kws_core.explore import levels
from kws_core.explore.export import wav_of
from kws_core.explore.settings import ViewSettings
from kws_core.explore.views.centroid import centroid, roll_off
from kws_core.explore.views.chroma import PITCH_CLASSES, chroma
from kws_core.explore.views.eight_khz import telephone
from kws_core.explore.views.harmonic_percussive import split
from kws_core.explore.views.pitch import pitch
from kws_core.explore.views.silence import relative_level, sounding, without_silence
from kws_core.explore.views.zero_crossings import zero_crossing_rate
from tests.helpers.explore_sounds import ODD, RATE, buzz, tone, word
from tests.helpers.sounds import noise

STFT = ViewSettings().stft
CENTRED = replace(STFT, centered=True)
ODD_SOUNDS = pytest.mark.parametrize("name", ODD)


class TestTracks:
    def test_rms_is_librosa_s(self) -> None:
        import librosa

        sound = word()
        for stft in (CENTRED, STFT):
            expected = librosa.feature.rms(
                y=sound.samples,
                frame_length=stft.win_length,
                hop_length=stft.hop_length,
                center=stft.centered,
            )[0]
            np.testing.assert_allclose(levels.rms(sound, stft), expected, atol=1e-5)

    def test_a_full_sine_has_minus_three_db(self) -> None:
        level = levels.rms_db(Sound(tone(level=1.0)), STFT)
        np.testing.assert_allclose(level, -3.01, atol=0.02)

    def test_zero_crossings_are_librosa_s_and_twice_the_frequency(self) -> None:
        import librosa

        sound = Sound(tone(hz=1000) + np.float32(1e-4))
        ours = zero_crossing_rate(sound, STFT)
        expected = librosa.feature.zero_crossing_rate(
            sound.samples, frame_length=480, hop_length=160, center=False
        )[0]
        np.testing.assert_allclose(ours, expected, atol=1 / 480 + 1e-6)
        np.testing.assert_allclose(ours * RATE / 2, 1000, rtol=0.04)

    def test_pre_emphasis_is_of_the_spectrogram_alone(self) -> None:
        sharp = replace(STFT, pre_emphasis=0.97)
        assert (levels.rms(word(), sharp) == levels.rms(word(), STFT)).all()

    def test_a_tone_s_centroid_and_roll_off_are_its_frequency(self) -> None:
        sound = Sound(tone(hz=2000))
        assert np.median(centroid(sound, STFT)) == pytest.approx(2000, abs=5)
        assert np.median(roll_off(sound, STFT)) == pytest.approx(2000, abs=40)

    def test_a_hiss_has_a_higher_centroid_than_a_voice(self) -> None:
        hiss, voice = (centroid(Sound(s), STFT).mean() for s in (noise(1.0), buzz()))
        assert hiss > 3000 > voice

    def test_a_tone_is_in_its_pitch_class(self) -> None:
        fine = replace(CENTRED, n_fft=4096, win_length=4096, hop_length=512)
        classes = chroma(Sound(tone(hz=440.0)), fine)
        assert classes.shape[0] == len(PITCH_CLASSES) == 12
        assert set(classes[:, 4:-4].argmax(axis=0)) == {PITCH_CLASSES.index("A")}

    @pytest.mark.parametrize("f0", [80.0, 123.0, 240.0])
    def test_a_voice_s_pitch_is_its_f0(self, f0: float) -> None:
        found = pitch(Sound(buzz(f0=f0)))
        assert len(found) == 1 + RATE // 160
        np.testing.assert_allclose(found[5:-5], f0, rtol=0.02)

    def test_noise_and_silence_have_no_pitch(self) -> None:
        assert np.isfinite(pitch(Sound(noise(1.0)))).mean() < 0.15
        assert not np.isfinite(pitch(Sound(ODD["silence"]))).any()

    def test_the_voiced_part_is_where_the_buzz_is(self) -> None:
        voiced = np.isfinite(pitch(word()))
        assert voiced[28:48].all()
        assert voiced[:22].sum() + voiced[66:].sum() <= 3

    @ODD_SOUNDS
    def test_odd_clips_have_tracks(self, name: str) -> None:
        sound = Sound(ODD[name])
        for track in (levels.rms, zero_crossing_rate, centroid, roll_off):
            assert np.isfinite(track(sound, STFT)).all()
        assert np.isfinite(chroma(sound, STFT)).all()
        assert pitch(sound).shape == (1 + len(sound.samples) // 160,)


class TestParts:
    def test_harmonic_and_percussive_add_up(self) -> None:
        sound = word()
        harmonic, percussive = split(sound)
        both = harmonic.samples + percussive.samples
        np.testing.assert_allclose(both, sound.samples, atol=1e-4)

    def test_a_tone_is_harmonic_and_a_click_percussive(self) -> None:
        def share(samples: np.ndarray) -> float:
            energies = [np.square(part.samples).sum() for part in split(Sound(samples))]
            return float(energies[0] / sum(energies))

        assert share(tone(hz=500)) > 0.9
        assert share(ODD["a click"]) < 0.1

    def test_the_sounding_part_is_found(self) -> None:
        ((start, end),) = sounding(word(), 30.0)
        assert start == pytest.approx(0.25, abs=0.03)
        assert end == pytest.approx(0.625, abs=0.03)
        assert len(without_silence(word(), 30.0)) / RATE == pytest.approx(end - start)

    def test_a_higher_threshold_keeps_more(self) -> None:
        lengths = [len(without_silence(word(), db)) for db in (10.0, 30.0, 80.0)]
        assert lengths == sorted(lengths)
        assert lengths[-1] == RATE

    def test_silence_has_no_sounding_part(self) -> None:
        assert sounding(Sound(ODD["silence"]), 30.0) == ()
        assert len(without_silence(Sound(ODD["silence"]), 30.0)) == 0

    def test_at_8_khz_the_lower_half_is_left(self) -> None:
        left = telephone(Sound(tone(hz=1000) + tone(hz=6000)))
        assert len(left.samples) == RATE
        np.testing.assert_allclose(left.samples[500:-500], tone(hz=1000)[500:-500], atol=0.01)

    @ODD_SOUNDS
    def test_odd_clips_can_be_taken_apart(self, name: str) -> None:
        sound = Sound(ODD[name])
        assert len(split(sound)[0].samples) == len(sound.samples)
        assert len(telephone(sound).samples) == len(sound.samples)
        assert np.isfinite(relative_level(sound)).all()
        sounding(sound, 30.0)

    def test_the_wav_is_the_clip(self) -> None:
        again = read_audio(wav_of(word()))
        np.testing.assert_allclose(again.samples, word().samples, atol=1 / 2**15)
