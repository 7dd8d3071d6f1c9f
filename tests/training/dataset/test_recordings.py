"""The recordings of a data folder, of either kind, and which kinds of data there are in it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from kws_core.errors import DataError
from kws_core.features.front_ends import LogMelConfig
from kws_core.labels import LABELS
from kws_core.training import run
from kws_core.training.dataset import speech_commands
from kws_core.training.dataset.load import load_training_data
from kws_core.training.dataset.recordings import (
    DataKinds,
    describe,
    kinds_to_use,
    noise_recordings,
    other_recordings,
    word_recordings,
)
from kws_core.training.recipe_file import plain_recipe
from kws_core.training.workspace import Workspace
from tests.helpers import training_shards as shards
from tests.helpers.speech_commands_folder import NOISE_S, SPEAKERS, WORDS, write_speech_commands

CONFIG = LogMelConfig()
RATE = 16_000


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shards.write_shards(tmp_path_factory.mktemp("parquet"))


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that torchaudio was given."""
    root = tmp_path_factory.mktemp("unpacked")
    write_speech_commands(root)
    return root


class TestSpeechCommands:
    @pytest.mark.parametrize("split", SPEAKERS)
    def test_gives_the_clips_of_the_split_with_word_and_speaker(self, unpacked, split) -> None:
        recordings = word_recordings(unpacked, split)
        rows = list(recordings)
        assert len(recordings) == len(rows) == 3 * len(SPEAKERS[split])
        assert {(word, speaker) for _, word, speaker in rows} == {
            (word, speaker) for word in WORDS for speaker in SPEAKERS[split]
        }
        for samples, word, _ in rows:
            assert samples.dtype == np.float32
            peak = np.abs(np.fft.rfft(samples)).argmax() * RATE / len(samples)
            assert peak == pytest.approx(shards.FREQUENCIES[word], rel=0.02)

    def test_is_found_from_the_folder_of_the_download_or_its_own(self, unpacked) -> None:
        words = unpacked / speech_commands.FOLDER
        for folder in (unpacked, words, Path(os.path.join(".", os.path.relpath(words)))):
            assert len(word_recordings(folder, "train")) == 6

    def test_holds_the_end_of_its_noise_for_validation(self, unpacked) -> None:
        [(kind, train)] = noise_recordings(unpacked, "train")
        [(_, val)] = noise_recordings(unpacked, "val")
        assert kind == "doing_the_dishes"
        assert (len(train), len(val)) == (0.7 * NOISE_S * RATE, 0.3 * NOISE_S * RATE)
        assert np.std(train) > 5 * np.std(val)

    def test_has_no_other_words_pictures_or_synthetic_voices(self, unpacked) -> None:
        assert list(other_recordings(unpacked, "train")) == []
        assert kinds_to_use(unpacked, DataKinds()) == DataKinds(
            pictures=False, synthetic=False, other_words=False, fluent=False
        )

    def test_has_no_half_of_the_test_speakers(self, unpacked) -> None:
        with pytest.raises(DataError, match="train, val, test, no test_a"):
            word_recordings(unpacked, "test_a")

    def test_without_its_noise_says_how_to_go_on(self, unpacked, tmp_path) -> None:
        shutil.copytree(unpacked, tmp_path / "data")
        folder = tmp_path / "data" / speech_commands.FOLDER
        shutil.rmtree(folder / speech_commands.NOISE_FOLDER)
        with pytest.raises(DataError, match=r"without=.*noise"):
            list(noise_recordings(folder, "train"))
        kinds = DataKinds(noise=False)
        assert len(load_training_data(folder, tmp_path, CONFIG, kinds).training.noise) == 1

    def test_a_damaged_file_is_named(self, unpacked, tmp_path) -> None:
        shutil.copytree(unpacked, tmp_path / "data")
        bad = tmp_path / "data" / speech_commands.FOLDER / "up" / "00000001_nohash_0.wav"
        bad.write_bytes(bad.read_bytes()[:20])
        with pytest.raises(DataError, match=r"up.00000001_nohash_0\.wav can't be decoded"):
            list(word_recordings(tmp_path / "data", "train"))


