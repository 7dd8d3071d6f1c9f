"""Figures from the scores that an evaluation keeps."""

from __future__ import annotations

import json

import numpy as np
import pytest

from kws_core.labels import LABELS, SILENCE, UNKNOWN, WORDS
from kws_core.results.metrics import COMMANDS, TWELVE_LABELS
from kws_core.results.scores import ClipScores, as_log_posteriors, figures_of
from tests.helpers.clip_scores import random_scores


def certain(heard: list[str], said: list[str], **changes: object) -> ClipScores:
    """Scores of a model that is nearly sure of what it hears."""
    columns = [LABELS.index(word) for word in heard]
    n = len(heard)
    fields = {
        "labels": LABELS,
        "log_posteriors": as_log_posteriors(0.98 * np.eye(len(LABELS))[columns] + 5e-4),
        "target": np.array([LABELS.index(word) for word in said]),
        "utterance": np.array([f"speaker{i}_nohash_0" for i in range(n)]),
        "is_picture": np.zeros(n, bool),
        "in_twelve": np.zeros(n, bool),
        "silence": np.zeros((0, len(LABELS)), np.float16),
    }
    return ClipScores(**fields | changes)


def test_kept_scores_are_probabilities_to_three_digits() -> None:
    posteriors = np.random.default_rng(0).dirichlet(np.full(37, 0.1), 500)
    scores = random_scores(500)
    kept = ClipScores(**vars(scores) | {"log_posteriors": as_log_posteriors(posteriors)})
    assert np.allclose(kept.posteriors.sum(axis=1), 1)
    assert np.allclose(kept.posteriors, posteriors, rtol=0.01, atol=2e-6)
    assert (kept.posteriors.argmax(axis=1) == posteriors.argmax(axis=1)).mean() > 0.995


def test_even_an_impossible_label_has_a_finite_score() -> None:
    assert np.isfinite(as_log_posteriors(np.array([[1.0, 0.0]]))).all()


def test_figures_count_clips_words_and_kinds() -> None:
    said = ["yes", "yes", "yes", "bed"]
    heard = ["yes", "yes", "no", "bed"]
    figures = figures_of(certain(heard, said, is_picture=np.array([False, True, True, False])))
    assert figures["accuracy"]["value"] == 0.75
    assert figures["mean_over_words"] == pytest.approx((2 / 3 + 1) / 2)
    assert (figures["recordings"]["value"], figures["recordings"]["n"]) == (1.0, 2)
    assert (figures["pictures"]["value"], figures["pictures"]["n"]) == (0.5, 2)
    assert figures["top_confusions"] == [["yes", "no", 1]]
    # Only "yes" exists as both.
    assert [(row["label"], row["sound"]["n"]) for row in figures["by_kind"]] == [("yes", 1)]
    assert figures["by_kind"][0]["picture"]["value"] == 0.5
    counts = np.array(figures["confusion"]["counts"])
    assert counts[LABELS.index("yes"), LABELS.index("no")] == 1
    assert counts.sum() == 4


def test_among_words_alone_unknown_and_silence_cannot_be_chosen() -> None:
    posteriors = np.full((2, len(LABELS)), 1e-6)
    posteriors[:, LABELS.index(UNKNOWN)] = 0.6
    posteriors[0, LABELS.index("yes")] = 0.4
    posteriors[1, LABELS.index("no")] = 0.4
    said = certain(["yes", "yes"], ["yes", "yes"])
    scores = ClipScores(**vars(said) | {"log_posteriors": as_log_posteriors(posteriors)})
    figures = figures_of(scores)
    assert figures["accuracy"]["value"] == 0.0
    assert figures["among_words"]["value"] == 0.5


def test_without_pictures_there_is_no_figure_for_them() -> None:
    assert figures_of(certain(["yes"], ["yes"]))["pictures"] is None


def test_the_12_class_set_is_its_clips_and_its_silence() -> None:
    said = ["yes", "no", "bed", "cat"]
    heard = ["yes", "up", "dog", "stop"]  # "dog" is as unknown as "bed"
    silence = certain([SILENCE, "go"], ["yes", "yes"]).log_posteriors
    in_twelve = np.array([True, True, True, False])
    figures = figures_of(certain(heard, said, in_twelve=in_twelve, silence=silence))
    twelve = figures["twelve_classes"]
    assert (twelve["accuracy"]["value"], twelve["accuracy"]["n"]) == (3 / 5, 5)
    n = {row["label"]: row["n"] for row in twelve["classes"]}
    assert n == dict.fromkeys(COMMANDS, 0) | {"yes": 1, "no": 1, "_silence_": 2, "_unknown_": 1}
    counts = np.array(twelve["confusion"]["counts"])
    assert counts[TWELVE_LABELS.index(SILENCE), TWELVE_LABELS.index("go")] == 1


def test_of_the_12_classes_unknown_is_another_word_where_no_other_speech_can_be_chosen() -> None:
    posteriors = np.full((2, len(LABELS)), 1e-6)
    posteriors[:, LABELS.index(UNKNOWN)] = 0.6
    posteriors[0, LABELS.index("yes")] = 0.4
    posteriors[1, LABELS.index("cat")] = 0.4
    said = certain(["yes", "cat"], ["yes", "bed"], in_twelve=np.ones(2, bool))
    scores = ClipScores(**vars(said) | {"log_posteriors": as_log_posteriors(posteriors)})
    twelve = figures_of(scores)["twelve_classes"]
    assert twelve["accuracy"]["value"] == 0.5  # "yes" was taken for unknown
    assert twelve["among_words"]["value"] == 1.0


def test_all_figures_can_be_written_as_json() -> None:
    figures = figures_of(random_scores())
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    assert 0.5 < figures["accuracy"]["value"] < 0.9
    assert len(figures["roc"]) == len(figures["words"])
    assert all(0.8 < row["area"] <= 1 for row in figures["roc"])


def test_a_model_that_knows_words_alone_has_all_figures() -> None:
    figures = figures_of(random_scores(labels=WORDS))
    assert np.array(figures["confusion"]["counts"]).shape == (35, 35)


def test_figures_of_some_speakers_are_those_of_their_clips() -> None:
    scores = random_scores()
    some = scores.select(scores.speaker == "00000003")
    assert len(some) == 6
    assert set(some.speaker) == {"00000003"}
    assert figures_of(some)["accuracy"]["n"] == 6
