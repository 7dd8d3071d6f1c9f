"""What the Augment page shows, kept in the session, and in the page's address.

Widgets get their values from here on every run and report changes back, so that choices survive a
visit to another page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from kws_core.errors import AugmentError
from kws_core.lab.backgrounds import MEANINGS, only_known
from kws_core.lab.link import MOST_RECIPES, Lab, from_query, to_query
from kws_core.lab.recipe import LARGEST_SEED, Recipe
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.clip import current_clip, page_address
from kws_core.ui.shared.seeded import seeded

# A recipe that is edited: its place in the comparison, or None for what the views show.
Target = int | None

OWN_RECORDINGS: Final[dict[str, current_clip.Source]] = {
    "my_recording": "record",
    "my_file": "upload",
}

_PAGE: Final = "augment"
_LAB: Final = "augment_lab"
_MESSAGES: Final = "augment_messages"
_CLIP: Final = "augment_clip"  # the key of the clip that the start is of


def lab() -> Lab:
    """What is shown."""
    shown: Lab = st.session_state.get(_LAB, Lab())
    return shown


def messages() -> tuple[str, ...]:
    """What could not be done at the last change, or not be used of the address."""
    notes: tuple[str, ...] = st.session_state.get(_MESSAGES, ())
    return notes


def tell(*notes: str) -> None:
    """Say something once, on the next run."""
    st.session_state[_MESSAGES] = notes


def change(**changes: Any) -> None:
    """Show something else."""
    st.session_state[_LAB] = replace(lab(), **changes)
    st.session_state[_MESSAGES] = ()


def control(widget: Callable[..., Any], setting: str, *arguments: Any, **more: Any) -> None:
    """Show a widget for a setting of the view; value: where it is not the setting's own."""
    seeded(
        widget,
        *arguments,
        key=f"augment_{setting}",
        put=lambda value: change(**{setting: value}),
        **{"value": getattr(lab(), setting)} | more,
    )


def choice(setting: str, label: str, options: Sequence[Any], **more: Any) -> None:
    """Offer the values of a setting side by side; one of them is always chosen."""
    control(st.segmented_control, setting, label, options, required=True, **more)


def new_draw() -> None:
    """Go on to the next seed, for all recipes."""
    use_seed((lab().seed + 1) % (LARGEST_SEED + 1))


def use_seed(seed: int) -> None:
    """Draw from this seed, for all recipes."""
    change(seed=seed, recipes=tuple(replace(recipe, seed=seed) for recipe in lab().recipes))


def shown_recipe() -> Recipe:
    """Return the recipe of the view that is open."""
    return lab().sound_recipe if lab().view == "sound" else lab().mask_recipe


def recipe_of(target: Target) -> Recipe:
    """Return the recipe that is edited."""
    now = lab()
    if target is None:
        return Recipe("This", now.chain, now.masks, now.fill, now.seed)
    return now.recipes[target]


def edit(target: Target, **changes: Any) -> None:
    """Change a recipe; one that can't be stays as it was, and the page says why."""
    now = lab()
    try:
        edited = replace(recipe_of(target), **changes)
    except AugmentError as error:
        tell(str(error))
        return
    if target is None:
        change(chain=edited.chain, masks=edited.masks, fill=edited.fill)
    else:
        recipes = list(now.recipes)
        recipes[target] = edited
        change(recipes=tuple(recipes))


def add_recipe(recipe: Recipe) -> None:
    """Put one more recipe beside those that are compared, under a name of its own."""
    recipes = lab().recipes
    if len(recipes) >= MOST_RECIPES:
        tell(f"There is room for {MOST_RECIPES} recipes. Remove one of them first.")
        return
    taken = {other.name for other in recipes}
    names = [recipe.name, *(f"{recipe.name[:36]} {number}" for number in range(2, 9))]
    name = next(name for name in names if name not in taken)
    change(recipes=(*recipes, replace(recipe, name=name, seed=lab().seed)))


def known_recordings() -> tuple[str, ...]:
    """The names of the recordings that can be added: those made here, and the person's own."""
    own = (n for n, source in OWN_RECORDINGS.items() if current_clip.clip_of(source) is not None)
    return (*MEANINGS, *own)


def open_link() -> None:
    """Take over what the page's address says, unless the page itself wrote it there."""
    query = page_address.opened(_PAGE, started=_LAB in st.session_state)
    if query is None:
        return
    opened, problems = from_query(query)
    notes = [*problems, *page_address.open_sample(opened.clip)]
    known = Recognizer.available()
    notes += [f"There is no model {name!r:.40}." for name in opened.models if name not in known]
    models = tuple(name for name in opened.models if name in known)
    st.session_state[_LAB] = replace(opened, models=models)
    st.session_state[_CLIP] = None
    st.session_state[_MESSAGES] = tuple(notes)


def keep_to_what_is_there() -> None:
    """Let go of recordings that are gone, such as a person's own from another day."""
    now = lab()
    chain, missing = only_known(now.chain, known_recordings())
    checked = [only_known(recipe.chain, known_recordings()) for recipe in now.recipes]
    if not missing and not any(names for _, names in checked):
        return
    recipes = [replace(r, chain=c) for r, (c, _) in zip(now.recipes, checked, strict=True)]
    notes = (*messages(), _missing_text([*missing, *(n for _, some in checked for n in some)]))
    change(chain=chain, recipes=tuple(recipes))
    tell(*notes)


def follow_clip(key: str) -> None:
    """Let go of a second of another clip than the one with this key."""
    if st.session_state.get(_CLIP) not in (None, key):
        st.session_state[_LAB] = replace(lab(), start=None)
    st.session_state[_CLIP] = key


def write_link() -> dict[str, str]:
    """Write the view into the page's address; returns its parameters."""
    return page_address.write(_PAGE, to_query(replace(lab(), clip=page_address.shown_sample())))


def sample_name() -> str | None:
    """The name of the sample that is looked at; None if it is another clip."""
    return current_clip.sample_name() if current_clip.current().source == "sample" else None


def first_recipes() -> tuple[Recipe, ...]:
    """What is compared before anybody chose: each view's own, and both together."""
    now = lab()
    return (
        replace(now.mask_recipe, name="Masks"),
        replace(now.sound_recipe, name="Sound"),
        Recipe("Both", now.chain, now.masks, now.fill, now.seed),
    )


def _missing_text(names: Iterable[str]) -> str:
    listed = ", ".join(dict.fromkeys(name[:40] for name in names))
    return f"There is no background called {listed} here. Others took their place."
