"""Networks and front ends as a single call of torch, during which other threads run Python.

A module asks for Python's lock at each of its hundred steps. Where many people speak at once, it
waits for other threads every time, several times as long as for its work. As TorchScript, the
same steps follow on one another without Python.
"""

from __future__ import annotations

import warnings

import torch
from torch import Tensor, nn

from kws_core.models.cascade import Cascade


class Posteriors(nn.Module):
    """The probabilities ``(batch, labels)`` that a network gives, in double precision."""

    def __init__(self, network: nn.Module, temperature: float) -> None:
        super().__init__()
        self.network = network
        self.temperature = temperature

    def forward(self, features: Tensor) -> Tensor:
        """Return them for ``(batch, ...)``."""
        return torch.softmax((self.network(features) / self.temperature).double(), dim=-1)


class InOneCall(nn.Module):
    """Answers as a module in use does; in one call once `often` is set, unless it is hooked.

    Setting `often` makes the next call some tenths of a second longer.
    """

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module.eval()
        self.often = False
        self.traced: nn.Module | None = None
        self._layers = list(self.module.modules())

    def forward(self, inputs: Tensor) -> Tensor:
        """Return what the module returns for ``(batch, ...)``."""
        is_hooked = any(layer._forward_pre_hooks for layer in self._layers)
        if self.often and not is_hooked:
            if self.traced is None:
                self.traced = _trace(self.module, inputs)
            answer: Tensor = self.traced(inputs)
        else:
            answer = self.module(inputs)
        return answer


def in_one_call(network: nn.Module, temperature: float) -> nn.Module:
    """Return the posteriors of a network; of a cascade, which decides in Python, both networks."""
    if not isinstance(network, Cascade):
        return InOneCall(Posteriors(network, temperature))
    network.first, network.second = InOneCall(network.first), InOneCall(network.second)
    return Posteriors(network, temperature)


def use_often(module: nn.Module) -> None:
    """Let what is wrapped answer in one call from now on."""
    for part in module.modules():
        if isinstance(part, InOneCall):
            part.often = True


def _trace(module: nn.Module, inputs: Tensor) -> nn.Module:
    """Return the module as TorchScript, or as it is if its steps depend on what it gets."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of steps that depend on the input: checked below
        script = torch.jit.trace(module, inputs, check_trace=False)  # type: ignore[no-untyped-call]
        traced: nn.Module = torch.jit.freeze(script)
    other = torch.cat([0.5 * inputs, inputs])
    same = torch.allclose(traced(other), module(other), rtol=1e-4, atol=1e-4)
    return traced if same else module
