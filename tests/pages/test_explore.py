"""The Explore page without a browser: every view, control, preset, link, export and odd clip."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from kws_core.audio.read import read_audio
from kws_core.explore.controls import CHOICES, NUMBERS, SHARED
from kws_core.explore.presets import PRESETS
from kws_core.explore.settings import ViewSettings
from kws_core.explore.views import NAMES, VIEWS
from kws_core.samples import get_sample
from kws_core.ui.explore import views as explore_views
from kws_core.ui.shared.messages import UNEXPECTED
from tests.helpers.app import calm, chart, said, with_clip
from tests.helpers.audio_files import encode
from tests.helpers.explore_sounds import ODD
from tests.helpers.sounds import noise

PAGE = "pages/2_Explore.py"
HOME = "streamlit_app.py"
StartApp = Callable[..., AppTest]
Open = Callable[..., AppTest]


@pytest.fixture
def explore(open_at: Open) -> Open:
    """Return a function that opens the page in a new session."""
    return partial(open_at, PAGE)


def query_of(page: AppTest) -> dict[str, Any]:
    """Return the parameters of the page's address that the server knows.

    What a person changes by hand is written there by the browser, which is not here.
    """
    return dict(page.query_params)


def headers(page: AppTest) -> list[str]:
    return [header.value for header in page.header]


def show(page: AppTest, *views: str) -> AppTest:
    return calm(page.pills(key="views").set_value(list(views)).run())


class TestFirstSight:
    def test_the_current_clip_is_there_as_waveform_and_spectrogram(self, explore: Open) -> None:
        page = calm(explore())
        kinds = [[trace["type"] for trace in chart(page, i)["data"]] for i in range(2)]
        assert kinds == [["scatter", "scatter"], ["heatmap"]]
        said_of = [item.proto.alt.split(" of 1.00 s. ")[0] for item in page.get("plotly_chart")]
        assert said_of == headers(page) == ["Waveform", "Spectrogram"]
        assert query_of(page) == {}

    def test_a_clip_chosen_elsewhere_is_shown_and_the_other_way_round(self, app: StartApp) -> None:
        page = app()
        page.pills(key="picker_sample").select("happy").run()
        page.switch_page(PAGE).run()
        assert page.pills(key="picker_sample").value == "happy"
        calm(page.pills(key="picker_sample").select("stop").run())
        assert query_of(page) == {"clip": "stop"}
        page.switch_page(HOME).run()
        assert page.pills(key="picker_sample").value == "stop"

    def test_the_resolution_is_told(self, explore: Open) -> None:
        page = explore()
        assert "30 ms window (67 Hz" in page.expander[0].label
        page.pills(key="explore_preset").select("music").run()
        assert "256 ms window (8 Hz" in page.expander[0].label

    def test_the_model_is_not_loaded_for_it(
        self, explore: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "kws_core.ui.shared.resources.recogniser", lambda: pytest.fail("was loaded")
        )
        calm(explore())


class TestViews:
    def test_every_view_has_a_chart_and_an_explanation(self, explore: Open) -> None:
        page = explore()
        for view in VIEWS:
            show(page, view.name)
            assert len(page.get("plotly_chart")) == 2
            assert headers(page) == ["Waveform", view.label]
            assert said(page).count(":material/visibility:") == 2

    def test_views_come_in_their_own_order_and_can_all_go(self, explore: Open) -> None:
        page = show(explore(), "rms", "mel")
        assert headers(page) == ["Waveform", "Mel", "RMS"]
        calm(page.button(key="explore_clear").click().run())
        assert len(page.get("plotly_chart")) == 1
        assert not explore(views="").pills(key="views").value

    def test_the_parts_of_a_clip_can_be_heard(self, explore: Open) -> None:
        page = explore(views="harmonic-percussive,silence,8-khz")
        assert len(page.get("bidi_component")) == 1 + 2 + 1 + 1

    def test_the_threshold_of_silence_moves_the_marks(self, explore: Open) -> None:
        page = explore(views="silence")
        before = chart(page)["layout"]["shapes"]
        page.slider(key="silence_db").set_value(10.0).run()
        after = chart(page)["layout"]["shapes"]
        assert sum(s["x1"] - s["x0"] for s in after) < sum(s["x1"] - s["x0"] for s in before)

    def test_the_fft_is_of_the_selection_at_the_rate(self, explore: Open) -> None:
        page = explore(views="fft")
        page.slider(key="explore_selection").set_value((0.2, 0.4)).run()
        calm(page.selectbox(key="fft_rate").select(8_000).run())
        assert chart(page)["layout"]["shapes"][0]["x0"] == 0.2
        assert [trace["name"] for trace in chart(page, 1)["data"]] == ["at 16 kHz", "at 8 kHz"]
        assert "1,600 samples at 8,000 Hz" in said(page)
        assert query_of(page)["selection"] == "0.200-0.400"

    def test_a_long_clip_can_be_seen_in_parts(self, explore: Open) -> None:
        page = explore(clip="several_words")
        page.slider(key="explore_part").set_value((2.0, 4.0)).run()
        assert chart(page)["layout"]["xaxis"]["range"] == [2.0, 4.0]
        assert query_of(page)["part"] == "2.000-4.000"
        page.pills(key="picker_sample").select("yes").run()
        assert chart(page)["layout"]["xaxis"]["range"][0] == 0
        assert query_of(page) == {"clip": "yes"}


class TestControls:
    def test_a_preset_sets_every_control(self, explore: Open) -> None:
        page = explore()
        for known in PRESETS:
            calm(page.pills(key="explore_preset").select(known.name).run())
            for name in SHARED:
                value = getattr(known.settings, name)
                kind = page.number_input if name in NUMBERS else page.selectbox
                kind = page.toggle if isinstance(value, bool) else kind
                assert kind(key=name).value == value

    def test_a_changed_setting_belongs_to_no_preset(self, explore: Open) -> None:
        page = explore()
        page.selectbox(key="color_map").select("gray").run()
        assert page.pills(key="explore_preset").value is None
        assert "other values of `color_map`" in said(page)
        page.pills(key="explore_preset").select("model").run()
        assert query_of(page) == {}

    def test_what_does_not_go_together_is_told_and_made_to(self, explore: Open) -> None:
        page = explore()
        for name, value, found in (
            ("n_mels", 200, "n_mels was lowered to 86"),
            ("hop_length", 2000, "hop_length was lowered to 480"),
            ("win_length", 1000, "n_fft was raised to 1024"),
            ("n_mfcc", 50, "n_mfcc was lowered to 40"),
            ("f_min", 7990.0, "f_max was raised to 8000"),
            ("db_range", 500.0, "db_range was lowered to 120: it goes from 20 to 120 dB"),
        ):
            calm(page.number_input(key=name).set_value(value).run())
            messages = " ".join(warning.value.replace("\\", "") for warning in page.warning)
            assert found in messages
            page.pills(key="explore_preset").select("model").run()
            assert not page.warning

    def test_every_control_can_go_to_its_ends(self, explore: Open) -> None:
        page = explore(views=["Spectrogram", "Log-mel", "MFCC", "Zero crossings", "Mel filters"])
        for name in NUMBERS.keys() & set(SHARED):
            for end in (NUMBERS[name].low, NUMBERS[name].high):
                kind = type(getattr(ViewSettings(), name))
                calm(page.number_input(key=name).set_value(kind(end)).run())
                assert len(page.get("plotly_chart")) == 6
            page.pills(key="explore_preset").select("model").run()

    def test_every_choice_can_be_made(self, explore: Open) -> None:
        page = explore(views=["Spectrogram", "MFCC", "FFT", "Mel filters", "3-D surface"])
        for name, choice in CHOICES.items():
            for value in choice.options:
                kind = page.toggle if isinstance(value, bool) else page.selectbox
                kind(key=name).set_value(value).run()
                calm(page)
                kind = page.toggle if isinstance(value, bool) else page.selectbox
                assert kind(key=name).value == value

    def test_settings_outlive_a_visit_to_another_page(self, app: StartApp) -> None:
        page = app(PAGE)
        page.number_input(key="n_mels").set_value(20).run()
        show(page, "log-mel")
        page.switch_page(HOME).run()
        page.switch_page(PAGE).run()
        assert page.number_input(key="n_mels").value == 20
        assert query_of(page) == {"n_mels": "20", "views": "Log-mel"}


class TestLinks:
    def test_a_link_opens_the_same_view(self, explore: Open) -> None:
        page = explore()
        page.pills(key="picker_sample").select("several_words").run()
        page.pills(key="explore_preset").select("speech").run()
        page.number_input(key="n_mels").set_value(30).run()
        page.slider(key="explore_part").set_value((1.0, 3.0)).run()
        page.pills(key="explore_other").select("happy").run()
        show(page, "log-mel", "fft")
        # Back from another page, the server writes the address anew.
        page.switch_page(HOME).run()
        page.switch_page(PAGE).run()
        link = query_of(page)
        assert link.keys() > {"clip", "other", "part", "views", "win_length", "n_mels"}
        again = calm(explore(**link))
        assert query_of(again) == link
        assert len(again.get("plotly_chart")) == 2 + 2 + 1
        for index in range(5):
            assert chart(page, index)["data"] == chart(again, index)["data"]
        for shown in (page, again):
            assert chart(shown)["layout"]["xaxis"]["range"] == [1, 3]

    def test_a_link_of_an_earlier_version_opens_and_is_written_anew(self, explore: Open) -> None:
        page = calm(explore(views="mel,rms", preset="speech", colour_map="grey", silence_db="10"))
        assert headers(page) == ["Waveform", "Mel", "RMS"]
        assert page.number_input(key="win_length").value == 400
        assert page.selectbox(key="color_map").value == "gray"
        assert page.query_params["views"] == ["Mel", "RMS"]
        assert "preset" not in page.query_params
        show(page, "silence")
        assert page.slider(key="silence_db").value == 10

    def test_bad_values_are_passed_over_and_told(self, explore: Open) -> None:
        page = explore(
            n_fft="wide", n_mels="20", clip="nobody", views="x", other="*[a](b)*", preset="?"
        )
        calm(page)
        assert page.number_input(key="n_mels").value == 20
        messages = page.warning[0].value.split("\n\n")
        assert len(messages) == 5
        assert any(r"\*\[a\]\(b\)\*" in message for message in messages)
        assert query_of(page) == {"n_mels": "20"}
        show(page, "mel")
        assert not page.warning

    def test_own_recordings_are_not_in_the_link(self, explore: Open) -> None:
        page = explore(with_clip(noise(0.5)))
        calm(page.pills(key="explore_other").select(":record").run())
        assert page.query_params == query_of(page) == {}
        assert "the recording itself is not in it" in said(page)


class TestComparison:
    def test_two_clips_are_side_by_side_on_the_same_scales(self, explore: Open) -> None:
        page = explore()
        calm(page.pills(key="explore_other").select("several_words").run())
        first, second = chart(page), chart(page, 1)
        assert len(page.get("plotly_chart")) == 4
        assert first["layout"]["xaxis"]["range"] == second["layout"]["xaxis"]["range"]
        assert first["layout"]["yaxis"]["range"] == second["layout"]["yaxis"]["range"]
        assert len(page.get("bidi_component")) == 2
        page.button(key="explore_stop_comparing").click().run()
        assert len(page.get("plotly_chart")) == 2

    def test_a_recording_can_be_the_second(self, explore: Open) -> None:
        page = explore()
        assert "my recording" not in page.pills(key="explore_other").options
        with_clip(noise(0.5))(page)
        page.session_state["clip_source"] = "sample"
        page.run()
        page.pills(key="explore_other").select(":record").run()
        show(page, *NAMES)
        alone = {"fft", "mel-filters"}  # one chart, whatever the number of clips
        assert len(page.get("plotly_chart")) == 2 * (1 + len(NAMES)) - len(alone)


class TestExport:
    def test_clip_arrays_link_and_code_can_be_taken(self, explore: Open) -> None:
        page = explore(views="log-mel")
        labels = [button.proto.label for button in page.get("download_button")]
        assert labels == ["Clip as WAV", "Arrays as NPZ"]
        link, ours, *others = (block.value for block in page.code)
        assert link.endswith("?views=Log-mel")
        assert "spectra.log_mel(sound, settings.stft, settings.mel)" in ours
        assert 'read_audio("marvin.wav")' in ours
        assert [tab.label for tab in page.tabs][1:] == ["librosa", "torchaudio", "audiomentations"]
        assert "librosa.feature.melspectrogram" in others[0]
        assert "MelSpectrogram" in others[1]

    def test_the_picture_s_kind_is_that_of_every_chart(self, explore: Open) -> None:
        page = explore(views="spectrogram,fft,surface")
        for kind in ("png", "svg"):
            page.segmented_control(key="explore_format").select(kind).run()
            for figure in page.get("plotly_chart"):
                config = json.loads(figure.proto.config)
                assert config["toImageButtonOptions"]["format"] == kind
                assert config["modeBarButtons"] == [["toImage"]]


class TestOddClips:
    @pytest.mark.parametrize("name", ["a tenth of a second", "silence", "clipped"])
    def test_every_view_of_it_is_there(self, explore: Open, name: str) -> None:
        page = calm(explore(with_clip(ODD[name]), views=",".join(NAMES)))
        assert len(page.get("plotly_chart")) == 1 + len(NAMES)
        assert ("This clip is silent" in said(page)) is (name == "silence")
        assert ("**Clipped**" in said(page)) is (name == "clipped")

    def test_a_minute_gets_a_longer_hop_and_says_so(self, explore: Open) -> None:
        page = calm(explore(with_clip(noise(60.0)), preset="music", hop_length="64"))
        assert "hop_length is 492 for this clip" in said(page)
        assert sum(len(item.proto.spec) for item in page.get("plotly_chart")) < 1_200_000
        assert page.number_input(key="hop_length").value == 64

    def test_what_was_done_to_an_upload_is_told(self, explore: Open) -> None:
        page = explore()
        page.segmented_control(key="picker_source").select("upload").run()
        samples = read_audio(get_sample("yes").path).samples
        stereo = np.stack([samples, samples], axis=1)
        page.file_uploader[0].upload("<b>yes</b>.wav", encode(stereo, 16_000), "audio/wav").run()
        calm(page)
        assert "Stereo mixed to mono." in said(page)

    def test_the_unexpected_ends_calmly(
        self, explore: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def explode(*_: object) -> None:
            raise ZeroDivisionError("a bug")

        monkeypatch.setattr(explore_views, "panes_of", explode)
        with caplog.at_level(logging.ERROR):
            page = explore()
        assert not page.exception
        assert [error.value for error in page.error] == [UNEXPECTED]
        assert "ZeroDivisionError" in caplog.text


def test_audio_and_settings_are_kept_in_the_session_alone(explore: Open) -> None:
    first = explore(with_clip(noise(0.5)), n_fft="1024")
    assert "my recording" in first.pills(key="explore_other").options
    second = explore()
    assert "my recording" not in second.pills(key="explore_other").options
    assert second.selectbox(key="n_fft").value == ViewSettings().n_fft


def test_only_the_clips_on_show_are_kept(explore: Open) -> None:
    page = explore()
    for name in ("yes", "no", "up"):
        page.pills(key="picker_sample").select(name).run()
    assert len(page.session_state["computed_of_clip_explore_sounds"]) == 1
