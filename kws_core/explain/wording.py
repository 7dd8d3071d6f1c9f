"""What an explanation's checks say, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from kws_core.charts.style import percent
from kws_core.explain.baselines import QUIETEST, Baseline
from kws_core.explain.methods import METHODS, Explanation, Faithfulness

BASELINE_NAMES: Final[dict[Baseline, str]] = {
    "background": "The clip's background",
    "flat": "A flat picture",
}
BASELINE_TEXTS: Final[dict[Baseline, str]] = {
    "background": (
        f"in every band the level that the quietest {percent(QUIETEST)} of the clip's frames are "
        "below"
    ),
    "flat": "the least level there is, in every band",
}
RANDOM, LOUDEST = "Random order", "Loudest first"

_COMPLETE: Final = 0.05  # of the rise: closer than this, the sum is told to be right


def method_text(shown: Explanation) -> str:
    """Say how a method gets its map, and whether its cells add up as they should."""
    match shown.method:
        case "gradient":
            told = "The slope of the logit, times how far each cell is above the baseline."
        case "integrated":
            told = "The mean slope on the way from the baseline to the clip, times that distance."
        case "occlusion":
            return (
                "How much the logit falls while a patch is set to the baseline; a cell gets the "
                "mean of the patches over it."
            )
        case "grad-cam":
            flat = " It tells times apart, not bands." if _is_flat(shown) else ""
            return f"What speaks for the label in the network's layer `{shown.layer}`.{flat}"
    return f"{told} {completeness_text(shown)}"


def completeness_text(shown: Explanation) -> str:
    """Say how the sum of a map compares with the rise of the logit; empty if it need not."""
    if shown.completeness is None:
        return ""
    total, rise, error = (
        shown.completeness.total,
        shown.completeness.rise,
        shown.completeness.error,
    )
    if error <= _COMPLETE * abs(rise):
        return (
            f"Complete: its cells add up to {_signed(total)}, the logit rises by {_signed(rise)} "
            f"(error {error:.2g})."
        )
    return (
        f"Not complete: its cells add up to {_signed(total)}, but the logit rises by "
        f"{_signed(rise)}."
    )


def likeness_text(shown: Explanation) -> str:
    """Say how alike the untrained network's map is."""
    alike = shown.likeness
    if shown.method == "grad-cam":
        return f"Untrained, rank correlation {_signed(alike.signed)}."
    return (
        f"Untrained, rank correlation {_signed(alike.signed)}; without the signs "
        f"{_signed(alike.sizes)}."
    )


def verdict(maps: Mapping[str, Faithfulness], random: Faithfulness, loudest: Faithfulness) -> str:
    """Say in a sentence or two which map is faithful, and whether any is worth having.

    maps: by name, of at least one method.
    """
    best = max(maps, key=lambda name: maps[name].margin)
    told = f"**{best}** is the most faithful here (insertion less deletion {_margin(maps[best])})."
    worse = [name for name, one in maps.items() if one.margin <= random.margin]
    if worse:
        told += f" No better than a random order ({_margin(random)}): {', '.join(worse)}."
    else:
        told += f" All beat a random order ({_margin(random)})."
    if maps[best].margin <= loudest.margin:
        return told + (
            f" But the loudest cells first, without asking the network, do as well or better "
            f"({_margin(loudest)}): for this clip, where the sound is says most."
        )
    return told + f" It also beats the loudest cells first ({_margin(loudest)})."


def faithfulness_rows(measured: Mapping[str, Faithfulness]) -> list[dict[str, str | float]]:
    """Return the areas of all curves as rows, the most faithful first."""
    ordered = sorted(measured.items(), key=lambda item: -item[1].margin)
    return [
        {
            "Order of the cells": name,
            "Deletion": round(one.deletion.area, 3),
            "Insertion": round(one.insertion.area, 3),
            "Insertion − deletion": round(one.margin, 3),
        }
        for name, one in ordered
    ]


def described(shown: Explanation, label: str) -> str:
    """Say what a figure of a map shows, for those who can't see it."""
    return (
        f"{METHODS[shown.method]} for {label} over the clip, and the same of an untrained network."
    )


def _is_flat(shown: Explanation) -> bool:
    return bool(np.allclose(shown.attribution, shown.attribution[:1], atol=1e-6))


def _margin(one: Faithfulness) -> str:
    return _signed(one.margin)


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
