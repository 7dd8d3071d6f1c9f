"""The map of words: the embeddings of evaluated clips, and a clip among them."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from kws_core.charts.layout import QUIET, figure
from kws_core.charts.marks import text_at
from kws_core.charts.style import percent, readable
from kws_core.charts.traces import scatter
from kws_core.models.embeddings import EmbeddingMap, Embeddings
from kws_core.results.scores import ClipScores

Projection = Literal["pca", "tsne"]

PROJECTIONS: Final[dict[Projection, str]] = {"tsne": "t-SNE", "pca": "PCA"}
N_NEIGHBOURS: Final = 10
_N_PLACING: Final = 5  # neighbours that say where a clip would be in the t-SNE

Points = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class MappedClips:
    """The clips of a map, (k,) each: labels that were said and heard, score, name, kind."""

    said: npt.NDArray[np.str_]
    heard: npt.NDArray[np.str_]
    score: npt.NDArray[np.float64]
    utterance: npt.NDArray[np.str_]
    is_picture: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Placed:
    """A clip on the map: where it is in each view, (2,), and its neighbours, nearest first."""

    at: dict[Projection, Points]
    neighbours: npt.NDArray[np.int64]
    distance: npt.NDArray[np.float64]


def mapped_clips(word_map: EmbeddingMap, scores: ClipScores) -> MappedClips:
    """Return words, answers and names of a map's clips."""
    chosen = scores.select(word_map.rows)
    labels = np.array(scores.labels)
    posteriors = chosen.posteriors
    best = posteriors.argmax(axis=1)
    return MappedClips(
        labels[chosen.target],
        labels[best],
        posteriors[np.arange(len(best)), best],
        chosen.utterance,
        chosen.is_picture,
    )


def positions(word_map: EmbeddingMap, view: Projection) -> Points:
    """Return where the clips of a map are in a view, (k, 2)."""
    chosen = word_map.points[:, :2] if view == "pca" else word_map.neighbours
    return chosen.astype(np.float32)


def place(word_map: EmbeddingMap, embedding: Embeddings) -> Placed:
    """Place a clip's embedding (n_embedding,) on a map.

    PCA: its own place. t-SNE has no place for new clips: the middle (median) of its five nearest
    neighbours' places, nearest by all principal components that were kept.
    """
    point = word_map.place(embedding[None])[0]
    nearest = word_map.nearest(point, N_NEIGHBOURS)
    apart = np.linalg.norm(word_map.points[nearest].astype(np.float32) - point, axis=1)
    middle = np.median(positions(word_map, "tsne")[nearest[:_N_PLACING]], axis=0)
    at: dict[Projection, Points] = {"pca": point[:2], "tsne": middle.astype(np.float32)}
    return Placed(at, nearest, apart.astype(np.float64))


def neighbour_rows(clips: MappedClips, placed: Placed) -> list[dict[str, Any]]:
    """Return the nearest neighbours as rows of a table."""
    return [
        {
            "Said": readable(str(clips.said[i])),
            "Recognised as": f"{readable(str(clips.heard[i]))} {percent(float(clips.score[i]))}",
            "Distance": round(float(distance), 2),
            "Clip": str(clips.utterance[i]),
            "Kept as": "picture" if clips.is_picture[i] else "recording",
        }
        for i, distance in zip(placed.neighbours.tolist(), placed.distance, strict=True)
    ]


def map_rows(word_map: EmbeddingMap, clips: MappedClips, view: Projection) -> list[dict[str, Any]]:
    """Return every clip of the map with its place, as rows of a table."""
    return [
        {
            "clip": str(clips.utterance[i]),
            "said": str(clips.said[i]),
            "heard": str(clips.heard[i]),
            "score": round(float(clips.score[i]), 4),
            "x": round(float(x), 3),
            "y": round(float(y), 3),
        }
        for i, (x, y) in enumerate(positions(word_map, view))
    ]


def map_figure(
    word_map: EmbeddingMap,
    clips: MappedClips,
    view: Projection,
    *,
    words: Sequence[str] = (),
    only_errors: bool = False,
    placed: Placed | None = None,
    clip_name: str = "",
) -> go.Figure:
    """Draw the map, a colour for each word, errors as crosses.

    words: those in colour, all if none. placed: the clip that is drawn as a star, with lines to
    its neighbours.
    """
    at = positions(word_map, view)
    wrong = clips.said != clips.heard
    in_colour = np.isin(clips.said, list(words)) if words else np.ones(len(at), bool)
    colours = word_colours(sorted(set(clips.said.tolist())))
    colour = np.where(in_colour, [colours[word] for word in clips.said.tolist()], QUIET)
    traces = []
    for rows, symbol, size in ((~wrong, "circle", 4), (wrong, "x", 7)):
        if symbol == "circle" and only_errors:
            continue
        chosen = np.flatnonzero(rows)
        traces.append(_points(at, clips, chosen, colour, symbol, size))
    annotations = [
        _name(word, np.median(at[clips.said == word], axis=0))
        for word in sorted(set(clips.said.tolist()))
        if not words or word in words
    ]
    if placed is not None:
        traces += _placed_traces(at, placed, view, clip_name)
    blank = {"visible": False, "fixedrange": False}
    layout = {
        "xaxis": blank,
        "yaxis": {**blank, "scaleanchor": "x"},
        "annotations": annotations,
        "dragmode": "pan",
        "uirevision": view,
    }
    return figure(traces, layout, height=560, margin=(4, 4, 4, 4))


def word_colours(words: Sequence[str]) -> dict[str, str]:
    """Return a colour for each word, hues spread evenly; neighbours in the list differ most."""
    step = 13  # coprime with 35
    return {
        word: "#{:02x}{:02x}{:02x}".format(
            *(round(255 * c) for c in colorsys.hls_to_rgb((i * step % 37) / 37, 0.5, 0.6))
        )
        for i, word in enumerate(words)
    }


def _points(
    at: Points,
    clips: MappedClips,
    chosen: npt.NDArray[np.int64],
    colour: npt.NDArray[Any],
    symbol: str,
    size: int,
) -> dict[str, Any]:
    return scatter(
        at[chosen, 0],
        at[chosen, 1],
        "%{hovertext}",
        "markers",
        marker={"color": colour[chosen].tolist(), "symbol": symbol, "size": size},
        hovertext=[
            f"said {readable(str(clips.said[i]))}, recognised as {readable(str(clips.heard[i]))} "
            f"{percent(float(clips.score[i]))}<br>{escape(str(clips.utterance[i]))}"
            for i in chosen
        ],
    )


def _placed_traces(at: Points, placed: Placed, view: Projection, name: str) -> list[dict[str, Any]]:
    x, y = placed.at[view].tolist()
    lines: list[list[float | None]] = [[], []]
    for i in placed.neighbours.tolist():
        lines[0] += [x, float(at[i, 0]), None]
        lines[1] += [y, float(at[i, 1]), None]
    return [
        scatter(lines[0], lines[1], line={"color": "rgba(128, 140, 145, 0.7)", "width": 1}),
        scatter(
            [x],
            [y],
            escape(name),
            "markers",
            marker={
                "symbol": "star",
                "size": 20,
                "color": "#ffb000",
                "line": {"width": 1.5, "color": "#333"},
            },
        ),
    ]


def _name(word: str, at: Points) -> dict[str, Any]:
    text = f"<b>{escape(readable(word))}</b>"
    return text_at(text, float(at[0]), float(at[1]), yshift=16)
