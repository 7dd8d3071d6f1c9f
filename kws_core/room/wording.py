"""Rates, shares and times in words."""

from __future__ import annotations

from kws_core.results.metrics import Rate, Share


def span(seconds: float) -> str:
    """Return a length of time, such as 45 s, 40 min or 1.5 h."""
    if seconds < 99.5:
        return f"{int(seconds)} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f}".removesuffix(".0") + " h"


def clock(seconds: float) -> str:
    """Return a length of time as hours, minutes and seconds: 12:03 or 1:12:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def per_hour(value: float) -> str:
    """Return a number of events per hour with two digits that count."""
    return f"{value:,.0f}" if value >= 9.95 else f"{value:.1f}"


def counted(rate: Rate) -> str:
    """Return a count and the interval of its rate: 3 in 40 min: 1 to 13 an hour."""
    return f"{rate.count} in {span(3600 * rate.hours)}: {interval(rate)} an hour"


def interval(rate: Rate) -> str:
    """Return the 95 % interval of a rate."""
    return f"{per_hour(rate.low)} to {per_hour(rate.high)}"


def share_interval(share: Share) -> str:
    """Return the 95 % interval of a share, in percent."""
    return f"{100 * share.low:.0f} to {100 * share.high:.0f}%"
