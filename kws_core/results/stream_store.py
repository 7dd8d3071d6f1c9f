"""What measuring the detector leaves behind: ``MODEL-stream-SPLIT.json``.

Written by ``python -m kws_core evaluate-stream``. The keys are:

* ``method``, ``tolerance`` (s), ``detector`` and ``set``: how it was measured, with which settings;
* ``words``: how many were said at each ratio; ``hours``: of streams with words, with other speech
  only and with noise only, ``counted``, what of all that is no word's time, and ``fluent``, of
  fluent English;
* ``curve``: by threshold, ``missed`` and ``wrong`` (shares), ``fluent_per_hour`` (false alarms in
  fluent English), ``per_hour`` (those in streams of clips), ``by_snr``, a list of ``snr_db`` (null
  in quiet), ``missed``, ``wrong`` and ``fluent_per_hour`` (of fluent English over noise at that
  ratio, since December 2026), and ``by_content``, the false alarms per hour of streams with words,
  with other speech only and with noise only;
* ``operating_points``: first at the threshold of ``detector`` (``target`` is null), then at 0.5, 1
  and 5 false alarms per hour of fluent English (left out if no threshold reaches it): ``fluent``
  with ``false_alarms`` and ``said_inside`` (words said inside sentences), ``missed``, ``wrong`` and
  ``false_alarms`` (in streams of clips) with 95 % intervals, ``latency`` (s from a word's end:
  ``median``, ``p95``; null if none was heard), all of it also ``by_snr``, and the false alarms
  ``by_content``;
* ``false_alarms``: at the threshold of ``detector``, (noise, ratio, content, label, times);
* ``fluent``: at the same, ``hours``, ``corpora``, a list of ``corpus``, ``hours``, ``sentences``,
  ``named_speakers``, ``false_alarms`` and ``said_inside``, and ``commonest``, (corpus, label,
  times).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kws_core.results.store import RESULTS_FOLDER, SPLITS, read_figures, write_figures

STREAM_FORMAT = 2


def available_stream_results(folder: Path = RESULTS_FOLDER) -> list[tuple[str, str]]:
    """Return (model, split) of every measurement in a folder, sorted."""
    return sorted(
        (path.stem.removesuffix(f"-stream-{split}"), split)
        for split in SPLITS
        for path in folder.glob(f"*-stream-{split}.json")
    )


def save_stream_figures(folder: Path, figures: dict[str, Any]) -> Path:
    """Write the figures of a measurement, and return their path."""
    return write_figures(_path(folder, figures["model"], figures["split"]), figures)


def load_stream_figures(folder: Path, model: str, split: str) -> dict[str, Any]:
    """Return the figures of a measurement; raises `DataError` if there are none."""
    return read_figures(_path(folder, model, split), STREAM_FORMAT, "evaluate-stream")


def _path(folder: Path, model: str, split: str) -> Path:
    return folder / f"{model}-stream-{split}.json"
