"""Models and seconds of sound for the tests of recipes."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from kws_core.audio.one_second import cut_second
from kws_core.audio.read import read_audio
from kws_core.features.front_ends import FrontEnd, LogMel
from kws_core.features.raw_wave import RawWave
from kws_core.lab import Recipe, Second, Trial
from kws_core.labels import LABELS, WORDS
from kws_core.models import ModelCard
from kws_core.models.store import LoadedModel
from kws_core.samples import get_sample
from kws_core.spotting.recognizer import Recognizer


class Toy(nn.Module):
    """A network without training: a fixed projection of how its input is spread."""

    def __init__(self, n_outputs: int) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.weight = torch.randn(64, n_outputs, generator=generator)

    def forward(self, batch: Tensor) -> Tensor:
        pooled = nn.functional.adaptive_avg_pool1d(batch.flatten(1)[:, None].abs(), 64)[:, 0]
        return torch.log1p(pooled) @ self.weight


def toy_model(name: str, front_end: FrontEnd, labels: tuple[str, ...]) -> Recognizer:
    """Return a recogniser that answers something, quickly."""
    card = ModelCard(name, "toy", labels, {}, 0)
    return Recognizer(LoadedModel(Toy(len(labels)).eval(), front_end.eval(), card))


@cache
def toy_picture_model() -> Recognizer:
    """Return a model of log-mels with all labels."""
    return toy_model("toy", LogMel(), LABELS)


@cache
def toy_wave_model() -> Recognizer:
    """Return a model of waves that knows words only, neither silence nor unknown."""
    return toy_model("toy-wave", RawWave(), WORDS)


@cache
def real_model() -> Recognizer:
    """Return the model that comes with the project."""
    return Recognizer.load()


def word(name: str = "marvin") -> Second:
    """Return the second of a sample clip, with nothing computed of it yet."""
    samples = read_audio(get_sample(name).path).samples
    return Second(cut_second(samples, 16_000, 0.0))


def tone(frequency: float = 440.0, amplitude: float = 0.3) -> Second:
    """Return a second of a sine."""
    time = np.arange(16_000) / 16_000
    return Second((amplitude * np.sin(2 * np.pi * frequency * time)).astype(np.float32))


def trial(second: Second, recipe: Recipe, *models: Recognizer) -> Trial:
    """Return a trial for some models; the last one draws. The project's own model by default."""
    hearing = models or (real_model(),)
    return Trial(second, recipe, hearing, hearing[-1])
