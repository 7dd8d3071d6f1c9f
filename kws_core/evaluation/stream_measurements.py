"""How good a detector is: words missed and heard wrongly, false alarms per hour, and latency.

The network heard each stream once; for every threshold the decisions are made anew, from the same
posteriors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from tqdm import tqdm

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.evaluation.fluent_streams import (
    FluentAlarms,
    ScoredSentence,
    alarms_in,
    fluent_figures,
    fluent_hours,
    fluent_point,
)
from kws_core.evaluation.scored_sound import ScoredSound, replay
from kws_core.evaluation.stream_judge import Tally, judge
from kws_core.evaluation.stream_set import CONTENTS, SNRS_DB, SaidWord, StreamDraw
from kws_core.results.metrics import poisson_rate, wilson_interval
from kws_core.spotting import DetectorSettings

TARGETS = (0.5, 1.0, 5.0)  # false alarms per hour of fluent English
# Evenly spread over the logarithm of the odds: good detectors differ near 1.
THRESHOLDS = tuple(round(float(1 / (1 + np.exp(-x))), 4) for x in np.arange(-1.0, 7.01, 0.25))
_N_COMMONEST = 30

# Recordings of fluent English by the ratio of speech to noise; None, in quiet, is always there.
FluentByRatio = Mapping[float | None, Sequence[ScoredSentence]]


@dataclass(frozen=True)
class ScoredStream:
    """A scored stream: how it was made, the spoken words, and its scores."""

    draw: StreamDraw
    said: list[SaidWord]
    sound: ScoredSound

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.draw.n_samples / SAMPLE_RATE


def figures_of_streams(
    streams: Sequence[ScoredStream],
    fluent: FluentByRatio,
    labels: Sequence[str],
    detector: DetectorSettings,
) -> dict[str, Any]:
    """Return the curve, the operating points and what false alarms sound like.

    fluent: recordings of fluent English; on those in quiet the operating points are chosen.
    """
    smoothed = [stream.sound.smoothed(labels, detector) for stream in streams]
    smoothed_fluent = {
        snr_db: [one.sound.smoothed(labels, detector) for one in heard]
        for snr_db, heard in fluent.items()
    }

    def measure(threshold: float) -> _AtThreshold:
        settings = replace(detector, threshold=threshold)
        tallies = [
            judge(s.said, replay(s.sound, rows, labels, settings), s.seconds)
            for s, rows in zip(streams, smoothed, strict=True)
        ]
        alarms = {
            snr_db: alarms_in(fluent[snr_db], rows, labels, settings)
            for snr_db, rows in smoothed_fluent.items()
        }
        return _AtThreshold(threshold, tallies, alarms)

    at = {threshold: measure(threshold) for threshold in tqdm(THRESHOLDS, leave=False)}
    here = at.get(detector.threshold) or measure(detector.threshold)
    points = [_point(streams, fluent, here, None)]
    quiet = fluent[None]
    hours = fluent_hours(quiet)
    for target in TARGETS if quiet else ():
        low_enough = [t for t in THRESHOLDS if len(at[t].fluent[None].false) <= target * hours]
        if low_enough:
            points.append(_point(streams, fluent, at[low_enough[0]], target))
    return {
        "words": {_key(r): _sum(_at_ratio(streams, here.tallies, r)).n for r in SNRS_DB},
        "hours": {
            **{c: sum(s.seconds for s in streams if s.draw.content == c) / 3600 for c in CONTENTS},
            "counted": _sum(here.tallies).rest_s / 3600,
            "fluent": hours,
        },
        "curve": [_curve_point(streams, fluent, at[t]) for t in THRESHOLDS],
        "operating_points": points,
        "false_alarms": _what_alarms(streams, here.tallies, labels),
        "fluent": fluent_figures(quiet, here.fluent[None]) if quiet else None,
    }


@dataclass(frozen=True)
class _AtThreshold:
    threshold: float
    tallies: list[Tally]
    fluent: Mapping[float | None, FluentAlarms]


def _curve_point(
    streams: Sequence[ScoredStream], fluent: FluentByRatio, at: _AtThreshold
) -> dict[str, Any]:
    tallies = at.tallies

    def shares(tally: Tally) -> dict[str, float]:
        n = max(1, tally.n)
        return {"missed": tally.missed / n, "wrong": tally.wrong / n}

    def in_fluent(snr_db: float | None) -> dict[str, float]:
        if not (heard := fluent.get(snr_db)):
            return {}
        return {"fluent_per_hour": len(at.fluent[snr_db].false) / fluent_hours(heard)}

    total = _sum(tallies)
    by_snr = [
        {"snr_db": r, **shares(_sum(_at_ratio(streams, tallies, r))), **in_fluent(r)}
        for r in SNRS_DB
    ]
    point = {"threshold": at.threshold, "per_hour": _per_hour(total), **in_fluent(None)}
    by_content = {
        content: _per_hour(tally)
        for content in CONTENTS
        if (tally := _sum(_with_content(streams, tallies, content))).rest_s
    }
    return point | shares(total) | {"by_snr": by_snr, "by_content": by_content}


def _point(
    streams: Sequence[ScoredStream],
    fluent: FluentByRatio,
    at: _AtThreshold,
    target: float | None,
) -> dict[str, Any]:
    tallies = at.tallies

    def figures(tally: Tally) -> dict[str, Any]:
        latency = tally.latency
        return {
            "missed": asdict(wilson_interval(tally.missed, tally.n)) if tally.n else None,
            "wrong": asdict(wilson_interval(tally.wrong, tally.n)) if tally.n else None,
            "false_alarms": asdict(poisson_rate(len(tally.alarms), tally.rest_s / 3600)),
            "latency": {
                "median": float(np.median(latency)),
                "p95": float(np.percentile(latency, 95)),
            }
            if latency
            else None,
        }

    def in_fluent(snr_db: float | None) -> dict[str, Any]:
        heard = fluent.get(snr_db)
        return {"fluent": fluent_point(heard, at.fluent[snr_db]) if heard else None}

    return {
        "threshold": at.threshold,
        "target": target,
        **in_fluent(None),
        **figures(_sum(tallies)),
        "by_snr": [
            {"snr_db": r, **figures(_sum(_at_ratio(streams, tallies, r))), **in_fluent(r)}
            for r in SNRS_DB
        ],
        "by_content": {
            content: asdict(poisson_rate(len(tally.alarms), tally.rest_s / 3600))
            for content in CONTENTS
            if (tally := _sum(_with_content(streams, tallies, content))).rest_s
        },
    }


def _what_alarms(
    streams: Sequence[ScoredStream], tallies: Sequence[Tally], labels: Sequence[str]
) -> list[list[Any]]:
    """Return (noise, ratio, what else is in the stream, label, times), commonest first."""
    count = Counter(
        (stream.draw.noise, stream.draw.snr_db, stream.draw.content, labels[alarm.column])
        for stream, tally in zip(streams, tallies, strict=True)
        for alarm in tally.alarms
    )
    return [[*key, n] for key, n in count.most_common(_N_COMMONEST)]


def _at_ratio(
    streams: Sequence[ScoredStream], tallies: Sequence[Tally], snr_db: float | None
) -> list[Tally]:
    pairs = zip(streams, tallies, strict=True)
    return [tally for stream, tally in pairs if stream.draw.snr_db == snr_db]


def _with_content(
    streams: Sequence[ScoredStream], tallies: Sequence[Tally], content: str
) -> list[Tally]:
    pairs = zip(streams, tallies, strict=True)
    return [tally for stream, tally in pairs if stream.draw.content == content]


def _sum(tallies: Sequence[Tally]) -> Tally:
    return sum(tallies, Tally())


def _per_hour(tally: Tally) -> float:
    return len(tally.alarms) / max(tally.rest_s / 3600, 1e-9)


def _key(snr_db: float | None) -> str:
    return "quiet" if snr_db is None else f"{snr_db:g}"
