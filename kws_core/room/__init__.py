"""The detector tested where it stands: false alarms of a room, misses of a voice.

``deciders`` decide on the same windows at many thresholds; ``alarms`` counts what they report while
no word is said and keeps the sound of it, ``prompts`` asks for words and notes which were heard;
``curve`` puts both together, and ``files`` writes it all down.
"""

from kws_core.room.alarms import Alarm, AlarmCount
from kws_core.room.curve import RoomPoint, lowest_threshold, room_curve
from kws_core.room.deciders import THRESHOLDS
from kws_core.room.prompts import PromptTest, Reply, choose_words

__all__ = [
    "THRESHOLDS",
    "Alarm",
    "AlarmCount",
    "PromptTest",
    "Reply",
    "RoomPoint",
    "choose_words",
    "lowest_threshold",
    "room_curve",
]
