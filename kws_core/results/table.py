"""The stored results of all models as one Markdown document, ``docs/results.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kws_core.results.metrics import interval_text
from kws_core.results.store import PEOPLE, RESULTS_FOLDER, SPLITS, available_results, load_figures
from kws_core.results.stream_store import available_stream_results, load_stream_figures

_Figures = Mapping[str, Any]
_Row = tuple[str, Callable[[_Figures], str]]
MISSING: Final = "–"

_INTRO: Final = """# Results

Written by `python -m kws_core results --markdown` from the files in `assets/results`; not edited \
by hand. In brackets: 95% intervals (Wilson's for shares, Garwood's for rates).
"""


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _share(share: _Figures) -> str:
    return f"{share['value']:.1%} ({interval_text(share['low'], share['high'])})"


def _rate(rate: _Figures) -> str:
    return f"{rate['per_hour']:.1f} ({rate['low']:.1f} to {rate['high']:.1f})"


def _false_words(kind: str) -> Callable[[_Figures], str]:
    return lambda figures: f"{figures['false_words']['per_hour'][kind]['per_hour']:.0f}"


def _at_95_percent(figures: _Figures) -> str:
    point = figures["false_words"]["at_95_percent_found"]
    if point is None:
        return "not reached"
    return f"{point['fluent_english']:.0f} (threshold {point['threshold']:g})"


def _latency(figures: _Figures) -> str:
    latency = figures["cost"]["latency_ms"]
    return f"{latency['p50']:.1f} / {latency['p95']:.1f} ms"


_SUMMARY: Final[tuple[_Row, ...]] = (
    ("accuracy", lambda f: _share(f["accuracy"])),
    ("accuracy, 35 words only", lambda f: _share(f["among_words"])),
    ("clips", lambda f: f"{f['accuracy']['n']:,}"),
    ("mean over words", lambda f: _percent(f["mean_over_words"])),
    ("recordings", lambda f: _share(f["recordings"])),
    ("pictures", lambda f: _share(f["pictures"])),
    ("recordings of yes, no, on, off", lambda f: _share(f["sound_of_picture_words"])),
    ("12 classes", lambda f: _share(f["twelve_classes"]["accuracy"])),
    ("12 classes, 35 words and silence only", lambda f: _share(f["twelve_classes"]["among_words"])),
    ("digits of six other speakers", lambda f: _share(f["digits_of_other_speakers"])),
    ("calibration error (ECE)", lambda f: _percent(f["calibration"]["ece"])),
    ("words found in recordings", lambda f: _percent(f["false_words"]["found"]["value"])),
    ("false detections per hour: fluent English", _false_words("fluent_english")),
    ("the same with 95% of words found", _at_95_percent),
    ("false detections per hour: other English words", _false_words("other_english_words")),
    ("false detections per hour: other speech", _false_words("other_speech")),
    ("false detections per hour: unseen language", _false_words("unheard_language")),
    ("false detections per hour: Spanish and French sentences", _false_words("sentences")),
    ("false detections per hour: noise", _false_words("noise")),
    ("weights", lambda f: f"{f['cost']['parameters']:,}"),
    ("multiply-accumulates", lambda f: f"{f['cost']['macs'] / 1e6:.1f} M"),
    ("file", lambda f: f"{f['cost']['bytes'] / 1e6:.1f} MB"),
    ("one clip on one core, median / 95%", _latency),
)
# Each with the key of its value, and a unit.
CONDITIONS: Final = (
    ("noise", "snr_db", "dB"),
    ("bandwidth", "sample_rate", "Hz"),
    ("level", "gain_db", "dB"),
    ("shift", "seconds", "s"),
)


def results_markdown(folder: Path = RESULTS_FOLDER) -> str:
    """Return a document with a table for every split, its conditions, and the live detector.

    Empty if the folder has no results. Raises `DataError` if a file is damaged.
    """
    parts = []
    for split in SPLITS:
        measured = _of_split(available_results(folder), split, folder, load_figures)
        if measured:
            parts += [f"## {PEOPLE[split].capitalize()}", _table(measured, _SUMMARY)]
        if conditions := _condition_rows(list(measured.values())):
            parts += [f"### Accuracy by condition, {PEOPLE[split]}"]
            parts += [_table(measured, conditions)]
    for split in SPLITS:
        streams = _of_split(available_stream_results(folder), split, folder, load_stream_figures)
        if streams:
            parts += [f"## Live detector, {PEOPLE[split]}"]
            parts += [_table(streams, _stream_rows(list(streams.values())))]
    return "\n\n".join([_INTRO.rstrip(), *parts]) + "\n" if parts else ""


def _of_split(
    done: Sequence[tuple[str, str]],
    split: str,
    folder: Path,
    load: Callable[[Path, str, str], dict[str, Any]],
) -> dict[str, _Figures]:
    return {model: load(folder, model, split) for model, of in done if of == split}


def _table(measured: Mapping[str, _Figures], rows: Sequence[_Row]) -> str:
    lines = [("", *measured), ("---",) * (len(measured) + 1)]
    lines += [(name, *(_entry(make, one) for one in measured.values())) for name, make in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _entry(make: Callable[[_Figures], str], figures: _Figures) -> str:
    try:
        return make(figures)
    except (KeyError, TypeError, StopIteration):  # not measured for this model or split
        return MISSING


def _condition_rows(measured: Sequence[_Figures]) -> list[_Row]:
    """Return a row for every condition that any of the models was measured in."""
    rows: dict[str, Callable[[_Figures], str]] = {}
    for conditions in (one.get("conditions") or {} for one in measured):
        if conditions:
            rows["undisturbed"] = lambda f: _percent(f["conditions"]["clean"]["value"])
        for kind, key, unit in CONDITIONS:
            for one in conditions.get(kind, []):
                title = one.get("noise", kind).replace("_", " ")
                rows[f"{title}, {one[key]:g} {unit}"] = _in_condition(kind, key, one)
    return list(rows.items())


def _in_condition(kind: str, key: str, wanted: _Figures) -> Callable[[_Figures], str]:
    def entry(figures: _Figures) -> str:
        same = (
            one
            for one in figures["conditions"][kind]
            if one[key] == wanted[key] and one.get("noise") == wanted.get("noise")
        )
        return _percent(next(same)["value"])

    return entry


def _stream_rows(measured: Sequence[_Figures]) -> list[_Row]:
    """Return the rows of the live detector: at its own threshold, then at each false alarm rate."""
    targets: dict[float | None, None] = {
        point["target"]: None for one in measured for point in one["operating_points"]
    }
    return [row for target in targets for row in _point_rows(target, measured)]


def _point_rows(target: float | None, measured: Sequence[_Figures]) -> list[_Row]:
    def at(figures: _Figures) -> _Figures:
        points: Sequence[_Figures] = figures["operating_points"]
        return next(point for point in points if point["target"] == target)

    def at_ratio(figures: _Figures, snr_db: float | None) -> _Figures:
        return next(one for one in at(figures)["by_snr"] if one["snr_db"] == snr_db)

    def missed(snr_db: float | None) -> Callable[[_Figures], str]:
        return lambda f: _share(at_ratio(f, snr_db)["missed"])

    def alarms(snr_db: float) -> Callable[[_Figures], str]:
        return lambda f: _rate(at_ratio(f, snr_db)["fluent"]["false_alarms"])

    def content(kind: str) -> Callable[[_Figures], str]:
        return lambda f: _rate(at(f)["by_content"][kind])

    title = "as set" if target is None else f"at most {target:g} false alarms per hour"
    rows: list[_Row] = [
        ("threshold", lambda f: f"{at(f)['threshold']:g}"),
        (
            "false alarms per hour of fluent English",
            lambda f: _rate(at(f)["fluent"]["false_alarms"]),
        ),
        ("words inside sentences per hour", lambda f: _rate(at(f)["fluent"]["said_inside"])),
        ("missed", lambda f: _share(at(f)["missed"])),
    ]
    points = [p for one in measured for p in one["operating_points"] if p["target"] == target]
    ratios: dict[float | None, None] = {
        one["snr_db"]: None for point in points for one in point.get("by_snr", [])
    }
    kinds = {kind: None for point in points for kind in point.get("by_content", {})}
    rows += [
        ("missed in quiet" if snr is None else f"missed at {snr:g} dB", missed(snr))
        for snr in ratios
    ]
    rows += [
        (f"false alarms per hour of fluent English at {snr:g} dB", alarms(snr))
        for snr in ratios
        if snr is not None
    ]
    rows += [
        ("wrong word", lambda f: _share(at(f)["wrong"])),
        ("false alarms per hour of clips", lambda f: _rate(at(f)["false_alarms"])),
    ]
    rows += [(f"false alarms per hour of clips: {k.replace('_', ' ')}", content(k)) for k in kinds]
    rows += [("median delay after the word", lambda f: f"{at(f)['latency']['median']:.2f} s")]
    return [(f"{title}: {name}", make) for name, make in rows]
