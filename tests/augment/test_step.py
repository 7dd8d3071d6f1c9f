"""What holds for every step: it is pure, keeps the length, and refuses nonsense."""

from dataclasses import asdict

import numpy as np
import pytest

from kws_core.augment import STEPS, Draw, Step
from kws_core.augment.steps.background import Background, BackgroundDraw
from kws_core.augment.steps.band_limit import BandLimitDraw
from kws_core.augment.steps.clipping import ClippingDraw
from kws_core.augment.steps.codec import CodecDraw
from kws_core.augment.steps.gain import Gain, GainDraw
from kws_core.augment.steps.noise import Noise, NoiseDraw
from kws_core.augment.steps.pitch import Pitch, PitchDraw
from kws_core.augment.steps.resampling import ResamplingDraw
from kws_core.augment.steps.reverberation import ReverberationDraw
from kws_core.augment.steps.shift import Shift, ShiftDraw
from kws_core.augment.steps.speed import SpeedDraw
from kws_core.augment.steps.tempo import TempoDraw
from kws_core.errors import AugmentError, BadSampleRateError, BadSamplesError

RATE = 16_000
_SOUND = np.random.default_rng(5).standard_normal(3 * RATE).astype(np.float32)
RECORDINGS = dict.fromkeys(Background().recordings, _SOUND)
KINDS = pytest.mark.parametrize("kind", STEPS.values(), ids=STEPS)
RANGES = [(kind, setting) for kind in STEPS.values() for setting in kind.ranges()]


def clip(n: int = RATE) -> np.ndarray:
    return (0.1 * np.random.default_rng(0).standard_normal(n)).astype(np.float32)


def draw(step: Step, seed: int = 3):
    return step.draw(np.random.default_rng(seed))


@KINDS
@pytest.mark.parametrize("n", [1, 2, 160, 1601, 16_000])
def test_the_length_stays_whatever_it_is(kind, n) -> None:
    out = draw(kind()).apply(clip(n), RATE, RECORDINGS)
    assert out.shape == (n,)
    assert out.dtype == np.float32
    assert np.isfinite(out).all()


