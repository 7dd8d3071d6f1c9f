"""Average the weights of a trained network with those of the one that its run started from.

    python -m kws_core.training.tools.average --model runs/crnn-2/crnn --before runs/crnn/crnn \\
        --data DATA --out runs/crnn

A run that goes on from trained weights, on other clips, ends in the same valley of the loss; the
middle of the way is often better than both ends and rejects more (Wortsman et al.: Robust
fine-tuning of zero-shot models, CVPR 2022). The answer costs what one network's does. Nothing is
trained: only the temperature of the scores is fitted anew, on validation speakers.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from dataclasses import asdict, replace
from pathlib import Path

import torch
from torch import nn

from kws_core.errors import KwsError, ModelError
from kws_core.features.front_ends import LogMel
from kws_core.models import ModelCard, build_model, save_model
from kws_core.models.store import LoadedModel, load_model
from kws_core.training.dataset.cache import default_cache
from kws_core.training.dataset.load import load_training_data
from kws_core.training.validation import (
    ValidationClips,
    fit_temperature,
    predict_logits,
    validate,
)

_NOTE = "averaged with the weights it started from"


def mean_of(networks: tuple[nn.Module, nn.Module], into: nn.Module) -> nn.Module:
    """Give a network of the same architecture the mean of the others' weights and averages."""
    one, other = (network.state_dict() for network in networks)
    with torch.no_grad():
        into.load_state_dict(
            {
                name: (value + other[name]) / 2 if value.is_floating_point() else value
                for name, value in one.items()
            }
        )
    return into.train(networks[0].training)


def average_models(
    trained: LoadedModel, before: LoadedModel, validation: ValidationClips, out: Path
) -> ModelCard:
    """Save the mean of a trained model and the one its run started from; returns its card.

    Raises `ModelError` if they differ in more than their weights.
    """
    one, other = trained.card, before.card
    same = ("architecture", "labels", "front_end")
    different = [name for name in same if getattr(one, name) != getattr(other, name)]
    if different:
        raise ModelError(
            f"{one.name} and {other.name} can't be averaged: they differ in "
            f"{' and '.join(different).replace('_', ' ')}."
        )
    network = mean_of(
        (trained.network, before.network), build_model(one.architecture, len(one.labels))
    )
    result = validate(network, validation)
    notes = [part for part in (one.training.get("note", ""), _NOTE) if part]
    card = replace(
        one,
        temperature=fit_temperature(predict_logits(network, validation), validation.target),
        date=datetime.date.today().isoformat(),
        metrics={"validation": asdict(result) | {"clips": len(validation)}},
        training=one.training | {"note": "; ".join(notes)},
    )
    return save_model(out, card, network, trained.front_end)


def validation_for(model: LoadedModel, data: Path) -> ValidationClips:
    """Return the validation clips of a data folder, as a model of the log-mel takes them.

    Raises `ModelError` for other models, and `DataError` if data are missing or damaged.
    """
    if not isinstance(model.front_end, LogMel):
        raise ModelError(f"{model.card.name} can't be used here: it takes no log-mel.")
    return load_training_data(data, default_cache(), model.front_end.config).validation


def main() -> int:
    """Average the models named on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, which in (("--model", "trained last"), ("--before", "it started from")):
        parser.add_argument(
            name, type=Path, required=True, metavar="FOLDER/NAME", help=f"the model {which}"
        )
    parser.add_argument("--data", type=Path, required=True, help="folder of the Parquet files")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    options = parser.parse_args()
    try:
        places = (options.model, options.before)
        trained, before = (load_model(place.name, place.parent) for place in places)
        card = average_models(trained, before, validation_for(trained, options.data), options.out)
    except KwsError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{card.name}: {card.metrics['validation']['accuracy']:.2%} of validation clips")
    return 0


if __name__ == "__main__":
    sys.exit(main())
