"""The Models page without a browser: every section and panel, own test sets, odd addresses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kws_core.audio.waveform import to_wav
from kws_core.models.store import MODEL_FOLDER, read_card
from kws_core.results.store import available_results
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.models import card, own
from kws_core.ui.models import stored as models_stored
from kws_core.ui.models.choices import CHOICES, translated
from kws_core.ui.shared import models_loaded, resources
from kws_core.ui.shared.messages import UNEXPECTED
from tests.helpers.app import alts, calm, chart, query_of, said
from tests.helpers.own_sets import archive, recording
from tests.helpers.recipe_models import toy_picture_model
from tests.helpers.report_results import MODEL, made_figures, write_results
from tests.helpers.taught_words import RATE, takes_of, teach_on
from tests.helpers.taught_words import said as word_said

PAGE = "pages/5_Models.py"
StartApp = Callable[..., AppTest]
Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_results(tmp_path_factory.mktemp("results"))


@pytest.fixture
def models(open_at: Open, monkeypatch: pytest.MonkeyPatch, results: Path) -> Open:
    """Return a function that opens the page at an address, on made results."""
    monkeypatch.setattr(models_stored, "RESULTS_FOLDER", results)
    return lambda **query: calm(open_at(PAGE, **query))


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a quick model listen."""
    monkeypatch.setattr(own, "model_named", lambda name: toy_picture_model())


def select(page: AppTest, control: str, value: str) -> AppTest:
    if control in ("model", "panel", "split", "said", "heard", "layer", "label"):
        return calm(page.selectbox(key=control).set_value(value).run())
    kind = page.pills if control == "section" else page.segmented_control
    return calm(kind(key=control).set_value(value).run())


