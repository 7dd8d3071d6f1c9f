"""A cascade: the second network is asked about likely words only, and its answer is averaged in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from kws_core import Recognizer
from kws_core.errors import ModelError, UnknownModelError
from kws_core.labels import LABELS
from kws_core.models import load_model
from kws_core.models.cascade import Cascade, cascade_of
from kws_core.models.onnx_export import export_onnx
from kws_core.models.store import MODEL_FOLDER, weight_bytes
from kws_core.models.structure import count_macs

NAME = "ds-resnet+two-towers"
IS_WORD = (True, True, False)


class Given(nn.Module):
    """Answers with its input times a factor, and keeps how many rows it was asked."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor
        self.asked = 0

    def forward(self, features: Tensor) -> Tensor:
        self.asked += len(features)
        return self.factor * features


def logits(*posteriors: tuple[float, ...]) -> Tensor:
    return torch.log(torch.tensor(posteriors))


SURELY_NONE = (0.05, 0.04, 0.91)
PERHAPS = (0.08, 0.03, 0.89)
A_WORD = (0.7, 0.1, 0.2)


def test_the_second_network_is_asked_where_words_have_a_tenth_together() -> None:
    second = Given(1.0)
    cascade = Cascade(Given(1.0), second, (1.0, 1.0), IS_WORD)
    cascade(logits(SURELY_NONE, SURELY_NONE))
    assert second.asked == 0
    cascade(logits(SURELY_NONE, PERHAPS, A_WORD))
    assert second.asked == 2


def test_answers_are_averaged_as_logarithms_of_probabilities() -> None:
    given = logits(A_WORD)
    cascade = Cascade(Given(1.0), Given(-1.0), (1.0, 2.0), IS_WORD)
    first = torch.log_softmax(given, -1)
    second = torch.log_softmax(-given / 2, -1)
    torch.testing.assert_close(cascade(given), (first + second) / 2)


def test_rows_of_a_batch_are_answered_as_each_alone() -> None:
    given = logits(A_WORD, SURELY_NONE, PERHAPS, SURELY_NONE, A_WORD)
    cascade = Cascade(Given(1.0), Given(0.3), (1.0, 1.0), IS_WORD)
    torch.testing.assert_close(cascade(given), torch.cat([cascade(row[None]) for row in given]))
    torch.testing.assert_close(cascade(given)[1], given[1])  # the second is not asked


def test_a_cascade_is_loaded_by_both_names() -> None:
    first, second, both = (load_model(name) for name in (*NAME.split("+"), NAME))
    assert both.card.name == NAME
    assert both.card.parameters == first.card.parameters + second.card.parameters
    assert both.card.sha256 not in (first.card.sha256, second.card.sha256)
    assert count_macs(both) == count_macs(first) + count_macs(second)
    assert weight_bytes(NAME) == weight_bytes(first.card.name) + weight_bytes(second.card.name)


def test_it_recognises_what_its_parts_do_and_has_the_embedding_of_the_first() -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(16_000).astype(np.float32)
    both, first = Recognizer.load(NAME), Recognizer.load()
    assert both.classify(noise, 16_000).label == first.classify(noise, 16_000).label
    np.testing.assert_allclose(
        both.embedding(noise, 16_000), first.embedding(noise, 16_000), rtol=1e-5
    )


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match="'nothing'"):
        load_model("ds-resnet+nothing")
    with pytest.raises(UnknownModelError, match="'ds-resnet'"):
        load_model(NAME, tmp_path)


@pytest.mark.parametrize("other", ["labels", "front_end"])
def test_models_that_do_not_go_together_are_refused(other: str) -> None:
    model = load_model("ds-resnet", MODEL_FOLDER)
    changes = {"labels": LABELS[::-1], "front_end": {"kind": "wave"}}
    card = replace(model.card, name="odd", **{other: changes[other]})  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="ds-resnet can't ask odd"):
        cascade_of(model, replace(model, card=card))


def test_a_cascade_is_not_exported_as_one_file(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    with pytest.raises(ModelError, match="Export each by its own name"):
        export_onnx(load_model(NAME), tmp_path / "both.onnx")
    assert not list(tmp_path.iterdir())


def test_a_model_of_words_only_never_knows_whether_to_ask() -> None:
    model = load_model("ds-resnet", MODEL_FOLDER)
    card = replace(model.card, labels=tuple(f"word {i}" for i in range(len(LABELS))))
    with pytest.raises(ModelError, match="unknown among them"):
        cascade_of(replace(model, card=card), replace(model, card=card))
