"""The model card in words, the page's address, and tables to take along."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_core.labels import LABELS, WORDS
from kws_core.models import ModelCard
from kws_core.report.card import facts, how_made, is_of, limits
from kws_core.report.exporting import as_csv, as_plain_json, file_name
from kws_core.report.link import PANELS, SECTIONS, Shown, from_query, to_query
from tests.helpers.report_results import made_figures

TRAINING = {
    "settings": {"epochs": 9},
    "kept_epoch": 8,
    "clips": 1234,
    "started_from": {"settings": {"epochs": 26}, "note": "stopped"},
}
FRONT_END = {
    "kind": "log-mel",
    "n_mels": 40,
    "f_max": 4000.0,
    "hop_length": 160,
    "sample_rate": 16_000,
}
CARD = ModelCard("toy", "ds-resnet", LABELS, FRONT_END, 97_661, sha256="abc", training=TRAINING)


def test_the_facts_are_the_cards() -> None:
    told = dict(facts(CARD, 406_636))
    assert told["Weights"] == "97,661 in 0.41 MB"
    assert told["SHA-256 of the weights"] == "abc"
    assert told["Input"] == "log-mel of one second: 40 bands to 4000 Hz, every 10 ms"
    assert "35 words, silence and unknown" in told["Output"]
    words_only = dict(facts(replace(CARD, labels=WORDS), 1))
    assert "35 words; nothing else" in words_only["Output"]
    assert dict(facts(replace(CARD, architecture="new"), 1))["Architecture"] == "new"


def test_the_runs_are_told_in_the_order_they_were_made() -> None:
    (first, before), (second, after) = how_made(CARD)
    assert (first, second) == ("Training, run 1", "Training, run 2")
    assert before == "epochs 26; stopped"
    assert after == "epochs 9; weights of epoch 8; 1,234 different clips"
    assert how_made(replace(CARD, training={})) == []


def test_the_limits_are_the_results_own() -> None:
    told = " ".join(limits(made_figures()))
    assert "75.0% of the digits: anna to 95.0%, ben to 55.0% only" in told
    assert "95.0% in quiet to 71.0% where speech is 10 dB over eight people talking" in told
    assert "and to 51.0% where speech is 0 dB over" in told
    assert "moved 0.2 s" in told
    assert "no exist almost only as log-mel pictures; of 10 recordings" in told
    assert "In 30 minutes of speech without any of the words it finds 60: 120 an hour" in told


def test_a_language_that_it_did_not_learn_to_reject_is_told_of_where_it_was_measured() -> None:
    figures = made_figures()
    assert "did not learn to reject" not in " ".join(limits(figures))
    assert "sentences" not in " ".join(limits(figures))
    figures["false_words"]["per_hour"]["sentences"] = {"per_hour": 564.2}
    figures["false_words"]["per_hour"]["unheard_language"] = {"per_hour": 3207.4}
    assert "did not learn to reject, it finds 3,207 an hour" in " ".join(limits(figures))
    assert "sentences of people it never heard it finds 564 an hour" in " ".join(limits(figures))


def test_the_worst_words_and_the_share_of_unknown_are_counted() -> None:
    figures = made_figures()
    figures["words"] = [
        {"label": word, "recall": recall, "precision": 1.0, "f1": 1.0, "n": n}
        for word, recall, n in (("go", 0.5, 60), ("yes", 0.9, 60), ("tree", 0.1, 3))
    ]
    figures["confusion"] = {"labels": ["go", "yes", "_unknown_"],
                            "counts": [[30, 10, 20], [3, 54, 3], [0, 0, 0]]}  # fmt: skip
    told = " ".join(limits(figures))
    assert "least often: go 50.0%, yes 90.0%." in told  # three clips of "tree" say little
    assert "In 64% of its errors it calls a word unknown" in told  # 23 of 36
    assert "Little is known** of tree" in told


def test_what_was_not_measured_is_not_told() -> None:
    figures = made_figures()
    less = ("conditions", "false_words", "digits_of_other_speakers", "sound_of_picture_words")
    told = " ".join(limits({k: v for k, v in figures.items() if k not in less}))
    for word in ("Noise", "People differ", "Cut words", "Other speech", "Learnt from pictures"):
        assert word not in told
    assert "Little is known" in told


def test_results_belong_to_the_weights_they_were_measured_with() -> None:
    assert is_of(CARD, {"weights_sha256": "abc"})
    assert not is_of(CARD, {"weights_sha256": "def"})
    assert not is_of(replace(CARD, sha256=""), {"weights_sha256": ""})


class TestLink:
    def test_the_first_view_needs_no_parameters(self) -> None:
        assert to_query(Shown()) == {}
        assert from_query({}) == (Shown(), ())

    @given(
        st.sampled_from(["confusion", "roc"]),
        st.sampled_from(["word", "cluster"]),
        st.sampled_from(WORDS),
        st.lists(st.sampled_from(WORDS), unique=True, max_size=5),
    )
    def test_a_view_comes_back_from_its_address(
        self, panel: str, order: str, said: str, words: list[str]
    ) -> None:
        shown = Shown(
            "results",
            model="m",
            split="val",
            panel=panel,  # type: ignore[arg-type]
            order=order,  # type: ignore[arg-type]
            said=said,
            heard="_unknown_",
            words=tuple(words),
        )
        assert from_query(to_query(shown)) == (shown, ())

    def test_only_what_a_section_shows_is_written(self) -> None:
        shown = Shown("data", model="m", said="yes", data="bands", errors=True, clip="up")
        assert to_query(shown) == {"section": "data", "data": "bands"}
        assert to_query(replace(shown, section="map")) == {
            "section": "map",
            "model": "m",
            "errors": "1",
            "clip": "up",
        }

    def test_nonsense_is_told_and_left_out(self) -> None:
        query = {"section": "<script>", "panel": "x" * 900, "said": "y" * 900, "other": "1"}
        shown, problems = from_query(query)
        assert (shown.section, shown.panel) == (SECTIONS[0], PANELS[0])
        assert len(shown.said) == 40
        assert len(problems) == 2
        assert max(len(problem) for problem in problems) < 200


class TestExporting:
    def test_csv_reads_back_as_it_was(self) -> None:
        rows = [{"a": 'x,"y"\nz', "b": 1.5}, {"a": "ü", "b": None}]
        read = list(csv.DictReader(io.StringIO(as_csv(rows))))
        assert read == [{"a": 'x,"y"\nz', "b": "1.5"}, {"a": "ü", "b": ""}]
        assert as_csv([]) == "\n"

    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
    def test_text_is_never_a_formula(self, text: str) -> None:
        (read,) = csv.DictReader(io.StringIO(as_csv([{"a": text, "b": -1}])))
        assert read == {"a": f"'{text}", "b": "-1"}

    def test_json_has_no_numbers_that_are_none(self) -> None:
        content = {"a": (math.nan, 1.0, math.inf), "b": {1: "ü"}}
        assert json.loads(as_plain_json(content)) == {"a": [None, 1.0, None], "b": {"1": "ü"}}

    def test_file_names_have_nothing_that_a_system_could_trip_over(self) -> None:
        assert file_name("ds-resnet", "val", "go/../x ü", ending="csv") == "ds-resnet-val-go-x.csv"
