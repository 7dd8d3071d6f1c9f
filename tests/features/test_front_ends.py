"""The front ends against librosa and torchaudio on the same parameters, and against formulas."""

import math
from dataclasses import replace

import librosa
import numpy as np
import pytest
import scipy.fft
import torch
from PIL import Image

from kws_core.errors import ModelError
from kws_core.features.front_ends import (
    LN_TO_DB,
    LogMel,
    LogMelConfig,
    Mfcc,
    MfccConfig,
    SeedImage,
    SeedImageConfig,
    build_front_end,
    dct_matrix,
    front_end_spec,
    power_spectrogram,
)
from kws_core.features.mel import hz_to_mel, mel_edges, mel_filter_bank, mel_to_hz
from kws_core.features.raw_wave import RawWave, RawWaveConfig
from kws_core.features.torch_audio import torchaudio

RATE = 16_000
CONFIG = LogMelConfig()


@pytest.fixture(scope="module")
def sound() -> torch.Tensor:
    """One second of two gliding tones over noise, (1, 16000): energy in every band and frame."""
    time = np.arange(RATE) / RATE
    glide = np.sin(2 * np.pi * (200 * time + 1500 * time**2)) * np.hanning(RATE)
    tone = 0.2 * np.sin(2 * np.pi * 700 * time)
    noise = 0.01 * np.random.default_rng(5).standard_normal(RATE)
    return torch.tensor(0.4 * glide + tone + noise, dtype=torch.float32)[None]


def librosa_mel(samples: np.ndarray, config: LogMelConfig) -> np.ndarray:
    """Librosa's mel power with the convention that differs undone.

    It centres a window shorter than n_fft in n_fft samples, so its frames start later by half of
    what is missing, and without centring it counts frames by n_fft.
    """
    late = (config.n_fft - config.win_length) // 2
    return librosa.feature.melspectrogram(
        y=np.pad(samples, late),
        sr=config.sample_rate,
        n_fft=config.n_fft,
        win_length=config.win_length,
        hop_length=config.hop_length,
        window="hann",
        center=False,
        n_mels=config.n_mels,
        fmin=config.f_min,
        fmax=config.f_max,
        htk=config.mel_scale == "htk",
        norm=config.mel_norm,
    )


@pytest.mark.parametrize(
    "config",
    [
        CONFIG,
        replace(CONFIG, mel_scale="slaney", mel_norm="slaney"),
        replace(CONFIG, n_mels=64, f_min=20.0, f_max=7600.0, win_length=400, hop_length=200),
    ],
    ids=["htk without norm", "slaney with area norm", "other lengths and bands"],
)
def test_log_mel_is_librosas_but_for_where_a_short_window_lies(
    sound: torch.Tensor, config: LogMelConfig
) -> None:
    ours = LogMel(replace(config, log_floor=-60.0))(sound)[0].numpy()
    theirs = np.log(librosa_mel(sound[0].numpy(), config))
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, atol=2e-3)


def test_log_mel_is_torchaudios_but_for_centring_and_where_a_short_window_lies(
    sound: torch.Tensor,
) -> None:
    late = (CONFIG.n_fft - CONFIG.win_length) // 2
    transform = torchaudio.transforms.MelSpectrogram(
        sample_rate=RATE,
        n_fft=CONFIG.n_fft,
        win_length=CONFIG.win_length,
        hop_length=CONFIG.hop_length,
        f_max=CONFIG.f_max,
        n_mels=CONFIG.n_mels,
        center=False,
    )  # everything else as torchaudio has it: power 2, HTK, no norm, periodic Hann
    theirs = transform(torch.nn.functional.pad(sound, (late, late))).log()
    torch.testing.assert_close(LogMel(CONFIG)(sound), theirs, atol=2e-3, rtol=0)


@pytest.mark.parametrize("scale", ["htk", "slaney"])
@pytest.mark.parametrize("norm", [None, "slaney"])
def test_mel_filters_are_librosas(scale, norm) -> None:
    ours = mel_filter_bank(RATE, 512, 40, 20.0, 7600.0, scale, norm)
    theirs = librosa.filters.mel(
        sr=RATE, n_fft=512, n_mels=40, fmin=20.0, fmax=7600.0, htk=scale == "htk", norm=norm
    )
    np.testing.assert_allclose(ours.numpy(), theirs, atol=2e-6)


