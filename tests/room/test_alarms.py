"""Leave it on: what counts as an alarm and as a near one, for how long, and what is kept of it."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.results.metrics import poisson_rate
from kws_core.room import AlarmCount, alarms
from kws_core.room.deciders import near_threshold
from tests.helpers.listeners import StreamListener
from tests.helpers.rooms import SETTINGS, detector, stream

ALARMS = {2.0: "low", 4.0: "high", 6.0: "low", 8.0: "middle"}
SOUND = stream(ALARMS, 10.0)


def counted(
    sound: np.ndarray = SOUND,
    sureness: dict[str, float] | None = None,
    wanted_s: float = 100.0,
    chunk: int = 320,
) -> AlarmCount:
    listening = detector(sureness)
    count = AlarmCount(StreamListener.labels, SETTINGS, wanted_s, "tones")
    listening.follower = count
    for at in range(0, len(sound), chunk):
        listening.push(sound[at : at + chunk])
    return count


@pytest.mark.parametrize("chunk", [160, 1000, len(SOUND)])
def test_every_report_of_the_detector_is_an_alarm_however_the_stream_is_cut(chunk: int) -> None:
    words = [found.label for found in detector().push(SOUND)]
    assert words == list(ALARMS.values())
    count = counted(chunk=chunk)
    assert count.by_word == {"low": 2, "high": 1, "middle": 1}
    assert count.n_near == 0
    # The first window is whole after a second.
    assert count.seconds == pytest.approx(9.0, abs=0.1)
    assert count.rate == poisson_rate(4, count.seconds / 3600)
    assert [alarm.label for alarm in count.kept] == words
    assert not any(alarm.is_near for alarm in count.kept)


def test_each_alarm_has_two_seconds_of_sound_with_itself_in_the_middle() -> None:
    for alarm in counted().kept:
        assert alarm.sound.shape == (2 * SAMPLE_RATE,)
        loud = np.flatnonzero(np.abs(alarm.sound) > 1000) / SAMPLE_RATE
        assert loud.min() > 0.4
        assert loud.max() < 1.6
        assert alarm.score == pytest.approx(0.9, abs=0.01)


def test_all_thresholds_are_counted_and_higher_ones_raise_fewer_alarms() -> None:
    sureness = {"low": 0.5, "middle": 0.7, "high": 0.9}
    rates = counted(sureness=sureness).by_threshold
    numbers = {at: rate.count for at, rate in rates.items()}
    assert [numbers[at] for at in (0.45, 0.55, SETTINGS.threshold, 0.75, 0.95)] == [4, 2, 2, 1, 0]


def test_a_score_just_below_the_threshold_is_a_near_alarm_and_not_counted() -> None:
    assert near_threshold(0.99) == pytest.approx(0.925, abs=0.001)
    count = counted(sureness={"low": 0.5, "high": 0.1})
    assert count.by_word == {"middle": 1}
    assert count.n_near == 2
    kept = [(alarm.label, alarm.is_near) for alarm in count.kept]
    assert kept == [("low", True), ("low", True), ("middle", False)]
    assert count.kept[0].score == pytest.approx(0.5, abs=0.01)


def test_it_ends_when_it_has_listened_as_long_as_wanted() -> None:
    count = counted(wanted_s=5.0)
    assert count.is_over
    assert count.seconds == 5.0
    assert count.by_word == {"low": 1, "high": 1}
    assert [alarm.label for alarm in count.kept] == ["low", "high"]
    assert not counted().is_over


def test_nothing_heard_yet_is_no_rate() -> None:
    count = AlarmCount(StreamListener.labels, SETTINGS, 60.0)
    assert (count.rate, count.by_threshold, count.seconds, count.kept) == (None, {}, 0.0, [])


def test_of_many_alarms_the_highest_scores_are_kept_and_near_ones_go_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alarms, "MOST_KEPT", 2)
    count = counted(sureness={"low": 0.5, "middle": 0.7})
    assert [alarm.label for alarm in count.kept] == ["high", "middle"]
    assert count.n_near == 2
    count = counted(sureness={"low": 0.8, "high": 0.7})
    assert [alarm.label for alarm in count.kept] == ["low", "middle"]
    assert sum(count.by_word.values()) == 4


def test_where_sound_is_missing_it_goes_on_and_keeps_what_there_is() -> None:
    listening, count = detector(), AlarmCount(StreamListener.labels, SETTINGS, 100.0)
    listening.follower = count
    cut = round(2.6 * SAMPLE_RATE)  # just after the first word was reported
    listening.push(SOUND[:cut], timestamp=0.0)
    assert count.kept == []
    listening.push(SOUND[cut:], timestamp=12.6)
    assert next(alarm.label for alarm in count.kept) == "low"
    assert 0 < len(count.kept[0].sound) <= 2 * SAMPLE_RATE
    assert count.by_word == {"low": 2, "high": 1, "middle": 1}
    # Ten missing seconds were not listened to.
    assert count.seconds == pytest.approx(8.0, abs=0.2)
