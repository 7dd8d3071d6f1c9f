"""Clips drawn once, with what a teacher answers to them, and learnt from again and again.

A small network learns from a batch in less time than it takes to make one, and in far less than a
large teacher takes to answer. Drawn and asked beforehand, the same minutes give it several times as
many steps; and the answers still belong to the very clips it sees, which Beyer et al. found to
matter (Knowledge distillation: A good teacher is patient and consistent, CVPR 2022).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor
from tqdm import tqdm

from kws_core.errors import DataError
from kws_core.training import distributed
from kws_core.training.compute import Compute
from kws_core.training.dataset.cache import cached
from kws_core.training.distillation import Teacher
from kws_core.training.loop import BatchSource
from kws_core.training.mixup import mixed


class PreparedClips:
    """Draws batches from clips that lie ready; the same generator state gives the same batch.

    inputs: ``(n, ...)``, log-mels or sound; target: ``(n, labels)``; both in half precision.
    """

    def __init__(self, inputs: np.ndarray, target: np.ndarray) -> None:
        self.inputs = inputs
        self.target = target

    def batch(self, size: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """Return inputs ``(size, ...)`` and targets ``(size, labels)``."""
        rows = torch.randint(len(self.inputs), (size,), generator=generator).numpy()
        inputs, target = (torch.from_numpy(part[rows]) for part in (self.inputs, self.target))
        return inputs.float(), target.float()


def prepare(
    source: BatchSource,
    n_batches: int,
    batch_size: int,
    teacher: Teacher | None,
    folder: Path,
    about: Mapping[str, Any],
    *,
    mixup: float = 0.0,
    compute: Compute | None = None,
    resume: bool = False,
) -> PreparedClips:
    """Draw clips and keep them in `folder`, or open those that were drawn the same way before.

    about: what else the clips depend on, such as their augmentation; ``seed`` in it is used.
    mixup: alpha of Beta(alpha, alpha); the teacher is asked about the mixed clips, which it can't
    have learnt from itself.
    Raises `DataError` if `resume` finds none drawn the same way, or if they can't be kept.
    """
    asked = teacher.description() if teacher else None
    wanted = {
        **about,
        "mixup": mixup,
        "batches": n_batches,
        "batch_size": batch_size,
        "teacher": asked,
    }
    spelled = json.dumps(wanted, sort_keys=True, default=str)
    key = f"prepared-{hashlib.sha256(spelled.encode()).hexdigest()[:12]}"
    if resume and not (folder / key).exists():
        raise DataError(
            f"{folder} has no clips that were prepared this way: go on with the same data "
            "and the same recipe, or start again without --resume."
        )

    def draw() -> dict[str, np.ndarray]:
        generator = torch.Generator().manual_seed(int(about["seed"]))
        parts = []
        for _ in tqdm(range(n_batches), "preparing", disable=not distributed.is_main()):
            batch = source.batch(batch_size, generator)
            if mixup:
                batch = mixed(*batch, mixup, generator)
            parts.append(_taught(*batch, teacher, compute or Compute()))
        inputs, target = (np.concatenate(part) for part in zip(*parts, strict=True))
        return {"inputs": inputs, "target": target}

    with distributed.main_first():
        kept = cached(folder, key, draw)
    return PreparedClips(kept["inputs"], kept["target"])


def _taught(
    inputs: Tensor, target: Tensor, teacher: Teacher | None, compute: Compute
) -> tuple[np.ndarray, np.ndarray]:
    """Return a batch in half precision, its targets mixed with the teacher's answers."""
    inputs, target = inputs.to(compute.device), target.to(compute.device)
    if teacher is not None:
        teacher.network.to(compute.device)
        with compute.autocast():
            target = teacher.targets(inputs, target)
    return inputs.half().cpu().numpy(), target.half().cpu().numpy()
