"""Explore: one clip, or two, in every view, on one time axis, with every setting."""

import streamlit as st

from kws_core.explore.fitting import for_length
from kws_core.ui import explore_state
from kws_core.ui.explore_clips import clip_popover, compare_popover, sounds_of
from kws_core.ui.explore_controls import preset_pills, settings_expander, views_pills
from kws_core.ui.explore_export import show_export
from kws_core.ui.explore_figures import show_own_figures
from kws_core.ui.explore_notes import show_notes
from kws_core.ui.explore_views import show_stacks
from kws_core.ui.messages import calm_errors
from kws_core.ui.page import page_setup

page_setup("Explore", ":material/query_stats:")

with calm_errors("Explore"):
    explore_state.open_link()
    with st.container(horizontal=True):
        chosen, other = clip_popover(), compare_popover()
    explore_state.follow_clip(chosen.key)
    views_pills()
    preset_pills()
    settings_expander()

    clips = [chosen] if other is None else [chosen, other]
    sounds = sounds_of(*clips)
    longest = max(len(sound.samples) for sound in sounds)
    settings, changes = for_length(explore_state.settings(), longest)
    for change in changes:
        st.caption(f":material/info: {change}")
    show_stacks(clips, sounds, settings)
    show_own_figures(clips, sounds, settings)
    show_notes(clips, sounds[0], settings)
    show_export(chosen, sounds[0], settings, explore_state.write_link())