class TestSpeechCommandsAsTrainingData:
    def test_no_speaker_is_in_two_splits(self, unpacked, tmp_path) -> None:
        training, validation, rare = load_training_data(unpacked, tmp_path, CONFIG)
        assert set(training.clips.speaker) == set(SPEAKERS["train"])
        assert set(validation.speaker) == set(SPEAKERS["val"])
        assert rare is None
        # Here "yes" and "no" are heard as often as any word: nothing is left out.
        assert {LABELS[target] for target in training.clips.target} == set(WORDS)

    def test_the_notebook_s_mistake_cannot_be_made(self, unpacked, tmp_path, monkeypatch) -> None:
        """Listed paths that are joined and not normalised match no file: refused, not trained on.

        Were it not noticed, the clips of all four speakers would be trained on.
        """

        def as_in_the_notebook(path: Path) -> list[str]:
            return [os.path.join("./", line) for line in path.read_text().splitlines()]

        monkeypatch.setattr(speech_commands, "_read_list", as_in_the_notebook)
        with pytest.raises(DataError, match=r"_list\.txt names \./"):
            load_training_data(unpacked, tmp_path, CONFIG)

    def test_is_decoded_once(self, unpacked, tmp_path, monkeypatch) -> None:
        first = load_training_data(unpacked, tmp_path, CONFIG)

        monkeypatch.setattr(speech_commands, "read_words", lambda *_: pytest.fail("decoded again"))
        again = load_training_data(unpacked, tmp_path, CONFIG)
        np.testing.assert_array_equal(again.validation.log_mel, first.validation.log_mel)

    def test_a_model_can_be_trained_on_it(self, tmp_path, monkeypatch, capsys) -> None:
        changes = ["epochs=1", "clips_per_epoch=12", "batch_size=12"]
        # Fetched first, as asked: here by writing it.
        monkeypatch.setattr(run, "download", write_speech_commands)
        space = Workspace(tmp_path, tmp_path / "out", cache=tmp_path / "cache", fetch=True)
        card = run.follow(plain_recipe("bcresnet-1", changes), space)
        assert card is not None
        assert (
            "has no pictures, synthetic, other-words, fluent: training without."
            in capsys.readouterr().err
        )
        assert card.training["clips"] == 6
        assert card.training["kinds"]["pictures"] is False
        assert "Speech Commands" in card.data
        assert "Kokoro" not in card.data
        assert "ESC-10" not in card.data


class TestKinds:
    def test_of_a_parquet_folder_are_those_wanted(self, parquet) -> None:
        for wanted in (DataKinds(), DataKinds(noise=False, audio=False)):
            assert kinds_to_use(parquet, wanted) == wanted

    def test_that_are_missing_are_all_named_at_once(self, parquet, tmp_path) -> None:
        shutil.copytree(parquet, tmp_path / "data")
        for name in ("background_noise", "other_words"):
            (tmp_path / "data" / f"{name}.parquet").unlink()
        with pytest.raises(DataError) as refused:
            kinds_to_use(tmp_path / "data", DataKinds())
        message = str(refused.value)
        assert "background_noise.parquet, other_words.parquet are missing in" in message
        assert message.endswith("""--set 'without=["noise", "other-words"]'.""")
        assert "\n" not in message

    def test_without_any_real_clips_are_refused(self, parquet) -> None:
        with pytest.raises(DataError, match="Nothing is left"):
            kinds_to_use(parquet, DataKinds(audio=False, pictures=False))

    def test_are_described_with_their_licences(self, parquet, unpacked) -> None:
        everything = describe(parquet, DataKinds())
        for source in ("Speech Commands", "CC BY 4.0", "ESC-10", "CC BY 3.0", "Kokoro-82M"):
            assert source in everything
        assert "ESC-10" not in describe(parquet, DataKinds(noise=False))
        assert "ESC-10" not in describe(unpacked, DataKinds())
