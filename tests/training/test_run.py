"""A whole run on a handful of clips: from Parquet files to a model that can be loaded."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("pyarrow", reason="training data are Parquet files")

from kws_core.errors import DataError, ModelError, TrainingError, UnknownModelError
from kws_core.features.front_ends import LogMelConfig
from kws_core.labels import LABELS
from kws_core.models.store import read_card
from kws_core.spotting.recognizer import Recognizer
from kws_core.training.batches.augmentation import AUGMENTATIONS, AugmentSettings
from kws_core.training.dataset.recordings import DataKinds
from kws_core.training.distillation import DistillationSettings
from kws_core.training.optimization import TrainingSettings
from kws_core.training.run import run_training
from tests.helpers import training_shards as shards

SETTINGS = TrainingSettings(epochs=1, clips_per_epoch=24, batch_size=12, learning_rate=0.001)


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Data, cache, and what a run left in its folder."""
    root = tmp_path_factory.mktemp("run")
    data, cache, out = shards.write_shards(root / "data"), root / "cache", root / "out"
    run_training("ds-resnet", data, out, SETTINGS, AugmentSettings(), name="toy", cache=cache)
    return data, cache, out


def test_the_model_can_be_loaded_by_the_name_it_was_given(folders) -> None:
    recognizer = Recognizer.load("toy", folders[2])
    prediction = recognizer.classify(np.zeros(16_000, np.float32), 16_000)
    assert set(prediction.scores) == set(LABELS)


def test_the_card_says_what_it_was_trained_on_and_how(folders) -> None:
    card = read_card(folders[2], "toy")
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


def test_the_decoded_data_are_kept_where_asked(folders) -> None:
    assert {path.name.rsplit("-", 1)[0] for path in folders[1].iterdir()} == {
        *("audio-train", "audio-val", "pictures-train", "pictures-val", "synthetic-train"),
        *("noise-train", "other-words-train"),
    }


def test_the_same_seed_gives_the_same_model(folders, tmp_path: Path) -> None:
    data, cache, out = folders
    torch.manual_seed(123)  # what happened before must not matter
    again = run_training(
        "ds-resnet", data, tmp_path, SETTINGS, AugmentSettings(), name="toy", cache=cache
    )
    assert again.sha256 == read_card(out, "toy").sha256


def test_an_unknown_architecture_is_refused_before_any_data_are_read(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError):
        run_training("lstm", tmp_path, tmp_path, SETTINGS, AugmentSettings())


def test_a_run_can_go_on_from_a_saved_model(folders, tmp_path: Path) -> None:
    data, cache, out = folders
    standing_still = TrainingSettings(
        epochs=1, clips_per_epoch=12, batch_size=12, learning_rate=1e-12, weight_decay=0.0
    )
    run_training(
        *("ds-resnet", data, tmp_path, standing_still, AUGMENTATIONS["mild"]),
        name="toy",
        start_from=out,
        cache=cache,
    )
    before, after = (Recognizer.load("toy", folder)._model.network for folder in (out, tmp_path))
    for old, new in zip(before.parameters(), after.parameters(), strict=True):
        torch.testing.assert_close(new, old, atol=1e-6, rtol=1e-6)
    started_from = read_card(tmp_path, "toy").training["started_from"]
    assert started_from == read_card(out, "toy").training


def test_a_run_can_learn_from_a_saved_model(folders, tmp_path: Path) -> None:
    data, cache, out = folders
    card = run_training(
        *("bcresnet-1", data, tmp_path, SETTINGS, AugmentSettings()),
        teachers=("toy",),
        teacher_folder=out,
        distillation=DistillationSettings(weight=0.5),
        cache=cache,
    )
    assert card.training["distillation"] == {
        "teacher": "toy",
        "sha256": read_card(out, "toy").sha256,
        "weight": 0.5,
        "temperature": DistillationSettings().temperature,
    }
    assert read_card(out, "toy").training["distillation"] is None


@pytest.mark.slow
def test_a_run_can_learn_from_clips_that_are_drawn_before(folders, tmp_path: Path) -> None:
    data, cache, out = folders
    given = {"teachers": ("toy",), "teacher_folder": out, "n_prepared": 30, "cache": cache}
    run = ("bcresnet-1", data, tmp_path, SETTINGS, AugmentSettings())
    card = run_training(*run, **given)
    assert card.training["prepared_clips"] == 30
    assert card.training["distillation"]["teacher"] == "toy"
    assert run_training(*run, **given, resume=True).sha256 == card.sha256
    with pytest.raises(DataError, match="no clips that were prepared this way"):
        run_training(*run, **given | {"teachers": ()}, resume=True)
    mixed = replace(SETTINGS, mixup=0.5)
    again = run_training(*run[:3], mixed, run[4], **given)
    assert again.training["settings"]["mixup"] == 0.5
    assert len(list(tmp_path.glob("prepared-*"))) == 2


def test_clips_drawn_before_are_of_one_front_end_and_of_the_same_data(folders, tmp_path) -> None:
    data, cache, _ = folders
    given = {"n_prepared": 30, "cache": cache}
    run_training("bcresnet-1", data, tmp_path, SETTINGS, AugmentSettings(), **given)
    for architecture, kinds in (("m5", None), ("bcresnet-1", DataKinds(synthetic=False))):
        with pytest.raises(DataError, match="no clips that were prepared this way"):
            run_training(
                *(architecture, data, tmp_path, SETTINGS, AugmentSettings()),
                **given,
                kinds=kinds,
                resume=True,
            )


def test_a_network_that_hears_sound_is_trained_on_sound(folders, tmp_path: Path) -> None:
    data, cache, _ = folders
    card = run_training("m5", data, tmp_path, SETTINGS, AugmentSettings(), cache=cache)
    assert card is not None
    assert card.labels == LABELS
    assert card.metrics["validation"]["clips"] == 7 + 5
    assert card.front_end["kind"] == "raw-wave"
    prediction = Recognizer.load("m5", tmp_path).classify(np.zeros(16_000, np.float32), 16_000)
    assert set(prediction.scores) == set(LABELS)


def test_a_tracker_or_a_gpu_that_is_missing_is_noticed_before_any_data_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    given = ("ds-resnet", tmp_path / "nowhere", tmp_path, SETTINGS, AugmentSettings())
    with pytest.raises(TrainingError, match="pip install wandb"):
        run_training(*given, tracker="wandb")
    with pytest.raises(TrainingError, match="no GPU"):
        run_training(*given, device="cuda")


def test_going_on_from_a_model_of_another_architecture_is_refused(folders, tmp_path) -> None:
    data, _, out = folders
    with pytest.raises(ModelError, match="ds-resnet of 37 labels, not a bcresnet-1 of 37"):
        run_training(
            *("bcresnet-1", data, tmp_path, SETTINGS, AugmentSettings()),
            name="toy",
            start_from=out,
        )
