"""Models: what they are, how good, where they fail, and why."""

from kws_core.ui.models import state
from kws_core.ui.models.controls import section_control, subject_controls
from kws_core.ui.models.sections import show_section
from kws_core.ui.shared.messages import calm_errors
from kws_core.ui.shared.page import page_setup

page_setup("Models", ":material/neurology:")

with calm_errors("Models"):
    state.open_link()
    section = state.shown().section
    section_control()
    subject_controls(section)
    state.show_messages()
    show_section(section)
    state.write_link()
