"""Published accuracies on Speech Commands, each with where it was read and what it is of.

Only figures that their authors publish in a paper or a repository are listed. Numbers of weights
and of multiplications that the source does not state were counted on the published architecture
(``counted``). Splits differ between sources, so differences below half a point mean little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Task = Literal["35", "12"]

TASKS: Final[dict[Task, str]] = {"35": "35 words", "12": "12 classes"}

_OFFICIAL: Final = "v2, official test list"
_ARCHIVE: Final = "v2, test archive of 4,890 clips"
_STREAMING: Final = "v2, split of kws_streaming"
_STATED: Final = "v2, test split of the source"

_BCRESNET: Final = "https://github.com/Qualcomm-AI-research/bcresnet"
_KWT: Final = "https://github.com/ARM-software/keyword-transformer"
_NEMO: Final = "https://github.com/NVIDIA/NeMo"
_STREAMING_URL: Final = (
    "https://github.com/google-research/google-research/tree/master/kws_streaming"
)
_SPEECHBRAIN: Final = "https://github.com/speechbrain/speechbrain"


@dataclass(frozen=True)
class Published:
    """A published figure.

    accuracy: a share of 0 to 1. weights and macs (multiply-accumulates for one second): None where
    unknown; counted: whether they were counted here. latency_ms: for one second of sound, on
    `machine`. caution: why the figure is not what it seems.
    """

    name: str
    task: Task
    accuracy: float
    tested_on: str
    source: str
    weights: int | None = None
    macs: int | None = None
    counted: bool = False
    latency_ms: float | None = None
    machine: str = ""
    url: str = ""
    caution: str = ""


PUBLISHED: Final = (
    Published(
        "M5 of torchaudio's tutorial",
        "35",
        0.85,
        "v2, test list, also trained on",
        "PyTorch tutorial, after 21 epochs",
        weights=26_915,
        counted=True,
        caution="The text is older than the repair of the same leak as in the notebook.",
    ),
    Published(
        "ConvGRU",
        "35",
        0.920,
        _STATED,
        "RF5/simple-speech-commands",
        url="https://github.com/RF5/simple-speech-commands",
    ),
    Published(
        "BC-ResNet-2",
        "35",
        0.9605,
        _OFFICIAL,
        "re9ulus/BC-ResNet, not by the paper's authors",
        weights=28_779,
        macs=7_300_000,
        counted=True,
        url="https://github.com/re9ulus/BC-ResNet",
    ),
    Published("Res-15", "35", 0.964, _STATED, "leaderboard, at second hand"),
    Published(
        "DS-TC-ResNet",
        "35",
        0.969,
        _STREAMING,
        "kws_streaming, its own split",
        weights=75_000,
        url=_STREAMING_URL,
    ),
    Published(
        "MatchboxNet 3x1x64",
        "35",
        0.9712,
        _STATED,
        "NVIDIA NeMo, list of models",
        weights=77_859,
        counted=True,
        url=_NEMO,
    ),
    Published(
        "MHAtt-RNN",
        "35",
        0.972,
        _STREAMING,
        "kws_streaming, its own split",
        weights=750_000,
        latency_ms=10.3,
        machine="Pixel 4, one thread",
        url=_STREAMING_URL,
    ),
    Published("wav2vec2-conformer, large", "35", 0.9724, _STATED, "juliensimon, card of the model"),
    Published(
        "MatchboxNet 3x2x64",
        "35",
        0.972921,
        _STATED,
        "NVIDIA NGC",
        weights=93_411,
        counted=True,
        url=_NEMO,
    ),
    Published("x-vector, augmented", "35", 0.9743, _STATED, "SpeechBrain recipe", url=_SPEECHBRAIN),
    Published("KWT, distilled, best", "35", 0.977, _STATED, "Berg et al. 2021, abstract", url=_KWT),
    Published(
        "AST, from ImageNet",
        "35",
        0.9812,
        _STATED,
        "YuanGongND/ast",
        weights=86_933_000,
        url="https://github.com/YuanGongND/ast",
    ),
    Published(
        "BC-ResNet-0.625",
        "12",
        0.954,
        _ARCHIVE,
        "SparkNet's table of comparison",
        weights=4_585,
        macs=1_900_000,
    ),
    Published(
        "BC-ResNet-1",
        "12",
        0.969,
        _ARCHIVE,
        "SparkNet's table of comparison",
        weights=9_232,
        macs=3_600_000,
    ),
    Published(
        "SparkNet, 32 channels",
        "12",
        0.970,
        _STATED,
        "SparkNet's table of comparison",
        weights=11_500,
        macs=1_200_000,
    ),
    Published(
        "BC-ResNet-8",
        "12",
        0.987,
        _ARCHIVE,
        "Qualcomm, README",
        weights=321_068,
        macs=85_900_000,
        counted=True,
        url=_BCRESNET,
    ),
    Published(
        "TC-ResNet of 30 K",
        "12",
        0.957,
        _STREAMING,
        "kws_streaming, models of 30 K weights",
        weights=30_000,
        url=_STREAMING_URL,
    ),
    Published(
        "DS-CNN on log-mels",
        "12",
        0.9665,
        _ARCHIVE,
        "priyadeepjaiswal9c/tiny-kws",
        weights=119_372,
        latency_ms=1.90,
        machine="Apple M2, one thread",
    ),
    Published(
        "KWT-1",
        "12",
        0.9773,
        _STREAMING,
        "ARM, files of the checkpoint",
        weights=607_308,
        macs=74_000_000,
        url=_KWT,
    ),
    Published(
        "KWT-2",
        "12",
        0.9823,
        _STREAMING,
        "ARM, files of the checkpoint",
        weights=2_394_252,
        macs=264_000_000,
        url=_KWT,
    ),
    Published(
        "KWT-3",
        "12",
        0.9871,
        _STREAMING,
        "ARM, files of the checkpoint",
        weights=5_360_844,
        macs=571_000_000,
        url=_KWT,
    ),
    Published(
        "DS-TC-ResNet",
        "12",
        0.980,
        _STREAMING,
        "kws_streaming",
        weights=75_000,
        url=_STREAMING_URL,
    ),
    Published("EdgeCRNN 2.0×", "12", 0.9805, _STATED, "Papers with Code"),
    Published("x-vector, augmented", "12", 0.9814, _STATED, "SpeechBrain recipe", url=_SPEECHBRAIN),
    Published(
        "MatchboxNet 3x1x64",
        "12",
        0.982,
        _STATED,
        "NVIDIA NeMo, list of models",
        weights=75_000,
        counted=True,
        url=_NEMO,
    ),
    Published("ConvMixer", "12", 0.982, _STATED, "dianwen-ng, README", weights=100_000),
    Published(
        "MatchboxNet 3x2x64",
        "12",
        0.984,
        _STATED,
        "NVIDIA NeMo, list of models",
        weights=90_000,
        counted=True,
        url=_NEMO,
    ),
    Published(
        "MHAtt-RNN",
        "12",
        0.9848,
        _STREAMING,
        "ARM, files of the checkpoint",
        weights=756_711,
        latency_ms=10.3,
        machine="Pixel 4, one thread",
        url=_KWT,
    ),
)
