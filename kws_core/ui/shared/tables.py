"""Tables of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from kws_core.report.own_files import Skipped

_ROW: Final = 35  # pixels


def table(
    rows: Sequence[Mapping[str, Any]], key: str, alt: str, *, most: int | None = None, **more: Any
) -> Any:
    """Show rows as a table that can be sorted; returns the selection in it.

    most: its height in pixels, unless all rows take less; Streamlit's own without it.
    """
    columns = {name: [row[name] for row in rows] for name in rows[0]} if rows else {}
    if most is not None:
        more["height"] = min(_ROW * (1 + len(rows)) + 3, most)
    return st.dataframe(columns, hide_index=True, key=key, alt=alt, placeholder="–", **more)


def left_out_table(skipped: Sequence[Skipped], key: str, most: int) -> None:
    """Show which files of a person were left out, and why."""
    rows = [{"File": one.path, "Why": one.reason} for one in skipped]
    table(rows, key, "Files that were left out, and why.", most=most)
