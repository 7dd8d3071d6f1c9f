"""Home: a spoken word recognised before the first click, and the way to the other pages."""

import streamlit as st

from kws_core.labels import WORDS
from kws_core.ui.clip import current_clip
from kws_core.ui.clip.analysis import show_summary
from kws_core.ui.clip.clip_picker import sample_pills
from kws_core.ui.shared import resources
from kws_core.ui.shared.messages import calm_errors
from kws_core.ui.shared.page import APP_NAME, page_links, page_setup

page_setup(APP_NAME, ":material/graphic_eq:")

st.markdown(
    f"A small neural network listens for {len(WORDS)} spoken commands, and this app shows what it "
    "heard, how sure it is, and what it looked at. Pick a clip:"
)

with calm_errors("Home"):
    sample_pills()
    show_summary(current_clip.current())

page_links()

# After all is drawn: what the other pages need is ready before anybody gets there.
resources.warm_up()
