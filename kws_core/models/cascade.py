"""A cascade: one network hears everything, and asks another one where it may hear a word.

So a large network is only run where there is something to decide (Gruenstein et al., "A Cascade
Architecture for Keyword Spotting on Mobile Devices", 2017). Its answer does not replace that of the
first: both are averaged, since networks that hear differently err on different sounds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn

from kws_core.errors import ModelError
from kws_core.labels import SILENCE, UNKNOWN

if TYPE_CHECKING:
    from kws_core.models.store import LoadedModel

SEPARATOR: Final = "+"  # between the names of both models
ASK_FROM: Final = 0.1  # probability that it is a word


class Cascade(nn.Module):
    """Two networks with the same labels and input; the second is asked about likely words only.

    temperatures: what the logits of each are divided by; is_word: which of the labels are words.
    """

    is_word: Tensor

    def __init__(
        self,
        first: nn.Module,
        second: nn.Module,
        temperatures: tuple[float, float],
        is_word: Sequence[bool],
    ) -> None:
        super().__init__()
        # The embedding of a network is what goes into its last layer: here that of the first one,
        # which hears everything.
        self.second = second
        self.first = first
        self.temperatures = temperatures
        self.register_buffer("is_word", torch.tensor(is_word))

    def forward(self, features: Tensor) -> Tensor:
        """Return logits ``(batch, labels)`` of what the front end gives, ``(batch, ...)``.

        Where the second network is asked, they are the mean of both networks' log-posteriors.
        """
        first = torch.log_softmax(self.first(features) / self.temperatures[0], dim=-1)
        asked = first[:, self.is_word].exp().sum(dim=-1) >= ASK_FROM  # (batch,)
        if not asked.any():
            return first
        logits = self.second(features[asked]) / self.temperatures[1]
        both = (first[asked] + torch.log_softmax(logits, dim=-1)) / 2  # (asked, labels)
        return first.index_put((asked,), both)


def cascade_of(first: LoadedModel, second: LoadedModel) -> LoadedModel:
    """Return the first model, asking the second; its name is FIRST+SECOND, its hash that of both.

    Raises ModelError if they differ in labels or front end, or all labels are words.
    """
    a, b = first.card, second.card
    is_word = [label not in (SILENCE, UNKNOWN) for label in a.labels]
    if a.labels != b.labels or a.front_end != b.front_end or all(is_word):
        raise ModelError(
            f"{a.name} can't ask {b.name}: both must have the same labels, unknown among them, and "
            "the same front end."
        )
    network = Cascade(first.network, second.network, (a.temperature, b.temperature), is_word)
    card = replace(
        a,
        name=SEPARATOR.join((a.name, b.name)),
        architecture=SEPARATOR.join((a.architecture, b.architecture)),
        parameters=a.parameters + b.parameters,
        temperature=1.0,
        sha256=hashlib.sha256((a.sha256 + b.sha256).encode()).hexdigest(),
        metrics={},
        training={},
    )
    return replace(first, network=network.eval(), card=card)
