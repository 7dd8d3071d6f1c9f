"""What a model is made of: its layers with shapes, weights and multiplications, and its blocks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from kws_core.features.front_end_steps import front_end_steps
from kws_core.models.activations import Output, is_leaf, outputs_of
from kws_core.models.bcresnet import BroadcastBlock
from kws_core.models.cascade import Cascade
from kws_core.models.crnn import CRNN, ResidualBlock2d, TwoWayGRU
from kws_core.models.ds_resnet import ResidualBlock
from kws_core.models.matchboxnet import ResidualBlock as MatchboxBlock
from kws_core.models.store import LoadedModel

FRONT_END: Final = "front end"
# What has no place of its own in the drawing: it belongs to the layer before it.
_FOLLOWERS: Final = (nn.BatchNorm1d, nn.BatchNorm2d, nn.ReLU, nn.Dropout, nn.Flatten)
_SILENT: Final = (nn.Dropout, nn.Flatten)  # of these, only a row in the table
_TOWERS: Final = (CRNN,)  # inside another network: side by side, on the same input
WITH_SHORTCUT: Final = (ResidualBlock, ResidualBlock2d, MatchboxBlock, BroadcastBlock)

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Layer:
    """One row of the table: a layer of the network, or a step of its front end.

    name: within the network, such as ``stem.maps.0``; empty for a step of the front end. kind: of
    its class. about: what else there is to say, such as the size of its kernel. block: the part
    of the network that it belongs to. shape: of its output for one second, without the batch.
    macs: None for the front end, whose transforms are not counted.
    """

    name: str
    kind: str
    about: str
    block: str
    shape: tuple[int, ...]
    parameters: int
    macs: int | None


@dataclass(frozen=True)
class Block:
    """A part of a network as it is drawn: a few layers that run one after the other.

    name: of the layer or group of layers whose output the block's is. kind: of its class, or of
    the layers in it. has_shortcut: whether its input is added to its output. is_first: whether
    its input is the front end's, which the first block of each of several towers has.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    macs: int
    has_shortcut: bool
    is_first: bool


@dataclass(frozen=True)
class Structure:
    """A model's layers, its front end first, and its network's blocks, in the order they run."""

    layers: tuple[Layer, ...]
    blocks: tuple[Block, ...]

    @property
    def parameters(self) -> int:
        """All weights that training changes."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def macs(self) -> int:
        """The network's multiply-accumulates for one second."""
        return sum(layer.macs or 0 for layer in self.layers)


def structure_of(model: LoadedModel) -> Structure:
    """Look through a model with one second of silence."""
    features, network = _features_of_silence(model), model.network
    with torch.no_grad():
        found = outputs_of(network, features)
    block_of = _block_of(network, found)
    layers = [
        Layer("", step.kind, step.about, FRONT_END, step.shape, 0, None)
        for step in front_end_steps(model.front_end)
    ]
    counted: set[int] = set()
    for one in found:
        if one.name and is_leaf(one.layer) and not isinstance(one.layer, nn.Identity):
            weights = {id(p): p.numel() for p in one.layer.parameters() if id(p) not in counted}
            counted |= weights.keys()
            layers.append(
                Layer(
                    one.name,
                    type(one.layer).__name__,
                    _about(one.layer),
                    block_of[one.name],
                    tuple(one.values.shape[1:]),
                    sum(weights.values()),
                    layer_macs(one.layer, one.values),
                )
            )
    return Structure(tuple(layers), _blocks(found, layers))


def count_macs(model: LoadedModel) -> int:
    """Count the network's multiply-accumulates for one second; the front end comes on top.

    Those of convolutions and matrix products: gates, norms and activations are not counted. Of a
    cascade: those of a second in which both networks are asked.
    """
    network = model.network
    parts = (network.first, network.second) if isinstance(network, Cascade) else (network,)
    with torch.no_grad():
        found = [one for part in parts for one in outputs_of(part, _features_of_silence(model))]
    return sum(layer_macs(one.layer, one.values) for one in found if is_leaf(one.layer))


def layer_macs(layer: nn.Module, output: Tensor) -> int:
    """Return the multiply-accumulates of a layer for one input; output: ``(batch, ...)``."""
    n_values = math.prod(output.shape[1:])
    match layer:
        case nn.Conv1d() | nn.Conv2d():
            return n_values * layer.in_channels // layer.groups * math.prod(layer.kernel_size)
        case nn.Linear():
            return n_values * layer.in_features
        case TwoWayGRU():  # every weight once for every frame
            return output.shape[2] * sum(p.numel() for p in layer.parameters() if p.dim() == 2)
    return 0


