"""Knowledge distillation: a large trained network guides a small one.

Hinton, Vinyals, Dean: Distilling the Knowledge in a Neural Network (2015).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from kws_core.errors import ModelError
from kws_core.features import FrontEnd, front_end_spec
from kws_core.labels import WORDS
from kws_core.models.store import LoadedModel, load_model


@dataclass(frozen=True)
class DistillationSettings:
    """How much the teacher counts against the labels, and how soft its answers are made."""

    weight: float = 0.7  # from 0, the labels alone, to 1, the teacher alone
    temperature: float = 2.0


class Teacher:
    """A saved model that says what the student should answer to the very same batch."""

    def __init__(self, model: LoadedModel, settings: DistillationSettings) -> None:
        self.settings = settings
        self.card = model.card
        self.words = [i for i, label in enumerate(model.card.labels) if label in WORDS]
        self.network = model.network
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

    def description(self) -> dict[str, Any]:
        """Return what a card or a checkpoint says of the teacher."""
        return {"teacher": self.card.name, "sha256": self.card.sha256, **asdict(self.settings)}


def load_teacher(
    name: str,
    folder: Path,
    labels: tuple[str, ...],
    front_end: FrontEnd,
    settings: DistillationSettings | None = None,
) -> Teacher:
    """Load a saved model as the teacher of a network with these labels and this front end.

    Raises `UnknownModelError` or `DamagedModelError` as `load_model` does, and `ModelError` if it
    has other labels or takes another input.
    """
    model = load_model(name, folder)
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
    return Teacher(model, settings or DistillationSettings())
