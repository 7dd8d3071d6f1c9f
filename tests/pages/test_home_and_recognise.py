"""The pages, run without a browser: what a person sees after each thing that they can do."""

from __future__ import annotations

import json
import logging
import re
import struct
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from kws_core.audio.read import MAX_BYTES, read_audio
from kws_core.features.front_ends import LN_TO_DB
from kws_core.labels import LABELS, SILENCE, UNKNOWN
from kws_core.samples import Sample, get_sample, list_samples
from kws_core.spotting.candidates import FinderSettings
from kws_core.spotting.finder import Word
from kws_core.spotting.prediction import Prediction
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.clip import clip_picker, current_clip, texts
from kws_core.ui.clip.verdict import SURE_FROM
from kws_core.ui.shared import resources
from kws_core.ui.shared.messages import UNEXPECTED, can_have_microphone, plain
from kws_core.ui.shared.page import PAGES
from tests.helpers.app import ROOT, component
from tests.helpers.audio_files import encode, silent_film, tone, wav_header

RECOGNISE = "pages/1_Recognise.py"
HOME = "streamlit_app.py"
SAMPLES = list_samples()
ONE_SECOND = [sample for sample in SAMPLES if sample.kind != "sentence"]
RIGHT = encode(read_audio(get_sample("right").path).samples, 16_000)
LEAST_RIGHT = 11  # of the samples with one word

StartApp = Callable[..., AppTest]


@cache
def recogniser() -> Recognizer:
    return Recognizer.load()


def samples_of(name: str) -> np.ndarray:
    return read_audio(get_sample(name).path).samples


def large_text(page: AppTest) -> str:
    """Return what is written in large type, without the score beside it."""
    return re.sub(r"<span.*?</span>|<[^>]*>", "", _answer(page)).strip()


def status(page: AppTest) -> str:
    """Return what a screen reader says of the answer."""
    return re.sub(r"<[^>]*>", "", _answer(page))


def _answer(page: AppTest) -> str:
    (found,) = [html.proto.body for html in page.get("html") if 'role="status"' in html.proto.body]
    return str(found)


def all_text(page: AppTest) -> str:
    """Return the text of a page, with its Markdown's escapes undone."""
    kinds = (page.markdown, page.caption, page.error, page.warning)
    parts = [str(element.value) for elements in kinds for element in elements]
    parts += [element.proto.body for element in page.get("html")]
    unescaped = re.sub(r"\\([^\w\s])", r"\1", "\n".join(parts))
    return unescaped.replace("\N{NO-BREAK SPACE}", " ")


def choose(page: AppTest, source: str) -> AppTest:
    return page.segmented_control(key="picker_source").select(source).run()


def upload(page: AppTest, name: str, data: bytes) -> AppTest:
    return page.file_uploader[0].upload(name, data, "audio/wav").run()


def with_upload(app: StartApp, name: str, data: bytes) -> AppTest:
    """Return Recognise after an upload."""
    return upload(choose(app(RECOGNISE), "upload"), name, data)


def with_recording(app: StartApp, data: bytes) -> AppTest:
    """Return Recognise after a recording."""
    return choose(app(RECOGNISE), "record").audio_input[0].upload("a.wav", data).run()


def with_sentence(app: StartApp) -> AppTest:
    """Return Recognise with the longest sample chosen."""
    page = app(RECOGNISE).pills(key="picker_sample").select("several_words").run()
    assert not page.exception
    return page


def expected_text(sample: Sample) -> str:
    """Return what the page should say in large type about a sample of one word."""
    clip = read_audio(sample.path)
    heard = recogniser().classify(clip.samples, clip.sample_rate)
    if heard.label == SILENCE:
        return texts.SILENCE
    return heard.label if heard.is_word and heard.score >= SURE_FROM else "Not sure"


class ScriptedRecogniser:
    """The real recogniser, with answers that a test prescribes."""

    def __init__(self, scores: dict[str, float] | None = None, words: list[Word] | None = None):
        self._scores = scores or {}
        self._words = words or []

    def __getattr__(self, name: str) -> Any:
        return getattr(recogniser(), name)

    def classify(self, samples: np.ndarray, sample_rate: int) -> Prediction:
        rest = (1 - sum(self._scores.values())) / (len(LABELS) - len(self._scores))
        scores = {label: self._scores.get(label, rest) for label in LABELS}
        ranked = dict(sorted(scores.items(), key=lambda item: -item[1]))
        best = next(iter(ranked))
        return Prediction(best, ranked[best], ranked)

    def find_words(
        self, samples: np.ndarray, sample_rate: int, settings: FinderSettings
    ) -> list[Word]:
        return self._words


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that prescribes the recogniser's answers."""

    def prescribe(scores: dict[str, float] | None = None, words: list[Word] | None = None) -> None:
        scripted = ScriptedRecogniser(scores, words)
        monkeypatch.setattr(resources, "cascade", lambda: scripted)

    return prescribe


