"""The methods by name, and a map of any of them together with its checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from torch import nn

from kws_core.audio.remembered import Floats
from kws_core.explain.attribution import (
    Completeness,
    completeness,
    grad_cam,
    gradient_times_input,
    integrated_gradients,
    occlusion,
)
from kws_core.explain.faithfulness import Curve, Score, deletion, insertion, mean_curve, random_maps
from kws_core.explain.sanity import Likeness, likeness

Method = Literal["gradient", "integrated", "grad-cam", "occlusion"]

METHODS: Final[dict[Method, str]] = {
    "gradient": "Gradient × input",
    "integrated": "Integrated gradients",
    "grad-cam": "Grad-CAM",
    "occlusion": "Occlusion",
}


@dataclass(frozen=True, eq=False)
class Explanation:
    """A map of a trained network, (bands, frames), and the same of an untrained one.

    completeness: None for Grad-CAM and occlusion,
    whose cells are not meant to add up. layer: Grad-CAM's, else empty.
    """

    method: Method
    attribution: Floats
    untrained: Floats
    likeness: Likeness
    completeness: Completeness | None
    layer: str


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """How the score of a label falls and rises in the order of a map's cells."""

    deletion: Curve
    insertion: Curve

    @property
    def margin(self) -> float:
        """Insertion's area less deletion's: the larger, the more faithful; -1 to 1."""
        return self.insertion.area - self.deletion.area


def explain(
    method: Method,
    network: nn.Module,
    untrained: nn.Module,
    picture: Floats,
    label: int,
    baseline: Floats,
) -> Explanation:
    """Return the map of a method for a label, with its checks.

    picture and baseline: (bands, frames); untrained: see `untrained_twin`.
    """
    attribution, layer = attribute(method, network, picture, label, baseline)
    without, _ = attribute(method, untrained, picture, label, baseline)
    complete = None
    if method in ("gradient", "integrated"):
        complete = completeness(network, attribution, picture, label, baseline)
    alike = likeness(attribution, without, picture != baseline)
    return Explanation(method, attribution, without, alike, complete, layer)


def attribute(
    method: Method, network: nn.Module, picture: Floats, label: int, baseline: Floats
) -> tuple[Floats, str]:
    """Return a method's map, (bands, frames), and the name of the layer that it is taken from."""
    match method:
        case "gradient":
            return gradient_times_input(network, picture, label, baseline), ""
        case "integrated":
            return integrated_gradients(network, picture, label, baseline), ""
        case "grad-cam":
            return grad_cam(network, picture, label)
        case "occlusion":
            return occlusion(network, picture, label, baseline), ""


def faithfulness(
    score: Score, picture: Floats, baseline: Floats, attribution: Floats
) -> Faithfulness:
    """Measure a map with both curves."""
    return Faithfulness(
        deletion(score, picture, baseline, attribution),
        insertion(score, picture, baseline, attribution),
    )


def random_faithfulness(score: Score, picture: Floats, baseline: Floats) -> Faithfulness:
    """Measure what a random order of the cells does, as the mean of a few.

    Every map should beat it.
    """
    measured = [faithfulness(score, picture, baseline, each) for each in random_maps(picture.shape)]
    return Faithfulness(
        mean_curve([one.deletion for one in measured]),
        mean_curve([one.insertion for one in measured]),
    )


def loudest_faithfulness(score: Score, picture: Floats, baseline: Floats) -> Faithfulness:
    """Measure what the cells' distance from the baseline does: an order without any network.

    A map that does not beat it says little more than where the sound is.
    """
    return faithfulness(score, picture, baseline, picture - baseline)
