"""The sample recordings: complete, audible, and saying what their list claims."""

import io
import json

import numpy as np
import pytest
import soundfile

from kws_core.audio.read import read_audio
from kws_core.errors import DataError
from kws_core.labels import WORDS
from kws_core.samples import SAMPLES_FOLDER, Sample, get_sample, list_samples

SAMPLES = list_samples()
BY_NAME = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


def level_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2) + 1e-12))


def test_there_are_twelve_words_by_twelve_voices_a_sentence_and_a_noisy_word() -> None:
    words = [sample for sample in SAMPLES if sample.kind == "word"]
    assert len({sample.words[0].label for sample in words}) == 12
    assert len({sample.voice for sample in words}) == 12
    assert sorted(sample.kind for sample in SAMPLES if sample.kind != "word") == [
        "noisy",
        "sentence",
    ]


@BY_NAME
def test_a_sample_needs_no_change_and_no_warning(sample: Sample) -> None:
    clip = read_audio(sample.path)
    assert clip.notes == ()
    assert clip.source_rate == 16_000
    assert clip.peak < 0.9
    if sample.kind == "sentence":
        assert clip.duration == 10.0
    else:
        assert 0.5 <= clip.duration <= 1.0


@BY_NAME
def test_a_sample_says_words_that_the_models_know(sample: Sample) -> None:
    assert sample.words
    assert {word.label for word in sample.words} <= set(WORDS)


@BY_NAME
def test_a_sample_may_be_passed_on_and_the_readme_says_so(sample: Sample) -> None:
    assert sample.licence == "Apache-2.0"
    readme = (SAMPLES_FOLDER / "README.md").read_text(encoding="utf-8")
    row = next(line for line in readme.splitlines() if f"]({sample.path.name})" in line)
    assert sample.voice in row
    assert sample.licence in row


@BY_NAME
def test_the_energy_lies_where_the_list_says(sample: Sample) -> None:
    samples = read_audio(sample.path).samples
    spoken = np.zeros(len(samples), bool)
    for word in sample.words:
        here = slice(round(word.start * 16_000), round(word.end * 16_000))
        spoken[here] = True
        assert level_db(samples[here]) == pytest.approx(-25, abs=4)
    quiet = level_db(samples[~spoken])
    if sample.kind == "noisy":
        assert quiet == pytest.approx(-34, abs=2)
    else:
        assert quiet == pytest.approx(-65, abs=1)


@BY_NAME
def test_no_word_is_cut_off(sample: Sample) -> None:
    clip = read_audio(sample.path)
    assert sample.words[0].start >= 0.15
    assert sample.words[-1].end <= clip.duration - 0.15
    if sample.kind != "noisy":
        for word in sample.words:
            for edge in (word.start, word.end - 0.01):
                at = round(edge * 16_000)
                assert level_db(clip.samples[at : at + 160]) < -35


def test_the_words_of_the_sentence_are_apart() -> None:
    sentence = next(sample for sample in SAMPLES if sample.kind == "sentence")
    assert 6 <= len(sentence.words) <= 7
    pairs = zip(sentence.words, sentence.words[1:], strict=False)
    assert all(0.4 <= later.start - earlier.end <= 0.9 for earlier, later in pairs)


def test_a_sample_is_found_by_name() -> None:
    assert get_sample("marvin").words[0].label == "marvin"


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(DataError, match=r"'nope'.*yes.*zero_in_noise"):
        get_sample("nope")


def test_a_missing_folder_is_named(tmp_path) -> None:
    with pytest.raises(DataError, match=r"samples\.json"):
        list_samples(tmp_path)


def test_a_damaged_list_is_named(tmp_path) -> None:
    (tmp_path / "samples.json").write_text(json.dumps([{"file": "yes.flac"}]))
    with pytest.raises(DataError, match="Restore"):
        list_samples(tmp_path)


class TestMaking:
    """The same recordings from the same data; here from tones in place of the voices."""

    @pytest.fixture
    def data(self, tmp_path):
        pa = pytest.importorskip("pyarrow")
        parquet = pytest.importorskip("pyarrow.parquet")
        from kws_core.training.tools import make_samples as making

        pairs = {
            *making.SINGLE_WORDS,
            making.NOISY_WORD,
            *((word, making.SENTENCE_VOICE) for word in making.SENTENCE),
        }
        rows = []
        for word, voice in sorted(pairs):
            time = np.arange(8_000) / 16_000
            tone = 0.1 * np.sin(2 * np.pi * 300 * time) * np.hanning(8_000)
            file = io.BytesIO()
            soundfile.write(file, tone, 16_000, format="FLAC")
            rows.append(
                {
                    "word": word,
                    "voice_id": voice,
                    "voice_blend": "tone:1.00",
                    "audio": file.getvalue(),
                }
            )
        parquet.write_table(pa.Table.from_pylist(rows), tmp_path / making.WORDS_FILE)
        return tmp_path

    def test_twice_gives_the_same_bytes(self, data, tmp_path) -> None:
        from kws_core.training.tools.make_samples import make_samples

        first, second = tmp_path / "first", tmp_path / "second"
        names = make_samples(data, first)
        make_samples(data, second)
        assert sorted(names) == sorted(sample.path.name for sample in SAMPLES)
        for path in sorted(first.iterdir()):
            assert path.read_bytes() == (second / path.name).read_bytes()

    def test_missing_data_is_named(self, tmp_path) -> None:
        from kws_core.training.tools.make_samples import make_samples

        with pytest.raises(DataError, match=r"synthetic_words\.parquet is missing"):
            make_samples(tmp_path / "nowhere", tmp_path / "out")
