"""Many recordings on Recognise: hits in one table, filtered, played, judged and downloaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kws_core.samples import get_sample
from kws_core.ui.clip import many, texts
from tests.helpers.app import calm, components, said
from tests.helpers.archive_work import Listener, spoken
from tests.helpers.audio_files import encode
from tests.helpers.own_sets import archive

PAGE = "pages/1_Recognise.py"
LISTENER = Listener({"low": 0.985, "high": 0.97, "middle": 0.8})
FILES = {
    "day/one.wav": encode(spoken("low", "high"), 16_000),
    "day/two.wav": encode(spoken("middle", "low"), 16_000),
    "day/notes.txt": b"no sound, some text",
}


def upload_page(app: Callable[..., AppTest]) -> AppTest:
    return app(PAGE).segmented_control(key="picker_source").select("upload").run()


@pytest.fixture
def heard(app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Recognise with a ZIP archive of two recordings and a text."""
    find = many.find_hits
    monkeypatch.setattr(
        many, "find_hits", lambda uploads, _, *rest, **more: find(uploads, LISTENER, *rest, **more)
    )
    page = upload_page(app)
    assert texts.MANY_EMPTY in said(page)
    uploader = page.file_uploader(key="many_files_0")
    page = uploader.upload("day.zip", archive(FILES), "application/zip").run()
    return calm(page)


def table(page: AppTest, column: str) -> list[dict[str, Any]]:
    (found,) = [one.value for one in page.dataframe if column in one.value]
    return found.astype(object).where(found.notna(), None).to_dict("records")


def words(page: AppTest) -> list[tuple[str, str]]:
    return [(row["File"], row["Word"]) for row in table(page, "Verdict")]


def playing(page: AppTest) -> dict[str, Any]:
    (found,) = [one for one in components(page) if one.get("key") == "many_player"]
    return found


def test_hits_of_all_recordings_are_in_one_table(heard: AppTest) -> None:
    assert "**4 hits** in 2 recordings" in said(heard)
    assert words(heard) == [
        ("day/one.wav", "low"), ("day/one.wav", "high"), ("day/two.wav", "low"),
    ]  # fmt: skip
    assert [row["File"] for row in table(heard, "Why")] == ["day/notes.txt"]


def test_hits_are_filtered_by_score_word_and_file(heard: AppTest) -> None:
    page = calm(heard.slider(key="many_least").set_value(0.75).run())
    assert len(words(page)) == 4
    page = calm(page.multiselect(key="many_words").set_value(["low"]).run())
    assert words(page) == [("day/one.wav", "low"), ("day/two.wav", "low")]
    page = calm(page.text_input(key="many_file").set_value("TWO").run())
    assert words(page) == [("day/two.wav", "low")]
    page = calm(page.slider(key="many_least").set_value(0.99).run())
    assert texts.MANY_NONE in said(page)


def test_the_first_hit_is_played_and_a_verdict_counts_in_the_precision(heard: AppTest) -> None:
    assert playing(heard)["duration"] == pytest.approx(2.0, abs=0.1)  # all of the recording
    assert texts.MANY_JUDGE in said(heard)
    (verdict,) = [one for one in heard.segmented_control if one.key.startswith("many_verdict")]
    page = calm(verdict.select("Wrong").run())
    assert [row["Verdict"] for row in table(page, "Verdict")] == ["wrong", None, None]
    (row,) = table(page, "Judged")
    assert (row["Score from"], row["Right, %"], row["Judged"]) == (0.98, 0.0, 1)
    page = calm(page.slider(key="many_least").set_value(0.99).run())
    assert [row["Score from"] for row in table(page, "Judged")] == [0.98]
    page = calm(page.text_input(key="many_file").set_value("two").run())
    assert texts.MANY_JUDGE in said(page)
    page.slider(key="many_least").set_value(0.96)
    page = calm(page.text_input(key="many_file").set_value("").run())
    assert [row["Verdict"] for row in table(page, "Verdict")] == ["wrong", None, None]


def test_what_was_found_stays_on_other_pages_and_is_cleared(heard: AppTest) -> None:
    labels = {button.proto.label for button in heard.get("download_button")}
    assert {"CSV", *texts.MANY_LABELS.values()} <= labels
    heard.switch_page("pages/2_Explore.py").run()
    page = calm(heard.switch_page(PAGE).run())
    assert len(words(page)) == 3
    page = calm(page.button(key="many_clear").click().run())
    assert texts.MANY_EMPTY in said(page)


def test_files_that_cannot_be_heard_are_told(app: Callable[..., AppTest]) -> None:
    page = upload_page(app)
    page.file_uploader(key="many_files_0").upload("a.txt", b"some text", "text/plain").run()
    assert not page.exception
    assert "None of the files could be heard (a.txt: This is text" in page.error[0].value


@pytest.mark.slow
def test_the_shipped_model_finds_the_words_of_a_sample(app: Callable[..., AppTest]) -> None:
    sample = get_sample("several_words")
    page = upload_page(app)
    uploader = page.file_uploader(key="many_files_0")
    page = calm(uploader.upload("s.flac", sample.path.read_bytes(), "audio/flac").run())
    assert [word for _, word in words(page)] == [word.label for word in sample.words]
