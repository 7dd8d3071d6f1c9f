"""Home: say a word, or play a sample, and the way to the other pages.

Streamlit's server imports this file for `app`, and runs it as a script for each visitor of Home.
"""

import streamlit as st

from kws_core.labels import WORDS
from kws_core.ui.clip import current_clip, texts
from kws_core.ui.clip.analysis import show_board, show_summary
from kws_core.ui.clip.clip_picker import sample_pills
from kws_core.ui.shared import resources
from kws_core.ui.shared.messages import calm_errors
from kws_core.ui.shared.page import APP_NAME, page_links, page_setup
from kws_core.ui.shared.server import app_routes, lifespan

if __name__ != "__main__":
    app = st.App(__file__, routes=app_routes(), lifespan=lifespan)
else:
    page_setup(APP_NAME, ":material/graphic_eq:")

    st.markdown(texts.HOME.format(n=len(WORDS)))

    with calm_errors("Home"):
        say, board = st.columns([2, 5], gap="medium", vertical_alignment="center")
        with say:
            if st.button(
                texts.SAY, icon=":material/mic:", type="primary", width="stretch", key="home_say"
            ):
                current_clip.choose_source("record")
                st.switch_page("pages/1_Recognise.py")
        with board:
            show_board(current_clip.current(), "home_board")
        st.markdown(texts.OR_PLAY)
        sample_pills()
        show_summary(current_clip.current())

    page_links()

    # After all is drawn: what the other pages need is ready before anybody gets there.
    resources.warm_up()