# What is there before any click


@pytest.mark.parametrize("page", [None, RECOGNISE])
def test_a_page_shows_a_result_before_any_click(app: StartApp, page: str | None) -> None:
    opened = app(page)
    assert not opened.exception
    assert not opened.error
    assert large_text(opened) == expected_text(get_sample(current_clip.FIRST_SAMPLE))
    (picture,) = [chart for chart in opened.get("plotly_chart") if "aveform" in chart.proto.alt]
    assert [trace["type"] for trace in json.loads(picture.proto.spec)["data"]] == [
        "scatter",
        "heatmap",
    ]
    assert "wav" in component(opened, "wav")


def test_every_page_links_to_every_other_and_tells_what_becomes_of_audio(app: StartApp) -> None:
    for page in PAGES:
        opened = app(None if page.script == HOME else page.script)
        links = [link.proto.label for link in opened.sidebar.get("page_link")]
        assert links == [entry.label for entry in PAGES]
        assert "not kept" in opened.sidebar.caption[0].value


def test_every_page_is_in_the_navigation() -> None:
    folder = ROOT / "pages"
    assert {entry.script for entry in PAGES} == {
        HOME,
        *(f"pages/{path.name}" for path in folder.glob("*.py")),
    }


# Sample clips


@pytest.mark.parametrize("sample", ONE_SECOND, ids=lambda sample: sample.name)
def test_a_sample_can_be_chosen_on_either_page(app: StartApp, sample: Sample) -> None:
    opened = app()
    opened.pills(key="picker_sample").select(sample.name).run()
    assert not opened.exception
    assert large_text(opened) == expected_text(sample)
    opened.switch_page(RECOGNISE).run()
    assert opened.pills(key="picker_sample").value == sample.name
    assert large_text(opened) == expected_text(sample)


def test_most_samples_are_recognised() -> None:
    right = [sample for sample in ONE_SECOND if expected_text(sample) == sample.words[0].label]
    assert len(right) >= LEAST_RIGHT


def test_the_words_of_a_sentence_are_shown_in_order(app: StartApp, answer: Any) -> None:
    spoken = [
        Word(word.label, word.start, word.end, 0.9) for word in get_sample("several_words").words
    ]
    answer(words=spoken)
    opened = with_sentence(app)
    found = component(opened, "player")
    assert [word["label"] for word in found["words"]] == [word.label for word in spoken]
    first = spoken[0]
    assert found["words"][0]["span"] == f"{first.start:.1f} to {first.end:.1f} s"
    assert found["player"] == component(opened, "wav")["key"]
    assert f"{first.label} at {first.start:.2f} s" in opened.get("plotly_chart")[0].proto.alt
    # Said by a screen reader, and lit on the board.
    assert all(word.label in status(opened) for word in spoken)
    assert component(opened, "lit")["lit"] == sorted({word.label for word in spoken})


def test_many_words_are_listed_as_they_are_and_the_picture_comes_with_them(
    app: StartApp, answer: Any
) -> None:
    answer(words=[Word("go", start / 4, start / 4 + 0.2, 0.999) for start in range(30)])
    opened = with_sentence(app)
    words = component(opened, "player")["words"]
    assert [word["score"] for word in words] == [">99%"] * 30  # no Markdown: it is no quotation
    assert not opened.table
    picture_column = opened.columns[1]
    assert picture_column.get("plotly_chart")


def test_a_single_word_in_a_longer_clip_is_shown_large_with_its_scores(
    app: StartApp, answer: Any
) -> None:
    answer({"stop": 0.97}, [Word("stop", 8.3, 8.7, 0.95)])
    opened = with_sentence(app)
    assert large_text(opened) == "stop"
    assert "8.3 to 8.7 s" in all_text(opened)
    assert len(opened.get("plotly_chart")) == 2


