"""A model's card in words: facts, intended use and limits.

After Mitchell et al., Model Cards for Model Reporting (2019). Every number comes from the model's
own file or from its stored results.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from kws_core.charts.style import readable
from kws_core.labels import SILENCE, UNKNOWN, WORDS
from kws_core.models import ModelCard
from kws_core.models.registry import ARCHITECTURES
from kws_core.models.structure import Structure
from kws_core.report.condition_charts import noise_name
from kws_core.results.metrics import interval_text

INTENDED: Final = (
    "For demonstrations, teaching and experiments: single commands, spoken in English, on hardware "
    "of any size."
)
NOT_INTENDED: Final = (
    "Not for dictation, other languages, or uses where a missed or false word does harm: alarms, "
    "vehicles, doors, machines. It does not identify speakers. Its accuracy by age, accent or "
    "speech impairment is unknown, because the data do not record them."
)
_WORST_WORDS: Final = 5
_LEAST_CLIPS: Final = 20  # of a word, so that its figure says something
_LEAST_DATA: Final = 50


def facts(card: ModelCard, n_bytes: int, structure: Structure) -> list[tuple[str, str]]:
    """Return the facts of a model for a reader who chooses one, as pairs of a name and a value.

    n_bytes: of the file of its weights.
    """
    known = ARCHITECTURES.get(card.architecture)
    title = f"{known.title} ({known.source})" if known else card.architecture
    words = sum(label in WORDS for label in card.labels)
    others = [readable(label) for label in card.labels if label in (SILENCE, UNKNOWN)]
    outputs = f"{words} words" + (f", {' and '.join(others)}" if others else " and nothing else")
    largest = max(math.prod(layer.shape) for layer in structure.layers)
    return [
        ("Architecture", title),
        ("Input", _front_end(card.front_end)),
        ("Output", f"probabilities of {outputs}"),
        ("Weights", f"{card.parameters:,} in {n_bytes / 1e6:.2f} MB"),
        ("Operations", f"{structure.macs / 1e6:.1f} M multiply-accumulates per second of sound"),
        ("Memory", f"{4 * largest / 1e3:,.0f} kB for the largest layer output, as float32"),
    ]


def origin(card: ModelCard) -> list[tuple[str, str]]:
    """Return when and on what a model was trained, as pairs of a name and a value."""
    return [
        ("Trained", card.date or "date unknown"),
        ("Data", card.data or "not recorded"),
        ("Licence", card.licence or "not recorded"),
        ("Temperature of the scores", f"{card.temperature:.3f}"),
        ("SHA-256 of the weights", card.sha256),
        *how_made(card),
    ]


def how_made(card: ModelCard) -> list[tuple[str, str]]:
    """Return how a model was trained, run by run, as pairs of a name and a value."""
    towers: Mapping[str, Any] = card.training.get("towers", {})
    runs = [
        (f"{name}: {title}", text)
        for name, training in towers.items()
        for title, text in _runs(training)
    ]
    return runs or _runs(card.training)


def _runs(latest: Mapping[str, Any]) -> list[tuple[str, str]]:
    runs: list[Mapping[str, Any]] = []
    training: Mapping[str, Any] | None = latest
    while training:
        runs.insert(0, training)
        training = training.get("started_from")
    found = []
    for number, run in enumerate(runs, 1):
        parts = [f"{k.replace('_', ' ')} {v}" for k, v in run.get("settings", {}).items()]
        if run.get("kept_epoch") is not None:
            parts.append(f"weights of epoch {run['kept_epoch']}")
        if run.get("clips"):
            parts.append(f"{run['clips']:,} different clips")
        if run.get("distillation"):
            parts.append("with distillation from another model")
        if run.get("note"):
            parts.append(str(run["note"]))
        name = "Training" if len(runs) == 1 else f"Training, run {number}"
        found.append((name, "; ".join(parts) or "not recorded"))
    return found


def limits(figures: Mapping[str, Any]) -> list[str]:
    """Return the limits of a model that its results show, a sentence of Markdown each."""
    makers = (_speakers, _noise, _words, _shift, _picture_words, _other_speech, _few_clips)
    return [text for make in makers if (text := make(figures)) is not None]


def measured_with_these_weights(card: ModelCard, figures: Mapping[str, Any]) -> bool:
    """Whether results belong to the weights of a card."""
    return bool(card.sha256) and figures.get("weights_sha256") == card.sha256


def _front_end(spec: Mapping[str, Any]) -> str:
    kind = str(spec.get("kind", "unknown"))
    if kind == "log-mel":
        return (
            f"log-mel of one second: {spec['n_mels']} bands to {spec['f_max']:g} Hz, every "
            f"{1000 * spec['hop_length'] / spec['sample_rate']:g} ms"
        )
    return f"{kind.replace('-', ' ')} of one second"


def _speakers(figures: Mapping[str, Any]) -> str | None:
    digits = figures.get("digits_of_other_speakers")
    if not digits:
        return None
    ranked = sorted(digits["speakers"].items(), key=lambda item: item[1]["value"])
    (worst, low), (best, high) = ranked[0], ranked[-1]
    return (
        f"**Speakers differ.** Digits of six speakers of another corpus (free_spoken_digits): "
        f"{digits['value']:.1%} correct, from {low['value']:.1%} ({worst}) to {high['value']:.1%} "
        f"({best})."
    )


def _noise(figures: Mapping[str, Any]) -> str | None:
    conditions = figures.get("conditions")
    if not conditions or not conditions.get("noise"):
        return None
    at = {}
    for snr in (10, 0):
        rows = [one for one in conditions["noise"] if one["snr_db"] == snr]
        if rows:
            at[snr] = min(rows, key=lambda one: float(one["value"]))
    listed = ", ".join(
        f"{one['value']:.1%} at {snr} dB ({noise_name(one['noise'])})" for snr, one in at.items()
    )
    clean = conditions["clean"]["value"]
    return f"**Noise.** {clean:.1%} in quiet; in the worst noise {listed}." if listed else None


def _words(figures: Mapping[str, Any]) -> str | None:
    words = [w for w in figures["words"] if w["n"] >= _LEAST_CLIPS and w["recall"] is not None]
    worst = sorted(words, key=lambda word: float(word["recall"]))[:_WORST_WORDS]
    if not worst:
        return None
    listed = ", ".join(f"{word['label']} {word['recall']:.1%}" for word in worst)
    text = f"**Words.** Lowest recall: {listed}."
    labels, counts = figures["confusion"]["labels"], figures["confusion"]["counts"]
    if UNKNOWN not in labels:
        return text
    wrong = sum(n for i, row in enumerate(counts) for j, n in enumerate(row) if i != j)
    rejected = sum(row[labels.index(UNKNOWN)] for row in counts)
    return text + (f" {rejected / wrong:.0%} of its errors answer 'unknown'." if wrong else "")


def _shift(figures: Mapping[str, Any]) -> str | None:
    shifts = (figures.get("conditions") or {}).get("shift")
    if not shifts:
        return None
    worst = min(shifts, key=lambda one: float(one["value"]))
    return (
        f"**Cut words.** {worst['value']:.1%} correct if a word is shifted by "
        f"{abs(worst['seconds']):g} s and so cut by the end of the second."
    )


def _picture_words(figures: Mapping[str, Any]) -> str | None:
    few = figures.get("sound_of_picture_words")
    if not few:
        return None
    names = ", ".join(few["words"])
    return (
        f"**Trained on pictures.** {names} exist almost only as log-mel pictures. Of {few['n']} "
        f"recordings kept for testing, {few['value']:.1%} are correct "
        f"({interval_text(few['low'], few['high'])})."
    )


def _other_speech(figures: Mapping[str, Any]) -> str | None:
    rates = (figures.get("false_words") or {}).get("per_hour")
    if not rates or "other_speech" not in rates:
        return None
    rate = rates["other_speech"]
    text = (
        f"**False detections.** {rate['per_hour']:,.0f} per hour in speech without the words "
        f"({rate['count']} in {60 * rate['hours']:.0f} minutes)"
    )
    if "sentences" in rates:
        text += f", {rates['sentences']['per_hour']:,.0f} in whole sentences of unseen people"
    if "unheard_language" in rates:
        text += f", {rates['unheard_language']['per_hour']:,.0f} in commands of an unseen language"
    return text + "."


def _few_clips(figures: Mapping[str, Any]) -> str | None:
    few = [word["label"] for word in figures["words"] if word["n"] < _LEAST_DATA]
    if not few:
        return None
    return f"**Few test clips.** Fewer than {_LEAST_DATA} each of {', '.join(few)}."