@pytest.mark.parametrize("scale", ["htk", "slaney"])
def test_the_mel_scale_is_librosas_and_can_be_undone(scale) -> None:
    hertz = torch.tensor([0.0, 1.0, 440.0, 999.0, 1000.0, 1001.0, 8000.0], dtype=torch.float64)
    mel = hz_to_mel(hertz, scale)
    np.testing.assert_allclose(mel, librosa.hz_to_mel(hertz.numpy(), htk=scale == "htk"))
    torch.testing.assert_close(mel_to_hz(mel, scale), hertz, atol=1e-9, rtol=1e-9)


def test_mel_edges_are_librosas_and_end_where_asked() -> None:
    edges = mel_edges(40, 0.0, 4000.0)
    assert edges.shape == (42,)
    assert float(edges[0]) == pytest.approx(0.0, abs=1e-9)
    assert float(edges[-1]) == pytest.approx(4000.0)
    np.testing.assert_allclose(
        edges, librosa.mel_frequencies(42, fmin=0, fmax=4000, htk=True), atol=1e-2
    )
    torch.testing.assert_close(CONFIG.centre_frequencies, edges[1:-1])


def test_the_dct_is_orthonormal_and_that_of_scipy_and_torchaudio() -> None:
    whole = dct_matrix(40, 40)
    torch.testing.assert_close(whole @ whole.T, torch.eye(40), atol=1e-5, rtol=0)
    some = dct_matrix(13, 40)
    picture = np.random.default_rng(0).standard_normal((40, 7)).astype(np.float32)
    np.testing.assert_allclose(
        some.numpy() @ picture, scipy.fft.dct(picture, axis=0, norm="ortho")[:13], atol=1e-5
    )
    torch.testing.assert_close(some, torchaudio.functional.create_dct(13, 40, "ortho").T)


def test_mfcc_are_librosas_divided_by_ten_over_ln_ten(sound: torch.Tensor) -> None:
    ours = Mfcc(MfccConfig(n_mfcc=20))(sound)[0].numpy()
    decibels = 10 * np.log10(librosa_mel(sound[0].numpy(), CONFIG))
    theirs = librosa.feature.mfcc(S=decibels, n_mfcc=20)
    assert pytest.approx(10 / math.log(10)) == LN_TO_DB
    np.testing.assert_allclose(ours * LN_TO_DB, theirs, atol=2e-2)


def test_power_of_a_tone_on_a_bin_is_its_amplitude_times_half_the_window() -> None:
    time = torch.arange(480) / RATE
    window = torch.hann_window(480)
    power = power_spectrogram(0.5 * torch.cos(2 * torch.pi * 1000 * time), window, 480, 160)
    assert power.shape == (241, 1)
    # A periodic Hann window adds up to half its length; a symmetric one would not.
    assert float(power[30, 0]) == pytest.approx((0.5 * 480 / 2 / 2) ** 2, rel=1e-4)
    assert float(power[40, 0]) == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize(
    ("n_samples", "n_frames"), [(480, 1), (639, 1), (640, 2), (16_000, 98), (24_000, 148)]
)
def test_frames_are_counted_by_the_window_not_by_n_fft(n_samples: int, n_frames: int) -> None:
    assert LogMel(CONFIG)(torch.zeros(2, n_samples)).shape == (2, 40, n_frames)
    assert replace(CONFIG, n_samples=n_samples).n_frames == n_frames


def test_frame_times_are_where_a_click_is_loudest() -> None:
    times = CONFIG.frame_times
    assert times.shape == (98,)
    assert float(times[0]) == pytest.approx(0.015)
    torch.testing.assert_close(times.diff(), torch.full((97,), 0.01))
    for frame in (0, 40, 97):
        click = torch.zeros(1, RATE)
        click[0, round(float(times[frame]) * RATE)] = 1.0
        assert int(LogMel(CONFIG)(click)[0].sum(dim=0).argmax()) == frame


