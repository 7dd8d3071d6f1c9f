"""Our models beside published ones, as rows of two tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from kws_core.report.literature import PUBLISHED, Task
from kws_core.results.exporting import percentage
from kws_core.results.metrics import Share, interval_text
from kws_core.results.store import PEOPLE, RESULTS_FOLDER, available_results, load_figures

Cost = Literal["weights", "bytes", "macs", "latency"]
Kind = Literal["ours", "published", "notebook"]

COSTS: Final[dict[Cost, str]] = {
    "weights": "weights",
    "macs": "MACs",
    "bytes": "file size",
    "latency": "time",
}
KINDS: Final[dict[Kind, str]] = {
    "ours": "measured here",
    "published": "published",
    "notebook": "the notebook's own",
}


@dataclass(frozen=True)
class Row:
    """A model in the comparison.

    share: its accuracy with an interval; None where the source gives no number of clips.
    words_only: the accuracy (0 to 1) without the answers that published networks do not have.
    macs: multiply-accumulates for a second of sound; latency_ms: on `machine`.
    """

    name: str
    kind: Kind
    accuracy: float
    share: Share | None
    tested_on: str
    source: str
    words_only: float | None = None
    weights: int | None = None
    bytes: int | None = None
    macs: int | None = None
    latency_ms: float | None = None
    machine: str = ""
    url: str = ""
    note: str = ""

    def cost(self, what: Cost) -> float | None:
        """Return the number of weights, multiply-accumulates or bytes, or milliseconds."""
        return self.latency_ms if what == "latency" else getattr(self, what)


def rows_of(task: Task, folder: Path = RESULTS_FOLDER) -> list[Row]:
    """Return every evaluation in a folder, then published models, both best first.

    Raises `DataError` if a file of results is damaged.
    """
    ours = [
        own_row(load_figures(folder, model, split), task)
        for model, split in available_results(folder)
    ]
    rows = [row for row in ours if row is not None]
    rows += [_published_row(one) for one in PUBLISHED if one["task"] == task]
    return sorted(rows, key=lambda row: (list(KINDS).index(row.kind), -row.accuracy))


def own_row(figures: Mapping[str, Any], task: Task) -> Row | None:
    """Return the row of an evaluation; None if it has no figure of the task."""
    of_task = figures if task == "35" else figures.get("twelve_classes", {})
    share = of_task.get("accuracy")
    if share is None:
        return None
    cost = figures.get("cost", {})
    among_words = of_task.get("among_words")
    return Row(
        str(figures["model"]),
        "ours",
        share["value"],
        Share(**share),
        PEOPLE.get(str(figures["split"]), str(figures["split"])),
        f"measured {figures['date']}",
        None if among_words is None else among_words["value"],
        cost.get("parameters"),
        cost.get("bytes"),
        cost.get("macs"),
        cost.get("latency_ms", {}).get("p50"),
        f"{cost['machine']}, one core" if "machine" in cost else "",
    )


def headline_of(figures: Mapping[str, Any]) -> str:
    """Say in a sentence of Markdown how good, how large and how fast a model is."""
    share, cost = figures["accuracy"], figures.get("cost", {})
    parts = [f"**{figures['model']}**: **{share['value']:.1%}** of {share['n']:,} clips of unseen "
             "speakers recognised correctly"]  # fmt: skip
    if "parameters" in cost:
        n = cost["parameters"]
        parts.append(f"{n / 1e6:.1f} M weights" if n >= 1e6 else f"{n / 1e3:.0f} k weights")
    if "latency_ms" in cost:
        parts.append(f"{cost['latency_ms']['p50']:.0f} ms per clip on one core")
    return ", ".join(parts) + "."


def tested_on(figures: Mapping[str, Any]) -> str:
    """Say in a few words which clips an evaluation used."""
    parts = [PEOPLE.get(str(figures["split"]), str(figures["split"]))]
    counts = {kind: (figures.get(kind) or {}).get("n", 0) for kind in ("recordings", "pictures")}
    parts.append(" and ".join(f"{n:,} {kind}" for kind, n in counts.items() if n))
    return ", ".join(part for part in parts if part)


def own_table(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return our models as rows of plain values, None where a figure is unknown."""
    return [
        {
            "Model": row.name,
            "Tested on": row.tested_on,
            "Accuracy, %": percentage(row.accuracy, 2),
            "95% interval": ""
            if row.share is None
            else interval_text(row.share.low, row.share.high),
            "Words only, %": percentage(row.words_only, 2),
            "Weights": row.weights,
            "MACs, M": _millions(row.macs),
            "File, MB": _millions(row.bytes),
            "Time, ms": row.latency_ms,
            "Clips": None if row.share is None else row.share.n,
            "Machine": row.machine,
        }
        for row in rows
        if row.kind == "ours"
    ]


def published_table(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return published models as rows of plain values, None where a figure is unknown."""
    return [
        {
            "Model": row.name,
            "Accuracy, %": percentage(row.accuracy, 2),
            "Weights": row.weights,
            "MACs, M": _millions(row.macs),
            "Tested on": row.tested_on,
            "Time, ms": row.latency_ms,
            "Source": row.source,
            "Link": row.url or None,
            "Note": ". ".join(part for part in (row.note, row.machine) if part),
        }
        for row in rows
        if row.kind != "ours"
    ]


def _published_row(one: Mapping[str, str]) -> Row:
    counted = "Weights and MACs counted here" if one["counted"] == "yes" else ""
    return Row(
        one["name"],
        "published",
        float(one["accuracy"]),
        None,
        one["tested_on"],
        one["source"],
        weights=int(one["weights"]) if one["weights"] else None,
        macs=int(one["macs"]) if one["macs"] else None,
        latency_ms=float(one["latency_ms"]) if one["latency_ms"] else None,
        machine=one["machine"],
        url=one["url"],
        note=". ".join(part.rstrip(".") for part in (one["caution"], counted) if part),
    )


def _millions(count: int | None) -> float | None:
    return None if count is None else round(count / 1e6, 2)
