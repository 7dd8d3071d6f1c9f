"""Numbers as people write them."""

from __future__ import annotations

from kws_core.charts.style import percent


def db(decibels: float) -> str:
    """Return a level, such as "−12 dB"."""
    return f"{decibels:.0f} dB".replace("-", "−")


def share(part: float) -> str:
    """Return a share, 0 to 1, as a percentage; "<1%" reads "less than 1%" at a sentence's start."""
    return percent(part).replace("<", "less than ")


def sentence_case(text: str) -> str:
    """Return text with its first letter in upper case."""
    return text[:1].upper() + text[1:]
