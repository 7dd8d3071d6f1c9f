"""Models made of trained ones: the mean of their weights, and two towers joined.

A run that goes on from trained weights, on other clips, ends in the same valley of the loss. The
middle of the way is often better than both ends and rejects more (Wortsman et al.: Robust
fine-tuning of zero-shot models, CVPR 2022). Nothing is trained here: only the temperature of the
scores is fitted anew, on validation speakers.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch
from torch import nn

from kws_core.errors import ModelError
from kws_core.features.front_ends import LogMel
from kws_core.labels import LABELS
from kws_core.models import ModelCard, build_model, count_parameters, save_model
from kws_core.models.crnn import CRNN
from kws_core.models.store import LoadedModel
from kws_core.models.two_towers import join
from kws_core.training.dataset.load import load_clips
from kws_core.training.dataset.recordings import DataKinds, kinds_to_use
from kws_core.training.validation import ValidationClips, fit_temperature, predict_logits, validate

TOWERS = "two-towers"


def mean_of(networks: Sequence[nn.Module], into: nn.Module) -> nn.Module:
    """Give a network of the same architecture the mean of the others' weights and averages."""
    states = [network.state_dict() for network in networks]
    with torch.no_grad():
        into.load_state_dict(
            {
                name: sum(state[name] for state in states) / len(states)
                if value.is_floating_point()
                else value
                for name, value in states[0].items()
            }
        )
    return into.train(networks[0].training)


def average_models(
    models: Sequence[LoadedModel], validation: ValidationClips, out: Path, name: str
) -> ModelCard:
    """Save the mean of trained models in `out`; returns its card, which is that of the first.

    Raises `ModelError` if they differ in more than their weights.
    """
    one, *others = (model.card for model in models)
    for other in others:
        same = ("architecture", "labels", "front_end")
        different = [part for part in same if getattr(one, part) != getattr(other, part)]
        if different:
            raise ModelError(
                f"{one.name} and {other.name} can't be averaged: they differ in "
                f"{' and '.join(different).replace('_', ' ')}."
            )
    network = mean_of(
        [model.network for model in models], build_model(one.architecture, len(one.labels))
    )
    averaged = f"averaged with {', '.join(other.name for other in others)}"
    notes = [part for part in (one.training.get("note", ""), averaged) if part]
    card = replace(one, name=name, training=one.training | {"note": "; ".join(notes)})
    return _save(card, network, models[0], validation, out)


def join_models(
    bands: LoadedModel, time: LoadedModel, validation: ValidationClips, out: Path, name: str
) -> ModelCard:
    """Save a trained ``crnn`` and a ``crnn-fine`` as one model in `out`; returns its card.

    Raises `ModelError` if they are something else, or differ in their labels or front ends.
    """
    one, other = bands.card, time.card
    if (one.architecture, other.architecture) != ("crnn", "crnn-fine"):
        raise ModelError(
            f"A {one.architecture} and a {other.architecture} can't be joined: the towers are a "
            "crnn and a crnn-fine."
        )
    if (one.labels, one.front_end) != (other.labels, other.front_end):
        raise ModelError(
            f"{one.name} and {other.name} can't be joined: their labels or front ends differ."
        )
    assert isinstance(bands.network, CRNN)
    assert isinstance(time.network, CRNN)
    network = join(bands.network, time.network)
    card = ModelCard(
        name=name,
        architecture=TOWERS,
        labels=LABELS,
        front_end={},
        parameters=count_parameters(network),
        data=one.data,
        licence=one.licence,
        training={"towers": {one.name: one.training, other.name: other.training}},
    )
    return _save(card, network, bands, validation, out)


def _save(
    card: ModelCard, network: nn.Module, like: LoadedModel, validation: ValidationClips, out: Path
) -> ModelCard:
    """Validate a network, fit its temperature, and save it with the front end of another."""
    result = validate(network, validation)
    card = replace(
        card,
        temperature=fit_temperature(predict_logits(network, validation), validation.target),
        date=datetime.date.today().isoformat(),
        metrics={"validation": asdict(result) | {"clips": len(validation)}},
    )
    return save_model(out, card, network, like.front_end)


def validation_for(model: LoadedModel, data: Path, cache: Path) -> ValidationClips:
    """Return the validation clips of a data folder, as a model of the log-mel takes them.

    Raises `ModelError` for other models, and `DataError` if data are missing or damaged.
    """
    if not isinstance(model.front_end, LogMel):
        raise ModelError(f"{model.card.name} can't be used here: its input is no log-mel.")
    learned_from = model.card.training.get("kinds", {})
    words = {kind: learned_from.get(kind, True) for kind in ("audio", "pictures")}
    kinds = DataKinds(**words, synthetic=False, noise=False, other_words=False, fluent=False)
    return load_clips(data, cache, "val", model.front_end.config, kinds_to_use(data, kinds))
