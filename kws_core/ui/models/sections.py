"""The open section of the Models page; the code of the others is not even loaded."""

from __future__ import annotations

import importlib
from typing import Any, Final

from kws_core.report.link import Section
from kws_core.ui.models import state

_SHOWN_BY: Final[dict[Section, tuple[str, str]]] = {
    "compare": ("compare", "show_compare"),
    "structure": ("structure", "show_structure"),
    "results": ("results", "show_results"),
    "own": ("own", "show_own_set"),
    "why": ("why", "show_why"),
    "map": ("map", "show_map"),
    "data": ("data", "show_data"),
    "card": ("card", "show_card"),
}


def show_section(section: Section) -> None:
    """Show one section of the page."""
    module, function = _SHOWN_BY[section]
    show: Any = getattr(importlib.import_module(f"kws_core.ui.models.{module}"), function)
    if section in ("structure", "why"):
        show(state.model())
    else:
        show()
