"""Pictures made sound: what the sound's own log-mel is, and what passes."""

import numpy as np
import pytest
import torch

from kws_core.errors import DataError
from kws_core.features.front_ends import LN_TO_DB, LogMel, LogMelConfig
from kws_core.features.torch_audio import torchaudio
from kws_core.training.dataset.griffin_lim import PictureSound
from tests.helpers.audio_files import tone

CONFIG = LogMelConfig()
RATE = 16_000


@pytest.fixture(scope="module")
def to_sound() -> PictureSound:
    return PictureSound(CONFIG)


def log_mel_of(samples: np.ndarray) -> torch.Tensor:
    return LogMel(CONFIG)(torch.from_numpy(np.asarray(samples, np.float32))[None])


def at_16_khz(sound: torch.Tensor) -> np.ndarray:
    up = torchaudio.functional.resample(sound, 8000, RATE, lowpass_filter_width=64)
    return up[0].numpy()


def glide_in_noise() -> np.ndarray:
    """A gliding tone with two harmonics, fading in and out over noise."""
    time = np.arange(RATE) / RATE
    phase = 2 * np.pi * (150 * time + 100 * time**2)
    voice = sum(np.sin(k * phase) / k for k in (1, 2, 3, 5, 8)) * np.hanning(RATE)
    return 0.2 * voice + 0.003 * np.random.default_rng(0).standard_normal(RATE)


@pytest.mark.parametrize(
    ("samples", "most_db"),
    [
        (glide_in_noise(), 2.0),
        (0.1 * np.random.default_rng(1).standard_normal(RATE), 1.5),
        (tone(1000, 1.0, RATE, 0.3), 1.5),
    ],
    ids=["a voice in noise", "noise", "a tone"],
)
def test_the_log_mel_of_the_sound_is_close_to_the_picture(to_sound, samples, most_db) -> None:
    """On the mean over all frames and all bands but the last two, where the 8 kHz filter falls.

    2 dB is also what JPEG changes in the training data's pictures.
    """
    picture = log_mel_of(samples)
    again = log_mel_of(at_16_khz(to_sound(picture)))
    assert again.shape == picture.shape
    difference = (again - picture).abs()[:, :-2].mean() * LN_TO_DB
    assert difference < most_db


def test_frames_lie_where_the_picture_has_them(to_sound) -> None:
    """Frame k covers samples 160 k to 160 k + 480 at 16 kHz: a burst comes back at its place."""
    samples = np.zeros(RATE, np.float32)
    samples[6400:8000] = 0.2 * np.random.default_rng(2).standard_normal(1600)
    sound = to_sound(log_mel_of(samples))[0]
    assert sound.shape == (8_000,)
    energy = sound.square().numpy()
    inside = energy[3200 - 80 : 4000 + 80].sum()
    assert inside > 0.98 * energy.sum()


def test_the_power_spectrogram_has_the_mel_bands_of_the_picture(to_sound) -> None:
    """To less than half of what a pseudo-inverse clamped at zero leaves."""
    picture = log_mel_of(glide_in_noise())
    bank = to_sound.bank
    clamped = (torch.linalg.pinv(bank) @ picture.exp()).clamp_min(1e-8)

    def off_by(power: torch.Tensor) -> float:
        return float(((bank @ power).log() - picture).abs().mean() * LN_TO_DB)

    assert (to_sound.power(picture) >= 0).all()
    assert off_by(to_sound.power(picture)) < min(0.7, off_by(clamped) / 2)


def test_it_has_the_level_that_was_recorded(to_sound) -> None:
    samples = 0.1 * np.random.default_rng(3).standard_normal(RATE)
    for gain in (1.0, 0.01):
        sound = to_sound(log_mel_of(gain * samples))
        # Half the band holds half the power.
        assert float(sound.square().mean().sqrt()) == pytest.approx(
            gain * 0.1 * np.sqrt(0.5), rel=0.06
        )


def test_it_is_never_louder_than_full_scale(to_sound) -> None:
    loud = to_sound(log_mel_of(np.sign(tone(200, 1.0, RATE, 1.0))) + 1.0)
    assert loud.abs().max() <= 1.0


def test_silence_stays_silent(to_sound) -> None:
    sound = to_sound(torch.full((1, 40, 98), CONFIG.log_floor))
    assert sound.abs().max() < 10 ** (-70 / 20)


def test_it_falls_off_below_4_khz_as_recordings_do_on_their_way_to_8_khz(to_sound) -> None:
    noise = 0.1 * np.random.default_rng(4).standard_normal(RATE)
    power = np.abs(np.fft.rfft(to_sound(log_mel_of(noise))[0].numpy())) ** 2
    top, below = power[3950:4000].mean(), power[3500:3750].mean()  # 1 Hz each
    assert 10 * np.log10(top / below) < -5


def test_the_same_seed_gives_the_same_sound_and_leaves_other_random_numbers_alone(to_sound) -> None:
    picture = log_mel_of(glide_in_noise())
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first = to_sound(picture, seed=1)
    assert torch.equal(torch.rand(1), expected)
    assert torch.equal(to_sound(picture, seed=1), first)
    assert not torch.equal(to_sound(picture, seed=2), first)


def test_pictures_with_treble_are_refused() -> None:
    with pytest.raises(DataError, match="7600 Hz can't become sound at 8000 Hz"):
        PictureSound(LogMelConfig(f_max=7600.0))
