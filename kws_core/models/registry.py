"""The architectures by name, each with the front end it is trained with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import nn

from kws_core.errors import UnknownModelError
from kws_core.features.front_ends import FrontEnd, LogMel, LogMelConfig, SeedImage, SeedImageConfig
from kws_core.features.raw_wave import NARROW_RATE, RawWave
from kws_core.labels import LABELS, WORDS
from kws_core.models.bcresnet import BCResNet
from kws_core.models.crnn import CRNN, FINE_IN_TIME
from kws_core.models.ds_resnet import DSResNet
from kws_core.models.m5 import M5
from kws_core.models.matchboxnet import MatchboxNet
from kws_core.models.seed_cnn import SeedCNN
from kws_core.models.two_towers import TwoTowers


@dataclass(frozen=True)
class Architecture:
    """How to make a network (from its number of outputs) and its front end.

    labels: what its outputs are trained to mean; weight_dtype: of the weights as saved.
    """

    name: str
    title: str
    source: str
    make_network: Callable[[int], nn.Module]
    make_front_end: Callable[[], FrontEnd]
    labels: tuple[str, ...] = LABELS
    weight_dtype: torch.dtype = torch.float32


def _log_mel() -> FrontEnd:
    return LogMel(LogMelConfig())


def _seed_image() -> FrontEnd:
    """Make the notebook's front end at 8 kHz: the same window and hop in seconds, half the rate."""
    original = SeedImageConfig()
    ratio = original.wave_rate // NARROW_RATE
    return SeedImage(
        SeedImageConfig(
            wave_rate=NARROW_RATE,
            n_fft=original.n_fft // ratio,
            hop_length=original.hop_length // ratio,
            f_max=NARROW_RATE / 2,
        )
    )


def _bcresnet(tau: float) -> Architecture:
    return Architecture(
        f"bcresnet-{tau:g}",
        f"BC-ResNet-{tau:g}",
        "Kim, Chang, Lee, Sung: Broadcasted Residual Learning (Interspeech 2021)",
        partial(BCResNet, tau=tau),
        _log_mel,
    )


_ALL = (
    Architecture(
        "ds-resnet",
        "DS-ResNet",
        "this project: separable convolutions with squeeze-and-excitation",
        DSResNet,
        _log_mel,
    ),
    Architecture(
        "ds-resnet-wide",
        "DS-ResNet, wide",
        "this project: DS-ResNet with 128 channels for 80",
        partial(DSResNet, n_channels=128, n_embedding=192),
        _log_mel,
    ),
    Architecture(
        "crnn",
        "CRNN",
        "this project: a recurrent network over convolutions, after Arik et al. (Interspeech 2017)",
        CRNN,
        _log_mel,
    ),
    Architecture(
        "crnn-fine",
        "CRNN, fine in time",
        "this project: CRNN that reads a frame every 20 ms for 40, of a quarter of the bands",
        partial(CRNN, strides=FINE_IN_TIME),
        _log_mel,
    ),
    Architecture(
        "two-towers",
        "Two towers",
        "this project: a CRNN and one that is fine in time side by side, under one classifier",
        TwoTowers,
        _log_mel,
    ),
    _bcresnet(1),
    _bcresnet(3),
    _bcresnet(8),
    Architecture(
        "matchboxnet-3x2x64",
        "MatchboxNet 3x2x64",
        "Majumdar, Ginsburg: MatchboxNet (Interspeech 2020); 40 log-mel bands for 64 MFCC",
        partial(MatchboxNet, n_features=LogMelConfig().n_mels),
        _log_mel,
    ),
    Architecture(
        "seed-cnn",
        "The notebook's CNN",
        "the notebook this project started from, after TensorFlow's simple_audio tutorial",
        SeedCNN,
        _seed_image,
        labels=WORDS,
        weight_dtype=torch.float16,
    ),
    Architecture(
        "m5",
        "M5",
        "Dai et al.: Very Deep Convolutional Neural Networks for Raw Waveforms (ICASSP 2017), "
        "as in torchaudio's speech-command tutorial",
        M5,
        RawWave,
    ),
)

ARCHITECTURES: dict[str, Architecture] = {a.name: a for a in _ALL}


def find_architecture(name: str) -> Architecture:
    """Return an architecture; raises `UnknownModelError` for a name that isn't registered."""
    if name not in ARCHITECTURES:
        names = ", ".join(ARCHITECTURES)
        raise UnknownModelError(f"There is no architecture {name!r}; there are {names}.")
    return ARCHITECTURES[name]


def build_model(architecture: str, n_outputs: int) -> nn.Module:
    """Make an untrained network; raises `UnknownModelError` for a name that isn't registered."""
    return find_architecture(architecture).make_network(n_outputs)


def count_parameters(network: nn.Module) -> int:
    """Count the weights that training changes."""
    return sum(p.numel() for p in network.parameters())