def test_scores_that_contradict_the_word_are_left_out(app: StartApp, answer: Any) -> None:
    answer({"go": 0.97}, [Word("stop", 8.3, 8.7, 0.95)])
    opened = with_sentence(app)
    assert large_text(opened) == "stop"
    assert len(opened.get("plotly_chart")) == 1


def test_a_longer_clip_without_words_says_so_and_advises(app: StartApp, answer: Any) -> None:
    answer(words=[])
    opened = with_sentence(app)
    assert large_text(opened) == texts.NO_WORD
    assert "closer to the microphone" in all_text(opened)


# How sure the model is


@pytest.mark.parametrize(
    ("scores", "large", "also"),
    [
        ({"yes": 0.97}, "yes", "97%"),
        ({"yes": 0.999}, "yes", "&gt;99%"),
        ({"yes": 0.41, "no": 0.38}, "Not sure", "Perhaps **yes** (41%) or **no** (38%)."),
        ({UNKNOWN: 0.8, "no": 0.1}, "Not sure", "an unknown word; perhaps **no**"),
        ({SILENCE: 0.9}, texts.SILENCE, "Only silence or noise"),
        ({SILENCE: 0.4, "no": 0.3}, texts.SILENCE, "Only silence or noise"),
    ],
)
def test_the_answer_says_how_sure_it_is(
    app: StartApp, answer: Any, scores: dict[str, float], large: str, also: str
) -> None:
    answer(scores)
    opened = app(RECOGNISE)
    assert not opened.exception
    assert large_text(opened) == large
    assert also in all_text(opened)


def test_the_five_best_scores_are_shown_once(app: StartApp, answer: Any) -> None:
    answer({"yes": 0.6, "no": 0.2, "go": 0.1, UNKNOWN: 0.05, "up": 0.02})
    opened = app(RECOGNISE)
    (bars,) = [chart for chart in opened.get("plotly_chart") if "Scores" in chart.proto.alt]
    assert bars.proto.alt == "Scores, best first: yes 60%, no 20%, go 10%, unknown 5%, up 2%."
    assert not opened.table
    assert "**Top 5 scores** (35 words, plus 'silence' and 'unknown')" in all_text(opened)


