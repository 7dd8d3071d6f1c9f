"""Live: words from the microphone or a sample as they are spoken."""

import streamlit as st

from kws_core.ui.live import state
from kws_core.ui.live.actions import has_enough, is_leaving, leave, show_actions
from kws_core.ui.live.health import show_health
from kws_core.ui.live.microphone import microphone_card
from kws_core.ui.live.room import show_room
from kws_core.ui.live.sample import play_aloud, sample_card
from kws_core.ui.live.settings import show_settings
from kws_core.ui.live.stream import show_stream
from kws_core.ui.live.words import show_words
from kws_core.ui.shared import taught_words
from kws_core.ui.shared.messages import calm_errors
from kws_core.ui.shared.page import page_setup

page_setup("Live", ":material/mic:", with_purpose=True)

with calm_errors("Live"):
    taught_words.learn_again()
    listener = state.listener()
    left, right = st.columns(2)
    with left:
        sample_card(listener)
    with right:
        microphone = microphone_card(listener)
    play_aloud(listener)

    is_open = listener.is_playing or microphone.is_open
    runs = is_open and not listener.paused and not is_leaving()
    enough = has_enough(listener, is_open=is_open)
    show_stream(listener, microphone, runs=runs, enough=enough)
    show_actions(listener, is_open=is_open, enough=enough)
    show_words(listener, runs=runs)
    show_room(listener, runs=runs)
    show_settings(listener)
    show_health(listener, microphone, runs=runs)
    if is_leaving():
        leave(listener)
