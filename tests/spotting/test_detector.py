"""The detector: the words of a stream, however it is cut."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.errors import BadSamplesError, SettingsError
from kws_core.features.front_ends import FrontEnd, LogMel, LogMelConfig, SeedImage
from kws_core.labels import LABELS, SILENCE
from kws_core.models import ModelCard, build_model
from kws_core.models.store import LoadedModel
from kws_core.spotting import Detection, DetectorSettings, KeywordDetector, WindowScorer
from kws_core.spotting.loudness import STEP, levels_db
from kws_core.spotting.recognizer import Recognizer
from kws_core.spotting.word_bounds import word_bounds
from tests.helpers.listeners import StreamListener, burst


class AnyFrontEnd(torch.nn.Module):
    """A network for any picture, which is sensitive to where things are in it."""

    def __init__(self, scale: float = 0.05) -> None:
        super().__init__()
        self.scale = scale
        self.mix = torch.nn.LazyLinear(len(LABELS))

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        return self.scale * self.mix(picture.flatten(1))


def recognizer(front_end: FrontEnd, network: torch.nn.Module) -> Recognizer:
    card = ModelCard("toy", "toy", LABELS, {}, 0, temperature=0.7)
    with torch.no_grad():
        network(front_end(torch.zeros(1, SAMPLE_RATE)))
    return Recognizer(LoadedModel(network.eval().requires_grad_(False), front_end.eval(), card))


@pytest.fixture(scope="module")
def small() -> Recognizer:
    """An untrained network of the default architecture."""
    torch.manual_seed(1)
    return recognizer(LogMel(), build_model("ds-resnet", len(LABELS)).eval())


@pytest.fixture(scope="module")
def fickle() -> Recognizer:
    """It hears another word in nearly every window of noise."""
    torch.manual_seed(3)
    return recognizer(LogMel(), AnyFrontEnd(scale=2.0))


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    """Three seconds of noise that swells and fades."""
    rng = np.random.default_rng(0)
    swell = 0.3 * (1 + np.sin(np.arange(3 * SAMPLE_RATE) / 2000))
    return (0.3 * swell * rng.standard_normal(3 * SAMPLE_RATE)).astype(np.float32)


@pytest.fixture(scope="module")
def sentence() -> np.ndarray:
    """Low, middle, low, low, after a second and with a second at the end; words are 0.8 s apart."""
    words = [burst(word, i, 0.3) for i, word in enumerate(["low", "middle", "low", "low"])]
    quiet = 1e-4 * np.random.default_rng(9).standard_normal(SAMPLE_RATE).astype(np.float32)
    return np.concatenate([quiet, *words, quiet])


def listener(**settings: object) -> KeywordDetector:
    chosen = {"hop": 0.05, "smoothing": 0.1, "threshold": 0.8, "refractory": 0.3} | settings
    return KeywordDetector(StreamListener(), DetectorSettings(**chosen))  # type: ignore[arg-type]


def chunks(samples: np.ndarray, size: int | None) -> Iterator[np.ndarray]:
    """Cut samples into pieces of one size, or of random sizes."""
    rng, at = np.random.default_rng(4), 0
    while at < len(samples):
        n = size or int(rng.integers(0, 5000))
        yield samples[at : at + n]
        at += n


def push_all(detector: KeywordDetector, samples: np.ndarray, size: int | None) -> list[Detection]:
    return [found for chunk in chunks(samples, size) for found in detector.push(chunk)]


class LevelsAsked:
    """A follower that asks for the levels at the end of some windows, and of earlier ones."""

    def __init__(self) -> None:
        self.got: dict[int, tuple[np.ndarray, int]] = {}

    def follow(self, scored, sound, levels) -> None:  # type: ignore[no-untyped-def]
        for end in (scored.end[::3] // STEP).tolist():
            for step in (end, end - 30, end):
                level_db, before = levels(step)
                self.got[step] = level_db.copy(), before

    def interrupt(self) -> None:
        """Ignore it."""

    def came_late(self, seconds: float) -> None:
        """Ignore it."""


@pytest.mark.parametrize("size", [800, 12_000, SAMPLE_RATE])
def test_the_levels_of_a_stream_are_those_of_its_sound_in_whatever_order(size: int) -> None:
    samples = 0.1 * np.random.default_rng(2).standard_normal(6 * SAMPLE_RATE).astype(np.float32)
    detector, asked = listener(), LevelsAsked()
    detector.follower = asked
    push_all(detector, samples, size)
    expected = levels_db(samples)
    assert len(asked.got) > 20
    most = round(100 * detector.settings.isolation.context_s)
    for step, (level_db, before) in asked.got.items():
        assert before == (step - most + 1 if step > most else 0)
        np.testing.assert_allclose(level_db, expected[before : step - 1], atol=1e-3)


class TestWords:
    def test_each_word_fires_once_and_one_said_twice_fires_twice(self, sentence) -> None:
        found = listener().push(sentence)
        assert [d.label for d in found] == ["low", "middle", "low", "low"]

    def test_it_says_where_the_word_was_and_how_late_it_is(self, sentence) -> None:
        for i, found in enumerate(listener().push(sentence)):
            start = 1 + 0.8 * i + 0.25
            assert found.start == pytest.approx(start, abs=0.03)
            assert found.end == pytest.approx(start + 0.3, abs=0.03)
            assert 0 <= found.latency < 0.3
            assert found.time == found.end + found.latency
            assert found.score == pytest.approx(0.9)

    def test_silence_never_fires(self) -> None:
        detector = listener(threshold=0.01, gate_db=-200.0)
        assert detector.push(np.zeros(3 * SAMPLE_RATE)) == []
        assert detector.posteriors.raw[:, detector.labels.index(SILENCE)].min() == 1

    def test_words_may_be_chosen_while_listening(self, sentence) -> None:
        detector = listener(words=("middle",))
        assert [d.label for d in detector.push(sentence)] == ["middle"]
        detector.configure(listener(words=("low",)).settings)
        assert [d.label for d in detector.push(sentence)] == ["low"] * 3
        with pytest.raises(SettingsError, match="doesn't know"):
            detector.configure(DetectorSettings(words=("maybe",)))
        assert detector.settings.words == ("low",)

    def test_nothing_is_heard_below_the_gate(self, sentence) -> None:
        assert listener(gate_db=-5.0).push(sentence) == []


class TestCutting:
    @pytest.mark.parametrize("size", [1, 160, 333, 16_000, None])
    def test_all_is_the_same_however_the_stream_is_cut(
        self, fickle: Recognizer, sound: np.ndarray, size: int | None
    ) -> None:
        sound = sound[: round(1.5 * SAMPLE_RATE)] if size == 1 else sound
        settings = DetectorSettings(threshold=0.1, smoothing=0.16, refractory=0.1)
        whole, cut = KeywordDetector(fickle, settings), KeywordDetector(fickle, settings)
        expected, found = whole.push(sound), push_all(cut, sound, size)
        assert len(expected) > (0 if size == 1 else 2)
        assert [(d.label, d.start, d.end, d.latency) for d in found] == [
            (d.label, d.start, d.end, d.latency) for d in expected
        ]
        assert np.allclose([d.score for d in found], [d.score for d in expected], atol=1e-5)
        assert np.array_equal(cut.posteriors.time, whole.posteriors.time)
        assert np.allclose(cut.posteriors.raw, whole.posteriors.raw, atol=1e-5)
        assert np.allclose(cut.posteriors.smoothed, whole.posteriors.smoothed, atol=1e-5)
        assert np.array_equal(cut.samples, whole.samples)
        n_frames = min(p.log_mel.frames.shape[1] for p in (cut, whole))
        frames = [p.log_mel.frames[:, :n_frames] for p in (cut, whole)]
        assert np.allclose(*frames, atol=1e-4)

    def test_another_rate_is_resampled_and_times_stay(self, sentence) -> None:
        detector = listener()
        fine = np.repeat(sentence, 3)  # 48 kHz, with images above 8 kHz that are filtered off
        found = [d for chunk in chunks(fine, 960) for d in detector.push(chunk, 48_000)]
        expected = listener().push(sentence)
        assert [d.label for d in found] == [d.label for d in expected]
        assert np.allclose([d.start for d in found], [d.start for d in expected], atol=0.02)
        assert not detector.faults.any

    @pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
    def test_it_never_asks_for_more_sound_than_completes_a_window(self, rate) -> None:
        detector, step = listener(), rate // 50
        asked: list[float] = []  # since the last window, of each time: the end that it asked for
        waits = []
        for k in range(200):
            asked.append(k * 0.02 + detector.until_window)
            n_windows = detector.n_windows
            detector.push(np.zeros(step, np.float32), rate)
            if detector.n_windows > n_windows:
                if k > 100:  # by then it knows the resampler
                    assert max(asked) <= (k + 1) * 0.02 + 1e-6
                    waits.append(asked[0] - (k + 1 - len(asked)) * 0.02)
                asked = []
        assert np.mean(waits) > 0.04  # most of a hop passes without a question


class TestScores:
    @pytest.mark.parametrize(
        "front_end",
        [LogMel(), LogMel(LogMelConfig(win_length=400, hop_length=200, n_mels=20)), SeedImage()],
        ids=["default", "other hop", "picture"],
    )
    def test_a_window_has_the_scores_of_the_same_second(self, front_end, sound) -> None:
        torch.manual_seed(3)
        model = recognizer(front_end, AnyFrontEnd())
        scored = WindowScorer(model, hop_steps=8, history_s=2.0).push(sound)
        assert len(scored) == 1 + (len(sound) - SAMPLE_RATE) // 1280
        for end, row in zip(scored.end, scored.posteriors, strict=True):
            expected = model.classify(sound[end - SAMPLE_RATE : end], SAMPLE_RATE).scores
            assert np.allclose(row, [expected[label] for label in LABELS], atol=1e-5)

    def test_every_frame_is_computed_once(self, small, sound, monkeypatch) -> None:
        n_samples = []
        features = small.features
        monkeypatch.setattr(small, "features", lambda x: n_samples.append(len(x)) or features(x))
        detector = KeywordDetector(small)
        push_all(detector, sound, 320)
        n_frames = sum(1 + (n - 480) // 160 for n in n_samples)
        assert n_frames == detector.log_mel.frames.shape[1]
        assert n_frames >= 1 + (len(sound) - 480) // 160 - 8

    def test_windows_that_one_push_completes_are_scored_together(
        self, small, sound, monkeypatch
    ) -> None:
        calls: list[int] = []
        scorer = WindowScorer(small, 8, 2.0)
        score = small.posteriors_together
        monkeypatch.setattr(
            small, "posteriors_together", lambda x: calls.append(len(x)) or score(x)
        )
        scorer.push(sound[: 2 * SAMPLE_RATE - 1])
        assert calls == [1, 12]

    def test_the_level_is_that_of_the_loudest_10_ms(self, small) -> None:
        samples = np.zeros(SAMPLE_RATE, np.float32)
        samples[3200:3360] = 0.1
        scored = WindowScorer(small, 8, 2.0).push(samples)
        assert scored.level_db.tolist() == [pytest.approx(-20, abs=0.01)]


class TestStream:
    def test_what_is_kept_is_bounded(self, sentence) -> None:
        detector = listener(history=2.0)
        for _ in range(4):
            detector.push(sentence)
        assert detector.duration == pytest.approx(4 * len(sentence) / SAMPLE_RATE)
        assert len(detector.samples) == 2 * SAMPLE_RATE
        assert len(detector.posteriors.time) == 40
        assert detector.posteriors.time[-1] == pytest.approx(detector.duration, abs=0.05)
        assert detector.log_mel is None

    def test_log_mel_frames_have_their_times(self, small, sound) -> None:
        detector = KeywordDetector(small, DetectorSettings(history=2.0))
        detector.push(sound)
        past = detector.log_mel
        assert past.frames.shape == (40, 200)
        assert past.time[-1] == pytest.approx(3 - 0.015)
        whole = small.features(sound)
        assert np.allclose(past.frames, whole[:, -200:], atol=1e-4)

    def test_reset_forgets_everything(self, sentence) -> None:
        detector = listener()
        first = detector.push(sentence, timestamp=1.0)
        detector.reset()
        assert detector.duration == 0
        assert len(detector.posteriors.time) == 0
        assert detector.push(sentence, timestamp=77.0) == first
        assert not detector.faults.any

    def test_a_clock_that_jumps_moves_times_and_starts_a_new_window(self, sentence) -> None:
        detector = listener()
        first = detector.push(sentence, timestamp=0.0)
        later = detector.push(sentence, timestamp=100.0)
        assert detector.faults.clock_jumps == 1
        assert [d.label for d in later] == [d.label for d in first]
        for a, b in zip(first, later, strict=True):
            assert b.start == pytest.approx(a.start + 100)
        # No window has sound from both sides of the jump.
        duration = len(sentence) / SAMPLE_RATE
        assert np.diff(detector.posteriors.time).max() == pytest.approx(101 - duration, abs=0.05)

    def test_a_gap_is_noticed(self, sentence) -> None:
        detector = listener()
        detector.push(sentence[:16_000], timestamp=0.0)
        found = detector.push(sentence[16_800:], timestamp=1.05)
        assert len(found) == 4
        assert detector.faults.gaps == 1
        assert detector.faults.lost == pytest.approx(0.05)
        assert found[0].start == pytest.approx(1.25, abs=0.03)

    def test_another_hop_starts_anew_but_keeps_the_counts(self, sentence) -> None:
        detector = listener()
        detector.push(sentence, timestamp=0.0)
        detector.push(sentence, timestamp=50.0)
        detector.configure(DetectorSettings(hop=0.1))
        assert detector.duration == 0
        assert detector.faults.clock_jumps == 1

    def test_bad_samples_are_refused_and_change_nothing(self, sentence) -> None:
        detector = listener()
        half = len(sentence) // 2
        found = detector.push(sentence[:half])
        with pytest.raises(BadSamplesError):
            detector.push(np.array([np.inf]))
        assert found + detector.push(sentence[half:]) == listener().push(sentence)


class TestWordBounds:
    def test_of_two_sounds_it_is_the_one_with_most_in_the_window(self) -> None:
        samples = np.concatenate([burst("low", 0, 0.4), burst("low", 1, 0.2), burst("low", 2, 0.4)])
        start, stop = word_bounds(samples[: round(1.95 * SAMPLE_RATE)], SAMPLE_RATE)
        assert start / SAMPLE_RATE == pytest.approx(1.1, abs=0.03)  # where the window begins
        assert stop / SAMPLE_RATE == pytest.approx(1.3, abs=0.03)

    def test_an_earlier_word_is_passed_over(self) -> None:
        samples = np.concatenate([burst("low", 0, 0.4), burst("low", 1, 0.2)])
        start, _ = word_bounds(samples, len(samples), round(0.65 * SAMPLE_RATE))
        assert start / SAMPLE_RATE == pytest.approx(1.1, abs=0.03)

    def test_where_nothing_stands_out_it_is_the_middle_of_the_window(self) -> None:
        samples = np.zeros(3 * SAMPLE_RATE, np.float32)
        assert word_bounds(samples, SAMPLE_RATE) == (2.25 * SAMPLE_RATE, 2.75 * SAMPLE_RATE)
