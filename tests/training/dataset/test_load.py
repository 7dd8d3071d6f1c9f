"""Reading the training data: what a row becomes, what is left out, what is refused."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from kws_core.errors import DataError
from kws_core.features.front_ends import LogMel, LogMelConfig
from kws_core.labels import LABELS
from kws_core.samples import list_samples
from kws_core.training.batches.log_mel import BatchMaker
from kws_core.training.dataset import load as data
from kws_core.training.dataset.clips import Clips
from kws_core.training.dataset.load import (
    audio_clips,
    load_clips,
    load_training_data,
    picture_clips,
    synthetic_clips,
)
from kws_core.training.dataset.recordings import DataKinds
from kws_core.training.dataset.shards import PICTURE_SCALE, decode
from tests.helpers import training_shards as shards

CONFIG = LogMelConfig()
RATE = 16_000
ALL = DataKinds()
KIND_OF = {
    "speech_commands_train.parquet": "audio",
    "speech_commands_val.parquet": "audio",
    "speech_commands_logmel.parquet": "pictures",
    "synthetic_words.parquet": "synthetic",
    "background_noise.parquet": "noise",
    "other_words.parquet": "other_words",
}
RECORDED = DataKinds(pictures=False, synthetic=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shards.write_shards(tmp_path_factory.mktemp("data"))


def words_of(clips: Clips) -> list[str]:
    return [LABELS[target] for target in clips.target]


def log_mel_of(samples: np.ndarray) -> np.ndarray:
    return LogMel(CONFIG)(torch.from_numpy(np.asarray(samples, np.float32))[None])[0].numpy()


class TestRecordings:
    def test_become_the_log_mel_of_their_samples_at_the_left(self, tmp_path: Path) -> None:
        samples = shards.spoken("four", seconds=0.5)
        rows = [shards.clip_row("four", "aa", "train", audio=shards.flac(samples))]
        shards.write(tmp_path, "speech_commands_train.parquet", rows)
        clips = audio_clips(tmp_path, "train", CONFIG)
        assert (len(clips), words_of(clips), list(clips.speaker)) == (1, ["four"], ["aa"])
        assert clips.length.tolist() == [1 + (8000 - 480) // 160]
        assert not clips.is_picture.any()
        length = int(clips.length[0])
        # FLAC holds 16 bits, the array half floats: their steps near -15 are 0.008.
        np.testing.assert_allclose(clips.log_mel[0, :, :length], log_mel_of(samples), atol=0.05)
        assert (clips.log_mel[0, :, length:] == np.float16(CONFIG.log_floor)).all()

    @pytest.mark.parametrize("split", ["train", "val", "test_a"])
    def test_are_read_from_ogg_opus_in_the_order_of_the_file(self, folder, split) -> None:
        clips = audio_clips(folder, split, CONFIG)
        kept_out = 2 if split == "train" else 0
        words = ["yes", "no", "up", "four", "zero", "four", "zero"]
        assert words_of(clips) == words[kept_out:]
        assert list(clips.speaker) == [f"{split}{i}" for i in range(kept_out, 7)]
        centres = CONFIG.centre_frequencies.numpy()
        for word, picture in zip(words_of(clips), clips.log_mel, strict=True):
            loudest = centres[picture[:, 10:40].mean(axis=1, dtype=np.float64).argmax()]
            assert loudest == pytest.approx(shards.FREQUENCIES[word], rel=0.08)

    def test_shorter_than_a_window_are_lengthened_to_one_frame(self, tmp_path: Path) -> None:
        rows = [shards.clip_row("up", "aa", "train", audio=shards.flac(np.full(100, 0.1)))]
        shards.write(tmp_path, "speech_commands_train.parquet", rows)
        assert audio_clips(tmp_path, "train", CONFIG).length.tolist() == [1]

    def test_at_another_rate_are_refused(self) -> None:
        with pytest.raises(DataError, match="8000 Hz where 16000 Hz"):
            decode(shards.flac(np.zeros(800), 8_000), RATE)


class TestPictures:
    def test_hold_ln_e_as_a_tenth_of_the_grey_level_less_its_offset(self, tmp_path: Path) -> None:
        """The law: grey = 10 ln E + 146.5, frames down, bands to the right."""
        grey = np.zeros((98, 40))
        grey[:49], grey[49:] = 146, 246
        grey[:, :8] = 46
        rows = [shards.clip_row("no", "bb", "train", jpeg=shards.jpeg(grey))]
        shards.write(tmp_path, "speech_commands_logmel.parquet", rows)
        clips = picture_clips(tmp_path, "train", CONFIG)
        assert (words_of(clips), list(clips.speaker)) == (["no"], ["bb"])
        assert clips.is_picture.all()
        assert clips.length.tolist() == [98]
        picture = clips.log_mel[0].astype(np.float64)  # (band, frame)
        assert picture[12:36, 4:44].mean() == pytest.approx((146 - 146.5) / 10, abs=0.05)
        assert picture[12:36, 54:94].mean() == pytest.approx((246 - 146.5) / 10, abs=0.05)
        assert picture[1:6, 4:94].mean() == pytest.approx((46 - 146.5) / 10, abs=0.1)

    def test_of_a_recording_are_close_to_the_log_mel_of_that_recording(self, tmp_path) -> None:
        log_mel = log_mel_of(shards.spoken("up", seconds=1.0))
        grey = np.clip(np.round(10 * log_mel.T + 146.5), 0, 255)
        rows = [shards.clip_row("up", "bb", "val", jpeg=shards.jpeg(grey))]
        shards.write(tmp_path, "speech_commands_logmel.parquet", rows)
        picture = picture_clips(tmp_path, "val", CONFIG).log_mel[0]
        assert np.abs(picture - log_mel).mean() < 4.5 / PICTURE_SCALE  # as measured

    def test_of_background_noise_have_no_speaker(self, tmp_path: Path) -> None:
        row = shards.clip_row("_silence_", "", "train", jpeg=shards.jpeg(np.full((98, 40), 50)))
        shards.write(tmp_path, "speech_commands_logmel.parquet", [row])
        clips = picture_clips(tmp_path, "train", CONFIG)
        assert (words_of(clips), list(clips.speaker)) == (["_silence_"], [""])

    def test_are_taken_from_their_own_split_only(self, folder: Path) -> None:
        for split in ("train", "val"):
            assert set(picture_clips(folder, split, CONFIG).speaker) == {f"{split}-p"}

    def test_fit_no_other_front_end(self, folder: Path) -> None:
        with pytest.raises(DataError, match="only the default front end"):
            picture_clips(folder, "train", LogMelConfig(f_max=7600.0))


def test_synthetic_clips_leave_out_the_voices_of_the_sample_clips(folder: Path) -> None:
    assert "k0038" in {sample.voice_id for sample in list_samples()}
    clips = synthetic_clips(folder, CONFIG)
    assert words_of(clips) == ["yes", "four"]
    assert list(clips.speaker) == ["synthetic-k9001", "synthetic-k9002"]


class TestTrainingData:
    def load(self, folder: Path, cache: Path, **kinds: bool):
        return load_training_data(folder, cache, CONFIG, DataKinds(**kinds))

    def test_is_recordings_pictures_and_synthetic_voices(self, folder, tmp_path) -> None:
        training, validation, _ = self.load(folder, tmp_path)
        speakers = set(training.clips.speaker)
        assert {"train3", "train-p", "synthetic-k9001"} <= speakers
        assert set(validation.speaker) == {*(f"val{i}" for i in range(7)), "val-p"}
        assert len(training.noise) == len(training.other) == 1

    def test_leaves_out_the_few_recordings_of_words_known_from_pictures(
        self, folder, tmp_path
    ) -> None:
        """yes and no have a recording each here; their pictures and synthetic voices stay."""
        clips = self.load(folder, tmp_path)[0].clips
        kinds = {
            (word, "picture" if is_picture else speaker.split("-")[0])
            for word, is_picture, speaker in zip(
                words_of(clips), clips.is_picture, clips.speaker, strict=True
            )
        }
        assert {kind for word, kind in kinds if word == "yes"} == {"picture", "synthetic"}
        assert {kind for word, kind in kinds if word == "no"} == {"picture"}
        assert ("up", "train2") in kinds

    def test_has_those_recordings_as_a_third_set_to_watch(self, folder, tmp_path) -> None:
        rare = self.load(folder, tmp_path).rare
        assert words_of(rare) == ["yes", "no"]
        assert not rare.is_picture.any()
        assert self.load(folder, tmp_path, audio=False).rare is None

    def test_can_do_without_recordings(self, folder, tmp_path) -> None:
        training, validation, _ = self.load(folder, tmp_path, audio=False, synthetic=False)
        assert set(training.clips.speaker) == {"train-p"}
        assert training.clips.is_picture.all()
        assert validation.is_picture.all()

    def test_can_do_without_noise_and_other_words(self, folder, tmp_path) -> None:
        """In place of noise there is digital silence; batches can be drawn all the same."""
        training, _, _ = self.load(folder, tmp_path, noise=False, other_words=False)
        [noise] = training.noise
        assert (noise.log_mel == np.float16(CONFIG.log_floor)).all()
        assert training.other == []
        log_mel, target = BatchMaker(training, CONFIG).batch(50, torch.Generator().manual_seed(1))
        assert torch.isfinite(log_mel).all()
        counts = target.sum(dim=0)
        assert counts[LABELS.index("_silence_")] > 0
        assert counts[LABELS.index("_unknown_")] > 0

    def test_can_do_without_pictures_and_synthetic_voices(self, folder, tmp_path) -> None:
        training, validation, _ = self.load(folder, tmp_path, pictures=False, synthetic=False)
        assert {s[:5] for s in training.clips.speaker} == {"train"}
        assert not training.clips.is_picture.any()
        assert not validation.is_picture.any()

    def test_a_speaker_in_training_and_validation_is_refused(self, tmp_path: Path) -> None:
        folder = shards.write_shards(tmp_path / "data")
        rows = [shards.clip_row("up", "train2", "val", audio=shards.flac(shards.spoken("up")))]
        shards.write(folder, "speech_commands_val.parquet", rows)
        with pytest.raises(DataError, match=r"1 speakers are in training and validation.*train2"):
            self.load(folder, tmp_path / "cache")

    @pytest.mark.parametrize("name", KIND_OF)
    def test_a_missing_file_is_named_with_what_to_do(self, folder, tmp_path, name) -> None:
        partly = tmp_path / "partly"
        partly.mkdir()
        for path in folder.iterdir():
            if path.name != name:
                (partly / path.name).symlink_to(path)
        with pytest.raises(
            DataError,
            match=rf"{name} is missing in .*--data.*without=.*{KIND_OF[name]}".replace("_", "[_-]"),
        ):
            self.load(partly, tmp_path / "cache")
        kind = KIND_OF[name]
        if kind not in ("audio", "pictures"):
            self.load(partly, tmp_path / "cache", **{kind: False})

    @pytest.mark.parametrize(
        "name", ["speech_commands_train.parquet", "speech_commands_logmel.parquet"]
    )
    def test_a_file_that_broke_off_is_named(self, folder, tmp_path, name) -> None:
        damaged = tmp_path / "damaged"
        shutil.copytree(folder, damaged)
        whole = (damaged / name).read_bytes()
        (damaged / name).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(DataError, match=rf"{name} can't be read as Parquet"):
            self.load(damaged, tmp_path / "cache")
        (damaged / name).write_bytes(whole)
        assert len(self.load(damaged, tmp_path / "cache").validation) == 12

    def test_a_word_that_is_no_label_is_refused(self, tmp_path: Path) -> None:
        audio = shards.flac(shards.spoken("up"))
        rows = [shards.clip_row("upwards", "aa", "train", audio=audio)]
        shards.write(tmp_path, "speech_commands_train.parquet", rows)
        with pytest.raises(DataError, match="'upwards'"):
            audio_clips(tmp_path, "train", CONFIG)

    def test_a_missing_column_is_named(self, tmp_path: Path) -> None:
        shards.write(tmp_path, "speech_commands_train.parquet", [{"word": "up"}])
        with pytest.raises(DataError, match=r"speech_commands_train\.parquet.*audio"):
            audio_clips(tmp_path, "train", CONFIG)


class TestCache:
    def test_spares_decoding_the_second_time(self, folder, tmp_path, monkeypatch) -> None:
        first = load_clips(folder, tmp_path, "train", CONFIG, ALL)

        for reader in ("audio_clips", "picture_clips", "synthetic_clips"):
            monkeypatch.setattr(data, reader, lambda *_: pytest.fail("decoded again"))
        second = load_clips(folder, tmp_path, "train", CONFIG, ALL)
        for name in ("log_mel", "length", "target", "speaker", "is_picture"):
            np.testing.assert_array_equal(getattr(second, name), getattr(first, name))

    def test_spares_decoding_noise_and_other_words_as_well(
        self, folder, tmp_path, monkeypatch
    ) -> None:
        first = load_training_data(folder, tmp_path, CONFIG).training

        for reader in ("noise_recordings", "other_recordings"):
            monkeypatch.setattr(data, reader, lambda *_: pytest.fail("decoded again"))
        second = load_training_data(folder, tmp_path, CONFIG).training
        for before, after in zip(
            (*first.noise, *first.other), (*second.noise, *second.other), strict=True
        ):
            assert before.name == after.name
            np.testing.assert_array_equal(before.log_mel, after.log_mel)

    def test_keeps_streams_of_different_lengths_apart(self, folder, tmp_path) -> None:
        names = [shards.held_out_name(name, False) for name in ("rain", "dog", "saw")]
        lengths = [2.0, 0.5, 1.0]  # s
        place = shutil.copytree(folder, tmp_path / "data")
        rows = [
            {"kind": name, "file": name, "audio": shards.flac(np.full(round(s * RATE), 0.1 * s))}
            for name, s in zip(names, lengths, strict=True)
        ]
        shards.write(place, "background_noise.parquet", rows)
        for _ in range(2):
            noise = load_training_data(place, tmp_path / "cache", CONFIG).training.noise
            assert [stream.name for stream in noise] == names
            frames = [1 + (round(s * RATE) - 480) // 160 for s in lengths]
            assert [stream.log_mel.shape for stream in noise] == [(40, n) for n in frames]
            for stream, s in zip(noise, lengths, strict=True):
                wanted = log_mel_of(np.full(round(s * RATE), 0.1 * s))
                np.testing.assert_allclose(stream.log_mel, wanted, atol=0.05)

    def test_of_other_data_at_the_same_place_is_not_used(self, tmp_path) -> None:
        place = tmp_path / "data"
        place.mkdir()
        for words in (["yes"], ["no", "up"]):
            rows = [
                shards.clip_row(word, "aa", "val", audio=shards.flac(shards.spoken(word)))
                for word in words
            ]
            shards.write(place, "speech_commands_val.parquet", rows)
            clips = load_clips(place, tmp_path / "cache", "val", CONFIG, RECORDED)
            assert words_of(clips) == words

    def test_of_another_front_end_is_not_used(self, folder, tmp_path) -> None:
        narrow = load_clips(folder, tmp_path, "val", CONFIG, RECORDED)
        wide = load_clips(folder, tmp_path, "val", LogMelConfig(f_max=8000.0), RECORDED)
        assert not np.array_equal(narrow.log_mel, wide.log_mel)

    def test_of_another_folder_is_not_used(self, folder, tmp_path) -> None:
        load_clips(folder, tmp_path, "val", CONFIG, ALL)
        with pytest.raises(DataError, match="missing"):
            load_clips(tmp_path / "nowhere", tmp_path, "val", CONFIG, ALL)


def test_test_clips_are_recordings_only(folder: Path, tmp_path: Path) -> None:
    clips = load_clips(folder, tmp_path, "test_a", CONFIG, ALL)
    assert {speaker[:6] for speaker in clips.speaker} == {"test_a"}


def test_clips_are_put_together_and_chosen_row_by_row(folder: Path) -> None:
    both = audio_clips(folder, "val", CONFIG) + picture_clips(folder, "val", CONFIG)
    assert len(both) == 12
    pictures = both.select(both.is_picture)
    assert words_of(pictures) == list(shards.FREQUENCIES)
    np.testing.assert_array_equal(both.select(np.array([3])).log_mel[0], both.log_mel[3])
