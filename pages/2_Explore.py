"""Explore: one clip, or two, in every view, on one time axis, with every setting."""

import streamlit as st

from kws_core.ui.clip.clip_picker import clip_popover
from kws_core.ui.explore import state
from kws_core.ui.explore.clips import compare_popover, sounds_of
from kws_core.ui.explore.controls import preset_pills, settings_expander, views_pills
from kws_core.ui.explore.export import show_export
from kws_core.ui.explore.views import show_views
from kws_core.ui.shared.messages import calm_errors
from kws_core.ui.shared.page import page_setup

page_setup("Explore", ":material/query_stats:", with_purpose=True)

with calm_errors("Explore"):
    state.open_link()
    with st.container(horizontal=True):
        chosen, other = clip_popover("explore"), compare_popover()
    state.follow_clip(chosen.key)
    views_pills()
    preset_pills()
    settings_expander()
    clips = [chosen] if other is None else [chosen, other]
    sounds = sounds_of(*clips)
    used = show_views(clips, sounds)
    show_export(chosen, sounds[0], used)
