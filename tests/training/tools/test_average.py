"""The mean of two networks' weights: what is averaged, what is told, what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

pytest.importorskip("pyarrow", reason="training data are Parquet files")

from kws_core.errors import ModelError
from kws_core.features.front_ends import LogMel, RawWave, front_end_spec
from kws_core.labels import LABELS
from kws_core.models import ModelCard, build_model, count_parameters, save_model
from kws_core.models.store import LoadedModel, load_model
from kws_core.report.card import how_made
from kws_core.training.tools import average
from kws_core.training.tools.average import average_models, mean_of
from tests.helpers import training_shards as shards
from tests.helpers.training_toys import toy_clips

pytestmark = pytest.mark.usefixtures("one_thread")


def trained(seed: int, architecture: str = "bcresnet-1", **training: object) -> LoadedModel:
    """A network with weights and averages of its own."""
    torch.manual_seed(seed)
    network = build_model(architecture, len(LABELS))
    with torch.no_grad():
        network(torch.randn(8, 40, 98))  # moves the averages of its norms
    spec = front_end_spec(LogMel())
    n = count_parameters(network)
    card = ModelCard(architecture, architecture, LABELS, spec, n, training=dict(training))
    return LoadedModel(network.eval(), LogMel(), card)


def test_a_linear_network_answers_with_the_mean() -> None:
    one, other, mean = (nn.Linear(5, 3) for _ in range(3))
    x = torch.randn(4, 5)
    torch.testing.assert_close(mean_of((one, other), mean)(x), (one(x) + other(x)) / 2)


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
    average_models(one, one, toy_clips(3, 9), tmp_path)
    log_mel = torch.randn(2, 40, 98)
    with torch.no_grad():
        found = load_model("bcresnet-1", tmp_path).network(log_mel)
        torch.testing.assert_close(found, one.network(log_mel))


def test_the_card_is_that_of_the_run_and_says_so(tmp_path: Path) -> None:
    settings = {"epochs": 30}
    one = trained(1, settings=settings, started_from={"settings": {"epochs": 38}}, note="stopped")
    card = average_models(one, trained(2), toy_clips(3, 9), tmp_path)
    assert load_model("bcresnet-1", tmp_path).card == card
    assert card.temperature != one.card.temperature
    assert card.metrics["validation"]["clips"] == len(toy_clips(3, 9))
    assert [told for _, told in how_made(card)] == [
        "epochs 38",
        "epochs 30; stopped; averaged with the weights it started from",
    ]


def test_both_are_left_as_they_were(tmp_path: Path) -> None:
    one, other = trained(1), trained(2)
    before = {k: v.clone() for k, v in one.network.state_dict().items()}
    average_models(one, other, toy_clips(3, 9), tmp_path)
    after = one.network.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_other_networks_are_refused(tmp_path: Path) -> None:
    one, other = trained(1), trained(2)
    with pytest.raises(ModelError, match="differ in architecture"):
        average_models(one, trained(3, "ds-resnet"), toy_clips(3, 9), tmp_path)
    fewer = replace(other, card=replace(other.card, labels=LABELS[:-1]))
    with pytest.raises(ModelError, match="differ in labels"):
        average_models(one, fewer, toy_clips(3, 9), tmp_path)


def test_the_command_averages_models_by_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = shards.write_shards(tmp_path / "data")
    for folder, seed in (("after", 1), ("before", 2)):
        model = trained(seed)
        save_model(tmp_path / folder, model.card, model.network, model.front_end)
    monkeypatch.setattr(average, "default_cache", lambda: tmp_path / "cache")
    places = [str(tmp_path / folder / "bcresnet-1") for folder in ("after", "before")]
    out = tmp_path / "out"
    command = ["--model", places[0], "--before", places[1], "--data", str(data), "--out", str(out)]
    monkeypatch.setattr("sys.argv", ["average", *command])
    assert average.main() == 0
    assert capsys.readouterr().out.startswith("bcresnet-1: ")
    assert "averaged" in load_model("bcresnet-1", out).card.training["note"]
    monkeypatch.setattr(
        "sys.argv", ["average", *command[:-3], str(tmp_path / "nowhere"), *command[-2:]]
    )
    assert average.main() == 1


def test_a_network_that_hears_sound_is_refused(tmp_path: Path) -> None:
    sound = replace(trained(1), front_end=RawWave())
    with pytest.raises(ModelError, match="it takes no log-mel"):
        average.validation_for(sound, tmp_path)
