"""Recognise: the words in a sample, a recording, a file, or many files."""

from kws_core.ui.clip import current_clip
from kws_core.ui.clip.analysis import show_analysis
from kws_core.ui.clip.clip_picker import clip_picker
from kws_core.ui.clip.many import show_many
from kws_core.ui.shared.messages import calm_errors
from kws_core.ui.shared.page import page_setup

page_setup("Recognise", ":material/hearing:", with_purpose=True)

with calm_errors("Recognise"):
    chosen = clip_picker()
    if current_clip.source() == "upload":
        show_many()
    if chosen is not None:
        show_analysis(chosen)
