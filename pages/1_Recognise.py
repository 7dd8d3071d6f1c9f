"""Recognise: the words in a sample, a recording or a file."""

from kws_core.ui.clip.analysis import show_analysis
from kws_core.ui.clip.clip_picker import clip_picker
from kws_core.ui.clip.many import show_many
from kws_core.ui.shared.messages import calm_errors
from kws_core.ui.shared.page import page_setup

page_setup("Recognise", ":material/hearing:", with_purpose=True)

with calm_errors("Recognise"):
    chosen = clip_picker()
    if chosen is not None:
        show_analysis(chosen)

show_many()
