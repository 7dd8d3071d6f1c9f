"""Models: what they are, how good, where they fail, and why."""

from kws_core.ui import models_state
from kws_core.ui.messages import calm_errors
from kws_core.ui.models_controls import section_control, subject_controls
from kws_core.ui.models_sections import show_section
from kws_core.ui.page import page_setup

page_setup("Models", ":material/neurology:")

with calm_errors("Models"):
    models_state.open_link()
    section = models_state.shown().section
    section_control()
    subject_controls(section)
    models_state.show_messages()
    show_section(section)
    models_state.write_link()
