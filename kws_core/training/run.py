"""Following a recipe: its steps in order, each of which saves a model."""

from __future__ import annotations

from dataclasses import asdict, replace

from kws_core.errors import DataError
from kws_core.models import ModelCard, load_model
from kws_core.models.store import read_card
from kws_core.training import distributed
from kws_core.training.combine import average_models, join_models, validation_for
from kws_core.training.compute import choose_compute
from kws_core.training.dataset.download import download
from kws_core.training.optimization import TrainingSettings
from kws_core.training.recipe import AverageStep, Recipe, Step, TrainStep
from kws_core.training.run_log import make_run_logs
from kws_core.training.train_step import train_step
from kws_core.training.workspace import Workspace


def follow(recipe: Recipe, workspace: Workspace) -> ModelCard | None:
    """Do the steps of a recipe in order; returns the card of the last model.

    With `resume`, finished steps are skipped and an interrupted one goes on from its checkpoint.
    Returns None in the processes that do not save (see `kws_core.training.distributed`).
    Raises `RecipeError` if a step needs a model that is not there, and otherwise as `train_step`.
    """
    _require_models(recipe, workspace)
    names = [step.name for step in recipe.steps]
    if workspace.resume and not workspace.has_begun(names):
        raise DataError(
            f"There is nothing to resume: {workspace.out} has no finished step and no checkpoint "
            f"of {', '.join(names)}. Start without --resume."
        )
    card = None
    done_anew: set[str] = set()
    make_run_logs(workspace.tracker)  # is refused here, before anything is fetched
    with distributed.process_group(choose_compute(workspace.device, distributed.local_rank())):
        if workspace.fetch:
            with distributed.main_first():
                download(workspace.data)
        for step in recipe.steps:
            resume = workspace.resume and done_anew.isdisjoint(step.references)
            if resume and workspace.is_done(step.name):
                card = _finished(step, workspace)
            else:
                done_anew.add(step.name)
                resume = resume and workspace.checkpoint(step.name).is_file()
                card = _do(step, replace(workspace, resume=resume))
            distributed.wait_for_all()  # the next step may need this one's model
        return card if distributed.is_main() else None


def _require_models(recipe: Recipe, workspace: Workspace) -> None:
    """Raise `RecipeError` if a step needs a model that is neither there nor made before it."""
    made: set[str] = set()
    for step in recipe.steps:
        if not made.issuperset(step.references):
            lacking = tuple(name for name in step.references if name not in made)
            workspace.places(step.name, lacking)
        made.add(step.name)


def _finished(step: Step, workspace: Workspace) -> ModelCard:
    """Return the card of a step that is done; raises `DataError` if it was another step."""
    card = read_card(workspace.out / step.name, step.name)
    if isinstance(step, TrainStep):
        # A setting that is newer than the card had its default value then.
        settings = asdict(TrainingSettings()) | card.training.get("settings", {})
        if (card.architecture, settings) != (step.model, asdict(step.settings)):
            raise DataError(
                f"{workspace.out / step.name} holds a {card.architecture} of other settings: "
                f"{settings}. Give another folder with --out, or start again without --resume."
            )
    distributed.say(f"{step.name} is done already.")
    return card


def _do(step: Step, workspace: Workspace) -> ModelCard | None:
    if isinstance(step, TrainStep):
        return train_step(step, workspace)
    if not distributed.is_main():
        return None
    models = [
        load_model(place.name, place.parent)
        for place in workspace.places(step.name, step.references)
    ]
    validation = validation_for(models[0], workspace.data, workspace.cache)
    out = workspace.out / step.name
    if isinstance(step, AverageStep):
        card = average_models(models, validation, out, step.name)
    else:
        card = join_models(models[0], models[1], validation, out, step.name)
    distributed.say(
        f"{step.name}: {card.metrics['validation']['accuracy']:.2%} of validation clips"
    )
    return card
