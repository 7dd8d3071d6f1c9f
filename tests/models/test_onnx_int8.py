"""The default model with a network of 8 bits: whole numbers in it, and the same words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kws_core.errors import ModelError
from kws_core.models.onnx_export import Exported, posteriors_of
from kws_core.models.onnx_int8 import calibration_seconds, export_int8
from kws_core.models.store import LoadedModel
from kws_core.spotting.recognizer import Recognizer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def exported(model: LoadedModel, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export_int8(model, tmp_path_factory.mktemp("onnx") / "new" / "int8.onnx")


def test_all_weights_of_the_network_are_whole_numbers_of_8_bits(exported: Exported) -> None:
    import onnx

    graph: Any = onnx.load(exported.path).graph
    large = [one for one in graph.initializer if one.name.startswith("network.")]
    kinds = {one.data_type for one in large if np.prod(one.dims) > 256 and "weight" in one.name}
    assert kinds == {onnx.TensorProto.INT8}
    assert [one.name for one in graph.initializer if one.name == "front_end.bank"]  # untouched


def test_it_answers_with_the_words_of_the_model(model: LoadedModel, exported: Exported) -> None:
    seconds = calibration_seconds(model.n_samples)
    ours = Recognizer(model).posteriors(seconds)
    theirs = posteriors_of(exported.path, seconds)
    sure = ours.max(axis=1) > 0.9
    assert sure.sum() > 20
    same = ours.argmax(axis=1) == theirs.argmax(axis=1)
    assert same[sure].mean() >= 0.95
    assert exported.largest_difference == pytest.approx(np.abs(ours - theirs).max(), abs=1e-3)


def test_the_file_still_says_what_it_takes(model: LoadedModel, exported: Exported) -> None:
    import onnxruntime

    about = onnxruntime.InferenceSession(str(exported.path)).get_modelmeta().custom_metadata_map
    assert tuple(json.loads(about["labels"])) == model.card.labels


def test_a_place_that_cannot_be_written_is_told(model: LoadedModel, tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("not a folder")
    with pytest.raises(ModelError, match="can't be written"):
        export_int8(model, taken / "word.onnx")
