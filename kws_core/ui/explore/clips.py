"""Which clips the Explore page looks at, and what was computed from them."""

from __future__ import annotations

from typing import Final, cast

import streamlit as st

from kws_core.audio.remembered import Sound
from kws_core.ui.clip import current_clip
from kws_core.ui.clip.clip_picker import named, short_title
from kws_core.ui.clip.current_clip import COMPUTED, ChosenClip, Source
from kws_core.ui.explore import state
from kws_core.ui.explore.state import RECORDING, UPLOAD
from kws_core.ui.shared import resources
from kws_core.ui.shared.button import button
from kws_core.ui.shared.seeded import seeded

_SOUNDS: Final = f"{COMPUTED}explore_sounds"
_DECODED: Final = "explore_other_decoded"
_OWN: Final[dict[str, tuple[Source, str]]] = {
    RECORDING: ("record", "my recording"),
    UPLOAD: ("upload", "my file"),
}


def compare_popover() -> ChosenClip | None:
    """Offer a second clip behind a button; returns it, None if there is none."""
    other = _other(state.kept("other"))
    label = "Compare" if other is None else f"With {named(other)}"
    with st.popover(label, icon=":material/compare:", key="explore_compare_popover"):
        st.caption("A second clip beside this one, on the same scales.")
        options = [*resources.samples(), *(name for name in _OWN if _other(name) is not None)]
        seeded(
            st.pills,
            "Second clip",
            options,
            key="explore_other",
            value=state.kept("other"),
            put=lambda name: state.keep("other", name),
            format_func=_label,
            label_visibility="collapsed",
        )
        if other is not None:
            key = "explore_stop_comparing"
            button("Stop comparing", "close", state.keep, "other", None, key=key)
    return other


def sounds_of(*clips: ChosenClip) -> list[Sound]:
    """Return the clips' sounds, with what the session already computed; others are let go."""
    kept = cast(dict[str, Sound], st.session_state.get(_SOUNDS, {}))
    st.session_state[_SOUNDS] = now = {
        clip.key: kept.get(clip.key) or Sound(clip.clip.samples) for clip in clips
    }
    return [now[clip.key] for clip in clips]


def _other(name: str | None) -> ChosenClip | None:
    if name is None:
        return None
    if name in _OWN:
        return current_clip.clip_of(_OWN[name][0])
    kept: tuple[str, ChosenClip] | None = st.session_state.get(_DECODED)
    if kept is None or kept[0] != name:
        kept = st.session_state[_DECODED] = name, current_clip.sample_clip(name)
    return kept[1]


def _label(name: str) -> str:
    return _OWN[name][1] if name in _OWN else short_title(resources.samples()[name])