def test_words_inside_a_sentence_are_found_if_asked_for(
    app: StartApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    class HearsInside(ScriptedRecogniser):
        def find_words(
            self, samples: np.ndarray, sample_rate: int, settings: FinderSettings
        ) -> list[Word]:
            return [] if settings.alone else super().find_words(samples, sample_rate, settings)

    inside = [Word("left", 0.2, 0.6, 0.98), Word("off", 1.0, 1.3, 0.97)]
    monkeypatch.setattr(resources, "cascade", lambda: HearsInside(words=inside))
    page = with_upload(
        app, "sentence.wav", encode(np.sin(np.arange(32_000)).astype(np.float32), 16_000)
    )
    assert large_text(page) == texts.NO_WORD
    page.radio(key="clip_alone").set_value(False).run()
    assert [word["label"] for word in component(page, "words")["words"]] == ["left", "off"]


def test_a_nearly_silent_recording_says_so_first_and_looks_silent(
    app: StartApp, answer: Any
) -> None:
    answer({SILENCE: 0.9})
    quiet = (0.0005 * np.sin(np.arange(8000))).astype(np.float32)
    opened = with_upload(app, "quiet.wav", encode(quiet, 16_000))
    assert large_text(opened) == texts.TOO_QUIET
    assert "−66 dBFS" in all_text(opened)
    (picture,) = [chart for chart in opened.get("plotly_chart") if "aveform" in chart.proto.alt]
    spec = json.loads(picture.proto.spec)
    assert spec["layout"]["yaxis"]["range"][1] >= 0.1
    heatmap = spec["data"][1]
    assert heatmap["zmax"] - 30 > recogniser().features(quiet).max() * LN_TO_DB
    # A word in it is the answer all the same.
    answer({"yes": 0.97})
    upload(opened, "other.wav", encode(quiet[::-1], 16_000))
    assert large_text(opened) == "yes"


# Uploads and recordings


@pytest.mark.parametrize("kind", ["wav16", "flac", "ogg", "opus", "mp3", "m4a", "aac", "webm"])
def test_any_format_can_be_uploaded(app: StartApp, answer: Any, kind: str) -> None:
    # Some codecs lengthen a clip beyond the second that is recognised as a whole.
    answer({"right": 0.9}, [Word("right", 0.1, 0.8, 0.9)])
    opened = choose(app(RECOGNISE), "upload")
    ending = {"wav16": "wav"}.get(kind, kind)
    upload(opened, f"right.{ending}", encode(samples_of("right"), 16_000, kind))
    assert not opened.exception
    assert not opened.error
    assert large_text(opened) == "right"


@pytest.mark.parametrize(("seconds", "told"), [(0.4, True), (1.0, False), (1.5, False)])
def test_what_a_short_clip_is_put_into_is_told(app: StartApp, seconds: float, told: bool) -> None:
    opened = with_upload(app, "a.wav", encode(tone(440, seconds, 16_000), 16_000))
    assert ("in the middle of faint noise" in all_text(opened)) == told


def test_what_was_done_to_an_upload_is_told(app: StartApp) -> None:
    opened = with_upload(app, "a.wav", encode(tone(440, 0.8, 44_100, channels=2), 44_100))
    text = all_text(opened)
    assert "Stereo mixed to mono. 44.1 kHz resampled to 16 kHz." in text
    assert "44.1 kHz, stereo" in text
    assert "−9 dBFS" in text  # a sine of amplitude 0.5: 20 log10(0.5 / sqrt 2)
    assert "−6 dBFS" in text  # its peak


def test_a_recording_is_recognised(app: StartApp) -> None:
    opened = choose(app(RECOGNISE), "record")
    assert "say a word" in all_text(opened)
    opened.audio_input[0].upload("a.wav", RIGHT).run()
    assert not opened.exception
    assert large_text(opened) == expected_text(get_sample("right"))
    # One player, and the recorder is ready for the next one.
    assert opened.audio_input[0].value is None
    assert "**Your recording** (0.9 s)" in all_text(opened)


def test_help_with_the_microphone_is_where_recording_is(app: StartApp) -> None:
    opened = app(RECOGNISE)
    assert "allow the microphone" not in all_text(opened)
    text = all_text(choose(opened, "record"))
    assert "allow the microphone" in text
    assert "Plug one in" in text
    assert "https://" in text
    assert "backward, bed, bird" in text  # the words to say
    assert not opened.warning  # localhost is secure


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("http://localhost:8501/Recognise", True),
        ("http://127.0.0.1:8501", True),
        ("http://[::1]:8501", True),
        ("https://example.com", True),
        ("http://192.168.1.7:8501", False),
        ("http://localhost.example.com", False),
        (None, True),
    ],
)
def test_an_address_without_a_microphone_is_known(url: str | None, fine: bool) -> None:
    assert can_have_microphone(url) is fine


def test_an_insecure_page_says_so_before_anybody_tries(
    app: StartApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_picker, "can_have_microphone", lambda _: False)
    opened = choose(app(RECOGNISE), "record")
    assert "will not give it a microphone" in opened.warning[0].value


def test_a_clip_outlives_a_change_of_page(app: StartApp) -> None:
    opened = with_recording(app, RIGHT)
    before = large_text(opened)
    opened.switch_page(HOME).run()
    assert large_text(opened) == before
    assert "Your recording, 0.9 s" in all_text(opened)
    assert opened.pills(key="picker_sample").value is None
    opened.switch_page(RECOGNISE).run()
    assert opened.segmented_control(key="picker_source").value == "record"
    assert "**Your recording** (0.9 s)" in all_text(opened)
    assert large_text(opened) == before


def test_a_kept_clip_can_be_cleared(app: StartApp) -> None:
    opened = with_upload(app, "a.wav", RIGHT)
    opened.switch_page(HOME).run().switch_page(RECOGNISE).run()
    opened.button(key="clear_upload").click().run()
    assert not opened.get("plotly_chart")
    assert "The result appears here" in all_text(opened)
    opened.switch_page(HOME).run()
    assert large_text(opened) == expected_text(get_sample(current_clip.FIRST_SAMPLE))


def test_a_name_is_shown_as_it_is(app: StartApp) -> None:
    opened = with_upload(app, "![*](x) :material/mic: $a$.wav", RIGHT)
    opened.switch_page(HOME).run()
    caption = next(item.value for item in opened.caption if "wav" in item.value)
    assert caption.startswith(plain("![*](x) :material/mic: $a$.wav"))
    assert r"\!\[\*\]\(x\) \:material/mic\: \$a\$\.wav" in caption


def test_audio_is_kept_in_the_session_alone(app: StartApp) -> None:
    with_upload(app, "secret.wav", RIGHT)
    second = choose(app(RECOGNISE), "upload")
    assert "secret" not in all_text(second)
    assert "The result appears here" in all_text(second)


