"""Chains: order, seeds of their own, shares of clips, and JSON values there and back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kws_core.augment import STEPS, Chain
from kws_core.augment.step import Range
from kws_core.augment.steps.background import Background
from kws_core.augment.steps.clipping import Clipping
from kws_core.augment.steps.gain import Gain
from kws_core.augment.steps.noise import Noise
from kws_core.augment.steps.reverberation import Reverberation
from kws_core.augment.steps.shift import Shift
from kws_core.errors import AugmentError

RATE = 16_000
CLIP = (0.1 * np.random.default_rng(0).standard_normal(4000)).astype(np.float32)
CHAIN = Chain([Noise(max_snr_db=20), Shift(), Gain()])


def by_name(chain: Chain, seed: int = 7) -> dict:
    return {step.name: draw for step, draw in zip(chain, chain.draw(seed), strict=True)}


def gain(gain_db: float) -> Gain:
    return Gain(min_gain_db=gain_db, max_gain_db=gain_db)


class TestApply:
    def test_goes_through_the_steps_in_their_order(self) -> None:
        clipped = Clipping(min_below_peak_db=6, max_below_peak_db=6)
        peak = np.abs(Chain([gain(6), clipped])(CLIP, RATE, seed=0)).max()
        assert peak == pytest.approx(np.abs(CLIP).max(), rel=1e-5)
        drawn = CHAIN.draw(7)
        wanted = CLIP
        for draw in drawn:
            wanted = draw.apply(wanted, RATE)
        assert np.array_equal(drawn.apply(CLIP, RATE), wanted)

    def test_by_a_call_is_a_draw_applied(self) -> None:
        assert np.array_equal(CHAIN(CLIP, RATE, seed=7), CHAIN.draw(7).apply(CLIP, RATE))

    def test_passes_recordings_on(self) -> None:
        chain = Chain([Background(recordings=("tap",), max_snr_db=0)])
        changed = chain(CLIP, RATE, seed=0, recordings={"tap": CLIP})
        assert not np.array_equal(changed, CLIP)

    def test_of_no_steps_changes_nothing(self) -> None:
        out = Chain()(CLIP, RATE, seed=0)
        assert np.array_equal(out, CLIP)
        assert not np.shares_memory(out, CLIP)


class TestDraw:
    def test_comes_again_with_its_seed(self) -> None:
        assert CHAIN.draw(7) == CHAIN.draw(7)
        assert CHAIN.draw(7) != CHAIN.draw(8)

    def test_of_a_step_stays_when_others_come_go_or_change_places(self) -> None:
        noise, shift, gain = CHAIN
        wanted = by_name(CHAIN)
        for steps in [(gain,), (gain, noise), (Reverberation(), gain, shift, noise)]:
            drawn = by_name(Chain(steps))
            assert all(drawn[step.name] == wanted[step.name] for step in steps if step in CHAIN)

    def test_of_two_steps_of_a_kind_differ(self) -> None:
        drawn = by_name(Chain([Noise(), Noise(name="more noise")]))
        assert drawn["noise"] != drawn["more noise"]

    def test_with_another_range_is_the_same_draw_stretched(self) -> None:
        narrow, wide = (
            by_name(Chain([Gain(min_gain_db=-db, max_gain_db=db)]))["gain"].gain_db
            for db in (6, 12)
        )
        assert wide == pytest.approx(2 * narrow)

    def test_changes_a_share_of_the_clips(self) -> None:
        chain = Chain([Gain(probability=0.3), Shift(probability=0.0), Noise()])
        drawn = [by_name(chain, seed) for seed in range(1000)]
        assert sum(d["gain"] is not None for d in drawn) == pytest.approx(300, abs=45)
        assert all(d["shift"] is None and d["noise"] is not None for d in drawn)

    def test_is_as_random_from_seed_to_seed_as_within_one(self) -> None:
        gains = np.array([by_name(CHAIN, seed)["gain"].gain_db for seed in range(1000)])
        share = np.sort((gains + 20) / 26)
        assert np.abs(share - np.linspace(0, 1, 1000)).max() < 0.06  # Kolmogorov-Smirnov
        noises = np.array([by_name(CHAIN, seed)["noise"].snr_db for seed in range(1000)])
        assert abs(np.corrcoef(gains, noises)[0, 1]) < 0.1

    def test_without_a_probability_does_not_depend_on_it(self) -> None:
        assert by_name(Chain([Gain(probability=0.999)])) == by_name(Chain([Gain()]))

    def test_needs_a_seed_that_is_not_negative(self) -> None:
        with pytest.raises(AugmentError, match="seed -1 is negative"):
            CHAIN.draw(-1)


def test_two_steps_of_one_name_are_refused() -> None:
    with pytest.raises(AugmentError, match=r"Two steps are called 'gain'.*'gain 2'"):
        Chain([Gain(), Shift(), gain(0)])


@st.composite
def steps(draw):
    """Any step, with any ranges that its limits allow."""
    kind = draw(st.sampled_from([k for k in STEPS.values() if k.kind != "band-limit"]))
    chosen = {"probability": draw(st.floats(0, 1)), "name": draw(st.text(max_size=5))}
    for setting in kind.settings:
        if isinstance(setting, Range):
            chosen |= setting.between(*sorted(draw(st.floats(*setting.limits)) for _ in range(2)))
    return kind(**chosen)


class TestValues:
    @given(st.lists(steps(), max_size=5, unique_by=lambda step: step.name))
    @settings(max_examples=50)
    def test_give_the_same_chain_again(self, chosen) -> None:
        chain = Chain(chosen)
        assert Chain.from_values(chain.to_values()) == chain

    def test_of_every_kind_may_leave_all_settings_out(self) -> None:
        values = [{"kind": kind} for kind in STEPS]
        chain = Chain(kind() for kind in STEPS.values())
        assert Chain.from_values(values) == chain
        assert chain.to_values() == values

    def test_of_earlier_versions_have_ranges_as_pairs(self) -> None:
        values = [{"kind": "noise", "snr_db": [-3, 4.5], "colours": ["pink"]}]
        noise = Noise(min_snr_db=-3, max_snr_db=4.5, colors=("pink",))
        assert Chain.from_values(values) == Chain([noise])

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ("", "must be a list"),
            (None, "must be a list"),
            ({"steps": []}, "must be a list"),
            ([3], "named settings"),
            ([{}], "no step None"),
            ([{"kind": ["gain"]}], "no step"),
            ([{"kind": "flanger"}], "no step 'flanger'.*noise, pitch"),
            ([{"kind": "gain", "db": 3}], "no setting 'db'.*min_gain_db"),
            ([{"kind": "gain", "min_gain_db": float("nan")}], "min_gain_db"),
            ([{"kind": "gain", "gain_db": [0, float("inf")]}], "max_gain_db"),
            ([{"kind": "gain", "gain_db": 3}], "no setting 'gain_db'"),
            ([{"kind": "gain", "gain_db": [1, 2, 3]}], "no setting 'gain_db'"),
            ([{"kind": "gain", "name": None}], "name"),
            ([{"kind": "gain"}, {"kind": "gain"}], "Two steps"),
        ],
    )
    def test_of_no_chain_are_refused_with_the_reason(self, values, said) -> None:
        with pytest.raises(AugmentError, match=said):
            Chain.from_values(values)
