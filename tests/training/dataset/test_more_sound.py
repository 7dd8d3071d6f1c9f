"""Folders of more speech and noise: what is read, what is left out, where it is learnt from."""

from pathlib import Path

import numpy as np
import pytest

from kws_core.errors import DataError, ModelError
from kws_core.features.front_ends import LogMelConfig
from kws_core.labels import LABELS
from kws_core.training.dataset.load import load_training_data
from kws_core.training.dataset.more_sound import MoreSound, folder_recordings, word_clips
from kws_core.training.dataset.recordings import DataKinds, describe
from kws_core.training.recipe import TrainStep
from kws_core.training.train_step import train_step
from kws_core.training.workspace import Workspace
from tests.helpers import training_shards as shards
from tests.helpers.audio_files import encode, tone
from tests.helpers.training_toys import SETTINGS

RATE = 16_000
CONFIG = LogMelConfig()


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """Two recordings, one of them at 8 kHz in a subfolder, and a text about them."""
    folder = tmp_path / "talk"
    (folder / "fr").mkdir(parents=True)
    (folder / "b.wav").write_bytes(encode(tone(500, 1.2, RATE), RATE))
    (folder / "fr" / "a.ogg").write_bytes(shards.opus(tone(700, 0.8, 8000), 8000))
    (folder / "notes.md").write_text("no sound")
    return folder


def test_every_sound_file_is_read_at_16_khz_whatever_its_rate(talk: Path) -> None:
    recordings = dict(folder_recordings(talk))
    assert list(recordings) == ["b.wav", "fr/a.ogg"]
    assert len(recordings["b.wav"]) == pytest.approx(1.2 * RATE, abs=1024)
    assert len(recordings["fr/a.ogg"]) == pytest.approx(0.8 * RATE, abs=1024)


def test_silence_at_the_ends_is_cut_off(tmp_path: Path) -> None:
    """A second of nothing beside the speech would be learnt as speech."""
    silence = np.zeros(RATE, np.float32)
    sound = np.concatenate([silence, tone(500, 0.5, RATE), silence])
    (tmp_path / "late.wav").write_bytes(encode(sound, RATE))
    [(_, samples)] = folder_recordings(tmp_path)
    assert 0.5 * RATE <= len(samples) <= 0.5 * RATE + 4 * 1024


def test_what_cannot_be_read_or_heard_is_left_out_and_named(talk: Path, capsys) -> None:
    (talk / "broken.wav").write_bytes(b"RIFF and nothing more")
    (talk / "silent.wav").write_bytes(encode(np.zeros(RATE, np.float32), RATE))
    assert len(list(folder_recordings(talk))) == 2
    said = capsys.readouterr().out
    assert "broken.wav is left out" in said
    assert "silent.wav is left out: The recording is silent" in said


def test_a_folder_without_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no sound files"):
        list(folder_recordings(tmp_path))


def test_they_are_learnt_from_beside_the_data_folder_and_read_once(talk, tmp_path, capsys) -> None:
    data, cache = shards.write_shards(tmp_path / "data"), tmp_path / "cache"
    before = load_training_data(data, cache, CONFIG).training
    assert before.more_speech == []
    more = MoreSound(speech=talk, noise=talk)
    for _ in range(2):
        training = load_training_data(data, cache, CONFIG, more=more).training
        assert [stream.name for stream in training.more_speech] == ["b.wav", "fr/a.ogg"]
        assert len(training.noise) == len(before.noise) + 2
        assert len(training.other) == len(before.other)
    made = [path for path in cache.iterdir() if path.name.startswith("more-")]
    assert len(made) == 1
    (talk / "c.wav").write_bytes(encode(tone(600, 1.0, RATE), RATE))
    training = load_training_data(data, cache, CONFIG, more=more).training
    assert len(training.more_speech) == 3  # a changed folder is read anew


def test_words_are_learnt_as_what_their_folder_is_called(tmp_path: Path) -> None:
    data, cache = shards.write_shards(tmp_path / "data"), tmp_path / "cache"
    said = tmp_path / "said"
    for word, seconds in (("yes", 0.4), ("yes", 1.6), ("zero", 0.5)):
        (said / word).mkdir(parents=True, exist_ok=True)
        (said / word / f"{seconds}.wav").write_bytes(encode(tone(500, seconds, RATE), RATE))
    before = load_training_data(data, cache, CONFIG)
    for _ in range(2):  # the second time from the cache
        after = load_training_data(data, cache, CONFIG, more=MoreSound(words=said))
        added = after.training.clips.select(
            np.arange(len(before.training.clips), len(after.training.clips))
        )
        assert [LABELS[target] for target in added.target] == ["yes", "yes", "zero"]
        # A recording of "yes" is kept out of training where pictures of it are meant to teach it.
        assert added.speaker.tolist() == [
            "more-yes/0.4.wav",
            "more-yes/1.6.wav",
            "more-zero/0.5.wav",
        ]
        assert added.length.tolist()[1] == CONFIG.n_frames
        assert added.length[0] < added.length[2] < CONFIG.n_frames
        assert len(after.validation) == len(before.validation)


def test_a_folder_called_like_no_word_is_refused(tmp_path: Path) -> None:
    (tmp_path / "maybe").mkdir()
    (tmp_path / "maybe" / "a.wav").write_bytes(encode(tone(500, 0.4, RATE), RATE))
    with pytest.raises(DataError, match="says 'maybe', which is none of the labels"):
        word_clips(tmp_path, CONFIG)
    (tmp_path / "maybe" / "a.wav").write_bytes(b"RIFF")
    with pytest.raises(DataError, match="None of the sound files"):
        word_clips(tmp_path, CONFIG)


def test_a_folder_of_which_nothing_can_be_read_is_refused(tmp_path: Path) -> None:
    data = shards.write_shards(tmp_path / "data")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "broken.wav").write_bytes(b"RIFF")
    more = MoreSound(speech=tmp_path / "bad")
    with pytest.raises(DataError, match="Nothing to learn from"):
        load_training_data(data, tmp_path / "cache", CONFIG, more=more)


def test_the_card_says_where_they_are_from(talk: Path, tmp_path: Path) -> None:
    data = shards.write_shards(tmp_path / "data")
    assert "more" not in describe(data, DataKinds())
    assert describe(data, DataKinds(), MoreSound(speech=talk)).endswith("; more speech: talk")
    (talk / "ABOUT.txt").write_text("A library of voices (CC0)\nwith a second line\n")
    said = describe(data, DataKinds(), MoreSound(speech=talk, noise=tmp_path / "data"))
    assert said.endswith("; more speech: A library of voices (CC0); more noise: data")


def test_a_network_that_hears_sound_refuses_them(talk: Path, tmp_path: Path) -> None:
    data = shards.write_shards(tmp_path / "data")
    with pytest.raises(ModelError, match="for models of the log-mel"):
        train_step(
            TrainStep("m5", "m5", settings=SETTINGS),
            Workspace(data, tmp_path / "out", MoreSound(speech=talk), tmp_path / "cache"),
        )


def test_a_folder_of_sounds_has_some_of_three_subfolders(tmp_path: Path) -> None:
    (tmp_path / "noise").mkdir()
    assert MoreSound.below(tmp_path) == MoreSound(noise=tmp_path / "noise")
    (tmp_path / "words").mkdir()
    (tmp_path / "sentences").mkdir()
    found = MoreSound.below(tmp_path)
    assert found == MoreSound(noise=tmp_path / "noise", words=tmp_path / "words")
    with pytest.raises(DataError, match="no subfolder speech, noise or words"):
        MoreSound.below(tmp_path / "sentences")