# What goes wrong


BAD_FILES = {
    "empty": (b"", "The file is empty"),
    "text": (b"Dear diary, today I said yes.", "This is text"),
    "film": (silent_film(), "sound"),
    "silent": (encode(np.zeros(16_000, np.float32), 16_000), "The recording is silent"),
    "short": (encode(tone(440, 0.05, 16_000), 16_000), "lasts 0.05 s"),
    "not-numbers": (encode(np.full(16_000, np.nan, np.float32), 16_000, "wavfloat"), "not numbers"),
    "cut-header": (wav_header(16_000, 1, 32_000)[:30], "ends early"),
    "no-sound-left": (wav_header(16_000, 1, 32_000), "ends early"),
    "odd-rate": (wav_header(7, 1, 32_000) + bytes(32_000), "sample rate of 7 Hz"),
    "too-large": (bytes(MAX_BYTES + 1), "larger than 20 MB"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_upload_is_explained_logged_and_leads_on(
    app: StartApp, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    data, message = BAD_FILES[name]
    opened = choose(app(RECOGNISE), "upload")
    with caplog.at_level(logging.WARNING, logger="kws_core"):
        upload(opened, "my-diary.wav", data)
    assert not opened.exception
    assert message in opened.error[0].value
    (line,) = [record for record in caplog.records if record.name.startswith("kws_core")]
    assert "Reading the uploaded file failed" in line.getMessage()
    assert "diary" not in line.getMessage()
    opened.button[0].click().run()
    assert not opened.error
    assert large_text(opened) == expected_text(get_sample(current_clip.FIRST_SAMPLE))


def test_a_bad_recording_is_explained(app: StartApp) -> None:
    opened = with_recording(app, encode(np.zeros(16_000, np.float32), 16_000))
    assert "microphone is not muted" in opened.error[0].value
    assert not opened.exception


def test_a_bad_file_takes_nothing_away(app: StartApp) -> None:
    opened = with_upload(app, "good.wav", RIGHT)
    before = large_text(opened)
    upload(opened, "bad.wav", b"")
    assert "The file is empty" in opened.error[0].value
    assert "Still here: **good.wav**" in all_text(opened)
    assert large_text(opened) == before
    opened.file_uploader[0].set_value(None).run()
    assert not opened.error
    assert large_text(opened) == before


def test_the_unexpected_ends_calmly_and_in_the_log(
    app: StartApp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def explode(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    opened = choose(app(RECOGNISE), "upload")
    monkeypatch.setattr(current_clip, "read_audio", explode)
    upload(opened, "a.wav", RIGHT)
    assert not opened.exception
    assert [error.value for error in opened.error] == [UNEXPECTED]
    assert "ZeroDivisionError: a bug" in caplog.text
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("page", [None, RECOGNISE])
def test_a_recogniser_that_fails_ends_calmly(
    app: StartApp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    page: str | None,
) -> None:
    monkeypatch.setattr(
        ScriptedRecogniser, "classify", lambda *_: (_ for _ in ()).throw(MemoryError("no"))
    )
    monkeypatch.setattr(resources, "cascade", ScriptedRecogniser)
    opened = app(page)
    assert not opened.exception
    assert [error.value for error in opened.error] == [UNEXPECTED]
    assert "MemoryError" in caplog.text
    assert opened.sidebar.get("page_link")


def test_what_was_computed_of_a_clip_goes_with_it(monkeypatch) -> None:
    computed = f"{current_clip.COMPUTED}heard"
    state = {computed: "scores", "clip_record_kept": "a recording", "theme": "dark"}
    monkeypatch.setattr(current_clip.st, "session_state", state)
    current_clip.withdraw("record")
    assert state == {"theme": "dark"}


def test_the_rate_of_an_upload_can_be_corrected_and_its_channel_chosen(app: StartApp) -> None:
    word = samples_of("stop")
    data = bytearray(encode(np.stack([word, 0.5 * word], axis=1), 16_000))
    data[24:32] = struct.pack("<II", 32_000, 128_000)
    page = with_upload(app, "fast.wav", bytes(data))
    assert page.number_input[0].value == 32_000
    page.number_input[0].set_value(16_000).run()
    assert not page.exception
    assert "the file says 32 kHz" in all_text(page)
    page.selectbox[0].set_value(2).run()
    assert "Channel 2 of 2 used, as chosen." in all_text(page)
    assert page.number_input[0].value == 16_000
