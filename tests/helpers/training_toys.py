"""Toy clips, batches and networks: a training run of seconds, made for the tests."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from kws_core.augment.policies import SpecAugmentPolicy
from kws_core.features.front_ends import LogMel, LogMelConfig, front_end_spec
from kws_core.labels import LABELS
from kws_core.models import ModelCard, build_model, count_parameters
from kws_core.models.ds_resnet import DSResNet
from kws_core.models.store import LoadedModel
from kws_core.training.batches.augmentation import AugmentSettings
from kws_core.training.batches.log_mel import BatchMaker
from kws_core.training.dataset.clips import Clips, Stream
from kws_core.training.dataset.load import TrainingData
from kws_core.training.optimization import TrainingSettings

CONFIG = LogMelConfig()
WORDS = ("yes", "no", "up")
SETTINGS = TrainingSettings(
    epochs=3, clips_per_epoch=48, batch_size=12, learning_rate=0.01, average_decay=0.9
)
# Where a word is put in its second, whole, is all that is left to chance.
NOTHING_CHANGED = AugmentSettings(
    stay_share=0.0,
    lost=0.0,
    stretch_time=0.0,
    hurry=0.0,
    stretch_bands=0.0,
    noise_share=0.0,
    reverb_share=0.0,
    gain_db=(0.0, 0.0),
    curve_db=0.0,
    neighbour_share=0.0,
    cut_share=0.0,
    band_limit_share=0.0,
    clip_share=0.0,
    piece_share=0.0,
    reversed_share=0.0,
    masks=SpecAugmentPolicy(),
)


def toy_clips(n: int, seed: int) -> Clips:
    """`n` clips of each word, a bar in a band of its own; half of them only pictures."""
    rng = np.random.default_rng(seed)
    log_mel = rng.normal(-9, 1, (n * len(WORDS), 40, 98)).astype(np.float16)
    target = np.repeat([LABELS.index(word) for word in WORDS], n)
    for row, label in enumerate(target):
        band = 5 + 12 * WORDS.index(LABELS[label])
        log_mel[row, band : band + 5, 30:70] += 10
    return Clips(
        log_mel,
        np.full(len(target), 98, np.int16),
        target.astype(np.int16),
        np.array([f"s{seed}-{row}" for row in range(len(target))]),
        np.arange(len(target)) % 2 == 0,
    )


def toy_batches() -> BatchMaker:
    noise = Stream("rain", np.random.default_rng(2).normal(-9, 1, (40, 300)).astype(np.float16))
    data = TrainingData(toy_clips(8, seed=1), [noise], [noise])
    mild = AugmentSettings(reverb_share=0.0, snr_db=(10.0, 30.0), gain_db=(-3.0, 3.0))
    return BatchMaker(data, CONFIG, mild)


def same_weights(one: nn.Module, other: nn.Module | dict[str, torch.Tensor]) -> bool:
    """Whether a network has the very weights of another one, or those of a state."""
    found = one.state_dict()
    wanted = other.state_dict() if isinstance(other, nn.Module) else other
    return found.keys() == wanted.keys() and all(
        torch.equal(found[name], value) for name, value in wanted.items()
    )


def small_network(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return DSResNet(len(LABELS), n_channels=16, kernel_sizes=(5,), n_embedding=16)


def trained_model(
    architecture: str, seed: int, labels: tuple[str, ...] = LABELS, **training: object
) -> LoadedModel:
    """A network with weights and averages of its own, as a run leaves it."""
    torch.manual_seed(seed)
    network = build_model(architecture, len(labels))
    with torch.no_grad():
        network(torch.randn(8, 40, 98))  # moves the averages of its norms
    spec, n = front_end_spec(LogMel()), count_parameters(network)
    card = ModelCard(architecture, architecture, labels, spec, n, training=training)
    return LoadedModel(network.eval(), LogMel(), card)


class Stopping:
    """Batches that end with Ctrl-C after so many."""

    def __init__(self, batches: BatchMaker, after: int) -> None:
        self.batches, self.left = batches, after

    def batch(self, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return self.batches.batch(size, generator)


def log_of(folder: Path) -> list[dict]:
    lines = (folder / "log.jsonl").read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if k != "seconds"} for line in lines]


class PlainNetwork(nn.Module):
    """A convolution and two layers, which treat every clip for itself: no norm, no dropout.

    Its activations are smooth: at the corner of a ReLU the rounding of a sum over two processes
    decides whether there is a gradient, which Adam makes a whole step of.
    """

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.convolution = nn.Conv2d(1, 4, (5, 9), stride=(5, 7))
        self.hidden = nn.Linear(4 * 8 * 13, 32)
        self.classifier = nn.Linear(32, len(LABELS))

    def forward(self, log_mel: Tensor) -> Tensor:
        x = self.convolution(log_mel[:, None] / 10).tanh()  # (batch, 4, 8, 13)
        logits: Tensor = self.classifier(self.hidden(x.flatten(1)).tanh())
        return logits