def upload(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    given = [(name, data, "application/octet-stream") for name, data in files]
    return page.get("file_uploader")[0].set_value(given).run()


def test_the_comparison_is_the_first_thing_seen_with_the_shipped_results(app: StartApp) -> None:
    page = calm(app(PAGE))
    ours, published = (table.value for table in page.dataframe)
    stored = available_results(models_stored.RESULTS_FOLDER)
    assert len(ours) == len(stored) > 0
    for model, split in stored:
        share = 100 * models_stored.figures(model, split)["accuracy"]["value"]
        assert round(share, 2) in ours.loc[ours["Model"] == model, "Accuracy, %"].tolist()
    assert "MatchboxNet 3x2x64" in published["Model"].tolist()
    assert "8,438 of 11,005" in said(page)
    assert "'silence' or 'unknown'" in said(page)
    assert query_of(page) == {}
    select(page, "task", "12")
    assert "'silence' or 'unknown'" not in said(page)
    assert "BC-ResNet-8" in page.dataframe[1].value["Model"].tolist()
    for cost in ("macs", "bytes", "latency"):
        select(page, "cost", cost)
    assert len(alts(page)) == 1


def test_every_panel_of_the_results_is_drawn_from_the_files(models: Open) -> None:
    page = models(section="results")
    figures = made_figures()
    assert f"**{figures['accuracy']['value']:.1%}** of 300 clips correct" in said(page)
    drawn: dict[str, list[str]] = {}
    for panel in CHOICES["panel"]:
        drawn[panel] = alts(select(page, "panel", panel))
        if panel == "words":
            rows = page.dataframe[0].value
            assert rows["Recall, %"].is_monotonic_increasing
            assert rows["Clips"].sum() == 300
        if panel == "live":
            assert page.dataframe[0].value["Missed in quiet, %"].tolist() == [20.0]
        if panel == "taught":
            assert "95.0% without taught words, 94.0%" in said(page)
            assert "earlier version of the weights" in said(page)
            [alt] = alts(
                calm(page.segmented_control(key="models_taught_rate").set_value("5").run())
            )
            assert "at most 60.0% with 5 takes by 5" in alt
    assert f"{figures['calibration']['ece']:.2%}" in drawn["calibration"][0]
    assert len(drawn["conditions"]) == 4
    assert len(drawn["live"]) == 1


def test_the_live_detector_is_shown_on_the_speakers_it_was_measured_on(
    models: Open, results: Path
) -> None:
    figures = made_figures(split="test_a")
    (results / f"{MODEL}-test_a.json").write_text(json.dumps(figures), encoding="utf-8")
    try:
        page = models(section="results", panel="words")
        assert page.selectbox(key="split").value == "test_a"
        select(page, "panel", "live")
        assert page.dataframe[0].value["Missed in quiet, %"].tolist() == [20.0]
        assert page.selectbox(key="split").options == ["validation speakers"]
    finally:
        (results / f"{MODEL}-test_a.json").unlink()


def test_the_epochs_of_a_model_are_drawn_where_its_card_has_them(
    models: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = models(section="results", panel="training")
    if not read_card(MODEL_FOLDER, MODEL).training.get("history"):
        assert "has no figures per epoch" in said(page)
    epochs = [{"epoch": e, "loss": 1 / e, "accuracy": 0.8 + e / 100} for e in (1, 2)]
    trained = replace(read_card(MODEL_FOLDER, MODEL), training={"history": epochs, "kept_epoch": 2})
    monkeypatch.setattr(models_stored, "card", lambda name: trained)
    calm(page.run())
    assert alts(page)[0].endswith("over 2 epochs; at best 82.0%.")
    assert "the weights are those of epoch 2" in said(page)


def test_another_model_is_chosen_by_name_and_has_its_own_results(
    models: Open, monkeypatch: pytest.MonkeyPatch, results: Path
) -> None:
    monkeypatch.setattr(Recognizer, "available", staticmethod(lambda: ("another", MODEL)))
    page = models(section="results")
    assert page.selectbox(key="model").options == [MODEL, "another"]
    select(page, "model", "another")
    assert "another has not been measured yet" in said(page)


def test_the_words_of_the_roc_can_be_chosen_and_are_in_the_address(models: Open) -> None:
    page = models(section="results", panel="roc", words="zero,nonsense")
    named = [trace["name"] for trace in chart(page)["data"] if trace["showlegend"]]
    assert named == ["zero"]
    calm(page.multiselect(key="words").set_value(["yes", "no"]).run())
    named = [trace["name"] for trace in chart(page)["data"] if trace["showlegend"]]
    assert sorted(named) == ["no", "yes"]


def test_a_cell_of_the_matrix_brings_its_clips(models: Open) -> None:
    page = models(section="results")
    said_word, heard, times = made_figures()["top_confusions"][0]
    top, clips = (table.value for table in page.dataframe)
    assert top["Clips"].tolist()[0] == len(clips) == times
    assert clips["Clip"].str.contains("_nohash_").all()
    assert f"were recognised as “{heard.strip('_')}”" in said(page)
    assert "not part of this project" in said(page)
    assert chart(page, 1)["layout"]["shapes"] != []
    select(select(page, "said", "zero"), "heard", "zero")
    right = made_figures()["confusion"]["counts"][34][34]
    assert len(page.dataframe[1].value) == right
    for order in ("error", "cluster"):
        select(page, "order", order)
    select(page, "unit", "counts")
    assert said_word in chart(page, 1)["data"][0]["y"]


def test_what_was_not_measured_is_said_with_the_command_that_does_it(
    models: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(models_stored, "RESULTS_FOLDER", tmp_path)
    page = models(section="results")
    assert "has not been measured yet" in said(page)
    assert page.code[0].value.startswith(f"python -m kws_core evaluate --model {MODEL}")
    select(page, "panel", "live")
    select(page, "panel", "taught")
    assert page.code[0].value.startswith("python -m kws_core evaluate-teaching")
    calm(page.pills(key="section").set_value("map").run())
    assert "no map of words" in said(page)
    calm(page.pills(key="section").set_value("data").run())
    assert page.code[0].value == "python -m kws_core describe-data --data DATA"
    calm(page.pills(key="section").set_value("compare").run())
    assert "None of the shipped models has been measured yet." in said(page)
    calm(page.pills(key="section").set_value("card").run())
    assert "so its limits are unknown" in said(page)


def test_the_current_clip_is_a_star_among_its_neighbours(models: Open) -> None:
    page = models(section="map", clip="yes")
    assert len(page.dataframe[0].value) == 10
    star = chart(page)["data"][-1]
    assert star["marker"]["symbol"] == "star"
    assert "It has no place for new clips" in said(page)
    select(page, "view", "pca")
    calm(page.toggle(key="errors").set_value(True).run())
    calm(page.multiselect(key="map_words").set_value(["no"]).run())
    assert [note["text"] for note in chart(page)["layout"]["annotations"]] == ["<b>no</b>"]
    assert query_of(page) == {"section": "Map of words", "clip": "yes"}


def test_no_clip_is_placed_on_the_map_of_other_weights(
    models: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(read_card(MODEL_FOLDER, MODEL), sha256="another")
    monkeypatch.setattr(models_loaded.model_named(MODEL), "card", other)
    page = models(section="map")
    assert "other weights than the shipped ones" in said(page)
    assert "star" not in {trace["marker"]["symbol"] for trace in chart(page)["data"]}


def test_the_data_are_described_panel_by_panel(models: Open) -> None:
    page = models(section="data")
    assert "no speaker is in two splits" in said(page)
    for panel in CHOICES["data"]:
        select(page, "data", panel)
        assert alts(page)
        assert "Described 2026-11-24. Made up." in said(page)
    assert "Of the 2 farthest, 2 are by one speaker, cc." in said(page)


def test_the_card_tells_what_it_is_where_it_fails_and_how_to_take_it_along(models: Open) -> None:
    page = models(section="card")
    shipped = read_card(MODEL_FOLDER, MODEL)
    assert f"**SHA-256 of the weights**: {shipped.sha256}" in said(page)
    assert f"**Trained**: {shipped.date}" in said(page)
    assert "55.0% (ben)" in said(page)
    assert "earlier version" not in said(page)
    assert {button.proto.label for button in page.get("download_button")} == {
        "ONNX",
        "ONNX int8",
        "Weights",
        "Card",
    }
    command, code = (block.value for block in page.code)
    assert command.startswith("python -m kws_core export --model ds-resnet")
    assert "onnxruntime" in code


class TestOwnSet:
    @pytest.fixture
    def page(self, models: Open, toy: None) -> AppTest:
        return models(section="own")

    def test_an_archive_is_measured_with_interval_mistakes_and_what_was_left_out(
        self, page: AppTest
    ) -> None:
        files = {f"yes/{i}.wav": recording(300 + 200 * i) for i in range(5)}
        bad = {
            "yes/*bad*.wav": b"no sound",
            "../yes/x.wav": recording(),
            "other/a.wav": recording(),
        }
        upload(page, ("set.zip", archive(files | bad)), ("no_1.wav", recording(900)))
        calm(page)
        assert "of 6 recordings correct" in said(page)
        assert "95% interval" in said(page)
        assert "**3 files were left out**" in said(page)
        left_out = next(t.value for t in page.dataframe if "Why" in t.value)
        assert left_out["File"].tolist() == list(bad)
        mistakes = next(t.value for t in page.dataframe if "Recognised as" in t.value)
        assert len(mistakes) == len(page.selectbox(key="models_own_mistake").options)
        assert page.get("bidi_component")  # the player of a mistake
        labels = {button.proto.label for button in page.get("download_button")}
        assert {"All clips as CSV", "Mistakes as CSV", "Left out as CSV"} <= labels

        # It stays while other sections are looked at, and goes when asked to.
        calm(page.pills(key="section").set_value("data").run())
        calm(page.pills(key="section").set_value("own").run())
        assert "of 6 recordings correct" in said(page)
        calm(page.button(key="models_own_clear").click().run())
        assert "The result appears here" in said(page)

    @pytest.mark.parametrize(
        ("name", "data", "message"),
        [
            ("set.zip", b"PK\x03\x04 and no archive", "can't be opened"),
            ("set.zip", archive({"other/a.wav": recording()}), "None of the files could be used"),
            ("yes.wav", b"not a sound", "None of the files could be used"),
            ("yes.wav", b"", "The file is empty"),
        ],
    )
    def test_a_bad_upload_is_told_and_the_next_one_is_taken(
        self, page: AppTest, name: str, data: bytes, message: str
    ) -> None:
        upload(page, (name, data))
        assert not page.exception
        (error,) = page.error
        assert message in error.value
        assert error.value != UNEXPECTED
        assert query_of(page) == {"section": "Own test set"}
        calm(upload(page, ("yes.wav", recording())))
        assert "of 1 recordings correct" in said(page)

    def test_taught_words_are_recognised_if_so_wanted(
        self, models: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        teach_on(monkeypatch, Recognizer.load())
        taught = Recognizer.load().with_words({"be*ep*": takes_of(2000.0)}, RATE)
        page = models(section="own")
        assert not page.toggle
        page.session_state["taught_words_in_use"] = taught
        calm(page.run())
        calm(upload(page, ("BE*EP*/1.wav", to_wav(word_said(2000.0, seed=3), RATE))))
        assert "**100.0%** of 1 recordings correct" in said(page)
        assert f"recognised by {MODEL} with be*ep*" in said(page)
        page.toggle(key="models_own_taught").set_value(False).run()
        assert "neither its folder nor its name" in page.error[0].value


def test_nonsense_in_the_address_is_told_and_the_page_is_shown(models: Open) -> None:
    page = models(section="nothing", model="none", clip="none", panel="<b>")
    assert "section can't be 'nothing'" in said(page)
    assert "model can't be 'none'" in said(page)
    assert "There is no sample clip called 'none'." in said(page)
    assert page.dataframe
    assert query_of(page) == {}


def test_an_address_of_an_earlier_version_opens_what_it_can(models: Open) -> None:
    page = models(section="map", view="pca", errors="1", words="yes,no", clip="up")
    assert page.pills(key="section").value == "map"
    assert page.toggle(key="errors").value
    assert page.multiselect(key="map_words").value == ["yes", "no"]
    assert query_of(page) == {
        "section": "Map of words",
        "view": "PCA",
        "errors": "true",
        "map_words": "yes,no",
        "clip": "up",
    }


def test_what_is_no_value_of_an_address_is_left_out_and_named_in_short() -> None:
    query = {"section": ["<script>"], "panel": ["x" * 900], "order": ["worst first"], "x": ["1"]}
    kept, problems = translated(query, ["a"])
    assert kept == {"order": ["worst first"], "x": ["1"]}
    assert len(problems) == 2
    assert max(len(problem) for problem in problems) < 250


def test_choices_outlive_other_sections_and_pages(models: Open) -> None:
    page = select(models(section="results"), "panel", "roc")
    select(page, "section", "card")
    select(page, "section", "results")
    assert page.selectbox(key="panel").value == "roc"
    calm(page.switch_page("pages/2_Explore.py").run())
    calm(page.switch_page(PAGE).run())
    assert page.pills(key="section").value == "results"
    assert page.selectbox(key="panel").value == "roc"


def test_without_its_packages_the_onnx_button_is_off_and_says_why(
    models: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card, "missing_packages", lambda: ["onnx"])
    page = models(section="card")
    [onnx] = [b for b in page.get("download_button") if b.proto.label == "ONNX"]
    assert onnx.proto.disabled
    assert "lacks the packages" in said(page)


def test_damaged_results_are_told_without_a_traceback(
    models: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / f"{MODEL}-val.json").write_text("{", encoding="utf-8")
    (tmp_path / "data.json").write_text("[]", encoding="utf-8")
    page = models(section="own")
    monkeypatch.setattr(models_stored, "RESULTS_FOLDER", tmp_path)
    for section in ("compare", "results", "data"):
        page.pills(key="section").set_value(section).run()
        assert not page.exception
        (error,) = page.error
        assert "can't be read" in error.value
        assert page.pills(key="section").value == section
    assert resources.samples()
