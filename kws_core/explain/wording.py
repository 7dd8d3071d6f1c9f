"""The checks of an explanation in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from kws_core.charts.style import percent
from kws_core.explain.masking import QUIETEST, Baseline
from kws_core.explain.methods import METHODS, Explanation, Faithfulness

BASELINE_NAMES: Final[dict[Baseline, str]] = {
    "background": "The clip's background",
    "flat": "A flat picture",
}
BASELINE_TEXTS: Final[dict[Baseline, str]] = {
    "background": (
        f"in every band, the level of the quietest {percent(QUIETEST)} of the clip's frames"
    ),
    "flat": "the lowest possible level in every band",
}
RANDOM, LOUDEST = "Random order", "Loudest first"

_COMPLETE: Final = 0.05  # of the rise: closer than this, the sum counts as right


def method_text(shown: Explanation) -> str:
    """Say how a method gets its map, and whether its cells add up as they should."""
    match shown.method:
        case "gradient":
            text = "Gradient of the logit times the distance of each cell from the baseline."
        case "integrated":
            text = "Mean gradient on the path from the baseline to the clip, times that distance."
        case "occlusion":
            return (
                "Fall of the logit while a patch is set to the baseline, averaged over the patches "
                "that cover a cell."
            )
        case "grad-cam":
            is_flat = np.allclose(shown.attribution, shown.attribution[:1], atol=1e-6)
            flat = " It separates times, not bands." if is_flat else ""
            return f"Evidence for the label in layer `{shown.layer}`.{flat}"
    return f"{text} {completeness_text(shown)}"


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
            f"Complete: the cells sum to {_signed(total)}, the logit rises by {_signed(rise)} "
            f"(error {error:.2g})."
        )
    return (
        f"Not complete: the cells sum to {_signed(total)}, but the logit rises by {_signed(rise)}."
    )


def likeness_text(shown: Explanation) -> str:
    """Say how alike the untrained network's map is."""
    alike = shown.likeness
    if shown.method == "grad-cam":
        return f"Rank correlation with untrained: {_signed(alike.signed)}."
    return (
        f"Rank correlation with untrained: {_signed(alike.signed)}; of the magnitudes "
        f"{_signed(alike.sizes)}."
    )


def verdict(maps: Mapping[str, Faithfulness], random: Faithfulness, loudest: Faithfulness) -> str:
    """Say in a sentence or two which map is faithful, and whether any is worth having.

    maps: by name, of at least one method.
    """
    best = max(maps, key=lambda name: maps[name].margin)
    text = (
        f"**{best}** is the most faithful map here (insertion − deletion: {_margin(maps[best])})."
    )
    worse = [name for name, one in maps.items() if one.margin <= random.margin]
    if worse:
        text += f" No better than a random order ({_margin(random)}): {', '.join(worse)}."
    else:
        text += f" All beat a random order ({_margin(random)})."
    if maps[best].margin <= loudest.margin:
        return text + (
            f" Caution: ranking cells by loudness alone does as well or better "
            f"({_margin(loudest)}), so the maps mostly show where the sound is."
        )
    return text + f" It also beats ranking cells by loudness ({_margin(loudest)})."


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


def _margin(one: Faithfulness) -> str:
    return _signed(one.margin)


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
