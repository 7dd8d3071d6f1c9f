"""One training run from the data folder to a saved model."""

from __future__ import annotations

import datetime
import os
from dataclasses import asdict
from pathlib import Path

import torch

from kws_core.errors import ModelError
from kws_core.features import LogMel
from kws_core.labels import LABELS
from kws_core.models import (
    ARCHITECTURES,
    ModelCard,
    build_model,
    count_parameters,
    load_model,
    save_model,
)
from kws_core.training.batches import AugmentSettings, BatchMaker
from kws_core.training.data import load_training_data
from kws_core.training.loop import (
    TrainingSettings,
    fit_temperature,
    predict_logits,
    train,
    validate,
)

DATA_NOTE = (
    "Google Speech Commands v0.02 (CC BY 4.0): a share of its training speakers, as recordings and "
    "as log-mel pictures; its background noise; ESC-10 (CC BY 3.0); other words; synthetic voices "
    "(Kokoro-82M, Apache-2.0)"
)


def default_cache() -> Path:
    """Return the folder for decoded data: the user's cache folder."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "kws_core"


def run_training(
    architecture: str,
    data: Path,
    out: Path,
    settings: TrainingSettings,
    augment: AugmentSettings,
    *,
    name: str | None = None,
    pictures: bool = True,
    synthetic: bool = True,
    resume: bool = False,
    start_from: Path | None = None,
    cache: Path | None = None,
) -> ModelCard:
    """Train an architecture and save it in `out`, with its card.

    start_from: a folder with a saved model of that name to go on from, instead of random weights.
    Raises `DataError` if data are missing, `ModelError` if the architecture takes no log-mel.
    """
    torch.manual_seed(settings.seed)
    network = build_model(architecture, len(LABELS))
    if start_from is not None:
        start = load_model(name or architecture, start_from)
        network.load_state_dict(start.network.state_dict())
    front_end = ARCHITECTURES[architecture].make_front_end()
    if not isinstance(front_end, LogMel):
        raise ModelError(f"{architecture} does not take a log-mel, which is what is trained on.")
    training_data, validation = load_training_data(
        data, cache or default_cache(), front_end.config, pictures=pictures, synthetic=synthetic
    )
    batches = BatchMaker(training_data, front_end.config, augment)
    average = train(network, batches, validation, settings, out, resume=resume)
    result = validate(average, validation)
    card = ModelCard(
        name=name or architecture,
        architecture=architecture,
        labels=LABELS,
        front_end={},
        parameters=count_parameters(average),
        temperature=fit_temperature(predict_logits(average, validation), validation.target),
        data=DATA_NOTE,
        date=datetime.date.today().isoformat(),
        licence="MIT; trained on data under CC BY 4.0, CC BY 3.0 and Apache-2.0",
        metrics={"validation": asdict(result) | {"clips": len(validation)}},
        training={
            "settings": asdict(settings),
            "augmentation": asdict(augment),
            "clips": len(training_data.clips),
            "pictures": pictures,
            "synthetic": synthetic,
            "started_from": start.card.training if start_from is not None else None,
        },
    )
    return save_model(out, card, average, front_end)
