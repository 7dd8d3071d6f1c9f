"""All that the page shows, as a value, and as the parameters of its address.

Only what differs from the first view is written, so that links stay short. Nothing in an address
can fail: what makes no sense is left out, with a message that says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args

from kws_core.augment import Chain
from kws_core.augment.policies import SETTINGS, SpecAugmentPolicy
from kws_core.augment.specaugment import FILLS, Fill
from kws_core.augment.steps.noise import Noise
from kws_core.errors import AugmentError
from kws_core.lab.knobs import MASK_KNOBS, SOUND_KNOBS, Knob
from kws_core.lab.published import DEFAULT, NAMED, name_of
from kws_core.lab.recipe import NO_MASKS, NO_STEPS, Recipe, chain_from_values, check_seed, parsed

View = Literal["specaugment", "sound", "compare"]
Section = Literal["draws", "knob", "policies", "export"]

VIEWS: Final[tuple[View, ...]] = get_args(View)
SECTIONS: Final[tuple[Section, ...]] = get_args(Section)
DRAW_COUNTS: Final = (6, 12, 24, 50)
SWEEP_DRAWS: Final = (1, 10)
MOST_RECIPES: Final = 4
MOST_MODELS: Final = 8
FIRST_CHAIN: Final = Chain([Noise(min_snr_db=-10.0, max_snr_db=5.0)])

_PREFIX: Final = "published-"
_LETTERS: Final = {setting.letters: setting for setting in SETTINGS}
_QUOTED: Final = 40


@dataclass(frozen=True)
class Lab:
    """What is shown: which view, of what, with which draw.

    masks, fill: of the SpecAugment view. chain: of the sound view. recipes: that are compared.
    models: their names, empty for the default one. start: of the second of a longer clip, None
    for the one that is chosen without being asked. clip: a sample's name, None for another clip.
    """

    view: View = "specaugment"
    seed: int = 1
    masks: SpecAugmentPolicy = DEFAULT.policy
    fill: Fill = "mean"
    chain: Chain = FIRST_CHAIN
    recipes: tuple[Recipe, ...] = ()
    section: Section = "draws"
    n_draws: int = 12
    mask_knob: str = "T"
    sound_knob: str = "noise.snr_db"
    sweep_draws: int = 1
    models: tuple[str, ...] = ()
    start: float | None = None
    clip: str | None = None

    @property
    def mask_recipe(self) -> Recipe:
        """What the SpecAugment view shows."""
        return Recipe("SpecAugment", NO_STEPS, self.masks, self.fill, self.seed)

    @property
    def sound_recipe(self) -> Recipe:
        """What the sound view shows."""
        return Recipe("Sound", self.chain, seed=self.seed)


def to_query(lab: Lab) -> dict[str, str]:
    """Return the query parameters of a view; none for the first one that a person sees."""
    first = Lab()
    query = {}
    for name in ("view", "seed", "fill", "section"):
        if getattr(lab, name) != getattr(first, name):
            query[name] = str(getattr(lab, name))
    if lab.masks != first.masks:
        query |= _written_masks(lab.masks)
    if lab.chain != first.chain:
        query["chain"] = _compact(lab.chain.to_values())
    if lab.recipes:
        # One seed draws for all, and it is in the address already.
        values = [recipe.to_values() for recipe in lab.recipes]
        query["recipes"] = _compact([{**v, "seed": lab.seed} for v in values])
    for parameter, (attribute, _) in _PLAIN.items():
        value = getattr(lab, attribute)
        if value != getattr(first, attribute):
            query[parameter] = f"{value:g}" if isinstance(value, float) else str(value)
    if lab.models:
        query["models"] = ",".join(lab.models)
    return query


def from_query(query: Mapping[str, str]) -> tuple[Lab, tuple[str, ...]]:
    """Return the view that query parameters stand for, and what of them was not used, and why.

    Unknown parameters are passed over. The names of clips and models are not checked.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []

    def read(attribute: str, reader: Callable[[], Any]) -> None:
        try:
            values[attribute] = reader()
        except (AugmentError, ValueError) as error:
            problems.append(str(error))

    for parameter, (attribute, reader) in _READERS.items():
        if parameter in query:
            text = query[parameter]
            read(attribute, lambda reader=reader, text=text: reader(text))  # type: ignore[misc]
    if "policy" in query or any(letter in query for letter in _LETTERS):
        read("masks", lambda: _read_masks(query))
    lab = replace(Lab(), **values)
    recipes = tuple(replace(recipe, seed=lab.seed) for recipe in lab.recipes)
    return replace(lab, recipes=recipes), tuple(problems)


