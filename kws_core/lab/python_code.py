"""A recipe as a Python script that applies it with this library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kws_core.augment import Chain
from kws_core.augment.policies import SpecAugmentPolicy
from kws_core.augment.steps.background import Background
from kws_core.lab.backgrounds import MEANINGS
from kws_core.lab.recipe import Recipe

_LINE: Final = 76  # characters of a call, so that with its place a line is no longer than 88


def as_python(
    recipe: Recipe, model: str, sample: str | None = None, start: float | None = None
) -> str:
    """Return a script that applies the recipe's draw to a clip and prints the recognised word.

    model: its name. sample: the name of a sample clip, or None for a file of one's own. start: of
    the second of a longer clip, in seconds.
    """
    chain = recipe.chain
    masked = recipe.masks.does_something
    needs_recordings = any(isinstance(step, Background) for step in chain)
    imports = [
        "from kws_core import Recognizer, read_audio",
        "from kws_core.audio.one_second import cut_second",
    ]
    if chain:
        imports.append("from kws_core.augment import Chain")
        kinds = sorted({(type(step).__module__, type(step).__name__) for step in chain})
        imports += [f"from {module} import {name}" for module, name in kinds]
    if masked:
        imports.append("from kws_core.augment.policies import SpecAugmentPolicy")
        imports.append("from kws_core.augment.specaugment import draw")
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
    if chain:
        lines += ["", *_chain_lines(chain), *_recordings_lines(chain)]
        extra = ", recordings=recordings" if needs_recordings else ""
        lines.append(f"sound = chain(sound, clip.sample_rate, seed=SEED{extra})")
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
    return _call("SpecAugmentPolicy", policy.to_values())


def _chain_lines(chain: Chain) -> list[str]:
    lines = ["chain = Chain(", "    ["]
    for step in chain:
        made = _call(type(step).__name__, step.changed_settings())
        lines += [f"        {line}" for line in f"{made},".splitlines()]
    return [*lines, "    ]", ")"]


def _recordings_lines(chain: Chain) -> list[str]:
    named = {name for step in chain if isinstance(step, Background) for name in step.recordings}
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
