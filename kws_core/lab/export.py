"""A recipe to take along: as Python that recomputes it, and as settings for training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kws_core.augment import (
    Background,
    BandLimit,
    Clipping,
    Gain,
    Noise,
    Reverberation,
    Shift,
    Speed,
    Step,
    Tempo,
)
from kws_core.augment.policies import SpecAugmentPolicy
from kws_core.features.front_ends import LogMelConfig
from kws_core.lab.backgrounds import MEANINGS
from kws_core.lab.catalogue import CATALOGUE
from kws_core.lab.recipe import Recipe, has_masks, settings_of

_LINE: Final = 76  # characters of a call, so that with its place a line is no longer than 88
_FRAMES_PER_SECOND: Final = LogMelConfig().sample_rate / LogMelConfig().hop_length
# What a recipe does not have is off in training as well; the defaults there are not nothing.
_OFF: Final[Mapping[str, Any]] = {
    "max_shift": 0,
    "stay_share": 0.0,
    "lost": 0.0,
    "stretch_time": 0.0,
    "stretch_bands": 0.0,
    "noise_share": 0.0,
    "babble_share": 0.0,
    "reverb_share": 0.0,
    "gain_db": (0.0, 0.0),
    "curve_db": 0.0,
    "neighbour_share": 0.0,
    "cut_share": 0.0,
    "clip_share": 0.0,
    "band_limit_share": 0.0,
}


def as_python(
    recipe: Recipe, model: str, sample: str | None = None, start: float | None = None
) -> str:
    """Return a script that applies the recipe's draw to a clip and prints what the model hears.

    model: its name. sample: the name of a sample clip, or None for a file of one's own. start: of
    the second of a longer clip, in seconds.
    """
    steps = recipe.chain.steps
    masked = has_masks(recipe.masks)
    needs_recordings = any(isinstance(step, Background) for step in steps)
    imports = [
        "from kws_core import Recognizer, read_audio",
        "from kws_core.audio.one_second import cut_second",
    ]
    if steps:
        names = sorted({type(step).__name__ for step in steps} | {"Chain"})
        imports.append(f"from kws_core.augment import {', '.join(names)}")
    if masked:
        imports.append("from kws_core.augment.specaugment import SpecAugmentPolicy, draw")
    if needs_recordings:
        imports.append("from kws_core.lab.backgrounds import made_backgrounds")
    clip = '"clip.wav"  # a file of yours'
    if sample is not None:
        imports.append("from kws_core.samples import get_sample")
        clip = f'get_sample("{sample}").path'
    path, _, comment = clip.partition("  ")
    lines = [
        *imports,
        "",
        f"SEED = {recipe.seed}",
        "",
        f"clip = read_audio({path})" + (f"  {comment}" if comment else ""),
        f'recognizer = Recognizer.load("{model}")',
        f"sound = cut_second(clip.samples, recognizer.n_samples, start={start or 0.0:g})",
    ]
    if steps:
        lines += ["", *_chain_lines(steps), *_recordings_lines(steps)]
        extra = ", recordings" if needs_recordings else ""
        lines.append(f"sound = chain.draw(SEED).apply(sound, clip.sample_rate{extra})")
    if masked:
        lines += [
            "",
            "log_mel = recognizer.features(sound)  # (n_mels, n_frames), ln(power)",
            *f"policy = {policy_text(recipe.masks)}".splitlines(),
            "masks = draw(policy, *log_mel.shape, SEED)",
            f'picture = masks.apply(log_mel, fill="{recipe.fill}").numpy()',
            "posteriors = recognizer.posteriors_of_features(picture[None])[0]",
        ]
    else:
        lines += ["", "posteriors = recognizer.posteriors(sound[None])[0]"]
    lines += [
        "best = int(posteriors.argmax())",
        'print(f"{recognizer.labels[best]} {posteriors[best]:.1%}")',
    ]
    return "\n".join(lines) + "\n"


def policy_text(policy: SpecAugmentPolicy) -> str:
    """Return a policy as the Python that makes it."""
    differing = {
        name: value
        for name, value in vars(policy).items()
        if value != getattr(SpecAugmentPolicy(), name)
    }
    return _call("SpecAugmentPolicy", differing)


@dataclass
class TrainingForm:
    """A recipe as training has it: values of `AugmentSettings`, and what has no place in them."""

    values: dict[str, Any] = field(default_factory=lambda: dict(_OFF))
    left_out: list[str] = field(default_factory=list)


def training_form(recipe: Recipe) -> TrainingForm:
    """Return the training settings nearest to a recipe.

    Training changes log-mel pictures, not sounds, and fills masks with the mean: what it can't do
    is told, and everything that the recipe does not have is off.
    """
    form = TrainingForm()
    for step in recipe.chain.steps:
        put = _TRAINING.get(type(step))
        if put is None:
            form.left_out.append(f"{CATALOGUE[step.kind].title}: training has no such step.")
        else:
            put(form, step)
    form.values["masks"] = recipe.masks
    if has_masks(recipe.masks) and recipe.fill != "mean":
        form.left_out.append(f"The fill {recipe.fill!r}: training fills masks with the mean.")
    return form


def as_training(recipe: Recipe) -> str:
    """Return Python that makes the training settings of `training_form`."""
    form = training_form(recipe)
    arguments = []
    for name, value in form.values.items():
        made = policy_text(value) if name == "masks" else repr(value)
        arguments += [f"    {line}" for line in f"{name}={made},".splitlines()]
    told = [f"# Not in it: {sentence}" for sentence in dict.fromkeys(form.left_out)]
    return "\n".join(
        [
            "from kws_core.augment.policies import SpecAugmentPolicy",
            "from kws_core.training.batches.augmentation import AugmentSettings",
            "",
            *told,
            "# For run_training(..., augment=settings) of kws_core.training.run.",
            "settings = AugmentSettings(",
            *arguments,
            ")",
            "",
        ]
    )


def _chain_lines(steps: tuple[Step, ...]) -> list[str]:
    lines = ["chain = Chain(", "    ("]
    for step in steps:
        made = _call(type(step).__name__, settings_of(step))
        lines += [f"        {line}" for line in f"{made},".splitlines()]
    return [*lines, "    )", ")"]


def _recordings_lines(steps: tuple[Step, ...]) -> list[str]:
    named = {name for step in steps if isinstance(step, Background) for name in step.recordings}
    if not named:
        return []
    lines = ["recordings = dict(made_backgrounds())"]
    for name in sorted(named - set(MEANINGS)):
        lines.append(f'recordings["{name}"] = read_audio("{name}.wav").samples  # a file of yours')
    return lines


def _call(name: str, settings: Mapping[str, Any]) -> str:
    """Return the code of a call, on one line or with a line for each argument."""
    arguments = [f"{setting}={value!r}" for setting, value in settings.items()]
    short = f"{name}({', '.join(arguments)})"
    if len(short) <= _LINE:
        return short
    return "\n".join([f"{name}(", *(f"    {argument}," for argument in arguments), ")"])


def _noise(form: TrainingForm, step: Any) -> None:
    form.values |= {"noise_share": step.probability, "snr_db": step.snr_db}
    form.left_out.append("Which noise: training takes its own recordings, and other voices.")


def _shift(form: TrainingForm, step: Any) -> None:
    furthest = max(abs(second) for second in step.seconds)
    form.values["max_shift"] = round(furthest * _FRAMES_PER_SECOND)
    form.values["stay_share"] = round(1 - step.probability, 6)
    if step.seconds != (-furthest, furthest):
        form.left_out.append("Shift: training moves clips as far either way.")


def _gain(form: TrainingForm, step: Any) -> None:
    form.values["gain_db"] = step.gain_db
    if step.probability < 1:
        form.left_out.append("Gain: training applies it to every clip.")


def _tempo(form: TrainingForm, step: Any) -> None:
    form.values["stretch_time"] = round(max(abs(factor - 1) for factor in step.factor), 4)
    form.left_out.append(
        f"{CATALOGUE[step.kind].title}: training stretches the picture's time, as far either way."
    )


def _share(setting: str, what: str) -> Callable[[TrainingForm, Any], None]:
    def put(form: TrainingForm, step: Any) -> None:
        form.values[setting] = step.probability
        form.left_out.append(f"The range of {what}: training has its own.")

    return put


_TRAINING: Final[dict[type[Step], Callable[[TrainingForm, Any], None]]] = {
    Noise: _noise,
    Background: _noise,
    Shift: _shift,
    Gain: _gain,
    Speed: _tempo,
    Tempo: _tempo,
    Reverberation: _share("reverb_share", "reverberation"),
    BandLimit: _share("band_limit_share", "the band's edges"),
    Clipping: _share("clip_share", "clipping"),
}
