"""The paper's policies on one second."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.augment.policies import LD, POLICIES, POLICY_TITLES, SpecAugmentPolicy
from kws_core.augment.specaugment import draw
from kws_core.lab.published import DEFAULT, NAMED, hidden_shares, name_of


def test_all_policies_of_the_paper_are_there_scaled_and_as_published() -> None:
    assert len(NAMED) == 8
    assert set(POLICY_TITLES) == set(POLICIES)
    assert DEFAULT.policy == LD.scaled(40, 98) == SpecAugmentPolicy(8, 14, 2, 10, 1.0, 2)


@pytest.mark.parametrize("named", NAMED, ids=lambda n: f"{n.name}-{n.scaled}")
def test_a_policy_is_known_by_its_numbers(named: object) -> None:
    assert name_of(named.policy) == named


def test_other_numbers_are_nobodys() -> None:
    assert name_of(SpecAugmentPolicy(1, 2, 3)) is None


@pytest.mark.parametrize("named", NAMED, ids=lambda n: f"{n.name}-{n.scaled}")
def test_hidden_shares_are_those_of_many_draws(named: object) -> None:
    shares = hidden_shares(named.policy, 40, 98)
    alone = [draw(named.policy, 40, 98, seed).hidden_share for seed in range(400)]
    assert shares.mean() == pytest.approx(np.mean(alone), abs=0.04)
    assert (np.diff(shares) >= 0).all()


@pytest.mark.parametrize("name", POLICIES)
def test_published_policies_erase_a_second_and_scaled_ones_do_not(name: str) -> None:
    scaled, published = (
        hidden_shares(named.policy, 40, 98)
        for named in sorted((n for n in NAMED if n.name == name), key=lambda n: not n.scaled)
    )
    assert np.median(published) > 0.5 > np.median(scaled) + 0.1
    assert np.median(published) > 1.6 * np.median(scaled)
