"""Models: what they are, how good, where they fail, and why."""

from kws_core.ui.models.choices import open_link
from kws_core.ui.models.sections import show_page
from kws_core.ui.shared.messages import calm_errors
from kws_core.ui.shared.page import page_setup

page_setup("Models", ":material/neurology:")

with calm_errors("Models"):
    open_link()
    show_page()
