"""Four methods that attribute a network's logit for a label to the cells of a picture.

A map has the shape of its picture, (bands, frames); positive cells speak for the label. All but
Grad-CAM's are in logits: what the cells contribute compared with a baseline picture.

The tests hold these to captum's. Captum itself stays out of the app: ``import captum.attr`` takes
0.6 s of processor time, 0.5 s of it for matplotlib, which nothing else here needs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kws_core.audio.remembered import Floats
from kws_core.models.activations import Output, outputs_of

STEPS: Final = 64  # of integrated gradients
PATCH: Final = (8, 10)  # bands and frames that occlusion covers at once
STRIDE: Final = (4, 5)
_BATCH: Final = 32  # pictures at once


@dataclass(frozen=True)
class Completeness:
    """How nearly a map's cells add up to what they should: the logit's rise over the baseline's.

    total: the sum of the map. rise: the difference of the two logits. Both in logits.
    """

    total: float
    rise: float

    @property
    def error(self) -> float:
        """How far the sum is off, in logits."""
        return abs(self.total - self.rise)


def gradient_times_input(
    network: nn.Module, picture: Floats, label: int, baseline: Floats
) -> Floats:
    """Return the gradient of a label's logit times the picture's distance from the baseline.

    The linear approximation of what the distance does; exact for a linear network. With a
    baseline of 0 it is Shrikumar et al.'s gradient times input (2016); in a log-mel, 0 means
    nothing.
    """
    gradient = _gradients(network, torch.from_numpy(picture)[None], label)[0]
    return np.asarray(gradient.numpy() * (picture - baseline), dtype=np.float32)


def integrated_gradients(
    network: nn.Module, picture: Floats, label: int, baseline: Floats, steps: int = STEPS
) -> Floats:
    """Return the mean gradient on the way from the baseline to the picture, times the distance.

    Sundararajan, Taly and Yan (ICML 2017), with the midpoint rule at `steps` points of the
    straight line. The cells add up to the rise of the logit; see `completeness`.
    """
    start, end = torch.from_numpy(baseline), torch.from_numpy(picture)
    shares = (torch.arange(steps, dtype=torch.float32) + 0.5) / steps
    total = torch.zeros_like(end)
    for some in _batches(shares):
        on_the_way = start + some[:, None, None] * (end - start)  # (batch, bands, frames)
        total += _gradients(network, on_the_way, label).sum(dim=0)
    return np.asarray((total / steps * (end - start)).numpy(), dtype=np.float32)


def completeness(
    network: nn.Module, attribution: Floats, picture: Floats, label: int, baseline: Floats
) -> Completeness:
    """Compare the sum of a map with the rise of the label's logit from baseline to picture."""
    pair = torch.from_numpy(np.stack([baseline, picture]))
    with torch.no_grad():
        before, after = network(pair)[:, label].double().tolist()
    return Completeness(float(attribution.sum(dtype=np.float64)), after - before)


def grad_cam(
    network: nn.Module, picture: Floats, label: int, layer: str | None = None
) -> tuple[Floats, str]:
    """Return the Grad-CAM map of a layer, resized to the picture, and the layer's name.

    Selvaraju et al. (ICCV 2017): the layer's maps, each weighted with the mean gradient of the
    logit by its cells, added up, and what is negative set to 0. layer: by default the last one
    with maps; where it has one row left, the result is the same in all bands, and says only when.
    Raises ValueError if the network has no such layer.
    """
    with torch.enable_grad():
        features = torch.from_numpy(picture)[None].requires_grad_()
        found = outputs_of(network, features)
        seen = _layer_with_maps(found, layer)
        logit = found[-1].values[0, label]
        (gradient,) = torch.autograd.grad(logit, seen.values)
    weights = gradient.mean(dim=(2, 3), keepdim=True)  # (1, channel, 1, 1)
    cam = F.relu((weights * seen.values.detach()).sum(dim=1, keepdim=True))
    resized = F.interpolate(cam, size=picture.shape, mode="bilinear", align_corners=False)
    return resized[0, 0].numpy(), seen.name


def occlusion(
    network: nn.Module,
    picture: Floats,
    label: int,
    baseline: Floats,
    patch: tuple[int, int] = PATCH,
    stride: tuple[int, int] = STRIDE,
) -> Floats:
    """Return how much the logit falls while a patch of the picture is that of the baseline.

    Zeiler and Fergus (ECCV 2014). A cell gets the mean of all patches that cover it; patches
    start every `stride` cells and end at the picture's edge.
    """
    starts = [
        range(0, max(math.ceil((size - width) / step), 0) * step + 1, step)
        for size, width, step in zip(picture.shape, patch, stride, strict=True)
    ]
    places = [
        (slice(band, band + patch[0]), slice(frame, frame + patch[1]))
        for band in starts[0]
        for frame in starts[1]
    ]
    covered = np.repeat(picture[None], len(places), axis=0)
    for one, place in zip(covered, places, strict=True):
        one[place] = baseline[place]
    with torch.no_grad():
        whole = network(torch.from_numpy(picture)[None])[0, label]
        parts = [network(some)[:, label] for some in _batches(torch.from_numpy(covered))]
    falls = (whole - torch.cat(parts)).tolist()
    total, times = np.zeros(picture.shape), np.zeros(picture.shape)
    for fall, place in zip(falls, places, strict=True):
        total[place] += fall
        times[place] += 1
    return np.asarray(total / np.maximum(times, 1), dtype=np.float32)


def _batches(rows: Tensor) -> list[Tensor]:
    return [rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH)]


def _gradients(network: nn.Module, pictures: Tensor, label: int) -> Tensor:
    """Return the gradients of a label's logit by pictures, (batch, bands, frames)."""
    with torch.enable_grad():
        pictures = pictures.detach().requires_grad_()
        # Pictures don't see each other, so the gradient of the sum holds that of each.
        (gradient,) = torch.autograd.grad(network(pictures)[:, label].sum(), pictures)
    return gradient


def _layer_with_maps(found: list[Output], name: str | None) -> Output:
    with_maps = [
        one
        for one in found
        if one.values.dim() == 4
        and (one.name == name if name else not isinstance(one.layer, nn.Dropout))
    ]
    if not with_maps:
        raise ValueError(f"This network has no layer {name or ''} with maps for Grad-CAM.")
    return with_maps[-1]
