"""What is said about the views, and what can be taken along: code that runs, arrays, names."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kws_core.audio.remembered import Sound
from kws_core.audio.waveform import to_wav
from kws_core.explore.code import LIBRARIES, code
from kws_core.explore.controls import CHOICES, NUMBERS
from kws_core.explore.export import arrays, file_stem, npz
from kws_core.explore.levels import loudest_tenth
from kws_core.explore.presets import PRESETS
from kws_core.explore.settings import ViewSettings
from kws_core.explore.view import SILENT
from kws_core.explore.views import VIEWS, WAVEFORM, named
from kws_core.features.torch_audio import torchaudio
from tests.helpers.explore_settings import ALL_PRESETS, TWO_PRESETS
from tests.helpers.explore_sounds import ODD, RATE, tone, word

ALL = (WAVEFORM, *VIEWS)
MODEL = ViewSettings()
EACH_VIEW = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)


def look(name: str, sound: Sound, settings: ViewSettings = MODEL) -> str:
    (view,) = named([name])
    return view.look(sound, settings)


def formulas(name: str, settings: ViewSettings) -> str:
    (view,) = named([name])
    return " ".join(view.explain(word(), settings).formulas)


def test_views_are_told_apart_and_their_settings_exist() -> None:
    for values in zip(*((view.name, view.label, view.order) for view in ALL), strict=True):
        assert len(set(values)) == len(ALL)
    own = [name for view in VIEWS for name in view.settings]
    assert set(own) <= {*NUMBERS, *CHOICES, "selection"}
    assert len(set(own)) == len(own)


class TestExplanations:
    @ALL_PRESETS
    def test_every_view_has_a_short_explanation(self, known: Any) -> None:
        sound = word()
        for view in ALL:
            note = view.explain(sound, known.settings)
            assert note.formulas
            for formula in note.formulas:
                assert formula.count("{") == formula.count("}")
            assert 20 < len(note.what) < 320
            assert 20 < len(view.look(sound, known.settings)) < 320

    def test_formulas_have_the_values_put_in(self) -> None:
        settings = ViewSettings(n_fft=1024, win_length=700, hop_length=200, n_mels=33, f_max=7000.0)
        for value in ("699", "200k", "1024"):
            assert value in formulas("spectrogram", settings)
        assert "32" in formulas("mfcc", settings)
        assert "2595" in formulas("mel", settings)
        assert "6.4" in formulas("mel", replace(settings, mel_scale="slaney"))

    def test_numbers_of_this_clip_are_in_them(self) -> None:
        assert "2000 Hz" in look("spectrogram", Sound(tone(hz=2000)))
        assert "2000 Hz" in look("fft", Sound(tone(hz=2000)))
        assert "one piece" in look("silence", word())
        assert "median 120 Hz" in look("pitch", word())
        assert "40 × 98" in look("log-mel", word())

    def test_the_model_s_own_input_is_recognised(self) -> None:
        assert look("log-mel", word()) != look("log-mel", word(), replace(MODEL, floor_db=-90.0))

    def test_clipping_is_said(self) -> None:
        assert "**Clipped**" in WAVEFORM.look(Sound(ODD["clipped"]), MODEL)
        assert "**Clipped**" not in WAVEFORM.look(word(), MODEL)

    @pytest.mark.parametrize("name", ODD)
    @TWO_PRESETS
    def test_odd_clips_have_explanations_too(self, known: Any, name: str) -> None:
        sound = Sound(ODD[name])
        found = [view.look(sound, known.settings) for view in ALL]
        assert not [text for text in found if "nan" in text or "inf " in text]
        if "silence" in name:
            assert found[0] == SILENT

    def test_the_loudest_tenth_lies_within_the_clip(self) -> None:
        start, end = loudest_tenth(word())
        assert end - start == pytest.approx(0.1)
        assert 0.2 < start < 0.6
        assert loudest_tenth(Sound(ODD["a tenth of a second"])) == (0.0, 0.1)


def run(library: str, views: Any, sound: Sound, settings: ViewSettings, file: Path) -> Any:
    """Run exported code, and return its variables as arrays."""
    assert torchaudio  # imported by its one door before code imports it
    found: dict[str, Any] = {}
    exec(code(library, views, sound, settings, str(file)), found)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / 'a "word".wav'
    path.write_bytes(to_wav(samples(), RATE))
    return path


def samples() -> np.ndarray:
    # 16 bits, as in the file that the code reads.
    return np.round(word(0.5).samples * 2**15).astype(np.float32) / 2**15


class TestCode:
    @TWO_PRESETS
    @EACH_VIEW
    def test_ours_computes_the_arrays(self, view: Any, known: Any, file: Path) -> None:
        settings = replace(known.settings, n_mels=30, f_max=3500.0)
        found = run("This library", (view,), Sound(samples()), settings, file)
        for name, array in arrays(view, Sound(samples()), settings).items():
            np.testing.assert_allclose(np.asarray(found[name]), array, atol=1e-5, err_msg=name)

    @pytest.mark.parametrize("library", LIBRARIES)
    def test_the_code_of_all_views_runs_as_one(self, library: str, file: Path) -> None:
        if library == "audiomentations":
            pytest.importorskip(library)
        run(library, VIEWS, Sound(samples()), MODEL, file)

    @pytest.mark.parametrize("library", ["librosa", "torchaudio"])
    @pytest.mark.parametrize(
        "settings",
        [
            *(known.settings for known in PRESETS),
            replace(MODEL, window="rectangular", power=1, n_fft=1024),
        ],
        ids=[*(known.name for known in PRESETS), "rectangular"],
    )
    def test_other_libraries_give_the_same_numbers(
        self, library: str, settings: ViewSettings, file: Path
    ) -> None:
        sound = Sound(samples())
        compared = {
            "spectrogram": 0.05,
            "log_mel": 0.05,
            "coefficients": 0.3,
            "bank": 1e-4,
            "center": 1.0,
            "level": 0.05,
        }
        # Pre-emphasis is left out where ours leaves it out, and deltas have other ends.
        views = named(("spectrogram", "log-mel", "mfcc", "mel-filters", "centroid", "fft"))
        found = run(library, views, sound, replace(settings, fft_rate=8_000), file)
        for view in views:
            for name, array in arrays(view, sound, replace(settings, fft_rate=8_000)).items():
                if name in compared:
                    theirs = np.asarray(found[name])
                    loud = array > array.max() - 60 if name in ("spectrogram", "level") else ...
                    np.testing.assert_allclose(
                        theirs[loud], array[loud], atol=compared[name], err_msg=name
                    )

    def test_a_library_that_has_none_of_the_views_says_which_it_has(self) -> None:
        text = code("audiomentations", named(["pitch"]), word(), MODEL, "a.wav")
        assert "Silence, 8 kHz" in text
        assert "Trim" in code("audiomentations", named(["silence"]), word(), MODEL, "a.wav")


class TestExport:
    def test_the_file_has_every_array_and_the_settings(self) -> None:
        sound = word(0.4)
        settings = ViewSettings(n_mels=30)
        views = named(("log-mel", "pitch", "fft", "harmonic-percussive", "silence", "8-khz"))
        with np.load(io.BytesIO(npz(sound, settings, views))) as file:
            assert file["log-mel.log_mel"].shape == (30, len(file["log-mel.times"]))
            assert len(file["pitch.f0"]) == len(file["pitch.times"])
            assert len(file["fft.hz"]) == len(file["fft.level"])
            wanted = {view.name for view in views} | {"samples", "settings"}
            assert {name.split(".")[0] for name in file} >= wanted
            np.testing.assert_array_equal(file["samples"], sound.samples)
            assert ViewSettings(**json.loads(str(file["settings"]))) == settings
            assert int(file["sample_rate"]) == RATE

    def test_settings_are_plain_json(self) -> None:
        assert json.loads(json.dumps(asdict(MODEL))) == asdict(MODEL)

    @pytest.mark.parametrize(
        ("name", "stem"),
        [
            ('"marvin"', "marvin"),
            ("My voice note 3.M4A", "my-voice-note-3"),
            ("../../etc/passwd", "etc-passwd"),
            ("日本", "clip"),
        ],
    )
    def test_a_file_s_name_comes_from_the_clip_s(self, name: str, stem: str) -> None:
        assert file_stem(name) == stem
