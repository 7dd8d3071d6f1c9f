"""SpecAugment: the paper's distributions, what is hidden and what is not, replay, the warp."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from kws_core.augment.policies import LB, LD, POLICIES, SpecAugmentPolicy
from kws_core.augment.specaugment import FILLS, SpecAugmentDraw, apply_draws, apply_to_batch, draw
from kws_core.errors import AugmentError
from kws_core.features.torch_audio import torchaudio

BANDS, FRAMES = 40, 98
policies = st.builds(
    SpecAugmentPolicy,
    time_warp=st.integers(0, 60),
    freq_mask=st.integers(0, 50),
    n_freq_masks=st.integers(0, 3),
    time_mask=st.integers(0, 120),
    time_mask_share=st.floats(0, 1),
    n_time_masks=st.integers(0, 3),
)
seeds = st.integers(0, 2**64)


@pytest.fixture
def picture() -> torch.Tensor:
    return torch.randn(BANDS, FRAMES, generator=torch.Generator().manual_seed(1)) - 4.0


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def masks(freq=(), time=(), **more) -> SpecAugmentDraw:
    return SpecAugmentDraw(
        BANDS, FRAMES, **{"warp_from": None, "warp_by": 0, **more}, freq_masks=freq, time_masks=time
    )


def fits(observed: Counter, probability: dict) -> bool:
    """Whether counts follow a law, by a chi-square test at 0.1 %; what cannot be never is."""
    assert set(observed) <= {key for key, p in probability.items() if p > 0}
    keys = [key for key, p in probability.items() if p > 0]
    assert sum(probability.values()) == pytest.approx(1)
    total = observed.total()
    wanted = [probability[key] * total for key in keys]
    return chisquare([observed[key] for key in keys], wanted).pvalue > 1e-3


def mask_law(widest: int, size: int, cap: int) -> dict[tuple[int, int], float]:
    """Probability of every (first, width), as section 2 of the paper has it."""
    law: dict[tuple[int, int], float] = Counter()
    for width in range(widest + 1):
        kept = min(width, cap)
        starts = range(size - kept) or range(1)
        for first in starts:
            law[first, kept] += 1 / (widest + 1) / len(starts)
    return law


SMALL = SpecAugmentPolicy(2, 3, 2, 6, 0.5, 1)


@pytest.fixture(scope="module")
def drawn() -> list[SpecAugmentDraw]:
    """Many draws of a small policy for 8 bands and 12 frames."""
    return [draw(SMALL, 8, 12, seed) for seed in range(1500)]


class TestLaw:
    @pytest.mark.parametrize("which", [0, 1])
    def test_of_a_frequency_mask_is_the_papers(self, drawn, which) -> None:
        found = Counter(d.freq_masks[which] for d in drawn)
        assert fits(found, mask_law(widest=3, size=8, cap=8))

    def test_of_a_time_mask_is_the_papers_with_p_as_a_cap(self, drawn) -> None:
        assert fits(Counter(d.time_masks[0] for d in drawn), mask_law(widest=6, size=12, cap=6))
        capped = replace(SMALL, time_mask_share=0.29)
        found = Counter(draw(capped, 8, 12, seed).time_masks[0] for seed in range(700))
        assert fits(found, mask_law(widest=6, size=12, cap=3))

    def test_of_the_warp_is_uniform_in_centre_and_distance(self, drawn) -> None:
        centres = range(3, 9)  # as far as 2 frames away they are within 1 to 10
        law = {(c, w): 1 / len(centres) / 5 for c in centres for w in range(-2, 3)}
        assert fits(Counter((d.warp_from, d.warp_by) for d in drawn), law)

    def test_of_each_number_is_independent_of_the_others(self, drawn) -> None:
        widths = Counter((d.freq_masks[0][1], d.freq_masks[1][1]) for d in drawn)
        assert fits(widths, {(a, b): 1 / 16 for a in range(4) for b in range(4)})
        crossed = Counter((d.freq_masks[0][1], d.time_masks[0][1]) for d in drawn)
        assert fits(crossed, {(a, b): 1 / 28 for a in range(4) for b in range(7)})
        moved = Counter((d.freq_masks[0][1], d.warp_by) for d in drawn)
        assert fits(moved, {(a, b): 1 / 20 for a in range(4) for b in range(-2, 3)})

    @pytest.mark.parametrize("axis", [1, 2])
    def test_in_a_batch_is_the_same(self, axis) -> None:
        policy = SpecAugmentPolicy(
            freq_mask=3 * (axis == 1), n_freq_masks=1, time_mask=3 * (axis == 2), n_time_masks=1
        )
        out = apply_to_batch(torch.ones(6000, 8, 8), policy, generator(), fill="zero")
        hidden = out.eq(0).all(dim=3 - axis)  # (batch, lines)
        width = hidden.sum(dim=1)
        first = torch.where(width > 0, hidden.float().argmax(dim=1), 0)
        found = Counter(zip(first.tolist(), width.tolist(), strict=True))
        law = mask_law(3, 8, 8)
        nothing = sum(p for (_, w), p in law.items() if w == 0)  # wherever it is
        law = {key: p for key, p in law.items() if key[1]} | {(0, 0): nothing}
        assert fits(found, law)

    def test_of_the_warp_in_a_batch_is_the_same(self) -> None:
        ramp = torch.arange(12.0).expand(6000, 1, 12)  # each frame shows where it came from
        out = apply_to_batch(ramp, SpecAugmentPolicy(time_warp=2), generator())[:, 0]
        moved = torch.arange(12.0) - out
        target = moved.abs().argmax(dim=1)
        by = moved.gather(1, target[:, None])[:, 0].round().int()
        centre = out.gather(1, target[:, None])[:, 0].round().int()
        found = Counter(zip(centre.tolist(), by.tolist(), strict=True))
        law = {(c, w): 1 / 30 for c in range(3, 9) for w in (-2, -1, 1, 2)} | {(0, 0): 6 / 30}
        assert fits(found, law)


class TestBounds:
    @given(policies, st.integers(1, 50), st.integers(1, 120), seeds)
    @settings(max_examples=80)
    def test_nothing_leaves_the_picture_or_its_limits(self, policy, bands, frames, seed) -> None:
        drawn = draw(policy, bands, frames, seed)
        assert len(drawn.freq_masks) == policy.n_freq_masks
        assert len(drawn.time_masks) == policy.n_time_masks
        for first, width in drawn.freq_masks:
            assert 0 <= first <= first + width <= bands
            assert width <= policy.freq_mask
        for first, width in drawn.time_masks:
            assert 0 <= first <= first + width <= frames
            assert width <= min(policy.time_mask, policy.time_mask_share * frames + 1e-6)
        assert abs(drawn.warp_by) <= policy.time_warp
        if drawn.warp_from is not None:
            assert policy.time_warp < drawn.warp_from < frames - 1 - policy.time_warp

    def test_a_warp_too_wide_for_the_clip_is_no_warp(self, picture: torch.Tensor) -> None:
        drawn = draw(SpecAugmentPolicy(time_warp=48), BANDS, FRAMES, 0)
        assert (drawn.warp_from, drawn.warp_by) == (None, 0)
        assert torch.equal(drawn.apply(picture), picture)
        assert draw(SpecAugmentPolicy(time_warp=47), BANDS, FRAMES, 0).warp_from is not None

    def test_published_policies_can_hide_a_whole_second_and_scaled_ones_cannot(self) -> None:
        assert max(draw(LB, BANDS, FRAMES, seed).hidden_share for seed in range(200)) == 1.0
        scaled = LB.scaled(BANDS, FRAMES)
        most = 1 - (1 - 14 / BANDS) * (1 - 10 / FRAMES)
        for seed in range(200):
            assert draw(scaled, BANDS, FRAMES, seed).hidden_share <= most + 1e-9


class TestReplay:
    def test_the_same_seed_gives_the_same_draw(self) -> None:
        assert draw(LD, BANDS, FRAMES, 7) == draw(LD, BANDS, FRAMES, 7)
        assert draw(LD, BANDS, FRAMES, 7) != draw(LD, BANDS, FRAMES, 8)

    def test_more_masks_leave_the_others_where_they_were(self) -> None:
        one = draw(SpecAugmentPolicy(8, 9, 1, 10, 1.0, 1), BANDS, FRAMES, 5)
        more = draw(SpecAugmentPolicy(8, 9, 3, 10, 1.0, 2), BANDS, FRAMES, 5)
        assert more.freq_masks[:1] == one.freq_masks
        assert more.time_masks[:1] == one.time_masks
        assert more.warp_from == one.warp_from

    @given(seeds, st.integers(0, 20), st.integers(0, 20))
    def test_another_width_only_stretches_the_masks(self, seed, narrow, wide) -> None:
        policy = SpecAugmentPolicy(freq_mask=narrow, n_freq_masks=1, time_mask=9, n_time_masks=2)
        before = draw(policy, BANDS, FRAMES, seed)
        after = draw(replace(policy, freq_mask=wide), BANDS, FRAMES, seed)
        assert after.time_masks == before.time_masks
        width = before.freq_masks[0][1]
        stretch = (wide + 1) / (narrow + 1)
        assert int(width * stretch) <= after.freq_masks[0][1] < (width + 1) * stretch

    def test_the_same_generator_state_gives_the_same_batch(self) -> None:
        pictures = torch.randn(5, BANDS, FRAMES, generator=generator(2))
        policy = LD.scaled(BANDS, FRAMES)
        for fill in FILLS:
            once = apply_to_batch(pictures, policy, generator(3), fill)
            assert torch.equal(apply_to_batch(pictures, policy, generator(3), fill), once)
            assert not torch.equal(apply_to_batch(pictures, policy, generator(4), fill), once)


class TestMasks:
    def test_hide_their_bands_and_frames_and_nothing_else(self, picture: torch.Tensor) -> None:
        drawn = masks(freq=((3, 5), (6, 4)), time=((0, 2), (97, 1)))
        out = drawn.apply(picture)
        hidden = torch.zeros(BANDS, FRAMES, dtype=torch.bool)
        hidden[3:10] = True
        hidden[:, :2] = True
        hidden[:, 97] = True
        assert torch.equal(out[~hidden], picture[~hidden])
        torch.testing.assert_close(out[hidden], picture.mean().expand(int(hidden.sum())))
        assert drawn.hidden_share == pytest.approx(hidden.float().mean().item())

    def test_are_filled_as_asked(self, picture: torch.Tensor) -> None:
        drawn = masks(freq=((0, 30),), time=((10, 40),))
        hidden = masks(freq=((0, 30),), time=((10, 40),)).apply(torch.ones(BANDS, FRAMES), "zero")
        hidden = hidden == 0
        assert drawn.apply(picture, "zero")[hidden].eq(0).all()
        assert drawn.apply(picture, "minimum")[hidden].eq(picture.min()).all()
        noise = drawn.apply(picture, "noise")[hidden]
        assert float(noise.mean()) == pytest.approx(float(picture.mean()), abs=0.1)
        assert float(noise.std()) == pytest.approx(float(picture.std()), abs=0.1)
        other = replace(drawn, noise_seed=1).apply(picture, "noise")[hidden]
        assert not torch.equal(other, noise)

    @pytest.mark.parametrize("fill", FILLS)
    def test_of_a_batch_are_filled_from_each_pictures_own_values(self, fill) -> None:
        level = torch.tensor([-9.0, 0.0, 5.0])[:, None, None]
        pictures = level + 1e-3 * torch.randn(3, BANDS, FRAMES, generator=generator())
        policy = SpecAugmentPolicy(0, BANDS, 2, FRAMES, 1.0, 2)
        out = apply_to_batch(pictures, policy, generator(1), fill)
        wanted = torch.zeros(3) if fill == "zero" else level[:, 0, 0]
        for row in range(3):
            changed = out[row] != pictures[row]
            assert changed.any()
            torch.testing.assert_close(
                out[row][changed], wanted[row].expand(int(changed.sum())), atol=0.01, rtol=0
            )

    def test_fill_with_the_mean_of_the_warped_picture(self, picture: torch.Tensor) -> None:
        warped = masks(warp_from=30, warp_by=9).apply(picture)
        out = masks(freq=((0, 1),), warp_from=30, warp_by=9).apply(picture)
        torch.testing.assert_close(out[0], warped.mean().expand(FRAMES))
        assert torch.equal(out[1:], warped[1:])

    def test_of_one_picture_do_not_depend_on_its_neighbours(self) -> None:
        pictures = torch.randn(4, BANDS, FRAMES, generator=generator(2))
        others = torch.cat([pictures[:1], pictures[1:] * 7 + 100])
        policy = LD.scaled(BANDS, FRAMES)
        for fill in FILLS:
            one = apply_to_batch(pictures, policy, generator(), fill)[0]
            assert torch.equal(apply_to_batch(others, policy, generator(), fill)[0], one)


class TestBesideTorchaudio:
    @pytest.mark.parametrize("axis", [1, 2])
    @pytest.mark.parametrize("seed", [0, 1, 2, 4])
    def test_the_same_masks_give_the_same_picture(self, picture, axis, seed) -> None:
        torch.manual_seed(seed)
        theirs = torchaudio.functional.mask_along_axis(picture[None], 12, 0.0, axis)
        torch.manual_seed(seed)
        width = torch.rand(1) * 12  # torchaudio draws real numbers and cuts them
        first = int(torch.rand(1) * (picture.shape[axis - 1] - width))
        pair = ((first, int(width)),)
        ours = (masks(freq=pair) if axis == 1 else masks(time=pair)).apply(picture, "zero")
        assert torch.equal(theirs[0], ours)
        assert theirs.eq(0).any()

    def test_its_spec_augment_fills_one_clip_with_the_same_mean(self, picture) -> None:
        torch.manual_seed(4)
        theirs = torchaudio.transforms.SpecAugment(1, 30, 0, 0)(picture[None])[0]
        changed = (theirs != picture).all(dim=0).nonzero()[:, 0]
        ours = masks(time=((int(changed[0]), len(changed)),)).apply(picture)
        torch.testing.assert_close(ours, theirs)


class TestWarp:
    @given(st.integers(1, 47), seeds)
    @settings(max_examples=60)
    def test_keeps_ends_length_and_order(self, furthest, seed) -> None:
        drawn = draw(SpecAugmentPolicy(time_warp=furthest), 1, FRAMES, seed)
        ramp = torch.arange(float(FRAMES))[None]
        out = drawn.apply(ramp)[0]
        assert len(out) == FRAMES
        assert (out[0], out[-1]) == (0, FRAMES - 1)
        assert out.diff().gt(0).all()

    def test_moves_every_band_alike_and_mixes_neighbouring_frames_only(self, picture) -> None:
        out = masks(warp_from=50, warp_by=-12).apply(picture)
        source = np.interp(np.arange(FRAMES), [0, 38, FRAMES - 1], [0, 50, FRAMES - 1])
        for band in range(BANDS):
            wanted = np.interp(source, np.arange(FRAMES), picture[band].numpy())
            np.testing.assert_allclose(out[band].numpy(), wanted, atol=1e-4)

    def test_by_nothing_changes_nothing(self, picture: torch.Tensor) -> None:
        assert torch.equal(masks(warp_from=33, warp_by=0).apply(picture), picture)


@pytest.mark.parametrize("fill", FILLS)
def test_the_given_picture_stays_as_it_is(picture: torch.Tensor, fill) -> None:
    before = picture.clone()
    policy = LD.scaled(BANDS, FRAMES)
    drawn = draw(policy, BANDS, FRAMES, 3)
    once = drawn.apply(picture, fill)
    assert torch.equal(drawn.apply(picture, fill), once)
    apply_to_batch(picture[None], policy, generator(), fill)
    assert torch.equal(picture, before)


def test_an_array_is_taken_as_well(picture: torch.Tensor) -> None:
    drawn = draw(LD.scaled(BANDS, FRAMES), BANDS, FRAMES, 3)
    assert torch.equal(drawn.apply(picture.numpy()), drawn.apply(picture))


@pytest.mark.parametrize("policy", [SpecAugmentPolicy(), *POLICIES.values()])
@pytest.mark.parametrize("shape", [(1, 1), (40, 1), (1, 98)])
def test_a_tiny_picture_is_no_problem(policy: SpecAugmentPolicy, shape) -> None:
    assert draw(policy, *shape, seed=0).apply(torch.ones(shape)).shape == shape
    assert apply_to_batch(torch.ones(2, *shape), policy, generator()).shape == (2, *shape)


def test_what_cannot_be_applied_is_refused(picture: torch.Tensor) -> None:
    drawn = draw(LD, BANDS, FRAMES, 0)
    with pytest.raises(AugmentError, match=r"40 bands and 98 frames, not .*\(40, 97\)"):
        drawn.apply(picture[:, 1:])
    with pytest.raises(AugmentError, match=r"filled with 'black'.*mean, zero, minimum, noise"):
        drawn.apply(picture, "black")  # type: ignore[arg-type]
    with pytest.raises(AugmentError, match="seed -1 is negative"):
        draw(LD, BANDS, FRAMES, -1)


@pytest.mark.parametrize("fill", FILLS)
@settings(max_examples=20)
@given(some=st.lists(st.tuples(policies, seeds), min_size=1, max_size=4))
def test_many_draws_at_once_do_what_each_does_alone(some, fill) -> None:
    drawn = [draw(policy, BANDS, FRAMES, seed) for policy, seed in some]
    pictures = torch.randn(len(drawn), BANDS, FRAMES, generator=generator()) - 4.0
    together = apply_draws(pictures, drawn, fill)
    for each, one, changed in zip(drawn, pictures, together, strict=True):
        torch.testing.assert_close(changed, each.apply(one, fill))
