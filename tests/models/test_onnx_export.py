"""The default model as ONNX: the same numbers, on its own, with what a program needs to know."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from torch import nn

from kws_core.audio.read import read_audio
from kws_core.errors import ModelError
from kws_core.models.onnx_export import TOLERANCE, Exported, export_onnx, metadata, usage_code
from kws_core.models.store import LoadedModel
from kws_core.samples import get_sample
from kws_core.spotting.recognizer import DEFAULT_MODEL, Recognizer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def exported(model: LoadedModel, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export_onnx(model, tmp_path_factory.mktemp("onnx") / "new" / f"{DEFAULT_MODEL}.onnx")


@pytest.fixture(scope="module")
def session(exported: Exported) -> Any:
    import onnxruntime

    return onnxruntime.InferenceSession(str(exported.path))


def test_the_file_is_checked_and_nothing_else_is_left(exported: Exported) -> None:
    assert 0 <= exported.largest_difference <= TOLERANCE
    assert exported.n_seconds > 1
    assert [path.name for path in exported.path.parent.iterdir()] == [exported.path.name]
    assert exported.n_bytes == exported.path.stat().st_size


def test_any_number_of_seconds_gives_the_model_s_scores(model: LoadedModel, session: Any) -> None:
    words = [get_sample(name) for name in ("yes", "stop", "marvin")]
    clips = [read_audio(word.path).samples[:16_000] for word in words]
    seconds = np.stack([np.pad(clip, (0, 16_000 - len(clip))) for clip in clips])
    for some in (seconds, seconds[:1]):
        logits, posteriors = session.run(["logits", "posteriors"], {"samples": some})
        np.testing.assert_allclose(posteriors, Recognizer(model).posteriors(some), atol=TOLERANCE)
        with torch.no_grad():
            ours = model.network(model.front_end(torch.from_numpy(some))).numpy()
        np.testing.assert_allclose(logits, ours, atol=TOLERANCE)


def test_the_file_says_what_it_takes_and_gives(model: LoadedModel, session: Any) -> None:
    (taken,) = session.get_inputs()
    assert (taken.name, taken.shape) == ("samples", ["batch", 16_000])
    n_labels = len(model.card.labels)
    assert {given.name: given.shape for given in session.get_outputs()} == {
        "logits": ["batch", n_labels],
        "posteriors": ["batch", n_labels],
    }
    about = session.get_modelmeta().custom_metadata_map
    assert about == metadata(model)
    assert tuple(json.loads(about["labels"])) == model.card.labels
    assert json.loads(about["front_end"])["kind"] == "log-mel"
    assert about["sample_rate"] == "16000"


def test_the_code_that_is_shown_runs_without_this_project(
    exported: Exported, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = usage_code(DEFAULT_MODEL)
    assert "kws_core" not in code
    assert "torch" not in code
    clip = read_audio(get_sample("yes").path)
    monkeypatch.chdir(exported.path.parent)
    soundfile.write("word.wav", clip.samples, 16_000)
    exec(compile(code, "usage.py", "exec"), {})
    label, score = capsys.readouterr().out.split()
    expected = Recognizer.load().classify(clip.samples, 16_000)
    assert label == expected.label
    assert float(score) == pytest.approx(expected.score, abs=0.001)


class Kept:
    """What an export gives: here always the same file, whatever is exported."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.model = self
        self.metadata_props: dict[str, str] = {}

    def save(self, path: Path) -> None:
        shutil.copy(self.path, path)


def test_a_file_with_other_numbers_is_refused(
    model: LoadedModel, exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.onnx, "export", lambda *_, **__: Kept(exported.path))

    class Shifted(nn.Module):
        def forward(self, features: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = model.network(features) + 1e-3
            return logits

    other = LoadedModel(Shifted(), model.front_end, model.card)
    with pytest.raises(ModelError, match=r"other numbers than the model, by up to 0\.001"):
        export_onnx(other, tmp_path / "other.onnx")
    assert not list(tmp_path.iterdir())


def test_a_place_that_can_t_be_written_is_told_before_anything_is_exported(
    model: LoadedModel, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match=r"can't be written"):
        export_onnx(model, tmp_path / "file" / "model.onnx")


def test_missing_packages_are_named_with_how_to_install_them(
    model: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(ModelError, match=r"needs onnxscript, .*pip install onnx onnxscript"):
        export_onnx(model, tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())
