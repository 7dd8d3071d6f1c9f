"""A view of a clip: what every file of `kws_core.explore.views` consists of.

A new view is one new file there. The page's list of views, the charts, the explanations and the
exports find it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import plotly.graph_objects as go

from kws_core.audio.remembered import Floats, Sound
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore.levels import is_silent
from kws_core.explore.panes import Pane
from kws_core.explore.settings import Span, ViewSettings

SILENT = "This clip is silent: there is nothing to see."


@dataclass(frozen=True, eq=False)
class Excerpt:
    """A sound that a view lets one hear: a name, samples (n,), and their rate in Hz."""

    label: str
    samples: Floats
    sample_rate: int = SAMPLE_RATE


class Note:
    """A view explained: Markdown, and formulas in LaTeX."""

    def __init__(self, what: str, *formulas: str) -> None:
        self.what = what
        self.formulas = formulas


class View(ABC):
    """One way to look at a clip.

    order: among the views. name: in links and files. label: for people. settings: those with a
    control beside the view. needs_librosa: it is computed with librosa, which takes seconds to
    import. code: Python that computes the view's arrays from `sound` and `settings`. librosa,
    torchaudio, audiomentations: templates of the same with other libraries, see `explore.code`.
    """

    order: ClassVar[int]
    name: ClassVar[str]
    label: ClassVar[str]
    settings: ClassVar[tuple[str, ...]] = ()
    needs_librosa: ClassVar[bool] = False
    code: ClassVar[str]
    librosa: ClassVar[str] = ""
    torchaudio: ClassVar[str] = ""
    audiomentations: ClassVar[str] = ""

    @abstractmethod
    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        """Explain the view, with the numbers of the settings."""

    @abstractmethod
    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        """Say what it shows of a sound that is not silent, as Markdown."""

    def look(self, sound: Sound, settings: ViewSettings) -> str:
        """Say what it shows of any sound, as Markdown."""
        return SILENT if is_silent(sound) else self.finding(sound, settings)

    def marks(self, sound: Sound, settings: ViewSettings) -> tuple[Span, ...]:
        """Return the parts that the view marks in the waveform, in seconds."""
        return ()

    def excerpts(self, sound: Sound, settings: ViewSettings) -> tuple[Excerpt, ...]:
        """Return what can be heard of it."""
        return ()


class TimeView(View):
    """A view on the time axis of the waveform."""

    @abstractmethod
    def panes(self, sound: Sound, settings: ViewSettings) -> list[Pane]:
        """Return the panes, from top to bottom."""


class ChartView(View):
    """A view with axes of its own."""

    @abstractmethod
    def figures(
        self, sounds: Sequence[tuple[str, Sound]], settings: ViewSettings, part: Span, revision: str
    ) -> list[go.Figure]:
        """Return one chart of all sounds, with their names, or one of each.

        part: of the sounds, in seconds. revision: while it is the same, so is a person's zoom.
        """
