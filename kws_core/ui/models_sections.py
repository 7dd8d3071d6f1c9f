"""The open section of the Models page; the code of the others is not even loaded."""

from __future__ import annotations

import importlib
from typing import Any, Final

from kws_core.report.link import Section
from kws_core.ui import models_state

_SHOWN_BY: Final[dict[Section, tuple[str, str]]] = {
    "compare": ("models_compare", "show_compare"),
    "structure": ("models_structure", "show_structure"),
    "results": ("models_results", "show_results"),
    "own": ("models_own", "show_own_set"),
    "why": ("models_why", "show_why"),
    "map": ("models_map", "show_map"),
    "data": ("models_data", "show_data"),
    "card": ("models_card", "show_card"),
}


def show_section(section: Section) -> None:
    """Show one section of the page."""
    module, function = _SHOWN_BY[section]
    show: Any = getattr(importlib.import_module(f"kws_core.ui.{module}"), function)
    if section in ("structure", "why"):
        show(models_state.model())
    else:
        show()
