"""A whole step on a handful of clips: from Parquet files to a model that can be loaded."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from kws_core.errors import DataError, ModelError, TrainingError
from kws_core.features.front_ends import LogMelConfig
from kws_core.labels import LABELS, UNKNOWN
from kws_core.models.store import read_card
from kws_core.spotting.recognizer import Recognizer
from kws_core.training.batches.augmentation import AugmentSettings
from kws_core.training.dataset.recordings import DataKinds
from kws_core.training.distillation import DistillationSettings
from kws_core.training.optimization import TrainingSettings
from kws_core.training.recipe import TrainStep
from kws_core.training.train_step import train_step
from kws_core.training.workspace import Workspace
from tests.helpers import training_shards as shards

SETTINGS = TrainingSettings(epochs=1, clips_per_epoch=24, batch_size=12, learning_rate=0.001)
TOY = TrainStep("toy", "ds-resnet", settings=SETTINGS)
SMALL = TrainStep("small", "bcresnet-1", settings=SETTINGS)


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Data, cache, and in its folder the model of a step."""
    root = tmp_path_factory.mktemp("run")
    data = shards.write_shards(root / "data")
    workspace = Workspace(data, root / "out", cache=root / "cache", device="cpu")
    train_step(TOY, workspace)
    return workspace


@pytest.fixture
def elsewhere(space: Workspace, tmp_path: Path) -> Workspace:
    """The same data, and a folder of its own that has the model."""
    (tmp_path / "toy").symlink_to(space.out / "toy")
    return replace(space, out=tmp_path)


def test_the_model_can_be_loaded_by_the_name_of_the_step(space) -> None:
    recognizer = Recognizer.load("toy", space.out / "toy")
    prediction = recognizer.classify(np.zeros(16_000, np.float32), 16_000)
    assert set(prediction.scores) == set(LABELS)


def test_the_card_says_what_it_was_trained_on_and_how(space) -> None:
    card = read_card(space.out / "toy", "toy")
    assert card.architecture == "ds-resnet"
    assert card.parameters == 97_661
    assert card.temperature > 0
    assert card.training["settings"]["epochs"] == 1
    assert card.training["settings"]["seed"] == SETTINGS.seed
    assert card.training["augmentation"]["max_shift"] == AugmentSettings().max_shift
    assert card.training["kinds"] == vars(DataKinds())
    assert card.training["kept_epoch"] == 1
    assert card.training["bfloat16"] is False
    (epoch,) = card.training["history"]
    assert epoch["epoch"] == 1
    assert epoch["accuracy"] == pytest.approx(card.metrics["validation"]["accuracy"], abs=1e-4)
    # 7 recordings less one each of yes and no, 5 pictures, 2 synthetic voices of 3
    assert card.training["clips"] == 7 - 2 + 5 + 2
    assert card.metrics["validation"]["clips"] == 7 + 5
    assert 0 <= card.metrics["validation"]["accuracy"] <= 1
    assert card.front_end == {"kind": "log-mel", **vars(LogMelConfig())}
    for source in ("Speech Commands", "CC BY 4.0", "ESC-10", "CC BY 3.0", "Kokoro-82M"):
        assert source in card.data


def test_the_decoded_data_are_kept_where_asked(space) -> None:
    assert {path.name.rsplit("-", 1)[0] for path in space.cache.iterdir()} == {
        *("audio-train", "audio-val", "audio-kept_out", "pictures-train", "pictures-val"),
        *("synthetic-train", "noise-train", "other-words-train", "fluent-train"),
    }


def test_the_same_seed_gives_the_same_model(space, tmp_path: Path) -> None:
    torch.manual_seed(123)  # what happened before must not matter
    again = train_step(TOY, replace(space, out=tmp_path))
    assert again is not None
    assert again.sha256 == read_card(space.out / "toy", "toy").sha256


def test_a_step_can_start_from_a_saved_model(elsewhere) -> None:
    still = TrainingSettings(
        epochs=1, clips_per_epoch=12, batch_size=12, learning_rate=1e-12, weight_decay=0.0
    )
    train_step(
        TrainStep("next", "ds-resnet", augmentation="mild", start_from="toy", settings=still),
        elsewhere,
    )
    before, after = (
        Recognizer.load(name, elsewhere.out / name)._model.network for name in ("toy", "next")
    )
    for old, new in zip(before.parameters(), after.parameters(), strict=True):
        torch.testing.assert_close(new, old, atol=1e-6, rtol=1e-6)
    started_from = read_card(elsewhere.out / "next", "next").training["started_from"]
    assert started_from == read_card(elsewhere.out / "toy", "toy").training


