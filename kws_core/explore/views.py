"""Which views there are, and what a page shows: views, parts of the clip, the clips themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class View:
    """One way to look at a clip: its name in links and files, and its label.

    on_time_axis: drawn below the waveform, on its time axis; otherwise a figure of its own.
    by_librosa: computed with librosa, which takes seconds to import.
    """

    name: str
    label: str
    on_time_axis: bool = True
    by_librosa: bool = False


# In the order to offer and to draw them.
VIEWS: Final = (
    View("spectrogram", "Spectrogram"),
    View("mel", "Mel"),
    View("log-mel", "Log-mel"),
    View("mfcc", "MFCC"),
    View("chroma", "Chroma", by_librosa=True),
    View("rms", "RMS"),
    View("zero-crossings", "Zero crossings"),
    View("centroid", "Centroid", by_librosa=True),
    View("pitch", "Pitch", by_librosa=True),
    View("harmonic-percussive", "Harmonic, percussive", by_librosa=True),
    View("silence", "Silence", by_librosa=True),
    View("8-khz", "8 kHz"),
    View("libraries", "Libraries", by_librosa=True),
    View("fft", "FFT", on_time_axis=False),
    View("mel-filters", "Mel filters", on_time_axis=False),
    View("surface", "3-D surface", on_time_axis=False),
)
NAMES: Final = tuple(view.name for view in VIEWS)

FFT_RATES: Final = (4_000, 8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000)  # Hz
SILENCE_DB: Final = (10.0, 80.0)  # lowest and highest
LONG_CLIP: Final = 5.0  # seconds: of longer ones, a part can be seen by itself

Span = tuple[float, float]  # start and end in seconds


@dataclass(frozen=True)
class Shown:
    """What is shown, as opposed to how (`ViewSettings`).

    part: of the clip that the time axis covers, in seconds; None for all of it. selection: of
    the FFT, in seconds; None for a tenth of a second where the clip is loudest. fft_rate: in
    Hz. silence_db: what is so much below the loudest is silence. clip, other: names of samples;
    None for the current clip whatever it is, and for none.
    """

    views: tuple[str, ...] = ("spectrogram",)
    part: Span | None = None
    selection: Span | None = None
    fft_rate: int = 16_000
    silence_db: float = 30.0
    clip: str | None = None
    other: str | None = None


def ordered(names: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return names of views in the order to draw them."""
    return tuple(name for name in NAMES if name in names)


def within(span: Span | None, duration: float, least: float = 0.02) -> Span | None:
    """Return the part of a span that a clip has; None if that is less than `least` seconds."""
    if span is None:
        return None
    start, end = max(span[0], 0.0), min(span[1], duration)
    return (start, end) if end - start >= least else None
