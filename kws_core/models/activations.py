"""What the layers of a network give for an input: looked at from outside, nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from torch import Tensor, nn

from kws_core.models.folding import sharing_weights


@dataclass(frozen=True, eq=False)
class Output:
    """What one layer gave.

    name: of the layer within its network, such as ``stem.maps.0``, empty for the network itself.
    values: ``(batch, ...)``.
    """

    name: str
    layer: nn.Module
    values: Tensor


def outputs_of(network: nn.Module, features: Tensor) -> list[Output]:
    """Run a network and return what each of its modules gave, in the order they finished.

    features: ``(batch, ...)``, what the network takes. The network's own output comes last.
    """
    looked_into = sharing_weights(network)
    found: list[Output] = []

    def note(name: str, layer: nn.Module, _: tuple[Tensor, ...], values: Tensor) -> None:
        found.append(Output(name, layer, values))

    for name, layer in looked_into.named_modules():
        layer.register_forward_hook(partial(note, name))
    looked_into(features)
    return found


def is_leaf(layer: nn.Module) -> bool:
    """Whether a layer is made of no others."""
    return next(layer.children(), None) is None
