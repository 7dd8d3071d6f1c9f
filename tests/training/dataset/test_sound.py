"""The training data as sound: what becomes of recordings and pictures, and what is kept."""

from pathlib import Path

import numpy as np
import pytest
import torch

from kws_core.audio.waveform import Samples
from kws_core.features.front_ends import LogMel, LogMelConfig
from kws_core.features.raw_wave import RawWave
from kws_core.labels import LABELS, UNKNOWN, WORDS
from kws_core.models import ARCHITECTURES
from kws_core.training.dataset import sound
from kws_core.training.dataset.clips import Clips, log_mel_of
from kws_core.training.dataset.recordings import DataKinds
from kws_core.training.dataset.shards import SPEECH_FILES, decode, read_table
from kws_core.training.dataset.sound import (
    SoundDataSets,
    load_sound_training_data,
    sound_of_pictures,
    sound_of_recordings,
)
from kws_core.training.dataset.sound_clips import (
    ClipsThroughFrontEnd,
    SoundClips,
    as_float,
    as_int16,
)
from tests.helpers import training_shards as shards

CONFIG = LogMelConfig()
RATE = 16_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shards.write_shards(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def sets(folder: Path, cache: Path) -> SoundDataSets:
    return load_sound_training_data(folder, cache, RawWave())


def clips_of(samples: list[Samples], *, is_picture: bool = False) -> Clips:
    """Log-mel clips of sounds that all say "four"."""
    log_mel = np.full((len(samples), 40, 98), CONFIG.log_floor, np.float16)
    length = []
    for row, sound_ in enumerate(samples):
        picture = log_mel_of(LogMel(CONFIG), np.asarray(sound_, np.float32))
        log_mel[row, :, : picture.shape[1]] = picture
        length.append(picture.shape[1])
    n = len(samples)
    target = np.full(n, LABELS.index("four"), np.int16)
    return Clips(
        log_mel, np.array(length, np.int16), target, np.array(["a"] * n), np.full(n, is_picture)
    )


def heard(samples: Samples) -> np.ndarray:
    """What the front end makes of a recording in the middle of its second."""
    before = (RATE - len(samples)) // 2
    middle = np.pad(samples, (before, RATE - len(samples) - before))
    return RawWave()(torch.from_numpy(middle)[None])[0].numpy()


def pitch(wave: np.ndarray) -> float:
    """The loudest frequency of a sound at 8 kHz."""
    return float(np.abs(np.fft.rfft(wave)).argmax() * 8000 / len(wave))


def words_of(clips: SoundClips) -> list[str]:
    return [LABELS[target] for target in clips.target]


def test_16_bits_hold_a_sound_to_a_step_and_no_more_than_full_scale() -> None:
    samples = np.linspace(-1.5, 1.5, 301, dtype=np.float32)
    again = as_float(as_int16(samples))
    assert as_int16(samples).dtype == np.int16
    np.testing.assert_allclose(again, np.clip(samples, -1, 1), atol=0.51 / 32767)


class TestSoundOfPictures:
    def test_has_the_pitch_the_length_and_the_place_of_what_was_said(self) -> None:
        spoken = shards.spoken("four", seconds=0.6)
        clips = sound_of_pictures(clips_of([spoken], is_picture=True), CONFIG)
        assert clips.sound.shape == (1, 8000)
        assert clips.sound.dtype == np.int16
        # In the middle of the second, but for what does not fill a frame.
        assert not clips.sound[0, :1600].any()
        assert not clips.sound[0, 6400:].any()
        said = clips.sound[0, 1700:6300]
        assert np.square(as_float(said)).mean() > 0.02
        assert pitch(said) == pytest.approx(shards.FREQUENCIES["four"], rel=0.05)

    def test_goes_the_same_way_for_recordings_which_become_pictures_first(self) -> None:
        """A recording differs from its picture by the noise that pictures have; nothing else."""
        spoken = shards.spoken("up", seconds=1.0)
        from_picture = sound_of_pictures(clips_of([spoken], is_picture=True), CONFIG)
        from_recording = sound_of_pictures(clips_of([spoken]), CONFIG)
        assert not np.array_equal(from_picture.sound, from_recording.sound)
        spectra = [
            np.abs(np.fft.rfft(as_float(clips.sound[0]))).reshape(-1)[200:3400]
            for clips in (from_picture, from_recording)
        ]
        levels = [10 * np.log10(np.square(s).reshape(-1, 100).mean(axis=1)) for s in spectra]
        assert np.abs(levels[0] - levels[1]).max() < 3

    def test_is_that_of_each_picture_whichever_are_beside_it(self, monkeypatch) -> None:
        """But for the random phases at the start, which are those of its place."""
        several = clips_of([shards.spoken(word) for word in ("yes", "up", "zero")])
        monkeypatch.setattr(sound, "_AT_ONCE", 2)
        clips = sound_of_pictures(several, CONFIG)
        for row, word in enumerate(("yes", "up", "zero")):
            assert pitch(clips.sound[row]) == pytest.approx(shards.FREQUENCIES[word], rel=0.08)


@pytest.mark.parametrize(("name", "atol"), [("m5", 1e-4), ("seed-cnn", 0.2)])
@pytest.mark.parametrize("n_samples", [RATE, 9_000, 9_001])
def test_a_recording_is_kept_as_the_recogniser_would_hear_it(name, atol, n_samples) -> None:
    """The network's input is the front end's of the 16 kHz recording in the middle of a second.

    To a step of 16 bits; in the seed's picture that is 0.2 dB where it is darkest.
    """
    front_end = ARCHITECTURES[name].make_front_end()
    noise = 0.1 * np.random.default_rng(1).standard_normal(n_samples).astype(np.float32)
    clips = sound_of_recordings([noise], clips_of([noise]))
    before = (RATE - n_samples) // 2
    middle = np.pad(noise, (before, RATE - n_samples - before))
    wanted = front_end(torch.from_numpy(middle)[None])
    got = ClipsThroughFrontEnd(clips, front_end).inputs(0, 1)
    torch.testing.assert_close(got, wanted, atol=atol, rtol=0)


class TestTrainingData:
    def test_is_what_the_log_mel_models_learn_from_and_other_speech(self, sets) -> None:
        clips = sets.training.clips
        speakers = set(clips.speaker)
        assert {"train3", "train-p", "synthetic-k9001"} <= speakers
        assert UNKNOWN in words_of(clips)
        assert not speakers & set(sets.validation.clips.speaker)
        assert len(sets.training.noise) == 1
        assert sets.training.noise[0].shape == (5 * 8000,)

    def test_leaves_the_few_recordings_of_words_known_from_pictures_to_be_watched(
        self, sets, folder
    ) -> None:
        recorded = {
            word
            for word, speaker in zip(
                words_of(sets.training.clips), sets.training.clips.speaker, strict=True
            )
            if speaker.startswith("train") and speaker != "train-p"
        }
        assert recorded == {"up", "four", "zero"}
        rare = sets.rare.clips
        assert sorted(words_of(rare)) == ["no", "yes"]
        table = read_table(folder, SPEECH_FILES["train"], "audio", "word")
        for row, word in enumerate(words_of(rare)):
            recorded = decode(table["audio"][table["word"].index(word)])
            np.testing.assert_allclose(as_float(rare.sound[row]), heard(recorded), atol=1e-4)

    def test_validates_recordings_as_recorded_and_pictures_by_their_sound(
        self, sets, folder
    ) -> None:
        clips = sets.validation.clips
        assert words_of(clips) == [
            "yes", "no", "up", "four", "zero", "four", "zero", *shards.FREQUENCIES,
        ]  # fmt: skip
        assert clips.is_picture.tolist() == [False] * 7 + [True] * 5
        recorded = decode(read_table(folder, SPEECH_FILES["val"], "audio")["audio"][3])
        np.testing.assert_allclose(as_float(clips.sound[3]), heard(recorded), atol=1e-4)

    def test_has_no_other_speech_for_a_model_that_knows_words_only(self, folder, cache) -> None:
        sets = load_sound_training_data(folder, cache, RawWave(), WORDS)
        assert set(words_of(sets.training.clips)) <= set(WORDS)

    def test_can_do_without_some_kinds(self, folder, cache) -> None:
        kinds = DataKinds(pictures=False, synthetic=False, noise=False, other_words=False)
        sets = load_sound_training_data(folder, cache, RawWave(), kinds=kinds)
        assert {speaker[:5] for speaker in sets.training.clips.speaker} == {"train"}
        assert not sets.validation.is_picture.any()
        assert not np.concatenate(sets.training.noise).any()

    def test_is_made_only_once(self, sets, folder, cache, monkeypatch) -> None:
        for maker in ("sound_of_pictures", "sound_of_recordings"):
            monkeypatch.setattr(sound, maker, lambda *_: pytest.fail("made again"))
        again = load_sound_training_data(folder, cache, RawWave())
        np.testing.assert_array_equal(again.training.clips.sound, sets.training.clips.sound)
        np.testing.assert_array_equal(again.validation.clips.sound, sets.validation.clips.sound)


def test_other_speech_longer_than_a_second_comes_in_overlapping_pieces(tmp_path: Path) -> None:
    audio = shards.flac(np.concatenate([np.full(RATE, 0.001), shards.spoken("up", seconds=1.2)]))
    name = shards.held_out_name("someone", False)
    row = {"corpus": "toy", "word": "hey", "speaker": name, "file": "x.wav", "audio": audio}
    shards.write(tmp_path, "other_words.parquet", [row])
    clips = sound.other_speech(tmp_path, CONFIG)
    # 2.2 s: from 0, 0.5, 1 and 1.5 s.
    assert clips.length.tolist() == [98, 98, 98, 68]
    assert words_of(clips) == [UNKNOWN] * 4
