"""Mixup: the law of its shares, and what becomes of clips and targets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.stats
import torch
from torch import Tensor

from kws_core.training.loop import train
from kws_core.training.mixup import mixed
from tests.helpers.training_toys import SETTINGS, small_network, toy_batches, toy_clips


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def mixed_eye(n: int, alpha: float, seed: int) -> Tensor:
    """Return in row i the share that clip i keeps, and the rest in the column of its partner."""
    return mixed(torch.eye(n), torch.eye(n), alpha, seeded(seed))[0]


@pytest.mark.parametrize("alpha", [0.2, 0.4, 1.0, 5.0])
def test_shares_follow_beta_of_alpha_and_alpha(alpha: float) -> None:
    share = mixed_eye(1000, alpha, seed=1).diag().numpy()
    assert scipy.stats.kstest(share, scipy.stats.beta(alpha, alpha).cdf).pvalue > 0.01


def test_every_clip_is_a_partner_once() -> None:
    rows = mixed_eye(200, 0.4, seed=2)
    partners = rows.fill_diagonal_(0).nonzero()
    assert len(set(partners[:, 1].tolist())) == len(partners) > 180


def test_the_same_generator_state_gives_the_same_draw() -> None:
    one, same, other = (mixed_eye(20, 0.4, seed) for seed in (3, 3, 4))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_blends_clips_and_targets_by_the_same_share() -> None:
    level = torch.tensor([10.0, 20.0, 40.0])
    inputs, target = mixed(level[:, None, None].expand(3, 4, 5), torch.eye(3), 0.4, seeded(1))
    assert inputs.shape == (3, 4, 5)
    torch.testing.assert_close(inputs[:, 1, 2], target @ level)
    torch.testing.assert_close(target.sum(dim=1), torch.ones(3))


def test_leaves_what_it_was_given_alone() -> None:
    inputs, target = torch.randn(6, 3), torch.eye(6)
    before = inputs.clone()
    mixed(inputs, target, 0.5, seeded(1))
    assert torch.equal(inputs, before)
    assert torch.equal(target, torch.eye(6))


@pytest.mark.parametrize("alpha", [0.0, 0.4])
def test_training_mixes_only_when_asked(tmp_path, alpha: float) -> None:
    heard: list[Tensor] = []
    network = small_network()
    network.register_forward_pre_hook(
        lambda module, given: heard.append(given[0].clone()) if module.training else None
    )
    settings = replace(SETTINGS, epochs=1, clips_per_epoch=12, mixup=alpha)
    train(network, toy_batches(), toy_clips(2, seed=9), settings, tmp_path)
    generator = seeded(settings.seed * 1_000_003)
    inputs, target = toy_batches().batch(12, generator)
    if alpha:
        inputs, _ = mixed(inputs, target, alpha, generator)
    np.testing.assert_array_equal(heard[0].numpy(), inputs.numpy())
