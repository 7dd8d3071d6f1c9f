"""Saved models: weights as safetensors and a JSON card beside them. Nothing is unpickled.

The card holds what the weights mean (architecture, front end, labels) and where they come from
(data, date, metrics), and the weights' SHA-256, so that a mixed-up pair is noticed.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import safetensors
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import nn

from kws_core.errors import DamagedModelError, ModelError, UnknownModelError
from kws_core.features.front_ends import FrontEnd, build_front_end, front_end_spec
from kws_core.models.registry import build_model
from kws_core.shipped import ASSETS

MODEL_FOLDER = ASSETS / "models"
MAX_WEIGHT_BYTES = 200 * 2**20
CARD_FORMAT = 1


@dataclass(frozen=True)
class ModelCard:
    """What a weight file is: everything needed to use it, and how it was made."""

    name: str
    architecture: str
    labels: tuple[str, ...]
    front_end: dict[str, Any]
    parameters: int
    temperature: float = 1.0  # the logits are divided by it before the softmax
    sha256: str = ""
    data: str = ""
    date: str = ""
    licence: str = ""
    metrics: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    format: int = CARD_FORMAT


@dataclass(frozen=True)
class LoadedModel:
    """A network in evaluation mode, its front end, and its card."""

    network: nn.Module
    front_end: FrontEnd
    card: ModelCard

    @property
    def n_samples(self) -> int:
        """Samples at 16 kHz that the model sees at once (one second)."""
        return self.front_end.config.n_samples


def save_model(
    folder: Path,
    card: ModelCard,
    network: nn.Module,
    front_end: FrontEnd,
    dtype: torch.dtype = torch.float32,
) -> ModelCard:
    """Write ``NAME.safetensors`` and ``NAME.json``; returns the card with its hash filled in."""
    state = {
        name: (value.to(dtype) if value.is_floating_point() else value).contiguous()
        for name, value in network.state_dict().items()
    }
    weights = save_tensors(state)
    fields = asdict(card) | {
        "front_end": front_end_spec(front_end),
        "sha256": hashlib.sha256(weights).hexdigest(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    _write_whole(folder / f"{card.name}.safetensors", weights)
    text = json.dumps(fields, indent=2, ensure_ascii=False) + "\n"
    _write_whole(folder / f"{card.name}.json", text.encode())
    return ModelCard(**fields | {"labels": tuple(fields["labels"])})


def _write_whole(path: Path, content: bytes) -> None:
    """Write beside, then rename: a reader never sees half a file."""
    partial = path.with_suffix(path.suffix + ".partial")
    partial.write_bytes(content)
    partial.replace(path)


def available_models(folder: Path = MODEL_FOLDER) -> tuple[str, ...]:
    """Return the names of the models in a folder, sorted."""
    cards = {path.stem for path in folder.glob("*.json")}
    return tuple(sorted(cards & {path.stem for path in folder.glob("*.safetensors")}))


def read_card(folder: Path, name: str) -> ModelCard:
    """Read a model's card.

    Raises `UnknownModelError` if there is none, `DamagedModelError` if it can't be understood.
    """
    path = folder / f"{name}.json"
    if name not in available_models(folder):
        names = ", ".join(available_models(folder)) or "none"
        raise UnknownModelError(f"There is no model {name!r}. Available: {names}.")
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        card = ModelCard(**fields | {"labels": tuple(fields["labels"])})
        _require_sense(card)
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedModelError(
            f"The card {path.name} of the model {name!r} can't be read ({error}). "
            "Restore the file from the project's repository."
        ) from error
    if card.format != CARD_FORMAT:
        raise DamagedModelError(
            f"{path.name} has format {card.format}; this version reads {CARD_FORMAT}."
        )
    return card


def _require_sense(card: ModelCard) -> None:
    """Raise ValueError if a field that loading or scoring relies on cannot be what it says."""
    if not isinstance(card.architecture, str) or not isinstance(card.front_end, dict):
        raise ValueError("architecture or front_end has the wrong type")
    if not isinstance(card.temperature, int | float) or not 0 < card.temperature < math.inf:
        raise ValueError(f"temperature is {card.temperature!r}, not a number above 0")


def load_model(name: str, folder: Path = MODEL_FOLDER) -> LoadedModel:
    """Load a model by name, ready for inference on the CPU.

    Raises `UnknownModelError` if it isn't there, `DamagedModelError` if a file is damaged, or
    is not what the card says.
    """
    card = read_card(folder, name)
    path = folder / f"{name}.safetensors"
    remedy = "Restore the file from the project's repository."
    if path.stat().st_size > MAX_WEIGHT_BYTES:
        raise DamagedModelError(f"{path.name} is larger than any of our models. {remedy}")
    weights = path.read_bytes()
    if hashlib.sha256(weights).hexdigest() != card.sha256:
        raise DamagedModelError(
            f"The weights in {path.name} are not those its card describes: the file is damaged "
            f"or belongs to another model. {remedy}"
        )
    try:
        network = build_model(card.architecture, len(card.labels))
        state = {
            key: value.float() if value.is_floating_point() else value
            for key, value in load_tensors(weights).items()
        }
        network.load_state_dict(state)
        front_end = build_front_end(card.front_end)
    except (safetensors.SafetensorError, RuntimeError, ModelError) as error:
        raise DamagedModelError(f"The model {name!r} can't be used: {error} {remedy}") from error
    # With the channels innermost, convolutions on a CPU take down to less than half the time.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return LoadedModel(network.eval().requires_grad_(False), front_end.eval(), card)
