"""Tables as CSV, figures as JSON, and names of files to save them under."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows with the same keys as CSV, keys first; None becomes an empty cell.

    Text that a spreadsheet would take for a formula, such as the name of a file that somebody
    made up, gets an apostrophe in front.
    """
    rows = list(rows)
    out = io.StringIO()
    names = list(rows[0]) if rows else []
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[_cell(row[name]) for name in names] for row in rows])
    return out.getvalue()


def percentage(share: float | None, digits: int = 1) -> float | None:
    """Return a share as a number of percent for a table."""
    return None if share is None else round(100 * share, digits)


def as_plain_json(content: Any) -> str:
    """Return content as JSON; NaN becomes null."""
    return json.dumps(_finite(content), indent=1, ensure_ascii=False, allow_nan=False)


def file_name(*parts: str, ending: str) -> str:
    """Return a file name of letters, digits and dashes."""
    joined = "-".join(parts).lower()
    safe = "".join(c if c.isascii() and c.isalnum() else "-" for c in joined)
    return f"{'-'.join(part for part in safe.split('-') if part)}.{ending}"


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _finite(content: Any) -> Any:
    match content:
        case float():
            return content if math.isfinite(content) else None
        case dict():
            return {str(key): _finite(value) for key, value in content.items()}
        case list() | tuple():
            return [_finite(value) for value in content]
    return content
