"""The model card in words, and tables to download."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace

import pytest

from kws_core.labels import LABELS, WORDS
from kws_core.models import ModelCard
from kws_core.models.structure import Layer, Structure
from kws_core.report.card import facts, how_made, limits, measured_with_these_weights, origin
from kws_core.results.exporting import as_csv, as_plain_json, file_name
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
LAYERS = (("a", (64, 20, 3), 5_200_000), ("b", (35,), 40_000))
STRUCTURE = Structure(
    tuple(Layer(name, "", "", "", shape, 10, macs) for name, shape, macs in LAYERS), ()
)
CARD = ModelCard("toy", "ds-resnet", LABELS, FRONT_END, 97_661, sha256="abc", training=TRAINING)


def test_the_facts_are_the_cards() -> None:
    known = dict(facts(CARD, 406_636, STRUCTURE))
    assert known["Weights"] == "97,661 in 0.41 MB"
    assert known["Operations"].startswith("5.2 M multiply-accumulates")
    assert known["Memory"].startswith("15 kB")
    assert dict(origin(CARD))["SHA-256 of the weights"] == "abc"
    assert known["Input"] == "log-mel of one second: 40 bands to 4000 Hz, every 10 ms"
    assert "35 words, silence and unknown" in known["Output"]
    words_only = dict(facts(replace(CARD, labels=WORDS), 1, STRUCTURE))
    assert "35 words and nothing else" in words_only["Output"]
    assert dict(facts(replace(CARD, architecture="new"), 1, STRUCTURE))["Architecture"] == "new"


def test_the_runs_are_told_in_the_order_they_were_made() -> None:
    (first, before), (second, after) = how_made(CARD)
    assert (first, second) == ("Training, run 1", "Training, run 2")
    assert before == "epochs 26; stopped"
    assert after == "epochs 9; weights of epoch 8; 1,234 different clips"
    assert how_made(replace(CARD, training={})) == []


def test_the_limits_are_the_results_own() -> None:
    text = " ".join(limits(made_figures()))
    assert "75.0% correct, from 55.0% (ben) to 95.0% (anna)" in text
    assert "95.0% in quiet; in the worst noise 71.0% at 10 dB (eight people talking)" in text
    assert "51.0% at 0 dB" in text
    assert "shifted by 0.2 s" in text
    assert "no exist almost only as log-mel pictures. Of 10 recordings" in text
    assert "120 per hour in speech without the words (60 in 30 minutes)" in text


def test_sentences_and_an_unseen_language_are_limits_where_they_were_measured() -> None:
    figures = made_figures()
    assert "unseen language" not in " ".join(limits(figures))
    assert "sentences" not in " ".join(limits(figures))
    figures["false_words"]["per_hour"]["sentences"] = {"per_hour": 564.2}
    figures["false_words"]["per_hour"]["unheard_language"] = {"per_hour": 3207.4}
    assert "3,207 in commands of an unseen language" in " ".join(limits(figures))
    assert "564 in whole sentences" in " ".join(limits(figures))


def test_the_worst_words_and_the_share_of_unknown_are_counted() -> None:
    figures = made_figures()
    figures["words"] = [
        {"label": word, "recall": recall, "precision": 1.0, "f1": 1.0, "n": n}
        for word, recall, n in (("go", 0.5, 60), ("yes", 0.9, 60), ("tree", 0.1, 3))
    ]
    figures["confusion"] = {"labels": ["go", "yes", "_unknown_"],
                            "counts": [[30, 10, 20], [3, 54, 3], [0, 0, 0]]}  # fmt: skip
    text = " ".join(limits(figures))
    assert "Lowest recall: go 50.0%, yes 90.0%." in text  # three clips of "tree" say little
    assert "64% of its errors answer" in text  # 23 of 36
    assert "Fewer than 50 each of tree" in text


def test_what_was_not_measured_is_not_told() -> None:
    figures = made_figures()
    less = ("conditions", "false_words", "digits_of_other_speakers", "sound_of_picture_words")
    text = " ".join(limits({k: v for k, v in figures.items() if k not in less}))
    for word in ("Noise", "Speakers differ", "Cut words", "False detections", "pictures"):
        assert word not in text
    assert "Few test clips" in text


def test_results_belong_to_the_weights_they_were_measured_with() -> None:
    assert measured_with_these_weights(CARD, {"weights_sha256": "abc"})
    assert not measured_with_these_weights(CARD, {"weights_sha256": "def"})
    assert not measured_with_these_weights(replace(CARD, sha256=""), {"weights_sha256": ""})


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
