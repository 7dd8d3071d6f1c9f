"""Misses of a voice against false alarms of a room, and the threshold for a wanted rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kws_core.results.metrics import Rate, Share
from kws_core.room.alarms import AlarmCount
from kws_core.room.prompts import PromptTest


@dataclass(frozen=True)
class RoomPoint:
    """A threshold, with false alarms per hour and the share of missed words where measured."""

    threshold: float
    alarms: Rate | None
    missed: Share | None


def room_curve(count: AlarmCount | None, prompts: PromptTest | None) -> list[RoomPoint]:
    """Return the points that were measured, by rising threshold."""
    alarms = {} if count is None else count.by_threshold
    missed = {} if prompts is None else prompts.by_threshold
    return [RoomPoint(at, alarms.get(at), missed.get(at)) for at in sorted({*alarms, *missed})]


def lowest_threshold(points: Sequence[RoomPoint], per_hour: float) -> RoomPoint | None:
    """Return the lowest point from which on no threshold has more false alarms per hour.

    It misses the fewest words. None if nothing was counted, or no threshold is high enough.
    """
    found = None
    for point in reversed([point for point in points if point.alarms is not None]):
        if point.alarms is None or point.alarms.per_hour > per_hour:
            break
        found = point
    return found


def comparable(count: AlarmCount | None, prompts: PromptTest | None) -> bool:
    """Whether both were measured with the same model and settings, but for the threshold."""
    if count is None or prompts is None:
        return True
    given = prompts.settings
    same = replace(count.settings, threshold=given.threshold, word_thresholds=given.word_thresholds)
    return (count.model, same) == (prompts.model, given)
