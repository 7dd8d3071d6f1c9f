"""Reading recipes: TOML files whose tables are steps.

A table with ``model`` trains a network, one with ``average`` takes the mean of models' weights, one
with ``fine_bands`` and ``fine_time`` joins two towers. Each step saves a model under its own name.
Keys above the first table hold for every step that trains. ``recipes/`` has one file for each
shipped model; `docs/training.md` explains the keys.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from kws_core.errors import RecipeError
from kws_core.models.registry import ARCHITECTURES
from kws_core.training.batches.augmentation import AUGMENTATIONS
from kws_core.training.dataset.recordings import DataKinds
from kws_core.training.optimization import TrainingSettings
from kws_core.training.recipe import MORE_SOUNDS, AverageStep, JoinStep, Recipe, Step, TrainStep
from kws_core.training.settings_table import read_value, require_known, with_values

RECIPE_FOLDER = Path(__file__).with_name("recipes")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SETTINGS = tuple(part.name for part in fields(TrainingSettings))
_OWN = tuple(part.name for part in fields(TrainStep) if part.name not in ("name", "settings"))
_KEYS = (*_OWN, *_SETTINGS)  # of a table that trains


def recipe_names() -> tuple[str, ...]:
    """Return the names of the recipes that come with the package."""
    return tuple(sorted(path.stem for path in RECIPE_FOLDER.glob("*.toml")))


def load_recipe(name: str, changes: Sequence[str] = ()) -> Recipe:
    """Read a recipe by its name, or from a path that ends in ``.toml``.

    changes: ``KEY=VALUE`` for every step that trains, ``STEP.KEY=VALUE`` for one; values as in
    TOML. Raises `RecipeError` if it can't be read or makes no sense.
    """
    path = Path(name)
    if path.suffix != ".toml":
        require_known(name, recipe_names(), "--recipe", "recipe")
        path = RECIPE_FOLDER / f"{name}.toml"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecipeError(f"The recipe {path} can't be read: {error}.") from error
    return _recipe(path.stem, tables, changes)


def plain_recipe(architecture: str, changes: Sequence[str] = ()) -> Recipe:
    """Return the recipe of one step that trains an architecture, with `changes` as above."""
    return _recipe(architecture, {architecture: {"model": architecture}}, changes)


def _recipe(name: str, content: Mapping[str, Any], changes: Sequence[str]) -> Recipe:
    tables = {key: value for key, value in content.items() if key not in _KEYS}
    for key, table in tables.items():
        if not isinstance(table, Mapping):
            require_known(key, _KEYS, name)
    if not tables:
        raise RecipeError(f"{name}: there are no steps. Write a table for each, such as [first].")
    _merge_shared(tables, {key: content[key] for key in _KEYS if key in content}, below=True)
    for change in changes:
        for key, value in _parse(change).items():
            if key in _KEYS:
                _merge_shared(tables, {key: value})
            elif key in tables and isinstance(value, Mapping):
                tables[key] = _merged(tables[key], value)
            else:
                raise RecipeError(
                    f"--set {change}: there is no {key!r}. The keys are {', '.join(_KEYS)}; the "
                    f"steps {', '.join(tables)}."
                )
    steps = tuple(_step(key, table) for key, table in tables.items())
    _require_order(steps)
    return Recipe(name, steps)


def _parse(change: str) -> dict[str, Any]:
    try:
        return tomllib.loads(change)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(
            f"--set {change!r} is not KEY=VALUE as in TOML ({error}). Texts need quotes of their "
            "own: --set 'augmentation=\"mild\"'."
        ) from error


def _merge_shared(
    tables: dict[str, Any], shared: Mapping[str, Any], *, below: bool = False
) -> None:
    """Give keys to every table that trains; `below`: where it does not say otherwise."""
    for name, table in tables.items():
        if "model" in table:
            tables[name] = _merged(shared, table) if below else _merged(table, shared)


def _merged(table: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(table)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merged(merged[key], value) if both else value
    return merged


def _step(name: str, table: Mapping[str, Any]) -> Step:
    if not _NAME.fullmatch(name):
        raise RecipeError(
            f"A step can't be called {name!r}, as its folder is: use letters, digits, '-', '_'."
        )
    if "model" in table:
        return _train_step(name, table)
    for kind in (AverageStep, JoinStep):
        hints = get_type_hints(kind)
        keys = [part.name for part in fields(kind) if part.name != "name"]
        if any(key in table for key in keys):
            for key in table:
                require_known(key, keys, name)
            lacking = [key for key in keys if key not in table]
            if lacking:
                raise RecipeError(f"{name}: {lacking[0]} is missing.")
            step: Step = kind(name, **{k: read_value(hints[k], table[k], name, k) for k in keys})
            if isinstance(step, AverageStep) and len(step.average) < 2:
                raise RecipeError(f"{name}: average takes two models or more.")
            return step
    raise RecipeError(
        f"{name}: the step has neither model (to train), nor average (of models), nor fine_bands "
        "and fine_time (to join)."
    )


def _train_step(name: str, table: Mapping[str, Any]) -> TrainStep:
    for key in table:
        require_known(key, _KEYS, name)
    model = read_value(str, table["model"], name, "model")
    require_known(model, ARCHITECTURES, name, "model")
    change = table.get("change", {})
    if not isinstance(change, Mapping):
        raise RecipeError(f"{name}: change is a table such as {{hurry = 0.2}}, not {change!r}.")
    own = {k: v for k, v in table.items() if k in _OWN and k not in ("model", "change")}
    step = with_values(TrainStep(name, model, change=change), own, name)
    require_known(step.augmentation, AUGMENTATIONS, name, "augmentation")
    for kind in step.without:
        require_known(kind, (*DataKinds().names(), *MORE_SOUNDS), name, "kind of data")
    settings = {key: value for key, value in table.items() if key in _SETTINGS}
    step = replace(step, settings=with_values(step.settings, settings, name))
    if step.settings.steps_per_epoch < 1:
        raise RecipeError(
            f"{name}: an epoch needs at least one batch: raise clips_per_epoch or lower batch_size."
        )
    _ = step.augment  # is refused here if it makes no sense
    return step


def _require_order(steps: Sequence[Step]) -> None:
    """Raise `RecipeError` if a step needs one that comes later; so there are no circles."""
    names = [step.name for step in steps]
    for index, step in enumerate(steps):
        for reference in step.references:
            if not _NAME.fullmatch(reference):
                raise RecipeError(
                    f"{step.name}: {reference!r} can't be the name of a model. Name an earlier "
                    "step, a folder in --out, or a shipped model."
                )
            if reference in names[index + 1 :]:
                raise RecipeError(
                    f"{step.name} needs {reference}, a later step: move {reference} above it."
                )
