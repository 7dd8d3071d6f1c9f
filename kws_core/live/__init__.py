"""The Live page without Streamlit: a listener fed in real time, and its results.

``frames`` are what sources give, ``programmes`` the sample recordings there are to play;
``listener`` is the thread that brings frames to ``hearing``, which owns the detector: ``words`` are
its log, ``level_meter`` its advice, ``strip`` its picture, ``health`` how it keeps up.
``connection`` and ``ice`` are about WebRTC, ``game`` is a game, ``operating_point`` says how often
a threshold errs.
"""

from kws_core.live.frames import Frame, Playback
from kws_core.live.health import Health
from kws_core.live.hearing import Hearing
from kws_core.live.level_meter import Level
from kws_core.live.listener import Listener
from kws_core.live.words import LoggedWord, Mark

__all__ = ["Frame", "Health", "Hearing", "Level", "Listener", "LoggedWord", "Mark", "Playback"]
