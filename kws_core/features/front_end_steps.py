"""A front end's steps from samples to what its network takes, for people to read."""

from __future__ import annotations

from dataclasses import dataclass

from kws_core.features.front_ends import (
    FrontEnd,
    LogMel,
    LogMelConfig,
    Mfcc,
    SeedImage,
    SeedImageConfig,
)


@dataclass(frozen=True)
class FrontEndStep:
    """One step. shape: of what it makes of one second, without the batch."""

    kind: str
    about: str
    shape: tuple[int, ...]


def front_end_steps(front_end: FrontEnd) -> tuple[FrontEndStep, ...]:
    """Return the steps of a front end in their order, the samples first."""
    match front_end:
        case LogMel():
            return _log_mel(front_end.config)
        case Mfcc():
            config = front_end.config
            about = f"the first {config.n_mfcc} coefficients"
            shape = config.n_mfcc, config.log_mel.n_frames
            return (*_log_mel(config.log_mel), FrontEndStep("DCT-II", about, shape))
        case SeedImage():
            return _seed_image(front_end.config)
    wave = front_end.config
    return (
        _samples(wave.n_samples),
        *_resampling(wave.n_samples, wave.sample_rate, wave.wave_rate),
    )


def _log_mel(config: LogMelConfig) -> tuple[FrontEndStep, ...]:
    picture = config.n_mels, config.n_frames
    return (
        _samples(config.n_samples),
        _spectrum(config.win_length, config.hop_length, config.sample_rate, config.n_fft, picture),
        FrontEndStep("Mel filters", f"{config.f_min:g} to {config.f_max:g} Hz", picture),
        FrontEndStep("Logarithm", "", picture),
    )


def _seed_image(config: SeedImageConfig) -> tuple[FrontEndStep, ...]:
    resampling = _resampling(config.n_samples, config.sample_rate, config.wave_rate)
    picture = config.n_mels, 1 + resampling[0].shape[0] // config.hop_length
    size = config.image_size, config.image_size
    return (
        _samples(config.n_samples),
        *resampling,
        _spectrum(config.n_fft, config.hop_length, config.wave_rate, config.n_fft, picture),
        FrontEndStep("Mel filters, in dB", f"up to {config.f_max:g} Hz", picture),
        FrontEndStep("Less each frame's mean", "", picture),
        FrontEndStep("Resizing", "bilinear", size),
    )


def _samples(n: int) -> FrontEndStep:
    return FrontEndStep("Samples", "one second", (n,))


def _resampling(n: int, from_rate: int, to_rate: int) -> tuple[FrontEndStep]:
    return (
        FrontEndStep("Resampling", f"to {to_rate / 1000:g} kHz", (-(-n * to_rate // from_rate),)),
    )


def _spectrum(
    window: int, hop: int, sample_rate: int, n_fft: int, picture: tuple[int, int]
) -> FrontEndStep:
    window_ms, hop_ms = 1000 * window / sample_rate, 1000 * hop / sample_rate
    about = f"windows of {window_ms:g} ms, every {hop_ms:g} ms"
    return FrontEndStep("Power spectrum", about, (n_fft // 2 + 1, picture[1]))
