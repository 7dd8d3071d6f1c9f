"""Augment: what training does to a clip, seen, heard, and what a model makes of it."""

import streamlit as st

from kws_core.lab import Trial
from kws_core.ui.augment import state
from kws_core.ui.augment.compare import show_comparison
from kws_core.ui.augment.controls import view_control
from kws_core.ui.augment.masks import show_masks
from kws_core.ui.augment.models import listeners, log_mel_model, models_popover
from kws_core.ui.augment.second import chosen_second
from kws_core.ui.augment.sound import show_sound
from kws_core.ui.clip.clip_picker import clip_popover
from kws_core.ui.shared.messages import calm_errors
from kws_core.ui.shared.page import page_setup

page_setup("Augment", ":material/auto_fix_high:", with_purpose=True)

with calm_errors("Augment"):
    state.open_link()
    with st.container(horizontal=True):
        view_control()
        chosen = clip_popover("augment")
        models_popover()
    state.follow_clip(chosen.key)
    state.keep_to_what_is_there()
    second = chosen_second(chosen)
    models = tuple(listeners())
    trial = Trial(second, state.shown_recipe(), models, log_mel_model(models))
    match state.lab().view:
        case "specaugment":
            show_masks(trial)
        case "sound":
            show_sound(trial)
        case "compare":
            show_comparison(trial)
    state.write_link()
