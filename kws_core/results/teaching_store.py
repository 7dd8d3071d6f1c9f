"""What measuring taught words leaves behind: ``teaching.json``.

Written by ``python -m kws_core evaluate-teaching``. ``figures`` has a row for each way of teaching:
``takes`` in all and ``people`` who gave them, and of each measure its ``mean`` over the draws and
its ``spread``, a standard deviation. Measures are shares of takes: ``own_found_at_N`` and
``others_found_at_N`` at N false alarms of each word per hour of fluent English, by the person who
taught the word (left out where several did) and by others, and ``own_named`` and ``others_named``
without a threshold. ``noise_alarms_at_N`` are the false alarms of a word per hour of noise at the
same thresholds. ``at_home`` has the same of words said at home by unnamed people: takes to find may
be by those who taught.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kws_core.results.store import read_figures, write_figures

_NAME = "teaching.json"
TEACHING_FORMAT = 2


def has_teaching_figures(folder: Path) -> bool:
    """Whether teaching was measured."""
    return (folder / _NAME).is_file()


def save_teaching_figures(folder: Path, figures: dict[str, Any]) -> Path:
    """Write the figures of a measurement, and return their path."""
    return write_figures(folder / _NAME, {"format": TEACHING_FORMAT, **figures})


def load_teaching_figures(folder: Path) -> dict[str, Any]:
    """Return the figures of a measurement; raises `DataError` if there are none."""
    return read_figures(folder / _NAME, TEACHING_FORMAT, "evaluate-teaching")
