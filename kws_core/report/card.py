"""A model's card in words: what it is for, what it is not, and who it works badly for.

After Mitchell et al., Model Cards for Model Reporting (2019). Every number is taken from the
model's own file or from its stored results.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kws_core.charts.style import readable
from kws_core.labels import SILENCE, UNKNOWN, WORDS
from kws_core.models import ModelCard
from kws_core.models.registry import ARCHITECTURES
from kws_core.report.condition_charts import noise_name

INTENDED: Final = (
    "Demonstrations, teaching and experiments: single commands, spoken in English and one at a "
    "time, on hardware of any size."
)
NOT_INTENDED: Final = (
    "It is not made for dictation, for other languages, or for anything where a word that is "
    "missed or made up does harm: alarms, vehicles, doors, machines. It does not tell who speaks, "
    "and nothing is known of how it serves people by age, accent, or impairment of speech: the "
    "data do not say."
)
_WORST_WORDS: Final = 5
_LEAST_CLIPS: Final = 20  # of a word, so that its figure says something
_LEAST_DATA: Final = 50


def facts(card: ModelCard, n_bytes: int) -> list[tuple[str, str]]:
    """Return what a model is, as pairs of a name and a value."""
    known = ARCHITECTURES.get(card.architecture)
    title = f"{known.title} ({known.source})" if known else card.architecture
    words = sum(label in WORDS for label in card.labels)
    others = [readable(label) for label in card.labels if label in (SILENCE, UNKNOWN)]
    hears = f"{words} words" + (f", {' and '.join(others)}" if others else "; nothing else")
    return [
        ("Architecture", title),
        ("Weights", f"{card.parameters:,} in {n_bytes / 1e6:.2f} MB"),
        ("Input", _front_end(card.front_end)),
        ("Output", f"probabilities of {hears}; temperature {card.temperature:.3f}"),
        ("Trained", card.date or "date unknown"),
        ("Data", card.data or "not recorded"),
        ("Licence", card.licence or "not recorded"),
        ("SHA-256 of the weights", card.sha256),
    ]


def how_made(card: ModelCard) -> list[tuple[str, str]]:
    """Return how a model was trained, run by run, as pairs of a name and a value."""
    towers: Mapping[str, Any] = card.training.get("towers", {})
    if towers:
        return [
            (f"{name}: {title}", told)
            for name, training in towers.items()
            for title, told in _runs(training)
        ]
    return _runs(card.training)


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
            parts.append("learning from another model as well")
        if run.get("note"):
            parts.append(str(run["note"]))
        name = "Training" if len(runs) == 1 else f"Training, run {number}"
        found.append((name, "; ".join(parts) or "not recorded"))
    return found


def limits(figures: Mapping[str, Any]) -> list[str]:
    """Return where a model is bad, a sentence of Markdown each, from its results.

    What was not measured is not told.
    """
    teller = (_speakers, _noise, _words, _shift, _picture_words, _other_speech, _few_clips)
    return [told for tell in teller if (told := tell(figures)) is not None]


def is_of(card: ModelCard, figures: Mapping[str, Any]) -> bool:
    """Whether results were measured with these very weights."""
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
        f"**People differ.** Of six speakers of another corpus (free_spoken_digits), it "
        f"understands {digits['value']:.1%} of the digits: {best} to {high['value']:.1%}, {worst} "
        f"to {low['value']:.1%} only."
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
    told = " and to ".join(
        f"{one['value']:.1%} where speech is {snr} dB over {noise_name(one['noise'])}"
        for snr, one in at.items()
    )
    clean = conditions["clean"]["value"]
    worst = "the kind of noise that is worst"
    return f"**Noise.** From {clean:.1%} in quiet to {told}, {worst} for it." if told else None


def _words(figures: Mapping[str, Any]) -> str | None:
    words = [w for w in figures["words"] if w["n"] >= _LEAST_CLIPS and w["recall"] is not None]
    worst = sorted(words, key=lambda word: float(word["recall"]))[:_WORST_WORDS]
    if not worst:
        return None
    told = ", ".join(f"{word['label']} {word['recall']:.1%}" for word in worst)
    labels = figures["confusion"]["labels"]
    if UNKNOWN not in labels:
        return f"**Words.** It recognises least often: {told}."
    counts = figures["confusion"]["counts"]
    wrong = sum(n for i, row in enumerate(counts) for j, n in enumerate(row) if i != j)
    rejected = sum(row[labels.index(UNKNOWN)] for row in counts)
    share = f" In {rejected / wrong:.0%} of its errors it calls a word unknown." if wrong else ""
    return f"**Words.** It recognises least often: {told}.{share}"


def _shift(figures: Mapping[str, Any]) -> str | None:
    shifts = (figures.get("conditions") or {}).get("shift")
    if not shifts:
        return None
    worst = min(shifts, key=lambda one: float(one["value"]))
    return (
        f"**Cut words.** A word that is moved {abs(worst['seconds']):g} s out of the middle of "
        f"the second, and cut by its end, is recognised in {worst['value']:.1%}."
    )


def _picture_words(figures: Mapping[str, Any]) -> str | None:
    few = figures.get("sound_of_picture_words")
    if not few:
        return None
    names = ", ".join(few["words"])
    return (
        f"**Learnt from pictures.** {names} exist almost only as log-mel pictures; of "
        f"{few['n']} recordings kept for testing it recognises {few['value']:.1%} "
        f"({few['low']:.1%} to {few['high']:.1%})."
    )


def _other_speech(figures: Mapping[str, Any]) -> str | None:
    rates = (figures.get("false_words") or {}).get("per_hour")
    if not rates or "other_speech" not in rates:
        return None
    rate, unheard = rates["other_speech"], rates.get("unheard_language")
    sentences = rates.get("sentences")
    told = (
        f"**It hears words in other speech.** In {60 * rate['hours']:.0f} minutes of speech "
        f"without any of the words it finds {rate['count']}: {rate['per_hour']:,.0f} an hour."
    )
    if sentences:
        told += (
            " In whole sentences of people it never heard it finds "
            f"{sentences['per_hour']:,.0f} an hour."
        )
    if unheard:
        told += (
            " In commands in a language that it did not learn to reject, it finds "
            f"{unheard['per_hour']:,.0f} an hour."
        )
    return told


def _few_clips(figures: Mapping[str, Any]) -> str | None:
    few = [word["label"] for word in figures["words"] if word["n"] < _LEAST_DATA]
    if not few:
        return None
    return (
        f"**Little is known** of {', '.join(few)}: fewer than {_LEAST_DATA} clips each were there "
        "to measure them."
    )