def _compact(values: Any) -> str:
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False)


def _written_masks(masks: SpecAugmentPolicy) -> dict[str, str]:
    if masks == NO_MASKS:
        return {"policy": "none"}
    if named := name_of(masks):
        return {"policy": named.name if named.scaled else f"{_PREFIX}{named.name}"}
    return {
        letters: f"{getattr(masks, setting.name):g}"
        for letters, setting in _LETTERS.items()
        if getattr(masks, setting.name) != getattr(NO_MASKS, setting.name)
    }


def _read_masks(query: Mapping[str, str]) -> SpecAugmentPolicy:
    if "policy" in query:
        text = query["policy"]
        known = {named.name if named.scaled else f"{_PREFIX}{named.name}": named for named in NAMED}
        if text == "none":
            return NO_MASKS
        if text not in known:
            raise ValueError(f"{_cant('policy', text)}: it is one of none, {', '.join(known)}.")
        return known[text].policy
    values: dict[str, Any] = {}
    for letters, setting in _LETTERS.items():
        if letters in query:
            read = _whole if setting.is_whole else _number
            values[setting.name] = read(letters, query[letters])
    return SpecAugmentPolicy(**values)


def _cant(name: str, text: str) -> str:
    shown = text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
    return f"{name} can't be {shown!r}"


def _whole(name: str, text: str) -> int:
    # int() would also take spaces, underscores and other scripts' digits.
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise ValueError(f"{_cant(name, text)}: it is a whole number from 0.")
    return int(text)


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e6:
        raise ValueError(f"{_cant(name, text)}: it is a number from 0.")
    return value


def _choice(name: str, options: tuple[Any, ...]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        written = {str(option): option for option in options}
        if text not in written:
            raise ValueError(f"{_cant(name, text)}: it is one of {', '.join(written)}.")
        return written[text]

    return read


def _read_recipes(text: str) -> tuple[Recipe, ...]:
    values = parsed(text)
    if not isinstance(values, list) or not 0 < len(values) <= MOST_RECIPES:
        raise AugmentError(f"recipes should be a list of 1 to {MOST_RECIPES} recipes.")
    return tuple(Recipe.from_values(value) for value in values)


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in text.split(",") if name))[:MOST_MODELS]


def _names_of(knobs: Sequence[Knob]) -> tuple[str, ...]:
    return tuple(knob.name for knob in knobs)


# Of each parameter: the attribute, and how it is read. Those of the first group are written as
# they are.
_PLAIN: Final[dict[str, tuple[str, Callable[[str], Any]]]] = {
    "draws": ("n_draws", _choice("draws", DRAW_COUNTS)),
    "knob": ("mask_knob", _choice("knob", _names_of(MASK_KNOBS))),
    "sound_knob": ("sound_knob", _choice("sound_knob", _names_of(SOUND_KNOBS))),
    "sweep_draws": ("sweep_draws", _choice("sweep_draws", SWEEP_DRAWS)),
    "start": ("start", lambda text: _number("start", text)),
    "clip": ("clip", lambda text: text[:_QUOTED]),
}
_READERS: Final[dict[str, tuple[str, Callable[[str], Any]]]] = {
    **_PLAIN,
    "view": ("view", _choice("view", VIEWS)),
    "section": ("section", _choice("section", SECTIONS)),
    "fill": ("fill", _choice("fill", FILLS)),
    "seed": ("seed", lambda text: check_seed(_whole("seed", text))),
    "chain": ("chain", lambda text: chain_from_values(parsed(text))),
    "recipes": ("recipes", _read_recipes),
    "models": ("models", _names),
}
