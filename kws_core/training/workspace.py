"""Where a recipe is followed: folders, devices, and which models are there already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kws_core.errors import RecipeError
from kws_core.models.store import MODEL_FOLDER, available_models
from kws_core.training.dataset.cache import default_cache
from kws_core.training.dataset.more_sound import MoreSound


@dataclass(frozen=True)
class Workspace:
    """Where a recipe is followed, and on what; each step has the folder ``out/STEP``.

    sounds: folders of speech, noise and words to learn from beside `data`. device: cpu, cuda or
    auto. tracker: tensorboard or wandb, where figures go as well. resume: go on from what is in
    `out`. fetch: download Speech Commands into `data` first.
    """

    data: Path
    out: Path
    sounds: MoreSound = field(default_factory=MoreSound)
    cache: Path = field(default_factory=default_cache)
    device: str = "auto"
    tracker: str | None = None
    resume: bool = False
    fetch: bool = False

    def checkpoint(self, name: str) -> Path:
        """Return where a step has its checkpoint."""
        return self.out / name / "checkpoint.pt"

    def is_done(self, name: str) -> bool:
        """Say whether a step has saved its model since its last checkpoint."""
        if name not in available_models(self.out / name):
            return False
        checkpoint, card = self.checkpoint(name), self.out / name / f"{name}.json"
        return not checkpoint.is_file() or checkpoint.stat().st_mtime <= card.stat().st_mtime

    def has_begun(self, names: Iterable[str]) -> bool:
        """Say whether one of these steps is done, or has a checkpoint to go on from."""
        return any(self.is_done(name) or self.checkpoint(name).is_file() for name in names)

    def places(self, step: str, needed: Iterable[str]) -> list[Path]:
        """Return ``FOLDER/NAME`` of each model that a step needs, in order.

        Raises `RecipeError` for one that is neither in `out` nor shipped.
        """
        return [self._place(name, step) for name in needed]

    def _place(self, name: str, step: str) -> Path:
        # Of its own name, a step means the shipped model.
        folders = [MODEL_FOLDER] if name == step else [self.out / name, MODEL_FOLDER]
        for folder in folders:
            if name in available_models(folder):
                return folder / name
        raise RecipeError(
            f"{step} needs the model {name!r}, which is no earlier step, not in {self.out / name} "
            f"and none of those shipped ({', '.join(available_models())}). Follow the recipe that "
            "makes it first, with the same --out."
        )
