"""Training recipes: steps that are done in order, each of which saves a model.

`kws_core.training.recipe_file` reads them; `kws_core.training.run` follows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeAlias

from kws_core.training.batches.augmentation import AUGMENTATIONS, AugmentSettings
from kws_core.training.dataset.more_sound import MoreSound
from kws_core.training.dataset.recordings import DataKinds
from kws_core.training.distillation import DistillationSettings
from kws_core.training.optimization import TrainingSettings
from kws_core.training.settings_table import require_known, with_values

MORE_SOUNDS = tuple(f"more-{part.name}" for part in fields(MoreSound))


@dataclass(frozen=True)
class TrainStep:
    """Train a network: the architecture, what it learns from, and how.

    name: of the step and of the model it saves. start_from: a model to go on from, instead of
    random weights. teachers: models to learn from beside the labels. prepared_clips: how many clips
    are drawn once and used again and again (`kws_core.training.prepared`); 0 to draw every batch
    anew. without: kinds of data left out. change: single fields of the augmentation.
    """

    name: str
    model: str
    augmentation: str = "full"
    start_from: str = ""
    teachers: tuple[str, ...] = ()
    teacher_weight: float = DistillationSettings.weight
    teacher_temperature: float = DistillationSettings.temperature
    prepared_clips: int = 0
    bfloat16: bool = False  # on a processor too
    without: tuple[str, ...] = ()
    unknown_in_use: float = 0.0  # see `kws_core.training.prior`; 0: as often as in training
    change: Mapping[str, Any] = field(default_factory=dict)
    settings: TrainingSettings = field(default_factory=TrainingSettings)

    @property
    def references(self) -> tuple[str, ...]:
        """The models that have to be there before."""
        return tuple(name for name in (self.start_from, *self.teachers) if name)

    @property
    def augment(self) -> AugmentSettings:
        """How much clips are changed; raises `RecipeError` if `change` makes no sense."""
        return with_values(AUGMENTATIONS[self.augmentation], self.change, f"{self.name}: change")

    @property
    def distillation(self) -> DistillationSettings:
        """How the teachers count."""
        return DistillationSettings(self.teacher_weight, self.teacher_temperature)

    @property
    def kinds(self) -> DataKinds:
        """The kinds of data to learn from."""
        names = (part.name for part in fields(DataKinds))
        return DataKinds(**{name: name.replace("_", "-") not in self.without for name in names})

    def sounds_of(self, sounds: MoreSound) -> MoreSound:
        """Return the folders of sound files without those left out."""
        left_out = {
            name.removeprefix("more-"): None for name in self.without if name in MORE_SOUNDS
        }
        return replace(sounds, **left_out)


@dataclass(frozen=True)
class AverageStep:
    """Average the weights of models of one architecture; the card is that of the first."""

    name: str
    average: tuple[str, ...]

    @property
    def references(self) -> tuple[str, ...]:
        """The models that have to be there before."""
        return self.average


@dataclass(frozen=True)
class JoinStep:
    """Join a ``crnn`` and a ``crnn-fine`` into ``two-towers``."""

    name: str
    fine_bands: str
    fine_time: str

    @property
    def references(self) -> tuple[str, ...]:
        """The models that have to be there before."""
        return (self.fine_bands, self.fine_time)


Step: TypeAlias = TrainStep | AverageStep | JoinStep


@dataclass(frozen=True)
class Recipe:
    """Steps in the order in which they are done."""

    name: str
    steps: tuple[Step, ...]

    def only(self, name: str) -> Recipe:
        """Return the recipe of one of the steps; raises `RecipeError` if there is none."""
        chosen = tuple(step for step in self.steps if step.name == name)
        require_known(name, [step.name for step in self.steps], self.name, "step")
        return Recipe(self.name, chosen)
