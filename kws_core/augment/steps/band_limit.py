"""A band of frequencies, as over a telephone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import Samples
from kws_core.augment.step import Draw, Range, Recordings, Step
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

    def __str__(self) -> str:
        return f"{self.f_low:.0f} to {self.f_high:.0f} Hz"


@dataclass(frozen=True, kw_only=True)
class BandLimit(Step):
    """Keep a band of frequencies (Butterworth, order 4 at each edge).

    An edge at 0 Hz, or at or above half the clip's sample rate, cuts nothing.
    """

    kind = "band-limit"
    title = "Band limit"
    icon = "call"
    purpose = "Only a band of frequencies passes, as over a telephone."
    settings = (
        Range("f_low", "Lower edge", "Hz", limits=(0, 20_000), slider=(0, 2000, 50)),
        Range(
            "f_high", "Upper edge", "Hz", limits=(50, 200_000), slider=(500, 8000, 100), n_swept=16
        ),
    )

    min_f_low: float = 300.0
    max_f_low: float = 300.0
    min_f_high: float = 3400.0
    max_f_high: float = 3400.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_f_low >= self.min_f_high:
            raise AugmentError(
                f"The band from {self.max_f_low:g} Hz to {self.min_f_high:g} Hz is empty: the "
                "lower edge must always lie below the upper one."
            )

    def draw(self, rng: np.random.Generator) -> BandLimitDraw:
        f_low = float(rng.uniform(self.min_f_low, self.max_f_low))
        return BandLimitDraw(f_low, float(rng.uniform(self.min_f_high, self.max_f_high)))


@lru_cache(maxsize=64)
def _filters(f_low: float, f_high: float, sample_rate: int) -> npt.NDArray[np.float32] | None:
    """Return second-order sections, (n, 6), or None if nothing is cut."""
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
