"""What is said about the views, and what can be taken along: code that runs, arrays, names."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kws_core.audio.read import to_wav
from kws_core.audio.remembered import Sound
from kws_core.explore.explain import notes
from kws_core.explore.export import file_stem, npz
from kws_core.explore.findings import SILENT, loudest_tenth
from kws_core.explore.presets import PRESETS
from kws_core.explore.recompute import arrays, code
from kws_core.explore.settings import ViewSettings
from kws_core.explore.views import NAMES, Shown
from tests.helpers.explore_sounds import ODD, RATE, tone, word

EVERYTHING = Shown(views=NAMES)
MODEL = ViewSettings()
TWO_PRESETS = pytest.mark.parametrize("known", [PRESETS[0], PRESETS[-1]], ids=lambda p: p.name)
ALL_PRESETS = pytest.mark.parametrize("known", PRESETS, ids=lambda known: known.name)


def note_on(view: str, sound: Sound, settings: ViewSettings = MODEL) -> Any:
    return notes(sound, settings, Shown(views=(view,)), loudest_tenth(sound))[1]


class TestNotes:
    @ALL_PRESETS
    def test_every_view_has_a_short_note(self, known: Any) -> None:
        sound = word()
        found = notes(sound, known.settings, EVERYTHING, loudest_tenth(sound))
        assert len(found) == 1 + len(NAMES)
        assert len({note.title for note in found}) == len(found)
        for note in found:
            assert note.formulas
            for formula in note.formulas:
                assert formula.count("{") == formula.count("}")
            assert 20 < len(note.what) < 320
            assert 20 < len(note.look) < 320

    def test_formulas_have_the_values_put_in(self) -> None:
        settings = ViewSettings(n_fft=1024, win_length=700, hop_length=200, n_mels=33, f_max=7000.0)
        formulas = " ".join(note_on("spectrogram", word(), settings).formulas)
        for value in ("699", "200k", "1024"):
            assert value in formulas
        assert "32" in note_on("mfcc", word(), settings).formulas[0]
        assert "2595" in note_on("mel", word(), settings).formulas[1]
        slaney = replace(settings, mel_scale="slaney")
        assert "6.4" in note_on("mel", word(), slaney).formulas[1]
        assert "0.97" in note_on("spectrogram", word(), replace(settings, pre_emphasis=0.97)).what

    def test_the_note_says_what_is_in_this_clip(self) -> None:
        tone_at_2k = Sound(tone(hz=2000))
        assert "2000 Hz" in note_on("spectrogram", tone_at_2k).look
        assert "2000 Hz" in note_on("fft", tone_at_2k).look
        assert "in one piece" in note_on("silence", word()).look
        assert "below 120 Hz" in note_on("pitch", word()).look
        assert "No voice" in note_on("pitch", Sound(ODD["silence"])).look
        assert "Exactly what the default model gets" in note_on("log-mel", word()).look
        other = ViewSettings(n_mels=20)
        assert "Exactly" not in note_on("log-mel", word(), other).look
        assert "They agree" in note_on("libraries", word()).look
        assert "so it is left out" in note_on("mfcc", word()).look

    def test_clipping_is_told(self) -> None:
        clipped = notes(Sound(ODD["clipped"]), MODEL, Shown(), (0.0, 0.1))[0]
        assert "**Clipped**" in clipped.look
        assert "Clipped" not in notes(word(), MODEL, Shown(), (0.0, 0.1))[0].look

    @pytest.mark.parametrize("name", ODD)
    @TWO_PRESETS
    def test_odd_clips_have_notes_too(self, known: Any, name: str) -> None:
        sound = Sound(ODD[name])
        found = notes(sound, known.settings, EVERYTHING, loudest_tenth(sound))
        assert not [note for note in found if "nan" in note.look or "inf " in note.look]
        if "silence" in name:
            assert found[0].look == SILENT

    def test_the_loudest_tenth_lies_within_the_clip(self) -> None:
        start, end = loudest_tenth(word())
        assert end - start == pytest.approx(0.1)
        assert 0.2 < start < 0.6
        assert loudest_tenth(Sound(ODD["a tenth of a second"])) == (0.0, 0.1)


class TestCode:
    @TWO_PRESETS
    def test_the_code_computes_what_is_shown(self, known: Any, tmp_path: Path) -> None:
        # 16 bits, as in the file that the code reads.
        samples = np.round(word(0.5).samples * 2**15).astype(np.float32) / 2**15
        file = tmp_path / 'a "word".wav'
        file.write_bytes(to_wav(samples, RATE))
        settings = replace(known.settings, n_mels=30, f_max=3500.0)
        selection = (0.1, 0.2)
        for view in NAMES:
            found: dict[str, Any] = {}
            exec(code((view,), settings, EVERYTHING, selection, str(file)), found)
            expected = arrays(view, Sound(samples), settings, EVERYTHING, selection)
            for name, array in expected.items():
                variable, *attributes = name.split(".")
                value = found[variable]
                for attribute in attributes:
                    value = getattr(value, attribute)
                np.testing.assert_allclose(np.asarray(value), array, atol=1e-5, err_msg=name)

    def test_the_code_of_all_views_runs_as_one(self, tmp_path: Path) -> None:
        file = tmp_path / "word.wav"
        file.write_bytes(to_wav(word(0.3).samples, RATE))
        text = code(NAMES, MODEL, EVERYTHING, (0.0, 0.1), str(file))
        exec(text, {})
        assert "ViewSettings()  # what the default model sees" in text
        assert text.count("import") == 2


class TestExport:
    def test_the_file_has_every_array_and_the_settings(self) -> None:
        sound = word(0.4)
        settings = ViewSettings(n_mels=30)
        shown = Shown(views=("log-mel", "pitch", "fft", "harmonic-percussive", "silence", "8-khz"))
        with np.load(io.BytesIO(npz(sound, settings, shown, (0.1, 0.2)))) as file:
            assert file["log-mel.log_mel"].shape == (30, len(file["log-mel.times"]))
            assert len(file["pitch.f0"]) == len(file["pitch.times"])
            assert len(file["fft.hz"]) == len(file["fft.level"])
            assert {name.split(".")[0] for name in file} >= {*shown.views, "samples", "settings"}
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
