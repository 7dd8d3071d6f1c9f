"""Chains: order, seeds of their own, shares of clips, JSON there and back."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kws_core.augment import (
    STEP_KINDS,
    Background,
    Chain,
    Clipping,
    Gain,
    Noise,
    Reverberation,
    Shift,
)
from kws_core.errors import AugmentError

RATE = 16_000
CLIP = (0.1 * np.random.default_rng(0).standard_normal(4000)).astype(np.float32)
CHAIN = Chain((Noise((0, 20)), Shift(), Gain()))


def by_name(chain: Chain, seed: int = 7) -> dict:
    return dict(chain.draw(seed).draws)


class TestApply:
    def test_goes_through_the_steps_in_their_order(self) -> None:
        louder, clipped = Gain((6, 6)), Clipping((6, 6))
        peak = np.abs(Chain((louder, clipped)).draw(0).apply(CLIP, RATE)).max()
        assert peak == pytest.approx(np.abs(CLIP).max(), rel=1e-5)
        drawn = CHAIN.draw(7)
        wanted = CLIP
        for _, draw in drawn.draws:
            wanted = draw.apply(wanted, RATE)
        assert np.array_equal(drawn.apply(CLIP, RATE), wanted)

    def test_shows_every_stage_on_the_way(self) -> None:
        drawn = CHAIN.draw(7)
        stages = dict(drawn.stages(CLIP, RATE))
        assert list(stages) == ["noise", "shift", "gain"]
        assert np.array_equal(stages["noise"], by_name(CHAIN)["noise"].apply(CLIP, RATE))
        assert np.array_equal(stages["gain"], drawn.apply(CLIP, RATE))

    def test_passes_recordings_on(self) -> None:
        drawn = Chain((Background(("tap",), (0, 0)),)).draw(0)
        assert not np.array_equal(drawn.apply(CLIP, RATE, {"tap": CLIP}), CLIP)

    def test_of_no_steps_changes_nothing(self) -> None:
        out = Chain().draw(0).apply(CLIP, RATE)
        assert np.array_equal(out, CLIP)
        assert not np.shares_memory(out, CLIP)

    def test_leaves_the_given_clip_as_it_is(self) -> None:
        before = CLIP.copy()
        CHAIN.draw(1).apply(CLIP, RATE)
        assert np.array_equal(CLIP, before)


class TestDraw:
    def test_comes_again_with_its_seed(self) -> None:
        assert CHAIN.draw(7) == CHAIN.draw(7)
        assert CHAIN.draw(7) != CHAIN.draw(8)

    def test_of_a_step_stays_when_others_come_go_or_change_places(self) -> None:
        noise, shift, gain = CHAIN.steps
        wanted = by_name(CHAIN)
        for steps in [(gain,), (gain, noise), (Reverberation(), gain, shift, noise)]:
            drawn = by_name(Chain(steps))
            assert all(
                drawn[step.name] == wanted[step.name] for step in steps if step in CHAIN.steps
            )

    def test_of_two_steps_of_a_kind_differ(self) -> None:
        drawn = by_name(Chain((Noise(), Noise(name="more noise"))))
        assert drawn["noise"] != drawn["more noise"]

    def test_with_another_range_is_the_same_draw_stretched(self) -> None:
        narrow, wide = (by_name(Chain((Gain(db),)))["gain"].gain_db for db in [(-6, 6), (-12, 12)])
        assert wide == pytest.approx(2 * narrow)

    def test_changes_a_share_of_the_clips(self) -> None:
        chain = Chain((Gain(probability=0.3), Shift(probability=0.0), Noise()))
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
        drawn = by_name(Chain((Gain(probability=0.999),)))
        assert drawn == by_name(Chain((Gain(),)))

    def test_needs_a_seed_that_is_not_negative(self) -> None:
        with pytest.raises(AugmentError, match="seed -1 is negative"):
            CHAIN.draw(-1)


def test_two_steps_of_one_name_are_refused() -> None:
    with pytest.raises(AugmentError, match=r"Two steps are called 'gain'.*'gain 2'"):
        Chain((Gain(), Shift(), Gain((0, 0))))


@st.composite
def steps(draw):
    """Any step, with any range that its limits allow."""
    kind = draw(st.sampled_from([k for k in STEP_KINDS.values() if k.kind != "band-limit"]))
    chosen = {"probability": draw(st.floats(0, 1)), "name": draw(st.text(max_size=5))}
    for name, setting in kind.__dataclass_fields__.items():
        if "limits" in setting.metadata:
            low, high = setting.metadata["limits"]
            chosen[name] = tuple(sorted(draw(st.floats(low, high)) for _ in range(2)))
    return kind(**chosen)


class TestJson:
    @given(st.lists(steps(), max_size=5, unique_by=lambda step: step.name))
    @settings(max_examples=50)
    def test_gives_the_same_chain_again(self, chosen) -> None:
        chain = Chain(tuple(chosen))
        assert Chain.from_json(chain.to_json()) == chain

    def test_of_every_kind_works_with_its_defaults(self) -> None:
        text = json.dumps({"steps": [{"kind": kind} for kind in STEP_KINDS]})
        assert Chain.from_json(text) == Chain(tuple(kind() for kind in STEP_KINDS.values()))

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "JSON with a list of steps"),
            ("[]", "JSON with a list of steps"),
            ("null", "JSON with a list of steps"),
            ("[" * 9999, "JSON with a list of steps"),
            ('{"steps": 3}', "must be a list"),
            ('{"steps": [3]}', "named settings"),
            ('{"steps": [{}]}', "no step None"),
            ('{"steps": [{"kind": ["gain"]}]}', "no step"),
            ('{"steps": [{"kind": "flanger"}]}', "no step 'flanger'.*noise, background"),
            ('{"steps": [{"kind": "gain", "db": 3}]}', "no setting 'db'.*gain_db"),
            ('{"steps": [{"kind": "gain", "gain_db": [0, NaN]}]}', "gain_db"),
            ('{"steps": [{"kind": "gain", "gain_db": [0, 1e999]}]}', "gain_db"),
            ('{"steps": [{"kind": "gain", "name": null}]}', "name"),
            ('{"steps": [{"kind": "gain"}, {"kind": "gain"}]}', "Two steps"),
        ],
    )
    def test_that_is_no_chain_is_refused_with_the_reason(self, text, said) -> None:
        with pytest.raises(AugmentError, match=said):
            Chain.from_json(text)