@KINDS
@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000])
def test_other_sample_rates_work_as_well(kind, rate) -> None:
    out = draw(kind()).apply(clip(rate // 4), rate, RECORDINGS)
    assert out.shape == (rate // 4,)
    assert out.any()


@KINDS
def test_the_given_clip_stays_as_it_is_and_the_same_draw_gives_the_same_again(kind) -> None:
    given = clip()
    drawn = draw(kind())
    once = drawn.apply(given, RATE, RECORDINGS)
    assert np.array_equal(given, clip())
    assert not np.shares_memory(once, given)
    assert not np.array_equal(once, given)
    assert draw(kind()) == drawn
    assert np.array_equal(drawn.apply(given, RATE, RECORDINGS), once)


@KINDS
def test_silence_stays_silence_and_nothing_stays_nothing(kind) -> None:
    drawn = draw(kind())
    assert not drawn.apply(np.zeros(800), RATE, RECORDINGS).any()
    assert len(drawn.apply(np.zeros(0), RATE, RECORDINGS)) == 0


@KINDS
def test_a_step_and_its_draws_have_their_words(kind) -> None:
    assert kind.title
    assert kind.icon
    assert kind.purpose.endswith(".")
    drawn = draw(kind())
    assert str(drawn) != repr(drawn)
    assert "-" not in str(drawn)  # minus signs are typographic


@pytest.mark.parametrize(
    ("drawn", "text"),
    [
        (
            BackgroundDraw("another_speaker", 12, 0.25),
            "another speaker from 25% of its length, +12.0 dB SNR",
        ),
        (BandLimitDraw(300, 3400), "300 to 3400 Hz"),
        (ClippingDraw(12), "cut off 12.0 dB below the peak"),
        (CodecDraw("mp3", 23.6), "MP3 at 24 kbit/s"),
        (GainDraw(-6), "−6.0 dB"),
        (NoiseDraw("pink", -3.04, 1), "pink noise, −3.0 dB SNR"),
        (PitchDraw(2.5), "+2.5 semitones"),
        (ResamplingDraw(5001), "to 5001 Hz and back: nothing above 2500.5 Hz"),
        (ReverberationDraw(0.4, -10, 1), "RT60 0.40 s, tail −10.0 dB to the direct sound"),
        (ShiftDraw(0.1234), "123 ms later"),
        (ShiftDraw(-0.05), "50 ms earlier"),
        (SpeedDraw(1.1), "1.10 times as fast"),
        (TempoDraw(0.9), "0.90 times as fast, same pitch"),
    ],
)
def test_a_draw_says_what_it_does(drawn: Draw, text: str) -> None:
    assert str(drawn) == text


@pytest.mark.parametrize(("kind", "setting"), RANGES, ids=lambda item: getattr(item, "name", None))
class TestRange:
    def test_is_what_the_draws_fill(self, kind, setting) -> None:
        low, high = setting.limits
        low, high = low + 0.1 * (high - low), low + 0.9 * (high - low)
        others = {"min_f_low": 0, "max_f_low": 0} if setting.name == "f_high" else {}
        if setting.name == "f_low":
            others = {"min_f_high": 190_000, "max_f_high": 190_000}
        step = kind(**setting.between(low, high), **others)
        assert setting.ends(step) == (low, high)
        rng = np.random.default_rng(1)
        drawn = np.array([getattr(step.draw(rng), setting.name) for _ in range(400)])
        assert drawn.min() >= low
        assert drawn.max() <= high
        share = np.sort((drawn - low) / (high - low))
        assert np.abs(share - np.linspace(0, 1, 400)).max() < 0.1  # uniform (Kolmogorov-Smirnov)

    def test_of_another_setting_does_not_change_what_is_drawn(self, kind, setting) -> None:
        before = asdict(draw(kind()))
        middle = sum(setting.ends(kind())) / 2
        after = asdict(draw(kind(**setting.between(middle, middle))))
        assert after.pop(setting.name) == pytest.approx(middle, abs=0.5)
        before.pop(setting.name)
        assert after == before

    @pytest.mark.parametrize(
        "bad", [(2, 1), ("a", "b"), (float("nan"), 1), (0, 10**400), (None, 1), (True, True)]
    )
    def test_that_is_no_range_is_refused(self, kind, setting, bad) -> None:
        with pytest.raises(AugmentError, match=f"{kind.kind!r} can't use min_{setting.name} = "):
            kind(**setting.between(*bad))

    def test_beyond_the_limits_is_refused_and_they_are_named(self, kind, setting) -> None:
        low, high = setting.limits
        for bad in [(low - 1, high), (low, high + 1)]:
            with pytest.raises(AugmentError, match=rf"from {low:g} to {high:g},"):
                kind(**setting.between(*bad))

    def test_has_a_slider_within_its_limits_that_shows_the_defaults(self, kind, setting) -> None:
        low, high, tick = setting.slider
        assert setting.limits[0] <= low <= setting.ends(kind())[0]
        assert setting.ends(kind())[1] <= high <= setting.limits[1]
        assert 0 < tick < (high - low) / 10
        assert setting.title
        assert setting.unit


def test_a_list_is_as_good_as_a_tuple_and_whole_numbers_as_floats() -> None:
    assert Gain(min_gain_db=-3, max_gain_db=3) == Gain(min_gain_db=-3.0, max_gain_db=3.0)
    assert hash(Noise(colors=["pink"])) == hash(Noise(colors=("pink",)))


def test_only_settings_that_were_changed_are_told_apart() -> None:
    assert Gain().changed_settings() == {}
    changed = Gain(max_gain_db=0, probability=0.5, name="x").changed_settings()
    assert changed == {"max_gain_db": 0, "probability": 0.5, "name": "x"}


def test_choices_are_drawn_alike_often_and_nothing_else_is_taken() -> None:
    step = Noise(colors=("white", "brown"))
    rng = np.random.default_rng(0)
    drawn = [step.draw(rng).color for _ in range(1000)]
    assert drawn.count("white") + drawn.count("brown") == 1000
    assert 450 < drawn.count("white") < 550
    for bad in [(), ("green",), "pink", (1,)]:
        with pytest.raises(AugmentError, match="at least one of: white, pink, brown"):
            Noise(colors=bad)
    with pytest.raises(AugmentError, match="a list of names"):
        Background(recordings=())


@pytest.mark.parametrize("bad", [-0.1, 1.1, float("nan"), "often", True])
def test_a_probability_that_is_none_is_refused(bad) -> None:
    with pytest.raises(AugmentError, match="probability"):
        Shift(probability=bad)


def test_a_step_is_called_by_its_kind_unless_it_has_a_name() -> None:
    assert Pitch().name == "pitch"
    assert Pitch(name="lower").name == "lower"
    with pytest.raises(AugmentError, match="name = 3"):
        Pitch(name=3)  # type: ignore[arg-type]


def test_what_is_no_clip_is_refused() -> None:
    drawn = draw(Gain())
    with pytest.raises(AugmentError, match=r"one row of samples \(mono\).*\(2, 80\)"):
        drawn.apply(np.ones((2, 80)), RATE)
    with pytest.raises(BadSamplesError):
        drawn.apply(np.array([0.0, np.nan]), RATE)
    with pytest.raises(BadSampleRateError):
        drawn.apply(clip(), 0)