def test_a_frame_hears_nothing_outside_its_window(sound: torch.Tensor) -> None:
    """No centring: no frame sees mirrored sound, and a cut changes only frames it reaches."""
    changed = sound.clone()
    changed[:, 8000:] = 0.0
    before, after = LogMel(CONFIG)(sound)[0], LogMel(CONFIG)(changed)[0]
    first_touched = (8000 - CONFIG.win_length) // CONFIG.hop_length + 1
    assert torch.equal(before[:, :first_touched], after[:, :first_touched])
    assert not torch.equal(before[:, first_touched], after[:, first_touched])


def test_silence_is_the_floor_and_the_loudest_sound_the_ceiling() -> None:
    log_mel = LogMel(CONFIG)
    assert torch.allclose(log_mel(torch.zeros(1, RATE)), torch.tensor(CONFIG.log_floor))
    time = torch.arange(RATE) / RATE
    loud = log_mel(100.0 * torch.sin(2 * torch.pi * 1000 * time)[None])
    assert float(loud.max()) == pytest.approx(CONFIG.log_ceiling)
    assert float(loud.min()) >= CONFIG.log_floor - 1e-5


@pytest.mark.parametrize("silent", [0, 12_000], ids=["no silence", "80 dB and more below"])
def test_the_seed_picture_is_librosas_mel_in_db_less_each_frames_mean_made_small_by_pillow(
    sound: torch.Tensor, silent: int
) -> None:
    sound = sound.clone()
    sound[:, :silent] *= 1e-5
    samples = sound[0].numpy()
    mel = librosa.feature.melspectrogram(y=samples, sr=RATE, n_mels=128)  # centred, Slaney
    decibels = librosa.power_to_db(mel, ref=np.max)
    assert decibels.shape == (128, 32)
    less_mean = decibels - decibels.mean(axis=0, keepdims=True)
    wanted = Image.fromarray(less_mean.astype(np.float32)).resize(
        (32, 32), Image.Resampling.BILINEAR
    )
    ours = SeedImage()(sound)
    assert ours.shape == (1, 32, 32)
    np.testing.assert_allclose(ours[0].numpy(), np.asarray(wanted), atol=0.02)


def test_the_seed_picture_does_not_change_with_the_level(sound: torch.Tensor) -> None:
    torch.testing.assert_close(SeedImage()(sound), SeedImage()(0.1 * sound), atol=1e-2, rtol=0)


@pytest.mark.parametrize(
    "front_end", [LogMel(), Mfcc(), SeedImage(), RawWave()], ids=lambda f: type(f).__name__
)
def test_each_clip_of_a_batch_is_on_its_own(front_end, sound: torch.Tensor) -> None:
    batch = torch.cat([sound, torch.zeros_like(sound), sound.flip(1)])
    together = front_end(batch)
    for row in range(3):
        torch.testing.assert_close(together[row], front_end(batch[row : row + 1])[0])


@pytest.mark.parametrize(
    "front_end",
    [
        LogMel(LogMelConfig(n_mels=64, mel_scale="slaney", mel_norm="slaney", hop_length=320)),
        Mfcc(MfccConfig(LogMelConfig(f_max=7600.0), n_mfcc=20)),
        SeedImage(SeedImageConfig(top_db=60.0)),
        RawWave(RawWaveConfig(wave_rate=4000)),
    ],
    ids=lambda f: type(f).__name__,
)
def test_a_front_end_comes_back_from_its_description(front_end, sound: torch.Tensor) -> None:
    again = build_front_end(front_end_spec(front_end))
    assert again.config == front_end.config
    assert torch.equal(again(sound), front_end(sound))


@pytest.mark.parametrize(
    "spec",
    [
        {"kind": "wavelets"},
        {},
        {"kind": "log-mel", "colour": "red"},
        {"kind": "mfcc"},
        {"kind": "mfcc", "log_mel": 3},
        {"kind": "seed-image", "n_mels": "many"},
        {"kind": "raw-wave", "wave_rate": "half"},
    ],
    ids=str,
)
def test_an_unknown_description_is_refused(spec) -> None:
    with pytest.raises(ModelError, match="front end"):
        build_front_end(spec)
