"""The mean of networks' weights: what is averaged, what the card says, what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from kws_core.errors import DataError, ModelError
from kws_core.features.front_ends import RawWave
from kws_core.labels import LABELS
from kws_core.models.store import LoadedModel, load_model
from kws_core.report.card import how_made
from kws_core.training.combine import average_models, mean_of, validation_for
from tests.helpers import training_shards as shards
from tests.helpers.training_toys import same_weights, toy_clips, trained_model


def trained(seed: int, architecture: str = "bcresnet-1", **training: object) -> LoadedModel:
    return trained_model(architecture, seed, **training)


def test_a_linear_network_answers_with_the_mean() -> None:
    *three, mean = (nn.Linear(5, 3) for _ in range(4))
    x = torch.randn(4, 5)
    torch.testing.assert_close(mean_of(three, mean)(x), sum(one(x) for one in three) / 3)


def test_averages_of_norms_are_averaged_and_counts_are_not() -> None:
    norms = [nn.BatchNorm1d(2) for _ in range(3)]
    norms[0](torch.randn(10, 2) + 4)
    norms[0](torch.randn(10, 2) + 4)
    mean_of((norms[0], norms[1]), norms[2])
    expected = (norms[0].running_mean + norms[1].running_mean) / 2  # type: ignore[operator]
    assert torch.equal(norms[2].running_mean, expected)  # type: ignore[arg-type]
    assert norms[2].num_batches_tracked == 2


def test_a_network_and_itself_are_that_network(tmp_path: Path) -> None:
    one = trained(1)
    average_models([one, one], toy_clips(3, 9), tmp_path, "mean")
    log_mel = torch.randn(2, 40, 98)
    with torch.no_grad():
        found = load_model("mean", tmp_path).network(log_mel)
        torch.testing.assert_close(found, one.network(log_mel))


def test_the_card_is_that_of_the_run_and_says_so(tmp_path: Path) -> None:
    settings = {"epochs": 30}
    one = trained(1, settings=settings, started_from={"settings": {"epochs": 38}}, note="stopped")
    card = average_models([one, trained(2)], toy_clips(3, 9), tmp_path, "mean")
    assert load_model("mean", tmp_path).card == card
    assert card.temperature != one.card.temperature
    assert card.metrics["validation"]["clips"] == len(toy_clips(3, 9))
    assert [told for _, told in how_made(card)] == [
        "epochs 38",
        "epochs 30; stopped; averaged with bcresnet-1",
    ]


def test_both_are_left_as_they_were(tmp_path: Path) -> None:
    one, other = trained(1), trained(2)
    before = {k: v.clone() for k, v in one.network.state_dict().items()}
    average_models([one, other], toy_clips(3, 9), tmp_path, "mean")
    assert same_weights(one.network, before)


def test_other_networks_are_refused(tmp_path: Path) -> None:
    one, other = trained(1), trained(2)
    with pytest.raises(ModelError, match="differ in architecture"):
        average_models([one, trained(3, "ds-resnet")], toy_clips(3, 9), tmp_path, "mean")
    fewer = replace(other, card=replace(other.card, labels=LABELS[:-1]))
    with pytest.raises(ModelError, match="differ in labels"):
        average_models([one, fewer], toy_clips(3, 9), tmp_path, "mean")


def test_it_is_validated_on_the_kinds_that_it_learned_from(tmp_path: Path) -> None:
    data = shards.write_shards(tmp_path / "data")
    for name in ("speech_commands_logmel", "other_words", "english_speech"):
        (data / f"{name}.parquet").unlink()
    learned = trained(1, kinds={"audio": True, "pictures": False})
    assert len(validation_for(learned, data, tmp_path / "cache")) == 7
    with pytest.raises(DataError, match="speech_commands_logmel"):
        validation_for(trained(1), data, tmp_path / "cache")


def test_a_network_that_hears_sound_is_refused(tmp_path: Path) -> None:
    sound = replace(trained(1), front_end=RawWave())
    with pytest.raises(ModelError, match="its input is no log-mel"):
        validation_for(sound, tmp_path, tmp_path)
