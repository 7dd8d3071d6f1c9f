"""Teach: words of your own, from a few recordings of each."""

from kws_core.ui.shared.messages import calm_errors
from kws_core.ui.shared.page import page_setup
from kws_core.ui.teach import state
from kws_core.ui.teach.report import show_report
from kws_core.ui.teach.sounds import show_sounds
from kws_core.ui.teach.takes import show_takes, show_words
from kws_core.ui.teach.trial import show_trial
from kws_core.ui.teach.use import show_use

page_setup("Teach", ":material/school:", with_purpose=True)

with calm_errors("Teach"):
    state.show_message()
    show_words()
    show_sounds()
    show_takes()
    taught = state.taught()
    if taught is not None:
        show_report(taught)
        show_trial(taught)
    show_use(taught)
