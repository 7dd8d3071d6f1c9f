"""From samples to pictures: framing, STFT, mel bands, logarithm, cosine transform.

A front end is what a model is trained with and saved with: a frozen configuration and the
``nn.Module`` it makes. Every number a front end needs is in its configuration; nothing else
in the package may assume one.

Conventions, and where libraries differ (the tests put them side by side):

* Frame k covers samples ``k * hop_length`` to ``k * hop_length + win_length``: no centring, so a
  frame never sees mirrored sound. librosa and torchaudio centre by default (``center=True``),
  and without centring they count frames by ``n_fft``, not by ``win_length``.
* The window is periodic (as for spectral analysis), as in ``torch.hann_window`` and
  ``librosa.filters.get_window(..., fftbins=True)``.
* Levels are natural logarithms of power, clamped to a range: ``ln E = x`` is ``4.34 * x`` dB.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.errors import ModelError
from kws_core.features.mel import MelScale, mel_edges, mel_filter_bank
from kws_core.features.raw_wave import RawWave, RawWaveConfig

LN_TO_DB = 10.0 / math.log(10.0)  # a natural logarithm of power, in decibels


def dct_matrix(n_mfcc: int, n_mels: int) -> Tensor:
    """Return the orthonormal DCT-II as a matrix of shape ``(n_mfcc, n_mels)``."""
    band = torch.arange(n_mels, dtype=torch.float64) + 0.5
    order = torch.arange(n_mfcc, dtype=torch.float64)[:, None]
    matrix = torch.cos(math.pi / n_mels * order * band) * math.sqrt(2.0 / n_mels)
    matrix[0] /= math.sqrt(2.0)
    return matrix.float()


def power_spectrogram(waveform: Tensor, window: Tensor, n_fft: int, hop_length: int) -> Tensor:
    """Return ``|STFT|^2`` without centring.

    Shape ``(..., samples)`` in, ``(..., n_fft // 2 + 1, frames)`` out, where
    ``frames = 1 + (samples - win_length) // hop_length`` and ``win_length = len(window)``.
    """
    frames = waveform.unfold(-1, window.numel(), hop_length)  # (..., frames, win_length)
    spectrum = torch.fft.rfft(frames * window, n=n_fft)  # (..., frames, n_fft // 2 + 1)
    power = spectrum.real.square() + spectrum.imag.square()
    transposed: Tensor = power.transpose(-1, -2)
    return transposed


@dataclass(frozen=True)
class LogMelConfig:
    """A log-mel front end, complete: the defaults are those of the default model.

    Lengths are in samples, frequencies in Hz, floor and ceiling in ln(power).
    """

    sample_rate: int = SAMPLE_RATE
    n_samples: int = SAMPLE_RATE  # one second is what a model sees at once
    win_length: int = 480  # 30 ms
    hop_length: int = 160  # 10 ms
    n_fft: int = 512
    n_mels: int = 40
    f_min: float = 0.0
    f_max: float = 4000.0
    mel_scale: MelScale = "htk"
    mel_norm: Literal["slaney"] | None = None
    # What an 8-bit picture of ln E can hold: the training data's pictures end here.
    log_floor: float = -14.65
    log_ceiling: float = 10.85

    @property
    def n_frames(self) -> int:
        """Frames in `n_samples`."""
        return 1 + (self.n_samples - self.win_length) // self.hop_length

    def filter_bank(self) -> Tensor:
        """Return the weights of the mel bands, shape ``(n_mels, n_fft // 2 + 1)``."""
        return mel_filter_bank(
            self.sample_rate,
            self.n_fft,
            self.n_mels,
            self.f_min,
            self.f_max,
            self.mel_scale,
            self.mel_norm,
        )

    @property
    def centre_frequencies(self) -> Tensor:
        """Centre of each band in Hz, shape ``(n_mels,)``."""
        return mel_edges(self.n_mels, self.f_min, self.f_max, self.mel_scale)[1:-1]

    @property
    def frame_times(self) -> Tensor:
        """Centre of each frame in seconds, shape ``(n_frames,)``."""
        start = torch.arange(self.n_frames) * self.hop_length
        return (start + self.win_length / 2) / self.sample_rate


class LogMel(nn.Module):
    """Log-mel spectrogram: ``(batch, samples)`` to ``(batch, n_mels, frames)``, ln(power)."""

    window: Tensor
    bank: Tensor

    def __init__(self, config: LogMelConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or LogMelConfig()
        self.register_buffer("window", torch.hann_window(config.win_length), persistent=False)
        self.register_buffer("bank", config.filter_bank(), persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the log-mel spectrogram of any number of samples >= ``win_length``."""
        config = self.config
        power = power_spectrogram(waveform, self.window, config.n_fft, config.hop_length)
        mel = self.bank @ power  # (batch, n_mels, frames)
        floor = math.exp(config.log_floor)
        return mel.clamp_min(floor).log().clamp_max(config.log_ceiling)


@dataclass(frozen=True)
class MfccConfig:
    """MFCC: the first `n_mfcc` cosine coefficients of a log-mel spectrogram."""

    log_mel: LogMelConfig = LogMelConfig()
    n_mfcc: int = 13

    @property
    def n_samples(self) -> int:
        """Samples of one second, as the log-mel has them."""
        return self.log_mel.n_samples


class Mfcc(nn.Module):
    """MFCC: ``(batch, samples)`` to ``(batch, n_mfcc, frames)``, orthonormal DCT-II of ln(power).

    librosa and torchaudio take decibels instead of natural logarithms: theirs are ours times
    10 / ln 10.
    """

    dct: Tensor

    def __init__(self, config: MfccConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or MfccConfig()
        self.log_mel = LogMel(config.log_mel)
        dct = dct_matrix(config.n_mfcc, config.log_mel.n_mels)
        self.register_buffer("dct", dct, persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the MFCC of any number of samples >= ``win_length``."""
        log_mel: Tensor = self.log_mel(waveform)
        return self.dct @ log_mel


@dataclass(frozen=True)
class SeedImageConfig:
    """The notebook's input: a centred 128-band mel in dB, its mean taken off, made 32 x 32.

    The sound is brought to `wave_rate` first; `n_fft` and `hop_length` count samples at it.
    """

    sample_rate: int = SAMPLE_RATE
    n_samples: int = SAMPLE_RATE
    wave_rate: int = SAMPLE_RATE
    n_fft: int = 2048  # 128 ms
    hop_length: int = 512  # 32 ms
    n_mels: int = 128
    f_max: float = SAMPLE_RATE / 2
    top_db: float = 80.0
    image_size: int = 32


class SeedImage(nn.Module):
    """The notebook's front end: ``(batch, samples)`` to ``(batch, 32, 32)``.

    librosa's melspectrogram (Slaney bands, centred frames), dB below the clip's maximum, minus
    the mean over bands of every frame, resized bilinearly with antialiasing.
    """

    window: Tensor
    bank: Tensor

    def __init__(self, config: SeedImageConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or SeedImageConfig()
        self.wave = RawWave(RawWaveConfig(config.sample_rate, config.n_samples, config.wave_rate))
        self.register_buffer("window", torch.hann_window(config.n_fft), persistent=False)
        bank = mel_filter_bank(
            config.wave_rate, config.n_fft, config.n_mels, 0.0, config.f_max, "slaney", "slaney"
        )
        self.register_buffer("bank", bank, persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        """Return pictures of shape ``(batch, image_size, image_size)``."""
        return self.from_wave(self.wave(waveform))

    def from_wave(self, wave: Tensor) -> Tensor:
        """Return the pictures of waves that are at ``wave_rate`` already."""
        config = self.config
        half = config.n_fft // 2
        centred = F.pad(wave, (half, half))
        mel = self.bank @ power_spectrogram(centred, self.window, config.n_fft, config.hop_length)
        mel_db = 10.0 * mel.clamp_min(1e-10).log10()
        mel_db = mel_db - mel_db.amax(dim=(-2, -1), keepdim=True)
        mel_db = mel_db.clamp_min(-config.top_db)
        mel_db = mel_db - mel_db.mean(dim=-2, keepdim=True)
        size = (config.image_size, config.image_size)
        image = F.interpolate(mel_db[:, None], size=size, mode="bilinear", antialias=True)
        return image[:, 0]


FrontEnd = LogMel | Mfcc | SeedImage | RawWave

_KINDS = {LogMel: "log-mel", Mfcc: "mfcc", SeedImage: "seed-image", RawWave: "raw-wave"}


def front_end_spec(front_end: FrontEnd) -> dict[str, Any]:
    """Describe a front end as plain JSON values, to be saved with a model."""
    return {"kind": _KINDS[type(front_end)], **asdict(front_end.config)}


def build_front_end(spec: dict[str, Any]) -> FrontEnd:
    """Make the front end that `front_end_spec` described.

    Raises `ModelError` for an unknown kind or unknown settings.
    """
    settings = {key: value for key, value in spec.items() if key != "kind"}
    try:
        match spec.get("kind"):
            case "log-mel":
                return LogMel(LogMelConfig(**settings))
            case "mfcc":
                log_mel = LogMelConfig(**settings.pop("log_mel"))
                return Mfcc(MfccConfig(log_mel=log_mel, **settings))
            case "seed-image":
                return SeedImage(SeedImageConfig(**settings))
            case "raw-wave":
                return RawWave(RawWaveConfig(**settings))
    except (TypeError, KeyError, ValueError) as error:
        raise ModelError(f"The front end's settings can't be used: {error}.") from error
    known = ", ".join(_KINDS.values())
    raise ModelError(f"Unknown front end {spec.get('kind')!r}: this version knows {known}.")
