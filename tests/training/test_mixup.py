"""Mixup: the law of its shares, and what becomes of clips and targets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.stats
import torch
from torch import Tensor

from kws_core.training.loop import train
from kws_core.training.mixup import Mixup, draw_mixup
from tests.helpers.training_toys import SETTINGS, small_network, toy_batches, toy_clips


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


class TestDraw:
    @pytest.mark.parametrize("alpha", [0.2, 0.4, 1.0, 5.0])
    def test_shares_follow_beta_of_alpha_and_alpha(self, alpha: float) -> None:
        share = draw_mixup(5000, alpha, seeded(1)).share.numpy()
        assert scipy.stats.kstest(share, scipy.stats.beta(alpha, alpha).cdf).pvalue > 0.01

    def test_every_clip_is_a_partner_once(self) -> None:
        partner = draw_mixup(200, 0.4, seeded(2)).partner
        assert sorted(partner.tolist()) == list(range(200))
        assert (partner != torch.arange(200)).float().mean() > 0.9

    def test_the_same_generator_state_gives_the_same_draw(self) -> None:
        one, same, other = (draw_mixup(20, 0.4, seeded(seed)) for seed in (3, 3, 4))
        assert torch.equal(one.share, same.share)
        assert torch.equal(one.partner, same.partner)
        assert not torch.equal(one.share, other.share)


class TestApply:
    def test_blends_clips_and_targets_by_the_same_share(self) -> None:
        mixup = Mixup(torch.tensor([1.0, 0.25, 0.5]), torch.tensor([2, 0, 1]))
        inputs = torch.tensor([10.0, 20.0, 40.0])[:, None, None].expand(3, 4, 5)
        target = torch.eye(3)
        mixed, mixed_target = mixup.apply(inputs, target)
        assert mixed.shape == (3, 4, 5)
        assert mixed[:, 1, 2].tolist() == [10.0, 0.25 * 20 + 0.75 * 10, 0.5 * 40 + 0.5 * 20]
        assert mixed_target.tolist() == [[1, 0, 0], [0.75, 0.25, 0], [0, 0.5, 0.5]]

    def test_targets_still_add_up_to_one(self) -> None:
        target = torch.eye(37)[torch.randint(37, (50,), generator=seeded(1))]
        _, mixed = draw_mixup(50, 0.3, seeded(2)).apply(torch.zeros(50, 8000), target)
        torch.testing.assert_close(mixed.sum(dim=1), torch.ones(50))

    def test_leaves_what_it_was_given_alone(self) -> None:
        inputs, target = torch.randn(6, 3), torch.eye(6)
        before = inputs.clone()
        draw_mixup(6, 0.5, seeded(1)).apply(inputs, target)
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
        inputs, _ = draw_mixup(12, alpha, generator).apply(inputs, target)
    np.testing.assert_array_equal(heard[0].numpy(), inputs.numpy())
