"""Knowledge distillation: a large trained network, or several, guide a small one.

Hinton, Vinyals, Dean: Distilling the Knowledge in a Neural Network (2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kws_core.errors import ModelError
from kws_core.features.front_ends import FrontEnd, front_end_spec
from kws_core.labels import WORDS
from kws_core.models.store import LoadedModel, load_model


@dataclass(frozen=True)
class DistillationSettings:
    """How much the teacher counts against the labels, and how soft its answers are made."""

    weight: float = 0.7  # from 0, the labels alone, to 1, the teacher alone
    temperature: float = 2.0


class Together(nn.Module):
    """Networks that answer as one, with the mean of their log-posteriors: ``(batch, labels)``."""

    def __init__(self, networks: Sequence[nn.Module]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return what all of them find likely, given the same inputs."""
        found = [network(inputs).float().log_softmax(dim=1) for network in self.networks]
        return torch.stack(found).mean(dim=0)


class Teacher:
    """A saved model, or several, that say what the student should answer to the very same batch."""

    def __init__(self, models: Sequence[LoadedModel], settings: DistillationSettings) -> None:
        self.settings = settings
        self.cards = [model.card for model in models]
        self.words = [i for i, label in enumerate(self.cards[0].labels) if label in WORDS]
        networks = [model.network for model in models]
        self.network = networks[0] if len(networks) == 1 else Together(networks).eval()
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def loss(self, inputs: Tensor, logits: Tensor, target: Tensor, label_loss: Tensor) -> Tensor:
        """Return the mean of ``(1 - a) label_loss + a T^2 KL(teacher || student)``.

        inputs: the batch as the student was given it; logits: the student's, ``(batch, labels)``;
        target: ``(batch, labels)``; label_loss: ``(batch,)``. Both networks' answers are softened
        by T; T^2 keeps the gradients' size independent of T (Hinton et al., section 2). What is
        none of the words is left to the labels, since the teacher may never have heard its like.
        """
        T = self.settings.temperature
        with torch.no_grad():
            wanted = (self.network(inputs).float() / T).log_softmax(dim=1)  # (batch, labels)
        found = (logits / T).log_softmax(dim=1)
        divergence = F.kl_div(found, wanted, reduction="none", log_target=True).sum(dim=1)
        a = self.settings.weight * target[:, self.words].sum(dim=1)  # (batch,)
        return ((1 - a) * label_loss + a * T**2 * divergence).mean()

    def targets(self, inputs: Tensor, target: Tensor) -> Tensor:
        """Return ``(1 - a) target + a softmax(teacher / T)``: ``(batch, labels)``.

        What can be learnt like labels, when the student is not there to be compared with; at T = 1
        cross-entropy with it has the gradient of `loss`. Words alone are asked about, as there.
        """
        with torch.no_grad():
            found = (self.network(inputs).float() / self.settings.temperature).softmax(dim=1)
        a = self.settings.weight * target[:, self.words].sum(dim=1, keepdim=True)  # (batch, 1)
        mixed: Tensor = (1 - a) * target + a * found
        return mixed

    def description(self) -> dict[str, Any]:
        """Return what a card or a checkpoint says of the teacher."""
        return {
            "teacher": ", ".join(card.name for card in self.cards),
            "sha256": ", ".join(card.sha256 for card in self.cards),
            **asdict(self.settings),
        }


def load_teacher(
    places: Sequence[Path],
    labels: tuple[str, ...],
    front_end: FrontEnd,
    settings: DistillationSettings | None = None,
) -> Teacher:
    """Load saved models as the teacher of a network with these labels and this front end.

    places: ``FOLDER/NAME`` of each. Raises `UnknownModelError` or `DamagedModelError` as
    `load_model` does, and `ModelError` if one has other labels or takes another input.
    """
    models = [load_model(place.name, place.parent) for place in places]
    for model in models:
        _check_fit(model, labels, front_end)
    return Teacher(models, settings or DistillationSettings())


def _check_fit(model: LoadedModel, labels: tuple[str, ...], front_end: FrontEnd) -> None:
    name = model.card.name
    if model.card.labels != labels:
        raise ModelError(
            f"{name} can't teach this network: it knows {len(model.card.labels)} labels, which "
            f"are not the {len(labels)} to be learnt. Choose a teacher with the same labels."
        )
    theirs, ours = front_end_spec(model.front_end), front_end_spec(front_end)
    if theirs != ours:
        differing = [key for key in ours | theirs if ours.get(key) != theirs.get(key)]
        raise ModelError(
            f"{name} can't teach this network: its front end differs in {', '.join(differing)}, "
            "so it can't be given the same batch. Choose a teacher with the same front end."
        )
