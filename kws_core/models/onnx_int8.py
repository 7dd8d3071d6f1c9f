"""The network of an ONNX file in whole numbers of 8 bits, for small devices.

Convolutions and matrix products of the network get 8-bit weights and activations; the front end
stays as it is. The range of each activation is found on the sample recordings and faint noise.
"""

from __future__ import annotations

import logging
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.models.onnx_export import (
    SAMPLES,
    Exported,
    export_onnx,
    posteriors_of,
    quiet,
    unwritable,
)
from kws_core.models.store import LoadedModel
from kws_core.samples import list_samples

_KINDS: Final = ["Conv", "Gemm"]  # of operations that multiply weights
_NETWORK: Final = "network."  # what the weights' names begin with
_LEVELS: Final = (1.0, 0.2)  # of the recordings, so that the ranges hold for quiet ones too
_NOISE: Final = (0.0, 1e-4, 1e-2, 0.1)


def export_int8(model: LoadedModel, path: Path) -> Exported:
    """Write a model as ONNX with a network of 8 bits, and compare it with the model.

    The largest difference is of posteriors, over the seconds that the ranges were found on. Raises
    ModelError if a package is missing or the file can't be written.
    """
    seconds = calibration_seconds(model.n_samples)
    with TemporaryDirectory() as folder:
        whole, partial = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        export_onnx(model, whole)
        _quantize(whole, partial, seconds)
        differences = posteriors_of(whole, seconds) - posteriors_of(partial, seconds)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(partial.read_bytes())
        except OSError as error:
            raise unwritable(path, error) from error
    return Exported(path, path.stat().st_size, float(np.abs(differences).max()), len(seconds))


def calibration_seconds(n_samples: int) -> Samples:
    """Return the sample recordings in pieces at two levels, and noise, (n, n_samples) at 16 kHz."""
    pieces = []
    for sample in list_samples():
        clip = read_audio(sample.path)
        assert clip.sample_rate == SAMPLE_RATE
        for start in range(0, max(1, len(clip.samples) - n_samples // 2), n_samples // 2):
            piece = clip.samples[start : start + n_samples]
            whole = np.pad(piece, (0, n_samples - len(piece)))
            pieces += [np.float32(level) * whole for level in _LEVELS]
    generator = np.random.default_rng(0)
    pieces += [level * generator.standard_normal(n_samples) for level in _NOISE]
    return np.stack(pieces).astype(np.float32)


def _quantize(source: Path, target: Path, seconds: Samples) -> None:
    import onnx
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType
    from onnxruntime.quantization import quantize_static as quantize

    class Seconds(CalibrationDataReader):  # type: ignore[misc]  # a class of an untyped package
        """Hands the seconds out one by one."""

        def __init__(self) -> None:
            self._left = iter(seconds)

        def get_next(self) -> dict[str, Samples] | None:
            """Return the next second as an input, None after the last."""
            second = next(self._left, None)
            return None if second is None else {SAMPLES: second[None]}

    graph = onnx.load(source).graph
    outside = [
        node.name
        for node in graph.node
        if not any(name.startswith(_NETWORK) for name in node.input)
    ]
    with quiet(logging.getLogger()):
        quantize(
            source,
            target,
            Seconds(),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=_KINDS,
            per_channel=True,
            activation_type=QuantType.QInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=outside,
        )
