"""Words taught from a few takes: how many are found, by whom, after how many takes."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import cycle
from typing import Any, Final

import plotly.graph_objects as go

from kws_core.charts.layout import COLOURS, QUIET, axis, figure, legend, share_axis
from kws_core.charts.marks import text_at
from kws_core.charts.traces import error_bars, scatter
from kws_core.results.exporting import percentage
from kws_core.teaching.report import WordReport
from kws_core.teaching.takes_map import TakesMap

_FOUND: Final = "others_found_at_"
# Where the numbers of takes are written, one after the other: takes that sound alike lie together.
_AROUND: Final = ("top center", "middle right", "bottom center", "middle left")


def alarm_rates(figures: Mapping[str, Any]) -> list[str]:
    """Return the false alarms per hour at which words were looked for, fewest first."""
    names = {name for row in figures["figures"] for name in row if name.startswith(_FOUND)}
    return sorted((name.removeprefix(_FOUND) for name in names), key=float)


def teaching_figure(figures: Mapping[str, Any], rate: str) -> go.Figure:
    """Draw the share of takes found against how many takes were taught, with the spread.

    rate: one of `alarm_rates`. A line for the person who taught, one for other people, and a point
    for other people where several taught, one take each.
    """
    single = [row for row in figures["figures"] if row["people"] == 1]
    several = [row for row in figures["figures"] if row["people"] > 1]
    traces = [
        _trace("the person who taught it", single, f"own_found_at_{rate}", COLOURS[0]),
        _trace("other people", single, f"others_found_at_{rate}", COLOURS[1]),
    ]
    for row in several:
        name = f"other people, taught by {row['people']}"
        traces.append(_trace(name, [row], f"others_found_at_{rate}", COLOURS[2], "diamond"))
    layout = {
        "xaxis": axis("takes", tickvals=[row["takes"] for row in single], rangemode="tozero"),
        "yaxis": share_axis("takes found", high=1.01),
        **legend(),
    }
    return figure(traces, layout, height=380)


def teaching_rows(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the measurement as rows of a table, shares in percent."""
    rows = []
    for row in figures["figures"]:
        cells: dict[str, Any] = {"Takes": row["takes"], "People": row["people"]}
        columns = {
            f"{who}, {rate}/h, %": f"{key}_found_at_{rate}"
            for rate in alarm_rates(figures)
            for who, key in (("Same person", "own"), ("Others", "others"))
        }
        columns |= {"Named, same person, %": "own_named", "Named, others, %": "others_named"}
        for title, measure in columns.items():
            cells[title] = percentage((row.get(measure) or {}).get("mean"))
        rows.append(cells)
    return rows


def strictness_figure(report: WordReport) -> go.Figure:
    """Draw the takes of a word found when left out against false alarms, and where it is now."""
    alarms, found = zip(*report.curve(), strict=True)
    here = report.false_alarms.per_hour, report.found / len(report.left_out)
    traces = [
        scatter(
            alarms,
            found,
            "%{x:.1f} false alarms per hour<br>%{y:.0%} of takes",
            line={"color": COLOURS[0], "shape": "hv"},
        ),
        scatter(
            [here[0]],
            [here[1]],
            "now: %{x:.1f} per hour<br>%{y:.0%} of takes",
            "markers",
            marker={"size": 13, "color": COLOURS[1]},
            cliponaxis=False,  # whole at 0 and at 100%
        ),
    ]
    layout = {
        "xaxis": axis("false alarms per hour", rangemode="tozero"),
        "yaxis": share_axis("takes found", low=-0.03, high=1.03),
        "showlegend": False,
    }
    return figure(traces, layout, height=240)


def takes_figure(takes_map: TakesMap) -> go.Figure:
    """Draw takes as numbered points, a colour a word, and the nearest known words as text."""
    traces = [
        scatter(
            takes[:, 0],
            takes[:, 1],
            f"{escape(word)}, take %{{text}}",
            "markers+text",
            name=escape(word),
            text=[str(i + 1) for i in range(len(takes))],
            textposition=[_AROUND[i % len(_AROUND)] for i in range(len(takes))],
            textfont={"color": colour},
            marker={"size": 10, "color": colour},
        )
        for word, takes, colour in zip(
            takes_map.words, takes_map.takes, cycle(COLOURS), strict=False
        )
    ]
    x, y = takes_map.known.T
    known = {"size": 6, "color": QUIET}
    traces.append(scatter(x, y, mode="markers", marker=known, showlegend=False))
    bare: dict[str, Any] = {"showticklabels": False, "showgrid": False}
    layout = {
        "xaxis": axis(**bare),
        "yaxis": axis(**bare, scaleanchor="x"),
        "annotations": [
            text_at(escape(word), x, y, yanchor="bottom", yshift=3)
            for word, (x, y) in zip(takes_map.known_words, takes_map.known.tolist(), strict=True)
        ],
        **legend(),
    }
    return figure(traces, layout, height=340, margin=(12, 12, 12, 12))


def _trace(
    name: str, rows: list[Mapping[str, Any]], measure: str, colour: str, symbol: str = "circle"
) -> dict[str, Any]:
    means = [row[measure]["mean"] for row in rows]
    spreads = [row[measure]["spread"] for row in rows]
    return scatter(
        [row["takes"] for row in rows],
        means,
        f"{name}<br>%{{x}} takes: %{{y:.0%}} ± %{{customdata:.0%}}",
        "lines+markers",
        name=name,
        customdata=spreads,
        error_y=error_bars(
            [min(s, 1 - m) for m, s in zip(means, spreads, strict=True)],
            [min(s, m) for m, s in zip(means, spreads, strict=True)],
        )
        | {"color": colour},
        line={"color": colour},
        marker={"size": 9, "symbol": symbol},
    )
