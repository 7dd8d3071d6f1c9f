"""The stored results of all models side by side, as the Markdown table of the README."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kws_core.results.store import RESULTS_FOLDER, available_results, load_figures

_Figures = dict[str, Any]
MISSING = "–"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _share(share: _Figures) -> str:
    low, high = share["low"], share["high"]
    return f"{_percent(share['value'])} ({100 * low:.1f} to {_percent(high)})"


def _in_noise(kind: str, snr_db: int) -> Callable[[_Figures], str]:
    def row(figures: _Figures) -> str:
        found = [
            measured["value"]
            for measured in figures["conditions"]["noise"]
            if (measured["noise"], measured["snr_db"]) == (kind, snr_db)
        ]
        return _percent(found[0]) if found else MISSING

    return row


def _false_words(kind: str) -> Callable[[_Figures], str]:
    return lambda figures: f"{figures['false_words']['per_hour'][kind]['per_hour']:.0f}"


def _at_95_percent(figures: _Figures) -> str:
    point = figures["false_words"]["at_95_percent_found"]
    if point is None:
        return "never that many found"
    return f"{point['other_speech']:.0f} (threshold {point['threshold']:g})"


# What a row is called, and how its entry is made of a model's figures.
ROWS: tuple[tuple[str, Callable[[_Figures], str]], ...] = (
    ("right", lambda f: _share(f["accuracy"])),
    ("right, if one of the 35 words must be chosen", lambda f: _share(f["among_words"])),
    ("clips", lambda f: f"{f['accuracy']['n']}"),
    ("mean over words", lambda f: _percent(f["mean_over_words"])),
    ("recordings", lambda f: _share(f["recordings"])),
    ("pictures", lambda f: _share(f["pictures"])),
    ("yes, no, on, off as sound", lambda f: _share(f["sound_of_picture_words"])),
    ("12 classes", lambda f: _share(f["twelve_classes"]["accuracy"])),
    (
        "12 classes, if one of the 35 words or silence must be chosen",
        lambda f: _share(f["twelve_classes"]["among_words"]),
    ),
    ("digits of six other speakers", lambda f: _share(f["digits_of_other_speakers"])),
    ("calibration error (ECE)", lambda f: _percent(f["calibration"]["ece"])),
    ("kitchen sink, 10 dB", _in_noise("doing_the_dishes", 10)),
    ("babble, 10 dB", _in_noise("babble", 10)),
    ("babble, 0 dB", _in_noise("babble", 0)),
    ("words found in recordings", lambda f: _percent(f["false_words"]["found"]["value"])),
    ("false words an hour, other speech", _false_words("other_speech")),
    ("the same with 95 % of words found", _at_95_percent),
    ("false words an hour, commands in a language not learnt", _false_words("unheard_language")),
    ("false words an hour, whole sentences", _false_words("sentences")),
    ("false words an hour, noise", _false_words("noise")),
    ("weights", lambda f: f"{f['cost']['parameters']:,}"),
    ("multiplications and additions", lambda f: f"{f['cost']['macs'] / 1e6:.1f} M"),
    ("file", lambda f: f"{f['cost']['bytes'] / 1e6:.1f} MB"),
    (
        "one clip on one core, median / 95 %",
        lambda f: f"{f['cost']['latency_ms']['p50']:.1f} / {f['cost']['latency_ms']['p95']:.1f} ms",
    ),
)


def results_table(split: str, folder: Path = RESULTS_FOLDER) -> str:
    """Return a Markdown table of every model evaluated on a split; empty if there is none.

    Raises `DataError` if a file is damaged.
    """
    models = [model for model, done in available_results(folder) if done == split]
    if not models:
        return ""
    measured = [load_figures(folder, model, split) for model in models]
    lines = [("", *models), ("---",) * (len(models) + 1)]
    lines += [(name, *(_entry(make, figures) for figures in measured)) for name, make in ROWS]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _entry(make: Callable[[_Figures], str], figures: _Figures) -> str:
    try:
        return make(figures)
    except (KeyError, TypeError):  # not measured for this model, or not on this split
        return MISSING
