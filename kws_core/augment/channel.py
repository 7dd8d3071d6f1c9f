"""What is between microphone and ear: a band limit, and a lower sample rate."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import LOWEST_RATE, Samples, resample
from kws_core.augment.steps import Draw, Interval, Recordings, Step, fit_at_end, limits
from kws_core.errors import AugmentError

_ORDER = 4  # 24 dB per octave beyond each edge


@dataclass(frozen=True)
class BandLimitDraw(Draw):
    """The edges of the band in Hz, where it is 3 dB down."""

    f_low: float
    f_high: float

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        from scipy.signal import sosfilt

        filters = _filters(self.f_low, self.f_high, sample_rate)
        if filters is None:
            return clip
        filtered: Samples = sosfilt(filters, clip)
        return filtered


@dataclass(frozen=True)
class BandLimit(Step):
    """Keep a band of frequencies, as a telephone does (Butterworth, order 4 at each edge).

    An edge at 0 Hz, or at or above half the clip's sample rate, cuts nothing.
    """

    kind: ClassVar[str] = "band-limit"
    f_low: Interval = field(default=(300.0, 300.0), metadata=limits(0.0, 20_000.0, "Hz"))
    f_high: Interval = field(default=(3400.0, 3400.0), metadata=limits(50.0, 200_000.0, "Hz"))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.f_low[1] >= self.f_high[0]:
            raise AugmentError(
                f"The band from {self.f_low[1]:g} Hz to {self.f_high[0]:g} Hz is empty: the "
                "lower edge must always lie below the upper one."
            )

    def draw(self, rng: np.random.Generator) -> BandLimitDraw:
        """Draw both edges."""
        return BandLimitDraw(float(rng.uniform(*self.f_low)), float(rng.uniform(*self.f_high)))


@lru_cache(maxsize=64)
def _filters(f_low: float, f_high: float, sample_rate: int) -> npt.NDArray[np.float32] | None:
    """Return second-order sections, (n, 6), or None where nothing is cut."""
    from scipy.signal import butter

    nyquist = sample_rate / 2
    design: Any
    if f_low >= nyquist:
        raise AugmentError(
            f"A clip at {sample_rate} Hz has nothing above {nyquist:g} Hz, but the band starts "
            f"at {f_low:g} Hz. Choose a lower edge below that."
        )
    if f_low > 0 and f_high < nyquist:
        design = butter(_ORDER, (f_low, f_high), "bandpass", fs=sample_rate, output="sos")
    elif f_low > 0:
        design = butter(_ORDER, f_low, "highpass", fs=sample_rate, output="sos")
    elif f_high < nyquist:
        design = butter(_ORDER, f_high, "lowpass", fs=sample_rate, output="sos")
    else:
        return None
    return np.asarray(design)


@dataclass(frozen=True)
class ResamplingDraw(Draw):
    """The lower sample rate in Hz."""

    rate: int

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        if self.rate >= sample_rate:
            return clip
        there = resample(clip, sample_rate, self.rate)
        return fit_at_end(resample(there, self.rate, sample_rate), len(clip))


@dataclass(frozen=True)
class Resampling(Step):
    """Go to a lower sample rate and back: nothing above half of it is left.

    A rate that is no lower than the clip's changes nothing.
    """

    kind: ClassVar[str] = "resampling"
    rate: Interval = field(default=(4000.0, 8000.0), metadata=limits(LOWEST_RATE, 192_000, "Hz"))

    def draw(self, rng: np.random.Generator) -> ResamplingDraw:
        """Draw a rate."""
        return ResamplingDraw(round(rng.uniform(*self.rate)))
