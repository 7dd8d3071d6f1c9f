"""The command ``train``: its options, and what it says when a run ends early."""

from __future__ import annotations

import argparse
from pathlib import Path

from kws_core.cli.numbers import count
from kws_core.cli.options import Commands
from kws_core.errors import TrainingError
from kws_core.models import ARCHITECTURES


def add_train(commands: Commands) -> None:
    """Add the command ``train``."""
    train = commands.add("train", "train a model on recordings of the words", train_command)
    what = train.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--recipe",
        metavar="NAME|FILE",
        help="a model's recipe by its name, such as ds-resnet, or a file that ends in .toml",
    )
    what.add_argument(
        "--model", choices=sorted(ARCHITECTURES), help="train this network in one plain step"
    )
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="[STEP.]KEY=VALUE",
        help="change a key of every step that trains, or of one step; can be given again",
    )
    train.add_argument("--step", help="do only this step of the recipe")
    train.add_argument(
        "--data", type=Path, required=True, help="folder of the Parquet files or Speech Commands"
    )
    train.add_argument(
        "--download", action="store_true", help="fetch Speech Commands into the data folder first"
    )
    train.add_argument(
        "--sounds",
        type=Path,
        metavar="FOLDER",
        help="with more to learn from, as sound files in its subfolders speech, noise and words",
    )
    train.add_argument(
        "--out", type=Path, required=True, help="folder for the folders of the steps"
    )
    train.add_argument(
        "--resume", action="store_true", help="skip finished steps, go on from the last checkpoint"
    )
    train.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    train.add_argument("--threads", type=count, help="of the processor (default: torch's choice)")
    train.add_argument("--log", choices=("tensorboard", "wandb"), help="where figures go as well")
    train.add_argument("--cache", type=Path, help="folder for decoded data")


def train_command(options: argparse.Namespace) -> int:
    """Train as asked; returns 0.

    Raises KwsError if something is missing or can't be written, and KeyboardInterrupt with a
    message that says how to go on.
    """
    # Imported here, since recognising words needs neither pyarrow nor tqdm.
    import torch

    from kws_core.training import run
    from kws_core.training.dataset.cache import default_cache
    from kws_core.training.dataset.more_sound import MoreSound
    from kws_core.training.recipe_file import load_recipe, plain_recipe
    from kws_core.training.workspace import Workspace

    if options.recipe is None:
        recipe = plain_recipe(options.model, options.set)
    else:
        recipe = load_recipe(options.recipe, options.set)
    if options.step is not None:
        recipe = recipe.only(options.step)
    workspace = Workspace(
        data=options.data,
        out=options.out,
        sounds=MoreSound() if options.sounds is None else MoreSound.below(options.sounds),
        cache=options.cache or default_cache(),
        device=options.device,
        tracker=options.log,
        resume=options.resume,
        fetch=options.download,
    )
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    try:
        card = run.follow(recipe, workspace)
    except KeyboardInterrupt:
        can_resume = workspace.has_begun(step.name for step in recipe.steps)
        raise KeyboardInterrupt(_after_interruption(can_resume)) from None
    except OSError as error:
        raise TrainingError(f"Training stopped: {error}") from error
    if card is not None:
        place = options.out / card.name / card.name
        print(f"{place}.safetensors, {card.parameters:,} parameters")
    return 0


def _after_interruption(can_resume: bool) -> str:
    if not can_resume:
        return "\nStopped before the first epoch was done: there is nothing to resume."
    return (
        "\nStopped. Finished steps and the checkpoint of the last finished epoch are whole: "
        "give the same command with --resume to go on from there."
    )
