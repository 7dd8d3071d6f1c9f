"""Saved models: weights as safetensors and a JSON card beside them. Nothing is unpickled.

The card holds what the weights mean (architecture, front end, labels), where they come from
(data, date, metrics) and the weights' SHA-256; the weights' file holds a hash of labels and front
end. So a mixed-up pair is noticed, and a card that was changed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import safetensors
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import nn

from kws_core.errors import DamagedModelError, ModelError, UnknownModelError
from kws_core.features.front_ends import FrontEnd, build_front_end, front_end_spec
from kws_core.models.card import ModelCard, meaning, parse_card, require_name
from kws_core.models.cascade import SEPARATOR, cascade_of
from kws_core.models.registry import build_model, find_architecture
from kws_core.shipped import ASSETS

MODEL_FOLDER = ASSETS / "models"
MAX_WEIGHT_BYTES = 200 * 2**20
MAX_CARD_BYTES = 20 * 2**20
# Where the weights' file keeps the hash of labels and front end (`kws_core.models.card.meaning`).
MEANING = "labels_and_front_end_sha256"
_REMEDY = "Restore both of its files from the project's repository or your own copy."


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
    """Write ``NAME.safetensors`` and ``NAME.json``; returns the card with its hash filled in.

    Raises `ModelError` for a name that would leave the folder, or a card that couldn't be read.
    """
    require_name(card.name)
    spec = front_end_spec(front_end)
    state = {
        name: (value.to(dtype) if value.is_floating_point() else value).contiguous()
        for name, value in network.state_dict().items()
    }
    weights = save_tensors(state, metadata={MEANING: meaning(card.labels, spec)})
    values = asdict(card) | {"front_end": spec, "sha256": hashlib.sha256(weights).hexdigest()}
    try:
        saved = parse_card(values)
    except ValueError as error:
        raise ModelError(f"The model {card.name!r} can't be saved: {error}.") from error
    folder.mkdir(parents=True, exist_ok=True)
    _write_whole(folder / f"{card.name}.safetensors", weights)
    text = json.dumps(values, indent=2, ensure_ascii=False) + "\n"
    _write_whole(folder / f"{card.name}.json", text.encode())
    return saved


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

    Raises `UnknownModelError` if there is none, `DamagedModelError` if it can't be understood, or
    says what cannot be.
    """
    path = folder / f"{name}.json"
    if name not in available_models(folder):
        names = ", ".join(available_models(folder)) or "none"
        raise UnknownModelError(f"There is no model {name!r}. Available: {names}.")
    try:
        if path.stat().st_size > MAX_CARD_BYTES:
            raise ValueError("it is larger than any card")
        return parse_card(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedModelError(
            f"The card {path.name} of the model {name!r} can't be used: {error}. {_REMEDY}"
        ) from error


def load_model(name: str, folder: Path = MODEL_FOLDER) -> LoadedModel:
    """Load a model by name, ready for inference on the CPU; FIRST+SECOND is a cascade of two.

    Raises `UnknownModelError` if it isn't there, `DamagedModelError` if a file is damaged, or
    is not what the card says, and `ModelError` if two models don't go together.
    """
    parts = _parts(name, folder)
    if len(parts) == 2:
        first, second = (load_model(part, folder) for part in parts)
        return cascade_of(first, second)
    card = read_card(folder, name)
    weights = _read_weights(folder / f"{name}.safetensors", card)
    try:
        network = build_model(card.architecture, len(card.labels))
        front_end = build_front_end(card.front_end)
        state = {
            key: value.float() if value.is_floating_point() else value
            for key, value in load_tensors(weights).items()
        }
    except (safetensors.SafetensorError, ModelError) as error:
        raise _damaged(name, str(error)) from error
    except Exception as error:  # whatever odd settings of a front end lead to
        raise _damaged(name, "its front end's settings don't go together.") from error
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        what = f"the network {card.architecture!r} with {len(card.labels)} labels"
        raise _damaged(name, f"its weights don't fit {what}.") from error
    # With the channels innermost, convolutions on a CPU take down to less than half the time.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    model = LoadedModel(network.eval().requires_grad_(False), front_end.eval(), card)
    _try_out(model)
    return model


def weight_bytes(name: str, folder: Path = MODEL_FOLDER) -> int:
    """Return the size of the weights of a model, or of both models of a cascade."""
    parts = _parts(name, folder)
    return sum((folder / f"{part}.safetensors").stat().st_size for part in parts)


def _parts(name: str, folder: Path) -> list[str]:
    """Return the names of the models of a cascade; of another model, its own."""
    return [name] if name in available_models(folder) else name.split(SEPARATOR, 1)


def _read_weights(path: Path, card: ModelCard) -> bytes:
    """Return the content of a weight file that is the card's own."""
    try:
        if path.stat().st_size > MAX_WEIGHT_BYTES:
            raise _damaged(path.stem, f"{path.name} is larger than any of our models.")
        weights = path.read_bytes()
    except OSError as error:
        raise _damaged(path.stem, f"{path.name} can't be read ({error.strerror}).") from error
    if hashlib.sha256(weights).hexdigest() != card.sha256:
        raise _damaged(
            path.stem,
            f"the weights in {path.name} are not those its card describes: the file is damaged "
            "or belongs to another model.",
        )
    # Weights saved before there was such a hash have none.
    if _metadata(weights).get(MEANING) not in (None, meaning(card.labels, card.front_end)):
        raise _damaged(
            path.stem,
            "the labels or the front end in its card are not those its weights were trained for.",
        )
    return weights


def _metadata(weights: bytes) -> dict[str, str]:
    """Return the texts that safetensors keeps beside the weights; none if they are something else.

    The file begins with the length of its header, then the header as JSON.
    """
    length = int.from_bytes(weights[:8], "little")
    try:
        found = json.loads(weights[8 : 8 + length]).get("__metadata__")
    except (ValueError, AttributeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _try_out(model: LoadedModel) -> None:
    """Raise `DamagedModelError` if front end and network don't fit, or the answer is no number."""
    name, n_labels = model.card.name, len(model.card.labels)
    usual = find_architecture(model.card.architecture).make_front_end()
    silence = torch.zeros(1, model.n_samples)
    try:
        with torch.inference_mode():
            features = model.front_end(silence)
            # Some networks take any number of bands, and make nothing of most.
            if features.shape != usual(silence).shape:
                raise ValueError(features.shape)
            logits = model.network(features)
    except Exception as error:  # shapes that don't fit end in many ways
        raise _damaged(name, "its front end doesn't fit its network.") from error
    if logits.shape != (1, n_labels):
        raise _damaged(name, f"its network doesn't answer with {n_labels} labels.")
    if not logits.isfinite().all():
        raise _damaged(name, "its weights give no numbers.")


def _damaged(name: str, why: str) -> DamagedModelError:
    return DamagedModelError(f"The model {name!r} can't be used: {why} {_REMEDY}")