def layer_output(network: nn.Module, features: Floats, name: str) -> Floats:
    """Return what a layer or block makes of a picture or wave, without the batch axis.

    features: what the front end gives for one second. Raises ValueError for an unknown name.
    """
    with torch.no_grad():
        found = outputs_of(network, torch.from_numpy(features)[None])
    for one in found:
        if one.name == name:
            return np.asarray(one.values[0].numpy(), dtype=np.float32)
    raise ValueError(f"This network has no layer {name!r}.")


def _features_of_silence(model: LoadedModel) -> Tensor:
    second = torch.zeros(1, model.n_samples)
    with torch.no_grad():
        features: Tensor = model.front_end(second)
    return features


def _block_of(network: nn.Module, found: Sequence[Output]) -> dict[str, str]:
    """Return for every layer the block that it belongs to, by name."""
    parts = _parts(network)
    block_of: dict[str, str] = {}
    members: list[str] = []  # layers of the block that is being gathered
    latest = ""
    for one in found:
        part = next((p for p in parts if f"{one.name}.".startswith(f"{p}.")), None)
        if part is None:  # the network itself, or a row of parts
            continue
        follows = is_leaf(one.layer) and one.name == part and isinstance(one.layer, _FOLLOWERS)
        if not follows and latest != part and not latest.startswith(f"{part}."):
            members = []
        members.append(one.name)
        latest = part
        name = block_of.get(members[0], part) if isinstance(one.layer, _SILENT) else part
        block_of.update(dict.fromkeys(members, name))
    return block_of


def _parts(network: nn.Module) -> list[str]:
    """Return the network's parts: its children, and for rows of several layers those of the row.

    Of a tower, those of the tower.
    """
    names: list[str] = []
    for name, part in network.named_children():
        if isinstance(part, _TOWERS):
            names += [f"{name}.{inner}" for inner in _parts(part)]
            continue
        inner = [f"{name}.{index}" for index, _ in part.named_children()]
        weighty = [one for one in part.children() if not isinstance(one, _FOLLOWERS)]
        is_row = isinstance(part, nn.Sequential | nn.ModuleList) and len(weighty) > 1
        names += inner if is_row else [name]
    return names


def _blocks(found: Sequence[Output], layers: Sequence[Layer]) -> tuple[Block, ...]:
    by_name = {one.name: one for one in found}
    inside: dict[str, list[Layer]] = {}
    for layer in layers:
        if layer.name:
            inside.setdefault(layer.block, []).append(layer)
    towers = [one.name for one in found if one.name and isinstance(one.layer, _TOWERS)]
    blocks = []
    begun: set[str] = set()  # towers; "" for a network that has none
    for name, some in inside.items():
        last = by_name[name]
        tower = next((t for t in towers if name.startswith(f"{t}.")), "")
        is_first = tower not in begun and bool(tower or not begun)
        begun.add(tower)
        silent = {kind.__name__ for kind in _SILENT}
        kinds = dict.fromkeys(layer.kind for layer in some if layer.kind not in silent)
        is_row = is_leaf(last.layer) or isinstance(last.layer, nn.Sequential)
        blocks.append(
            Block(
                name,
                ", ".join(kinds) if is_row else type(last.layer).__name__,
                tuple(last.values.shape[1:]),
                sum(layer.parameters for layer in some),
                sum(layer.macs or 0 for layer in some),
                isinstance(last.layer, WITH_SHORTCUT),
                is_first,
            )
        )
    return tuple(blocks)


def _about(layer: nn.Module) -> str:
    match layer:
        case nn.Conv1d() | nn.Conv2d():
            parts = ["×".join(map(str, layer.kernel_size))]
            if layer.groups == layer.in_channels > 1:
                parts.append("depthwise")
            for name, values in (("stride", layer.stride), ("dilation", layer.dilation)):
                if any(value != 1 for value in values):
                    parts.append(f"{name} {'×'.join(map(str, values))}")
            return ", ".join(parts)
        case TwoWayGRU():
            return f"{layer.num_layers} layers, {layer.hidden_size} states each way"
        case nn.Dropout() | nn.Dropout2d():
            return f"{layer.p:.0%} in training only"
        case nn.MaxPool1d() | nn.MaxPool2d():
            return f"{layer.kernel_size}"
    return ""
