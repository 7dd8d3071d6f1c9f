"""A model as one ONNX file, from samples to posteriors, for programs without this project.

The front end is in the graph, so that nobody has to write it anew. What was exported is run at
once with onnxruntime and compared with the model itself.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.errors import ModelError
from kws_core.models.cascade import Cascade
from kws_core.models.store import LoadedModel

SAMPLES: Final = "samples"  # the input, (batch, n_samples) at 16 kHz
LOGITS: Final = "logits"  # the outputs, (batch, labels)
POSTERIORS: Final = "posteriors"

TOLERANCE: Final = 1e-4
_BATCH: Final = 64
PACKAGES: Final = ("onnx", "onnxscript", "onnxruntime")


@dataclass(frozen=True)
class Exported:
    """A file that was written and checked.

    largest_difference: of any logit or posterior from the model's own, over all checked seconds.
    """

    path: Path
    n_bytes: int
    largest_difference: float
    n_seconds: int


def export_onnx(model: LoadedModel, path: Path) -> Exported:
    """Write a model as ONNX with any number of seconds at once, and check it against itself.

    Labels, front end, temperature and the facts of the card are in the file's metadata. Raises
    ModelError if a package is missing, if the file gives other numbers than the model (then none is
    written), or for a cascade.
    """
    _require_packages()
    if isinstance(model.network, Cascade):
        raise ModelError(
            f"{model.card.name} is two models, of which the second is not always asked; an ONNX "
            "file holds one. Export each by its own name."
        )
    partial = path.with_suffix(path.suffix + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.touch()  # first: all else takes a while
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        whole = _Whole(model).eval()
        seconds = _checked_seconds(whole.n_samples)
        _write(whole, metadata(model), partial)
        difference = _largest_difference(whole, partial, seconds)
        if not difference <= TOLERANCE:
            raise ModelError(
                f"The exported {model.card.name} gives other numbers than the model, by up to "
                f"{difference:.2g}; at most {TOLERANCE:g} is right. No file was written."
            )
        partial.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        partial.unlink(missing_ok=True)
    return Exported(path, path.stat().st_size, difference, len(seconds))


def metadata(model: LoadedModel) -> dict[str, str]:
    """Return the file's metadata beside the graph, as text."""
    card = model.card
    return {
        "name": card.name,
        "architecture": card.architecture,
        "labels": json.dumps(card.labels),
        "front_end": json.dumps(card.front_end),
        "sample_rate": str(SAMPLE_RATE),
        "temperature": repr(card.temperature),
        "data": card.data,
        "date": card.date,
        "licence": card.licence,
        "weights_sha256": card.sha256,
    }


def posteriors_of(path: Path, seconds: Samples) -> npt.NDArray[np.float32]:
    """Return what an exported file answers to seconds (n, n_samples), (n, labels)."""
    session = _session(path)
    batches = (seconds[at : at + _BATCH] for at in range(0, len(seconds), _BATCH))
    return np.concatenate([session.run([POSTERIORS], {SAMPLES: batch})[0] for batch in batches])


def usage_code(name: str) -> str:
    """Return Python code that uses an exported model with numpy, onnxruntime and soundfile only."""
    return f"""\
import json
import numpy as np
import onnxruntime
import soundfile

session = onnxruntime.InferenceSession("{name}.onnx")
about = session.get_modelmeta().custom_metadata_map
sound, sample_rate = soundfile.read("word.wav", dtype="float32", always_2d=True)
assert sample_rate == int(about["sample_rate"]), "resample the recording first"
n_samples = session.get_inputs()[0].shape[1]
mono = sound.mean(axis=1)[:n_samples]
# A shorter clip goes into the middle of noise as loud as its quietest tenth, 10 ms by 10 ms.
power = np.sort((mono[: len(mono) // 160 * 160].reshape(-1, 160) ** 2).mean(axis=1))
tone = min(power[: max(1, len(power) // 10)].mean(), power.mean() / 10**1.5) ** 0.5
second = np.random.default_rng(0).standard_normal(n_samples, np.float32) * np.float32(tone)
before = (n_samples - len(mono)) // 2
second[before : before + len(mono)] = mono
(posteriors,) = session.run(["{POSTERIORS}"], {{"{SAMPLES}": second[None]}})
print(json.loads(about["labels"])[posteriors[0].argmax()], posteriors[0].max())
"""


class _Whole(nn.Module):
    """A model from samples, ``(batch, n_samples)``, to logits and posteriors."""

    def __init__(self, model: LoadedModel) -> None:
        super().__init__()
        self.front_end, self.network = model.front_end, model.network
        self.temperature = float(model.card.temperature)
        self.n_samples = model.n_samples

    def forward(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        """Return both, ``(batch, labels)``."""
        logits = self.network(self.front_end(samples))
        return logits, torch.softmax(logits / self.temperature, dim=-1)


def _write(whole: _Whole, about: dict[str, str], path: Path) -> None:
    """Write a graph with any number of seconds at once."""
    two_seconds = torch.zeros(2, whole.n_samples)
    with quiet(logging.getLogger("torch.onnx")):  # on packages that no model here needs
        program = torch.onnx.export(
            whole,
            (two_seconds,),
            input_names=[SAMPLES],
            output_names=[LOGITS, POSTERIORS],
            dynamic_shapes={SAMPLES: {0: torch.export.Dim("batch")}},
            dynamo=True,
            verbose=False,
        )
    assert program is not None  # as with dynamo
    program.model.metadata_props.update(about)
    program.save(path)


def unwritable(path: Path, error: OSError) -> ModelError:
    """Return the refusal of a path that the system refuses."""
    return ModelError(f"{path} can't be written ({error}). Choose another place.")


def missing_packages() -> list[str]:
    """Return the packages that exporting needs and that are not installed."""
    return [name for name in PACKAGES if importlib.util.find_spec(name) is None]


def _require_packages() -> None:
    if missing := missing_packages():
        raise ModelError(
            f"Exporting needs {' and '.join(missing)}, which the app itself does without. "
            f"Install with: pip install {' '.join(PACKAGES)}"
        )


@contextmanager
def quiet(log: logging.Logger) -> Iterator[None]:
    """Keep warnings and a logger's advice off the screen; errors stay."""
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


def _checked_seconds(n_samples: int) -> Samples:
    """Return seconds to compare on, (n, n_samples): silence, noise at several levels, a sweep."""
    generator = np.random.default_rng(0)
    levels = np.array([0.0, 1e-4, 1e-2, 0.3])[:, None]
    noise = levels * generator.standard_normal((len(levels), n_samples))
    phase = np.linspace(0, 1, n_samples) ** 2 * np.pi * n_samples / 4  # up to a quarter of the rate
    return np.concatenate([noise, 0.5 * np.sin(phase)[None]]).astype(np.float32)


def _session(path: Path) -> Any:
    import onnxruntime

    options: Any = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    return onnxruntime.InferenceSession(str(path), options)


def _largest_difference(whole: nn.Module, path: Path, seconds: Samples) -> float:
    """Compare all seconds at once, and the last one alone."""
    session = _session(path)
    largest = 0.0
    for batch in (seconds, seconds[-1:]):
        with torch.no_grad():
            ours = whole(torch.from_numpy(batch))
        theirs = session.run([LOGITS, POSTERIORS], {SAMPLES: batch})
        for one, other in zip(ours, theirs, strict=True):
            largest = max(largest, float(np.abs(one.numpy() - other).max()))
    return largest
