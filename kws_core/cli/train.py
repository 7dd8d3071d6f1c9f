"""The command ``train``: its options, and what it says when a run ends early."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kws_core.cli.numbers import count, positive, rate, share
from kws_core.errors import TrainingError
from kws_core.models import ARCHITECTURES
from kws_core.models.card import require_name
from kws_core.models.store import MODEL_FOLDER
from kws_core.spotting.recognizer import DEFAULT_MODEL

_SETTINGS = (
    "epochs",
    "clips_per_epoch",
    "batch_size",
    "learning_rate",
    "mixup",
    "mine_every",
    "keep",
    "seed",
)
_KINDS = {
    "audio": "pictures (and synthetic voices) only",
    "pictures": "recordings (and synthetic voices) only",
    "synthetic": "no synthetic voices",
    "noise": "no recordings of noise",
    "other_words": "no speech but the words",
    "fluent": "no fluent English",
}


def add_training_options(train: argparse.ArgumentParser) -> None:
    """Add the options of ``train`` to its parser."""
    train.add_argument("--model", default=DEFAULT_MODEL, choices=sorted(ARCHITECTURES))
    train.add_argument(
        "--data", type=Path, required=True, help="folder of the Parquet files or Speech Commands"
    )
    train.add_argument(
        "--download", action="store_true", help="fetch Speech Commands into the data folder first"
    )
    train.add_argument("--out", type=Path, required=True, help="folder for model and checkpoint")
    train.add_argument("--name", help="of the saved model (default: that of the architecture)")
    for kind, meaning in _KINDS.items():
        train.add_argument(f"--no-{kind.replace('_', '-')}", action="store_true", help=meaning)
    train.add_argument(
        "--more-speech", type=Path, metavar="FOLDER", help="of sound files with none of the words"
    )
    train.add_argument(
        "--more-noise", type=Path, metavar="FOLDER", help="of sound files without speech"
    )
    train.add_argument(
        "--more-words", type=Path, metavar="FOLDER", help="of a folder of sound files for each word"
    )
    train.add_argument("--epochs", type=count)
    train.add_argument("--clips-per-epoch", type=count)
    train.add_argument("--batch-size", type=count)
    train.add_argument("--learning-rate", type=rate)
    train.add_argument("--mixup", type=positive, metavar="ALPHA", help="of Beta(ALPHA, ALPHA)")
    train.add_argument(
        "--mine-every", type=count, metavar="EPOCHS", help="search for hard windows so often"
    )
    train.add_argument(
        "--augmentation", choices=("full", "medium", "mild", "alone"), default="full"
    )
    train.add_argument("--keep", choices=("best", "last"), help="of the epochs' averaged weights")
    train.add_argument("--seed", type=int)
    train.add_argument(
        "--start-from", type=Path, metavar="FOLDER", help="with a saved model to go on from"
    )
    train.add_argument(
        "--teacher",
        action="append",
        default=[],
        metavar="NAME",
        help="a saved model to learn from as well; given again, from the mean of several",
    )
    train.add_argument(
        "--teacher-folder",
        type=Path,
        default=MODEL_FOLDER,
        help="where teachers are, or their folders",
    )
    train.add_argument(
        "--teacher-weight", type=share, metavar="SHARE", help="against the labels, 0 to 1"
    )
    train.add_argument(
        "--teacher-temperature", type=positive, metavar="T", help="how soft its answers are made"
    )
    train.add_argument(
        "--prepare",
        type=count,
        default=0,
        metavar="CLIPS",
        help="drawn once, with the teacher's answers, and learnt from again and again",
    )
    train.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    train.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    train.add_argument(
        "--bfloat16", action="store_true", help="on a processor too: faster where it has AMX"
    )
    train.add_argument("--threads", type=count, help="of the processor (default: torch's choice)")
    train.add_argument("--log", choices=("tensorboard", "wandb"), help="where figures go as well")
    train.add_argument("--cache", type=Path, help="folder for decoded data")


def train_command(options: argparse.Namespace) -> int:
    """Train as asked; returns 0.

    Raises KwsError if something is missing or can't be written, and KeyboardInterrupt with a
    message that says how to go on.
    """
    # Only here: to recognise words, neither pyarrow nor tqdm is needed.
    import torch

    from kws_core.training.batches.augmentation import AUGMENTATIONS
    from kws_core.training.dataset.more_sound import MoreSound
    from kws_core.training.dataset.recordings import DataKinds
    from kws_core.training.distillation import DistillationSettings
    from kws_core.training.optimization import TrainingSettings
    from kws_core.training.run import run_training

    if options.name is not None:
        require_name(options.name)
    settings = replace(TrainingSettings(), **_given(options, _SETTINGS))
    if settings.steps_per_epoch < 1:
        raise TrainingError("An epoch needs at least one batch: raise --clips-per-epoch.")
    distillation = replace(
        DistillationSettings(), **_given(options, ("weight", "temperature"), "teacher_")
    )
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    if os.environ.get("RANK", "0") == "0":  # of several processes, the first one speaks
        print(
            f"Training {options.model}: {settings.epochs} epochs of {settings.clips_per_epoch} "
            f"clips, batches of {settings.batch_size}, learning rate {settings.learning_rate:g}, "
            f"seed {settings.seed}",
            file=sys.stderr,
        )
    try:
        card = run_training(
            options.model,
            options.data,
            options.out,
            settings,
            AUGMENTATIONS[options.augmentation],
            name=options.name,
            kinds=DataKinds(**{kind: not getattr(options, f"no_{kind}") for kind in _KINDS}),
            more=MoreSound(options.more_speech, options.more_noise, options.more_words),
            fetch=options.download,
            resume=options.resume,
            start_from=options.start_from,
            teachers=tuple(options.teacher),
            teacher_folder=options.teacher_folder,
            distillation=distillation,
            n_prepared=options.prepare,
            device=options.device,
            cpu_bfloat16=options.bfloat16,
            tracker=options.log,
            cache=options.cache,
        )
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_after_interruption(options.out / "checkpoint.pt")) from None
    except OSError as error:
        raise TrainingError(f"Training stopped: {error}") from error
    if card is not None:
        print(f"{options.out / card.name}.safetensors, {card.parameters:,} parameters")
    return 0


def _given(options: argparse.Namespace, names: Sequence[str], prefix: str = "") -> dict[str, Any]:
    """Return the options that were given; what others stand for keeps its default."""
    pairs = ((name, getattr(options, prefix + name)) for name in names)
    return {name: value for name, value in pairs if value is not None}


def _after_interruption(checkpoint: Path) -> str:
    if not checkpoint.is_file():
        return "\nStopped before the first epoch was done: there is nothing to resume."
    return (
        f"\nStopped. {checkpoint} is whole, as of the last epoch that was done: "
        "give the same command with --resume to go on from there."
    )
