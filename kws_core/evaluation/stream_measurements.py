"""How good a detector is: words missed and heard wrongly, false alarms per hour, and latency.

The network heard each stream once; for every threshold the decisions are made anew, from the same
posteriors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.evaluation.stream_judge import Heard, Tally, judge
from kws_core.evaluation.stream_set import CONTENTS, SNRS_DB, SaidWord, StreamDraw
from kws_core.results.metrics import poisson_rate, wilson_interval
from kws_core.spotting import DetectorSettings, ScoredWindows, Trigger, smoothed_scores

TARGETS = (0.5, 1.0, 5.0)  # false alarms per hour
# Evenly spread over the logarithm of the odds: good detectors differ near 1.
THRESHOLDS = tuple(round(float(1 / (1 + np.exp(-x))), 4) for x in np.arange(-1.0, 7.01, 0.25))
_N_COMMONEST = 30


@dataclass(frozen=True)
class ScoredStream:
    """A stream that was heard: how it was made, what was said, and the scores of its windows."""

    draw: StreamDraw
    said: list[SaidWord]
    windows: ScoredWindows

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.draw.n_samples / SAMPLE_RATE


def replay(
    stream: ScoredStream,
    smoothed: npt.NDArray[np.float64],
    labels: Sequence[str],
    settings: DetectorSettings,
) -> list[Heard]:
    """Return what the detector hears in a stream; smoothed: its scores (windows, labels)."""
    trigger = Trigger(labels, settings)
    times = (stream.windows.end / SAMPLE_RATE).tolist()
    rows = zip(times, smoothed, stream.windows.level_db, strict=True)
    heard = ((row[0], trigger.step(*row)) for row in rows)
    return [Heard(at, column) for at, column in heard if column is not None]


def figures_of_streams(
    streams: Sequence[ScoredStream], labels: Sequence[str], detector: DetectorSettings
) -> dict[str, Any]:
    """Return the curve, the operating points and what false alarms sound like."""
    n = detector.n_smoothed
    smoothed = [smoothed_scores(s.windows.posteriors, labels, n) for s in streams]

    def tallies(threshold: float) -> list[Tally]:
        settings = replace(detector, threshold=threshold)
        pairs = zip(streams, smoothed, strict=True)
        return [judge(s.said, replay(s, rows, labels, settings), s.seconds) for s, rows in pairs]

    at = {threshold: tallies(threshold) for threshold in tqdm(THRESHOLDS, leave=False)}
    here = at.get(detector.threshold) or tallies(detector.threshold)
    points = [_point(streams, here, detector.threshold, None)]
    for target in TARGETS:
        low_enough = [t for t in THRESHOLDS if _per_hour(_sum(at[t])) <= target]
        if low_enough:
            points.append(_point(streams, at[low_enough[0]], low_enough[0], target))
    return {
        "words": {_key(r): _sum(_at_ratio(streams, here, r)).n for r in SNRS_DB},
        "hours": {
            **{c: sum(s.seconds for s in streams if s.draw.content == c) / 3600 for c in CONTENTS},
            "counted": _sum(here).rest_s / 3600,
        },
        "curve": [_curve_point(streams, at[t], t) for t in THRESHOLDS],
        "operating_points": points,
        "false_alarms": _what_alarms(streams, here, labels),
    }


def _curve_point(
    streams: Sequence[ScoredStream], tallies: Sequence[Tally], threshold: float
) -> dict[str, Any]:
    def shares(tally: Tally) -> dict[str, float]:
        n = max(1, tally.n)
        return {"missed": tally.missed / n, "wrong": tally.wrong / n}

    total = _sum(tallies)
    by_snr = [{"snr_db": r, **shares(_sum(_at_ratio(streams, tallies, r)))} for r in SNRS_DB]
    point: dict[str, Any] = {"threshold": threshold, "per_hour": _per_hour(total)}
    by_content = {
        content: _per_hour(tally)
        for content in CONTENTS
        if (tally := _sum(_with_content(streams, tallies, content))).rest_s
    }
    return point | shares(total) | {"by_snr": by_snr, "by_content": by_content}


def _point(
    streams: Sequence[ScoredStream],
    tallies: Sequence[Tally],
    threshold: float,
    target: float | None,
) -> dict[str, Any]:
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

    return {
        "threshold": threshold,
        "target": target,
        **figures(_sum(tallies)),
        "by_snr": [{"snr_db": r} | figures(_sum(_at_ratio(streams, tallies, r))) for r in SNRS_DB],
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
