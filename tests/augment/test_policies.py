"""SpecAugment policies: the published numbers, their scaling, and what they refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_core.augment.policies import LB, LD, POLICIES, SETTINGS, SM, SS, SpecAugmentPolicy
from kws_core.errors import AugmentError

policies = st.builds(
    SpecAugmentPolicy,
    time_warp=st.integers(0, 200),
    freq_mask=st.integers(0, 80),
    n_freq_masks=st.integers(0, 4),
    time_mask=st.integers(0, 200),
    time_mask_share=st.floats(0, 1),
    n_time_masks=st.integers(0, 4),
)


def test_the_policies_are_those_of_table_1() -> None:
    def row(policy: SpecAugmentPolicy) -> tuple[float, ...]:
        p = policy
        masks = (p.freq_mask, p.n_freq_masks, p.time_mask, p.time_mask_share, p.n_time_masks)
        return (p.time_warp, *masks)

    assert row(LB) == (80, 27, 1, 100, 1.0, 1)
    assert row(LD) == (80, 27, 2, 100, 1.0, 2)
    assert row(SM) == (40, 15, 2, 70, 0.2, 2)
    assert row(SS) == (40, 27, 2, 70, 0.2, 2)
    assert list(POLICIES.values()) == [LB, LD, SM, SS]


def test_no_settings_do_nothing() -> None:
    assert set(vars(SpecAugmentPolicy()).values()) == {0, 1.0}


class TestScaled:
    def test_takes_the_same_shares_of_a_second_as_of_ten(self) -> None:
        scaled = LD.scaled(n_mels=40, n_frames=98)
        assert scaled == SpecAugmentPolicy(8, 14, 2, 10, 1.0, 2)

    @pytest.mark.parametrize("policy", POLICIES.values())
    @pytest.mark.parametrize("n_frames", [1000, 6000])
    def test_leaves_a_policy_for_the_published_size_and_more(self, policy, n_frames) -> None:
        assert policy.scaled(80, n_frames) == policy

    @given(policies, st.integers(1, 128), st.integers(1, 6000))
    def test_is_never_wider_and_never_switches_anything_off(self, policy, n_mels, n_frames) -> None:
        scaled = policy.scaled(n_mels, n_frames)
        for name, value in vars(policy).items():
            assert getattr(scaled, name) <= value
            assert (getattr(scaled, name) > 0) == (value > 0)


class TestCenters:
    @given(policies, st.integers(1, 500))
    def test_are_the_frames_that_stay_inside_wherever_they_move(self, policy, n_frames) -> None:
        furthest = policy.time_warp
        stay = [
            frame
            for frame in range(n_frames)
            if frame - furthest > 0 and frame + furthest < n_frames - 1
        ]
        assert policy.n_centers(n_frames) == (len(stay) if furthest else 0)

    def test_do_not_exist_where_the_published_warp_is_wider_than_the_clip(self) -> None:
        assert LB.n_centers(98) == 0
        assert LB.n_centers(1000) > 0


class TestValues:
    @given(policies)
    def test_give_the_same_policy_again(self, policy) -> None:
        assert SpecAugmentPolicy.from_values(policy.to_values()) == policy

    def test_may_leave_settings_out(self) -> None:
        policy = SpecAugmentPolicy.from_values({"freq_mask": 7, "n_freq_masks": 2})
        assert policy == SpecAugmentPolicy(freq_mask=7, n_freq_masks=2)

    @pytest.mark.parametrize("values", ["", None, 7, [1], ["ab"], {"freq_mask": "all"}, {3: 4}])
    def test_of_anything_else_are_refused(self, values) -> None:
        with pytest.raises(AugmentError):
            SpecAugmentPolicy.from_values(values)

    def test_with_a_setting_that_does_not_exist_name_it(self) -> None:
        with pytest.raises(AugmentError, match=r"no setting 'time_wrap'.*time_warp"):
            SpecAugmentPolicy.from_values({"time_wrap": 3})


def test_every_number_of_a_policy_is_described_once() -> None:
    assert {setting.name for setting in SETTINGS} == set(vars(SpecAugmentPolicy()))
    assert {setting.letters for setting in SETTINGS} == {"W", "F", "mF", "T", "mT", "p"}
    for setting in SETTINGS:
        assert setting.slider[0] <= setting.limit
        assert all(0 <= value <= setting.limit for value in setting.sweep)


@pytest.mark.parametrize(
    ("policy", "does"),
    [
        (SpecAugmentPolicy(), False),
        (SpecAugmentPolicy(freq_mask=9), False),  # no mask of that width
        (SpecAugmentPolicy(freq_mask=9, n_freq_masks=1), True),
        (SpecAugmentPolicy(n_time_masks=2), False),
        (SpecAugmentPolicy(time_mask=9, n_time_masks=2), True),
        (SpecAugmentPolicy(time_mask=9, n_time_masks=2, time_mask_share=0), False),
        (SpecAugmentPolicy(time_warp=1), True),
    ],
)
def test_it_is_known_whether_a_policy_does_anything(policy: SpecAugmentPolicy, does: bool) -> None:
    assert policy.does_something is does


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time_warp", -1),
        ("freq_mask", 2.5),
        ("n_freq_masks", 101),
        ("time_mask", "9"),
        ("time_mask", True),
        ("time_mask_share", 1.01),
        ("time_mask_share", float("nan")),
        ("n_time_masks", None),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(AugmentError, match=rf"{name} = .*give a (whole number|share) from 0 to"):
        SpecAugmentPolicy(**{name: value})
