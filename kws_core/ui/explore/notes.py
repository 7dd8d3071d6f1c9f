"""A card for each view: what it is, how it is computed, what to look for, what to listen to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from kws_core.audio.remembered import Floats, Sound
from kws_core.audio.waveform import SAMPLE_RATE, to_wav
from kws_core.explore import parts, spectra
from kws_core.explore.explain import notes
from kws_core.explore.note import Note
from kws_core.explore.settings import ViewSettings
from kws_core.explore.views import SILENCE_DB
from kws_core.ui.clip.current_clip import ChosenClip
from kws_core.ui.explore import state
from kws_core.ui.explore.views import selection_of
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.player import player

_SILENCE: Final = "explore_silence_db"


def show_notes(clips: Sequence[ChosenClip], sound: Sound, settings: ViewSettings) -> None:
    """Show a card for the waveform and for each view, two beside each other.

    sound: of the first of the clips, which the notes are on.
    """
    shown = state.shown()
    if len(clips) > 1:
        st.caption(f"What to look for in {plain(clips[0].name)}:")
    cards = notes(sound, settings, shown, selection_of(sound, shown))
    views = ("waveform", *shown.views)
    pairs = list(zip(views, cards, strict=True))
    for start in range(0, len(pairs), 2):
        for column, (view, card) in zip(
            st.columns(2, gap="small"), pairs[start : start + 2], strict=False
        ):
            with column.container(border=True, height="stretch"):
                _show_card(card)
                _show_extras(view, sound)


def _show_card(card: Note) -> None:
    st.markdown(f"**{card.title}**")
    st.markdown(card.what)
    st.markdown("  \n".join(f":small[${formula}$]" for formula in card.formulas))
    st.markdown(f":material/visibility: {card.look}")


def _show_extras(view: str, sound: Sound) -> None:
    match view:
        case "harmonic-percussive":
            split = parts.harmonic_percussive(sound)
            _listen("harmonic part", split.harmonic)
            _listen("percussive part", split.percussive)
        case "silence":
            _silence_slider()
            kept = parts.without_silence(sound, state.shown().silence_db)
            if len(kept):
                _listen("clip without silence", kept)
        case "8-khz":
            at_8_khz = spectra.at_rate(sound, parts.TELEPHONE_RATE)
            _listen("clip at 8 kHz", at_8_khz, parts.TELEPHONE_RATE)


def _silence_slider() -> None:
    st.session_state[_SILENCE] = state.shown().silence_db
    st.slider(
        "Threshold, dB below the loudest",
        *SILENCE_DB,
        step=1.0,
        format="%.0f",
        key=_SILENCE,
        on_change=lambda: state.show(silence_db=st.session_state[_SILENCE]),
    )


def _listen(label: str, samples: Floats, rate: int = SAMPLE_RATE) -> None:
    st.caption(label[0].upper() + label[1:])
    key = f"explore_{label.replace(' ', '_')}"
    player(to_wav(samples, rate), duration=len(samples) / rate, key=key, label=label)
