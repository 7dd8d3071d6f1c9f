"""Our models beside published ones: rows of a table, and accuracy against what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from kws_core.models.registry import ARCHITECTURES
from kws_core.report.literature import PUBLISHED, Published, Task
from kws_core.report.notebook import NOTEBOOK, NotebookRecord
from kws_core.results.metrics import Share, wilson_interval
from kws_core.results.store import RESULTS_FOLDER, available_results, load_figures

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
    "notebook": "the notebook's own",
    "published": "published",
}
_TWELVE_KEY: Final = "twelve_classes"
# What ours may say that published networks can't, and what is left to choose from without it.
OTHER_ANSWERS: Final[dict[Task, str]] = {
    "35": "silence or unknown as well",
    "12": "that it was none of the 35 words, too",
}
_CHOICES: Final[dict[Task, str]] = {"35": "one of the 35 words", "12": "one of them or silence"}


@dataclass(frozen=True)
class Row:
    """A model in the comparison.

    share: its accuracy; of published figures the interval is unknown, and None where no number of
    clips is given. macs: multiply-accumulates of a second; latency_ms: on `machine`.
    """

    name: str
    kind: Kind
    accuracy: float
    share: Share | None
    tested_on: str
    source: str
    weights: int | None = None
    bytes: int | None = None
    macs: int | None = None
    latency_ms: float | None = None
    machine: str = ""
    url: str = ""
    note: str = ""

    def cost(self, what: Cost) -> float | None:
        """Return what it costs: weights, multiply-accumulates, bytes, or milliseconds."""
        return self.latency_ms if what == "latency" else getattr(self, what)


def rows_of(task: Task, folder: Path = RESULTS_FOLDER) -> list[Row]:
    """Return every evaluation in a folder, then the notebook, then what is published, best first.

    Raises `DataError` if a file of results is damaged.
    """
    ours = [
        own_row(load_figures(folder, model, split), task)
        for model, split in available_results(folder)
    ]
    rows = [row for row in ours if row is not None]
    rows += [_published_row(one) for one in PUBLISHED if one.task == task]
    if task == "35":
        rows += notebook_rows(NOTEBOOK)
    return sorted(rows, key=lambda row: (list(KINDS).index(row.kind), -row.accuracy))


def own_row(figures: Mapping[str, Any], task: Task) -> Row | None:
    """Return the row of an evaluation; None if it has no figure of the task."""
    share = figures["accuracy"] if task == "35" else figures.get(_TWELVE_KEY, {}).get("accuracy")
    if share is None:
        return None
    cost = figures.get("cost", {})
    model = str(figures["model"])
    note = _notebook_note(figures) if model == NOTEBOOK.model else _words_note(figures, task)
    return Row(
        model,
        "ours",
        share["value"],
        Share(**share),
        tested_on(figures),
        f"measured {figures['date']}",
        cost.get("parameters"),
        cost.get("bytes"),
        cost.get("macs"),
        cost.get("latency_ms", {}).get("p50"),
        f"{cost['machine']}, one core" if "machine" in cost else "",
        note=note,
    )


def tested_on(figures: Mapping[str, Any]) -> str:
    """Say what an evaluation is of, in a few words."""
    people = {"val": "validation speakers", "test_a": "half of the test speakers"}
    parts = [people.get(str(figures["split"]), str(figures["split"]))]
    counts = {kind: (figures.get(kind) or {}).get("n", 0) for kind in ("recordings", "pictures")}
    parts.append(" and ".join(f"{n:,} {kind}" for kind, n in counts.items() if n))
    return ", ".join(part for part in parts if part)


def notebook_rows(record: NotebookRecord) -> list[Row]:
    """Return the notebook's CNN twice: as its README has it, and as its log does."""
    what = "v2, test list, also trained on"
    common = {"weights": record.weights, "macs": record.macs, "url": record.url}
    logged = wilson_interval(record.right, record.tested)
    return [
        Row(
            "The notebook's CNN, by its README",
            "notebook",
            record.claimed,
            None,
            what,
            "README of the notebook",
            **common,  # type: ignore[arg-type]
            note="No run of the notebook shows this figure.",
        ),
        Row(
            "The notebook's CNN, by its log",
            "notebook",
            record.logged,
            logged,
            what,
            "log of the notebook",
            **common,  # type: ignore[arg-type]
            note="The clips it was tested on were among those it was trained on.",
        ),
    ]


def notebook_story(rows: Iterable[Row], record: NotebookRecord = NOTEBOOK) -> str:
    """Tell what the notebook's figures are worth, and what its network reaches honestly."""
    told = (
        f"**The notebook's CNN.** Its README says {record.claimed:.0%}. Its own log says "
        f"{record.right:,} of {record.tested:,}, {record.logged:.1%}, and so does its confusion "
        f"matrix. Neither is a test: the log counts {record.trained_on:,} clips to train on, which "
        f"is the whole data set, where the official list leaves {record.training_clips:,}: "
        f"{record.cause} (pytorch/tutorials issue 1830). "
    )
    honest = [row for row in rows if row.kind == "ours" and row.name == record.model]
    if not honest:
        return told + (
            "The same network, trained on training speakers only, has not been measured yet."
        )
    found = "; ".join(f"**{row.accuracy:.1%}** ({row.tested_on})" for row in honest)
    return told + f"The same network, trained on training speakers only, is right on {found}."


def table_of(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return the comparison as rows of plain values, None where a figure is unknown."""
    return [
        {
            "Model": row.name,
            "Right, %": round(100 * row.accuracy, 2),
            "from": None if row.share is None else round(100 * row.share.low, 2),
            "to": None if row.share is None else round(100 * row.share.high, 2),
            "Figure": KINDS[row.kind],
            "Tested on": row.tested_on,
            "Weights": row.weights,
            "MACs, M": None if row.macs is None else round(row.macs / 1e6, 2),
            "File, MB": None if row.bytes is None else round(row.bytes / 1e6, 2),
            "Time, ms": row.latency_ms,
            "Machine": row.machine,
            "Source": row.source,
            "Link": row.url or None,
            "Note": row.note,
        }
        for row in rows
    ]


def _published_row(one: Published) -> Row:
    note = "Weights and MACs counted here." if one.counted else ""
    return Row(
        one.name,
        "published",
        one.accuracy,
        None,
        one.tested_on,
        one.source,
        one.weights,
        None,
        one.macs,
        one.latency_ms,
        one.machine,
        one.url,
        " ".join(part for part in (one.caution, note) if part),
    )


def _words_note(figures: Mapping[str, Any], task: Task) -> str:
    among = (figures if task == "35" else figures.get(_TWELVE_KEY, {})).get("among_words")
    if among is None:
        return ""
    return (
        f"It may answer {OTHER_ANSWERS[task]}; made to choose {_CHOICES[task]}, as published "
        f"networks have to, it is right on {among['value']:.2%}."
    )


def _notebook_note(figures: Mapping[str, Any]) -> str:
    title = ARCHITECTURES[NOTEBOOK.model].title
    return (
        f"{title}, trained on training speakers only. Published: {NOTEBOOK.claimed:.0%}; its log: "
        f"{NOTEBOOK.logged:.1%}, on clips it was trained on."
    )
