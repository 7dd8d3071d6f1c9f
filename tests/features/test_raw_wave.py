"""The wave at 8 kHz: what passes, what does not, and models that hear it."""

from pathlib import Path

import numpy as np
import pytest
import torch

from kws_core.features.front_ends import SeedImage, SeedImageConfig
from kws_core.features.raw_wave import RawWave, RawWaveConfig
from kws_core.labels import LABELS, WORDS
from kws_core.models import ARCHITECTURES, ModelCard, build_model, count_parameters, save_model
from kws_core.spotting.recognizer import Recognizer
from tests.helpers.audio_files import tone

RATE = 16_000
EDGE = 100  # samples at 8 kHz that the filter smears at the ends


def decibels(ratio: float) -> float:
    return float(20 * np.log10(ratio))


def level(frequency: float) -> float:
    """How much louder a tone is after the front end, in dB, away from its ends."""
    sound = torch.from_numpy(tone(frequency, 1.0, RATE, 0.5))
    wave = RawWave()(sound[None])[0, EDGE:-EDGE]
    return decibels(float(wave.square().mean().sqrt() / sound.square().mean().sqrt()))


def quiet_treble(seed: int, n: int = RATE) -> np.ndarray:
    """Noise with nothing above 3.6 kHz."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(n))
    spectrum[np.fft.rfftfreq(n, 1 / RATE) > 3600] = 0
    return (0.1 * np.fft.irfft(spectrum, n)).astype(np.float32)


@pytest.mark.parametrize("frequency", [50, 1000, 3500])
def test_sound_below_4_khz_keeps_its_level(frequency: float) -> None:
    assert level(frequency) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("frequency", [4200, 5000, 7900])
def test_sound_above_4_khz_is_gone_and_not_folded_back(frequency: float) -> None:
    assert level(frequency) < -40


def test_sound_without_treble_is_every_other_sample_of_itself() -> None:
    sound = quiet_treble(1)
    wave = RawWave()(torch.from_numpy(sound)[None])[0].numpy()
    np.testing.assert_allclose(wave[EDGE:-EDGE], sound[::2][EDGE:-EDGE], atol=2e-4)


@pytest.mark.parametrize(("n_samples", "n_out"), [(16_000, 8_000), (16_001, 8_001), (1, 1)])
def test_half_a_sample_is_rounded_up(n_samples: int, n_out: int) -> None:
    assert RawWave()(torch.zeros(1, n_samples)).shape == (1, n_out)


def test_at_its_own_rate_a_wave_stays_as_it_is() -> None:
    wave = torch.randn(1, 800)
    assert torch.equal(RawWave(RawWaveConfig(wave_rate=RATE))(wave), wave)


class TestSeedImageAt8kHz:
    """The notebook's picture, as seed-cnn is trained with it here: nothing above 4 kHz."""

    front_end = ARCHITECTURES["seed-cnn"].make_front_end()

    def test_has_the_frames_of_the_original(self) -> None:
        config, original = self.front_end.config, SeedImageConfig()
        assert config.n_fft / config.wave_rate == original.n_fft / original.wave_rate
        assert config.hop_length / config.wave_rate == original.hop_length / original.wave_rate
        assert (config.n_mels, config.image_size) == (original.n_mels, original.image_size)

    def test_is_the_originals_with_its_bands_ending_at_4_khz(self) -> None:
        """On sound without treble; 0.3 dB is what the last taps of the filter leave."""
        sound = quiet_treble(3)
        narrow = SeedImageConfig(f_max=3600.0)
        at_8_khz = SeedImageConfig(wave_rate=8000, n_fft=1024, hop_length=256, f_max=3600.0)
        wave = torch.from_numpy(sound)[None]
        difference = SeedImage(at_8_khz)(wave) - SeedImage(narrow)(wave)
        assert difference[:, :, 1:-1].abs().max() < 0.3

    def test_does_not_hear_what_lies_above_4_khz(self) -> None:
        sound = torch.from_numpy(quiet_treble(4))[None]
        faded_in = np.hanning(RATE).astype(np.float32)  # its clicks would be heard
        hiss = torch.from_numpy(tone(6000, 1.0, RATE, 0.3) * faded_in)[None]
        assert (self.front_end(sound + hiss) - self.front_end(sound)).abs().max() < 0.1
        original = SeedImage()
        assert (original(sound + hiss) - original(sound)).abs().max() > 10


@pytest.fixture(scope="module", params=["m5", "seed-cnn"])
def recognizer(request: pytest.FixtureRequest, tmp_path_factory) -> Recognizer:
    """A recogniser with an untrained network that does not take a log-mel."""
    torch.manual_seed(4)
    folder: Path = tmp_path_factory.mktemp(request.param)
    architecture = ARCHITECTURES[request.param]
    network = build_model(request.param, len(architecture.labels))
    card = ModelCard(
        request.param, request.param, architecture.labels, {}, count_parameters(network)
    )
    save_model(folder, card, network, architecture.make_front_end(), architecture.weight_dtype)
    return Recognizer.load(request.param, folder)


class TestRecognizer:
    """Models that do not take a log-mel go through `Recognizer` like any other."""

    def test_gives_a_probability_for_each_of_the_models_labels(self, recognizer) -> None:
        prediction = recognizer.classify(quiet_treble(5), RATE)
        wanted = WORDS if recognizer.card.name == "seed-cnn" else LABELS
        assert set(prediction.scores) == set(wanted)
        assert sum(prediction.scores.values()) == pytest.approx(1)

    def test_gives_a_batch_what_it_gives_each_clip(self, recognizer) -> None:
        clips = [quiet_treble(6), quiet_treble(7)[:9000], np.zeros(RATE, np.float32)]
        together = recognizer.classify_batch(clips, RATE)
        for clip, prediction in zip(clips, together, strict=True):
            alone = recognizer.classify(clip, RATE).scores
            assert prediction.scores == pytest.approx(alone, abs=1e-5)

    def test_takes_any_sound_shorter_than_a_second_and_silence(self, recognizer) -> None:
        for n in (1, 100, 8000, RATE):
            scores = recognizer.classify(np.zeros(n, np.float32), RATE).scores.values()
            assert np.isfinite(list(scores)).all()

    def test_finds_words_in_a_longer_recording(self, recognizer) -> None:
        """Untrained, it is sure of nothing, so the threshold is let down."""
        from kws_core.spotting.candidates import FinderSettings

        burst = quiet_treble(8, 6000)
        silence = np.zeros(8000, np.float32)
        sound = np.concatenate([silence, burst, silence, silence, burst, silence])
        found = recognizer.find_words(sound, RATE, FinderSettings(threshold=0.0))
        words = [word for word in found if word.label in WORDS]
        for word in words:
            assert 0.45 < word.start < word.end < 2.75
        assert recognizer.find_words(np.zeros(RATE, np.float32), RATE) == []

    def test_shows_its_features_but_no_log_mel(self, recognizer) -> None:
        shape = (8_000,) if recognizer.card.name == "m5" else (32, 32)
        assert recognizer.features(quiet_treble(9)).shape == shape
        assert recognizer.log_mel_config() is None
