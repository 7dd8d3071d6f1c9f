"""The listener: what it hears of a microphone and of samples, in which time, and when it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from kws_core.audio.waveform import SAMPLE_RATE, resample
from kws_core.errors import SettingsError
from kws_core.live import Frame, Hearing, Listener, Mark, Playback
from kws_core.live.frame_queue import FrameQueue
from kws_core.live.frames import BROWSER_RATE, FRAME_S, joined, mono_of
from kws_core.live.health import Health, Stopwatch
from kws_core.live.listener import IDLE_AFTER_S, THREAD_NAME
from kws_core.live.words import as_csv
from kws_core.room import PromptTest
from kws_core.spotting import DetectorSettings, Faults, KeywordDetector
from tests.helpers.listeners import StreamListener, burst
from tests.helpers.waiting import Clock, wait_until

SPOKEN = ("low", "high", "low", "middle")
PATIENCE_S = 30.0  # of a machine that is busy with other things


def detector() -> KeywordDetector:
    return KeywordDetector(StreamListener(), DetectorSettings(threshold=0.6))


def sound(words: tuple[str, ...] = SPOKEN) -> np.ndarray:
    silence = np.zeros(SAMPLE_RATE, np.float32)
    spoken = (np.concatenate([burst(word, i), silence]) for i, word in enumerate(words))
    return np.concatenate([silence, *spoken])


def frames(samples: np.ndarray, stream: int, start: float = 0.0) -> Iterator[Frame]:
    n = round(FRAME_S * BROWSER_RATE)
    loud = resample(samples, SAMPLE_RATE, BROWSER_RATE)
    for k in range(len(loud) // n):
        yield Frame(loud[k * n : (k + 1) * n], BROWSER_RATE, start + k * FRAME_S, 0.0, stream)


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener(detector())
    yield made
    made.close()


class TestHearing:
    def test_a_follower_gets_all_windows_with_their_delay_until_another_model_listens(self) -> None:
        clock = Clock()
        hearing = Hearing(detector(), clock=clock)
        test = PromptTest(hearing.labels, hearing.settings, ["low"])
        hearing.follow(test)
        silence = np.zeros(round(2.3 * SAMPLE_RATE), np.float32)
        for frame in frames(np.concatenate([silence, sound(("low",)), silence, silence]), stream=1):
            clock.now = frame.time + FRAME_S + 0.05
            hearing.hear(Frame(frame.samples, BROWSER_RATE, frame.time, clock.now - 0.05, 1))
        (reply,), (word,) = test.replies, hearing.words
        assert reply.heard == word.label == "low"
        assert reply.latency == pytest.approx(word.latency, abs=0.03)
        hearing.use(detector(), "another")
        assert hearing.follower is None

    def test_words_are_logged_in_order_each_once_with_latency(self) -> None:
        clock = Clock()
        hearing = Hearing(detector(), clock=clock)
        for frame in frames(sound(), stream=1):
            clock.now = frame.time + FRAME_S + 0.05  # taken up 50 ms after its arrival
            arrived = Frame(frame.samples, BROWSER_RATE, frame.time, clock.now - 0.05, 1)
            hearing.hear(arrived)
        assert [word.label for word in hearing.words] == list(SPOKEN)
        assert [word.number for word in hearing.words] == [1, 2, 3, 4]
        for word in hearing.words:
            # From the sound's end to the end of the frame with which it was decided, and 50 ms.
            assert word.time - word.end < word.latency < word.time - word.end + 0.05 + 0.06
        health = hearing.health(FrameQueue(1))
        assert health.delay == pytest.approx(0.05)
        assert health.latency == pytest.approx(np.median([word.latency for word in hearing.words]))

    def test_another_stream_follows_after_silence_and_without_a_fault(self) -> None:
        hearing = Hearing(detector())
        for stream, start in ((1, 7.0), (2, 0.0), (3, 5000.0)):
            for frame in frames(sound(("low",)), stream, start):
                hearing.hear(frame)
        assert [word.label for word in hearing.words] == ["low"] * 3
        assert not hearing.health(FrameQueue(1)).faults.any
        seconds = 3 * len(sound(("low",))) / SAMPLE_RATE + 2
        assert hearing.duration == pytest.approx(seconds, abs=0.1)

    def test_another_run_starts_clean_and_time_and_log_go_on(self) -> None:
        hearing = Hearing(detector())
        for frame in frames(sound(("low",)), stream=1):
            hearing.hear(replace(frame, run=1))
        seconds, picture = hearing.duration, hearing.picture
        silence = np.zeros(round(1.2 * SAMPLE_RATE), np.float32)
        for frame in frames(silence, stream=2, start=98.8):
            hearing.hear(replace(frame, run=2))
        assert [word.label for word in hearing.words] == ["low"]
        assert hearing.words_of_run == []
        assert np.abs(hearing.samples).max() == 0
        assert hearing.level.verdict != "good"
        assert hearing.picture != picture
        assert min(hearing.strip().scores_time) > seconds
        assert hearing.duration == pytest.approx(seconds + 1.2, abs=0.05)
        for frame in frames(sound(("high",)), stream=2, start=100.0):
            hearing.hear(replace(frame, run=2))
        low, high = hearing.words
        assert hearing.words_of_run == [high]
        assert high.start == pytest.approx(seconds + 1.2 + low.start, abs=0.05)

    def test_another_detector_goes_on_in_the_middle_of_a_run_without_a_fault(self) -> None:
        whole, changed = (Hearing(detector(), "first") for _ in range(2))
        # From the middle of the second of four words on.
        for k, frame in enumerate(frames(sound(), stream=1, start=50.0)):
            if k == round(3.2 / FRAME_S):
                before = changed.words
                changed.use(detector(), "second")
                assert changed.words == before
            for hearing in (whole, changed):
                hearing.hear(frame)
        assert [word.label for word in changed.words] == list(SPOKEN)
        assert [word.model for word in changed.words] == ["first", "second", "second", "second"]
        for word, same in zip(whole.words, changed.words, strict=True):
            assert (same.start, same.end) == pytest.approx((word.start, word.end), abs=0.05)
        (mark,) = (entry for entry in changed.log if isinstance(entry, Mark))
        assert mark.text == "Model: second"
        assert mark.time == pytest.approx(3.2, abs=0.05)
        assert changed.duration == pytest.approx(whole.duration, abs=0.05)
        assert len(changed.strip().scores_time) == len(whole.strip().scores_time)
        assert not changed.health(FrameQueue(1)).faults.any

    def test_latency_counts_the_delay_of_the_sound(self) -> None:
        def latency(delay: float) -> float:
            clock = Clock()
            hearing = Hearing(detector(), clock=clock)
            for k, frame in enumerate(frames(sound(("low",)), stream=1)):
                clock.now = frame.time + FRAME_S + (delay if k > 50 else 0.0)
                hearing.hear(replace(frame, arrived=clock.now))
            (word,) = hearing.words
            return word.latency

        assert latency(1.5) == pytest.approx(latency(0.0) + 1.5)

    def test_frames_that_never_came_are_counted(self) -> None:
        hearing = Hearing(detector())
        for k, frame in enumerate(frames(sound(("low",)), stream=1)):
            if not 20 <= k < 25:
                hearing.hear(frame)
        faults = hearing.health(FrameQueue(1)).faults
        assert faults.gaps == 1
        assert faults.lost == pytest.approx(5 * FRAME_S)

    def test_the_strip_has_what_came_after_a_second_and_no_picture_without_log_mel(self) -> None:
        hearing = Hearing(detector())
        for frame in frames(sound(), stream=1):
            hearing.hear(frame)
        strip, rest = hearing.strip(), hearing.strip(since=3.0)
        assert len(strip.scores_time) > len(rest.scores_time) > 0
        assert min(rest.scores_time) > 3.0
        assert rest.scores.shape == (len(rest.scores_time), len(hearing.labels))
        assert rest.mel.size == 0
        assert rest.as_json()["now"] == round(hearing.duration, 3)

    def test_the_log_becomes_a_table(self) -> None:
        hearing = Hearing(detector(), "toy")
        for frame in frames(sound(("high",)), stream=1):
            hearing.hear(frame)
        head, row = as_csv(hearing.words).splitlines()
        assert row.endswith(",toy")
        assert head == "word,start_s,end_s,score,latency_s,heard_at_utc,model"
        word, start, end, *_ = row.split(",")
        assert word == "high"
        assert 1.0 < float(start) < float(end) < 2.0
        hearing.clear()
        assert as_csv(hearing.words).splitlines() == [head]

    def test_a_word_that_the_model_does_not_know_is_refused(self) -> None:
        with pytest.raises(SettingsError, match="doesn't know"):
            Hearing(detector()).configure(DetectorSettings(words=("elephant",)))


class TestPlayback:
    def test_frames_come_when_they_are_due_and_all_of_them(self) -> None:
        playback = Playback(sound(), start=10.0)
        assert playback.due(10.0, 999) == []
        first = playback.due(10.0 + 2.5 * FRAME_S, 999)
        assert [recorded for _, recorded in first] == [0.0, FRAME_S]
        rest = playback.due(99.0, 999)
        assert playback.finished
        played = np.concatenate([samples for samples, _ in (*first, *rest)])
        wanted = resample(sound(), SAMPLE_RATE, BROWSER_RATE)
        assert np.abs(played - wanted).max() <= 0.5001 / 2**15  # 16 bits

    def test_held_it_stays_where_it_is(self) -> None:
        playback = Playback(sound(), start=0.0)
        playback.due(1.0, 999)
        playback.hold(1.0)
        assert playback.due(5.0, 999) == []
        playback.go_on(5.0)
        assert playback.position(5.5) == pytest.approx(1.5)

    def test_where_the_computer_is_too_slow_frames_come_later(self) -> None:
        playback = Playback(sound(), start=0.0)
        assert len(playback.due(1.0, 10)) == 10
        assert [recorded for _, recorded in playback.due(1.0, 2)] == pytest.approx([0.2, 0.22])


class TestQueue:
    def frame(self, number: int) -> Frame:
        return Frame(np.zeros(960, np.float32), BROWSER_RATE, number * FRAME_S, float(number), 0)

    def test_frames_wait_in_order(self) -> None:
        waiting = FrameQueue(4)
        for number in range(3):
            waiting.put(self.frame(number))
        assert len(waiting) == 3
        assert [frame.arrived for frame in waiting.take(0.0)] == [0, 1, 2]
        assert waiting.take(0.0) == []

    def test_the_thread_that_takes_is_woken_by_enough_sound_or_after_a_while(self) -> None:
        waiting = FrameQueue(9)
        taken: list[list[Frame]] = []

        def take(seconds: float, timeout: float) -> threading.Thread:
            thread = threading.Thread(target=lambda: taken.append(waiting.take(timeout, seconds)))
            thread.start()
            return thread

        thread = take(3 * FRAME_S, PATIENCE_S)
        for number in range(3):
            wait_until(lambda: waiting._wanted == 3 * FRAME_S)
            assert taken == []
            waiting.put(self.frame(number))
        thread.join(PATIENCE_S)
        waiting.put(self.frame(3))
        take(2 * FRAME_S, 0.01).join(PATIENCE_S)
        assert [[frame.arrived for frame in frames] for frames in taken] == [[0, 1, 2], [3]]

    def test_too_many_are_dropped_to_catch_up_and_counted(self) -> None:
        waiting = FrameQueue(4)
        for number in range(6):
            waiting.put(self.frame(number))
        assert [frame.arrived for frame in waiting.take(0.0)] == [4, 5]
        assert (waiting.received, waiting.dropped) == (6, 4)
        assert waiting.last_arrival == 5


class TestListener:
    @pytest.mark.slow
    def test_a_sample_is_heard_through_the_same_queue(self, listener: Listener) -> None:
        listener.play(sound(("low", "high")))
        assert listener.is_playing
        while listener.is_playing:
            listener.attend()
            time.sleep(0.02)
        wait_until(lambda: len(listener.hearing.words) == 2)
        assert [word.label for word in listener.hearing.words] == ["low", "high"]
        health = listener.health
        assert health.received == -(-len(sound(("low", "high"))) // round(FRAME_S * SAMPLE_RATE))
        assert (health.dropped, health.faults.any) == (0, False)

    def test_a_microphone_is_heard_but_not_while_paused_or_while_a_sample_plays(
        self, listener: Listener
    ) -> None:
        silence = np.zeros(960, np.float32)
        listener.put(silence, BROWSER_RATE, 0.0)
        listener.pause()
        listener.put(silence, BROWSER_RATE, 0.02)
        listener.resume()
        listener.put(silence, BROWSER_RATE, 9.0)
        listener.play(sound())
        listener.put(silence, BROWSER_RATE, 9.02)
        listener.stop_playing()
        assert listener.health.received == 2
        listener.attend()
        # 20 ms, a second of silence, 20 ms: a pause is no fault.
        wait_until(lambda: listener.hearing.duration > 1.0)
        assert not listener.health.faults.any

    def test_a_pause_holds_a_sample(self) -> None:
        clock = Clock()
        listener = Listener(detector(), clock=clock)
        listener.play(sound())
        clock.now += 0.5
        listener.pause()
        clock.now += 60
        assert listener.position == pytest.approx(0.5)
        listener.resume()
        clock.now += 0.25
        assert listener.position == pytest.approx(0.75)
        listener.pause()
        listener.stop_playing()
        assert not listener.paused

    def test_its_thread_ends_soon_after_nobody_attends_and_so_does_the_sample(self) -> None:
        assert IDLE_AFTER_S < 4.5
        clock = Clock()
        listener = Listener(detector(), clock=clock)
        listener.play(sound())
        listener.attend()
        assert listener.is_running
        clock.now += IDLE_AFTER_S - 0.1
        listener.attend()
        clock.now += IDLE_AFTER_S - 0.1
        assert listener.is_running
        clock.now += 0.2
        wait_until(lambda: not listener.is_running)
        assert not listener.is_playing
        listener.attend()
        assert listener.is_running
        listener.close()
        assert not listener.is_running

    def test_a_page_that_is_slow_to_say_so_is_still_there_until_it_is_left(self) -> None:
        clock = Clock()
        listener = Listener(detector(), clock=clock)
        asked: list[float] = []
        is_open = True

        def still_there() -> bool:
            asked.append(clock.now)
            return is_open

        def is_asked_at(now: float) -> bool:
            clock.now = now
            n = len(asked)
            wait_until(lambda: len(asked) > n + 1 or not listener.is_running)
            return listener.is_running

        listener.play(sound())
        listener.attend(still_there)
        # Nothing is renewed for half a minute, as in a browser that gets no time to.
        assert all(is_asked_at(clock.now + IDLE_AFTER_S - 1) for _ in range(10))
        wait_until(lambda: not listener.is_playing)
        assert [word.label for word in listener.hearing.words] == list(SPOKEN)
        is_open = False
        clock.now += IDLE_AFTER_S + 0.1
        wait_until(lambda: not listener.is_running)
        # Paused or left, nobody listens, though the page is there.
        is_open = True
        for stop in (listener.pause, listener.leave):
            listener.attend(still_there)
            stop()
            clock.now += IDLE_AFTER_S + 0.1
            wait_until(lambda: not listener.is_running)
            listener.resume()

    def test_ten_starts_and_stops_leave_no_thread(self, listener: Listener) -> None:
        for _ in range(10):
            listener.play(sound())
            listener.attend()
            listener.attend()
            listener.stop_playing()
            listener.close()
        assert THREAD_NAME not in [thread.name for thread in threading.enumerate()]

    def test_a_failure_is_kept_and_forgotten_at_the_next_start(self, listener: Listener) -> None:
        listener.put(np.array([np.nan], np.float32), BROWSER_RATE, 0.0)
        listener.attend()
        wait_until(lambda: not listener.is_running)
        assert "not numbers" in str(listener.failure)
        listener.begin_stream()
        assert listener.failure is None


def test_what_waited_is_joined_where_it_belongs_together() -> None:
    waited = [*frames(sound(("low",)), stream=1)]
    gap = [*waited[:3], *waited[4:10]]
    other = [*frames(sound(("low",)), stream=2)][:2]
    pieces = joined([*gap, *other])
    assert [round(piece.seconds / FRAME_S) for piece in pieces] == [3, 6, 2]
    assert pieces[1].time == waited[4].time
    assert np.array_equal(pieces[1].samples[960:1920], waited[5].samples)
    assert max(piece.seconds for piece in joined(waited)) <= 1.0
    assert sum(piece.seconds for piece in joined(waited)) == pytest.approx(len(waited) * FRAME_S)


def test_channels_are_mixed() -> None:
    block = np.array([[2**14, 0, -(2**15), -(2**15)]], np.int16)
    assert mono_of(block, 2).tolist() == [0.25, -1.0]


def test_the_lost_share_counts_what_should_have_come() -> None:
    assert Health(received=98).lost_share == 0.0
    faults = Hearing(detector()).health(FrameQueue(1)).faults
    lost = type(faults)(gaps=1, lost=2 * FRAME_S)
    assert Health(received=98, faults=lost).lost_share == pytest.approx(0.02)


def test_the_delay_of_the_sound_is_that_of_the_last_two_seconds() -> None:
    watch = Stopwatch()

    def late_after(frames: int, first: int, delay: float) -> float:
        for k in range(first, first + frames):
            watch.arrived(k * FRAME_S, k * FRAME_S + delay)
        return watch.read((first + frames) * FRAME_S, FrameQueue(1), Faults()).late

    assert late_after(50, 0, delay=0.1) == pytest.approx(0.0)
    assert late_after(10, 50, delay=0.6) == pytest.approx(0.5)
    assert late_after(50, 60, delay=0.1) == pytest.approx(0.5)
    assert late_after(90, 110, delay=0.1) == pytest.approx(0.0)
    # After an interruption, what was on its way comes at once, and then all is well.
    for k in range(200, 700):
        watch.arrived(k * FRAME_S, 700 * FRAME_S)
    assert late_after(150, 700, delay=0.1) < 0.1


def test_the_sound_of_a_word_is_there_until_it_is_too_long_ago() -> None:
    hearing = Hearing(detector())
    for frame in frames(sound(), 0):
        hearing.hear(frame)
    for word in hearing.words:
        heard = hearing.sound_of(word.start, word.end)
        assert len(heard) == pytest.approx((word.end - word.start) * SAMPLE_RATE, abs=2)
        around = hearing.sound_of(word.start - 0.3, word.end + 0.3)
        assert np.square(heard).sum() > 0.9 * np.square(around).sum() > 0
    last = hearing.words[-1]
    hearing.use(detector(), "another")
    assert len(hearing.sound_of(last.start, last.end)) == len(heard)
    for frame in frames(np.zeros(12 * SAMPLE_RATE, np.float32), 0, len(sound()) / SAMPLE_RATE):
        hearing.hear(frame)
    assert len(hearing.sound_of(last.start, last.end)) == 0