def test_a_step_can_learn_from_a_saved_model(elsewhere) -> None:
    card = train_step(replace(SMALL, teachers=("toy",), teacher_weight=0.5), elsewhere)
    toy = read_card(elsewhere.out / "toy", "toy")
    assert card is not None
    assert card.training["distillation"] == {
        "teacher": "toy",
        "sha256": toy.sha256,
        "weight": 0.5,
        "temperature": DistillationSettings().temperature,
    }
    assert toy.training["distillation"] is None


def test_kinds_are_left_out_and_fields_of_the_augmentation_changed(elsewhere) -> None:
    step = replace(SMALL, without=("synthetic",), change={"max_shift": 3})
    card = train_step(step, elsewhere)
    assert card is not None
    assert card.training["kinds"] == vars(DataKinds(synthetic=False))
    assert card.training["augmentation"]["max_shift"] == 3
    assert "Kokoro" not in card.data


@pytest.mark.slow
def test_a_step_can_learn_from_clips_that_are_drawn_before(elsewhere) -> None:
    step = replace(SMALL, teachers=("toy",), prepared_clips=30)
    card = train_step(step, elsewhere)
    assert card is not None
    assert card.training["prepared_clips"] == 30
    assert card.training["distillation"]["teacher"] == "toy"
    resumed = replace(elsewhere, resume=True)
    again = train_step(step, resumed)
    assert again is not None
    assert again.sha256 == card.sha256
    with pytest.raises(DataError, match="no clips that were prepared this way"):
        train_step(replace(step, teachers=()), resumed)
    mixed = train_step(replace(step, settings=replace(SETTINGS, mixup=0.5)), elsewhere)
    assert mixed is not None
    assert mixed.training["settings"]["mixup"] == 0.5
    assert len(list((elsewhere.out / "small").glob("prepared-*"))) == 2


def test_clips_drawn_before_are_of_one_front_end_and_of_the_same_data(elsewhere) -> None:
    step = replace(SMALL, prepared_clips=30)
    train_step(step, elsewhere)
    for other in (replace(step, model="m5"), replace(step, without=("synthetic",))):
        with pytest.raises(DataError, match="no clips that were prepared this way"):
            train_step(other, replace(elsewhere, resume=True))


def test_a_network_that_hears_sound_is_trained_on_sound(elsewhere) -> None:
    card = train_step(TrainStep("m5", "m5", settings=SETTINGS), elsewhere)
    assert card is not None
    assert card.labels == LABELS
    assert card.metrics["validation"]["clips"] == 7 + 5
    assert card.front_end["kind"] == "raw-wave"
    recognizer = Recognizer.load("m5", elsewhere.out / "m5")
    assert set(recognizer.classify(np.zeros(16_000, np.float32), 16_000).scores) == set(LABELS)


def test_a_tracker_or_a_gpu_that_is_missing_is_noticed_before_any_data_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    nowhere = Workspace(tmp_path / "nowhere", tmp_path, cache=tmp_path)
    with pytest.raises(TrainingError, match="pip install wandb"):
        train_step(TOY, replace(nowhere, tracker="wandb"))
    with pytest.raises(TrainingError, match="no GPU"):
        train_step(TOY, replace(nowhere, device="cuda"))


def test_starting_from_a_model_of_another_architecture_is_refused(elsewhere) -> None:
    with pytest.raises(ModelError, match="ds-resnet of 37 labels, not a bcresnet-1 of 37"):
        train_step(replace(SMALL, start_from="toy"), elsewhere)


def test_unknown_is_expected_as_often_as_in_use(space, elsewhere) -> None:
    still = replace(TOY.settings, learning_rate=1e-12, weight_decay=0.0)
    step = replace(TOY, name="shifted", start_from="toy", settings=still, unknown_in_use=0.01)
    card = train_step(step, elsewhere)
    assert card is not None
    assert card.training["unknown_in_use"] == 0.01
    before = Recognizer.load("toy", space.out / "toy").loaded.network.classifier.bias
    after = Recognizer.load("shifted", elsewhere.out / "shifted").loaded.network.classifier.bias
    moved = (after - before).detach()
    others = [i for i, label in enumerate(LABELS) if label != UNKNOWN]
    assert float(moved[LABELS.index(UNKNOWN)]) < -1
    torch.testing.assert_close(moved[others], torch.zeros(len(others)), atol=1e-3, rtol=0)
