"""What an evaluation leaves behind, written and read again."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from kws_core.errors import DataError
from kws_core.models.embeddings import EmbeddingMap
from kws_core.results.scores import ClipScores
from kws_core.results.store import (
    RESULTS_FORMAT,
    as_json,
    available_results,
    load_figures,
    load_map,
    load_scores,
    save_results,
)
from tests.helpers.clip_scores import random_scores

FIGURES = {"format": RESULTS_FORMAT, "model": "some-net", "split": "val", "accuracy": 0.5}


def a_map() -> EmbeddingMap:
    rng = np.random.default_rng(0)
    return EmbeddingMap(
        rows=np.arange(5, dtype=np.int32),
        points=rng.normal(size=(5, 3)).astype(np.float16),
        neighbours=rng.normal(size=(5, 2)).astype(np.float16),
        mean=rng.normal(size=8).astype(np.float32),
        axes=rng.normal(size=(3, 8)).astype(np.float32),
        explained=np.array([0.5, 0.3, 0.1], np.float32),
    )


def assert_same(first: object, second: object, kind: type) -> None:
    for field in fields(kind):
        a, b = getattr(first, field.name), getattr(second, field.name)
        assert np.array_equal(a, b), field.name
        assert np.asarray(a).dtype == np.asarray(b).dtype, field.name


def test_scores_and_map_are_read_as_they_were_written(tmp_path: Path) -> None:
    scores, word_map = random_scores(), a_map()
    path = save_results(tmp_path / "new", FIGURES, scores, word_map)
    assert path == tmp_path / "new" / "some-net-val.json"
    assert load_figures(path.parent, "some-net", "val") == FIGURES
    assert_same(load_scores(path.parent, "some-net", "val"), scores, ClipScores)
    read_map = load_map(path.parent, "some-net", "val")
    assert read_map is not None
    assert_same(read_map, word_map, EmbeddingMap)


def test_the_same_scores_make_the_same_file(tmp_path: Path) -> None:
    written = [
        save_results(tmp_path / name, FIGURES, random_scores(), a_map()).with_suffix(".npz")
        for name in ("first", "second")
    ]
    assert written[0].read_bytes() == written[1].read_bytes()


def test_an_evaluation_without_a_map_leaves_none_of_an_earlier_one(tmp_path: Path) -> None:
    save_results(tmp_path, FIGURES, random_scores(), a_map())
    save_results(tmp_path, FIGURES, random_scores(), None)
    assert load_map(tmp_path, "some-net", "val") is None


def test_evaluations_are_listed_by_model_and_split(tmp_path: Path) -> None:
    assert available_results(tmp_path / "nowhere") == []
    for model, split in (("some-net", "val"), ("m5", "test_a"), ("m5", "val")):
        save_results(tmp_path, FIGURES | {"model": model, "split": split}, random_scores(), a_map())
    assert available_results(tmp_path) == [("m5", "test_a"), ("m5", "val"), ("some-net", "val")]


def test_figures_are_written_for_people_as_well() -> None:
    figures = {"confusion": {"counts": [[1, 2], [3, 4]]}, "bins": [{"n": 1}], "text": "a [1]\n, b"}
    text = as_json(figures)
    assert "[1, 2],\n" in text
    assert json.loads(text) == figures


@pytest.mark.parametrize(
    "content", [None, b"", b"{}", b'{"format": 1}', b"\x00\x01"], ids=["no file", *"abcd"]
)
def test_figures_that_are_missing_damaged_or_old_are_named(
    content: bytes | None, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "some-net-val.json").write_bytes(content)
    with pytest.raises(DataError, match=r"some-net-val\.json .* again with evaluate\."):
        load_figures(tmp_path, "some-net", "val")


@pytest.mark.parametrize("damage", ["no file", "cut", "not a zip", "lacks an array"])
def test_scores_that_are_missing_or_damaged_are_named(damage: str, tmp_path: Path) -> None:
    path = save_results(tmp_path, FIGURES, random_scores(), None).with_suffix(".npz")
    content = path.read_bytes()
    path.unlink()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "not a zip":
        path.write_bytes(b"hello")
    elif damage == "lacks an array":
        np.savez(path, labels=np.array(["yes"]))
    with pytest.raises(DataError, match=r"some-net-val\.npz .* again with evaluate\."):
        load_scores(tmp_path, "some-net", "val")
