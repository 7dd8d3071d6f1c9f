"""Attributions: known in closed form, the same as captum's, and the checks of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor, nn

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explain.attribution import (
    completeness,
    grad_cam,
    gradient_times_input,
    integrated_gradients,
    occlusion,
)
from kws_core.explain.charts import curves_figure, map_figure
from kws_core.explain.faithfulness import Curve, deletion, insertion, mean_curve, random_maps
from kws_core.explain.masking import baseline_of, mask_of, masked_picture, sound_of_mask
from kws_core.explain.methods import METHODS, Faithfulness, explain
from kws_core.explain.sanity import likeness, untrained_twin
from kws_core.explain.wording import (
    LOUDEST,
    RANDOM,
    faithfulness_rows,
    likeness_text,
    method_text,
    verdict,
)
from kws_core.features.front_ends import LogMel, LogMelConfig, SeedImageConfig
from kws_core.models.activations import outputs_of
from kws_core.models.ds_resnet import DSResNet

SHAPE = (5, 7)
Floats = npt.NDArray[np.float32]


def drawn(shape: tuple[int, ...] = SHAPE, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@pytest.fixture
def linear() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Flatten(), nn.Linear(35, 3)).requires_grad_(False)


def weights(linear: nn.Module, label: int) -> Floats:
    assert isinstance(linear, nn.Sequential)
    return linear[1].weight[label].reshape(SHAPE).numpy()


class Product(nn.Module):
    """The product of two cells; the others don't matter."""

    def forward(self, x: Tensor) -> Tensor:
        return (x[:, 0, 0] * x[:, 1, 1])[:, None]


class ConvMeanLinear(nn.Module):
    """A convolution, its mean over the picture, and a linear layer: where Grad-CAM is CAM."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.linear = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.linear(self.conv(x[:, None]).mean(dim=(2, 3)))
        return logits


def small_network() -> nn.Module:
    torch.manual_seed(3)
    return DSResNet(4, n_bands=12, n_channels=16, kernel_sizes=(3,), n_maps=4, n_embedding=8).eval()


def test_of_a_linear_network_all_maps_are_its_weights_times_the_distance(linear: nn.Module) -> None:
    picture, baseline = drawn(), drawn(seed=1)
    for label in range(3):
        expected = weights(linear, label) * (picture - baseline)
        for attributed in (
            gradient_times_input(linear, picture, label, baseline),
            integrated_gradients(linear, picture, label, baseline, steps=3),
            occlusion(linear, picture, label, baseline, patch=(1, 1), stride=(1, 1)),
        ):
            np.testing.assert_allclose(attributed, expected, atol=2e-6)


def test_a_patch_over_a_linear_network_is_worth_the_sum_of_its_cells(linear: nn.Module) -> None:
    picture, baseline = drawn(), drawn(seed=1)
    cells = weights(linear, 0) * (picture - baseline)
    attributed = occlusion(linear, picture, 0, baseline, patch=(5, 4), stride=(5, 3))
    first, second = cells[:, :4].sum(), cells[:, 3:].sum()  # column 3 is under both
    expected = [first] * 3 + [(first + second) / 2] + [second] * 3
    np.testing.assert_allclose(attributed, np.tile(np.float32(expected), (5, 1)), atol=2e-6)


def test_integrated_gradients_halve_a_product_and_gradient_times_input_counts_it_twice() -> None:
    picture, nothing = drawn(), np.zeros(SHAPE, np.float32)
    product = picture[0, 0] * picture[1, 1]
    halves = integrated_gradients(Product(), picture, 0, nothing, steps=10)
    twice = gradient_times_input(Product(), picture, 0, nothing)
    for attributed, each in ((halves, product / 2), (twice, product)):
        assert attributed[0, 0] == pytest.approx(each, rel=1e-5)
        assert attributed[1, 1] == pytest.approx(each, rel=1e-5)
        assert np.count_nonzero(attributed) == 2
    assert completeness(Product(), halves, picture, 0, nothing).error < 1e-6
    doubled = completeness(Product(), twice, picture, 0, nothing)
    assert (doubled.total, doubled.rise) == pytest.approx((2 * product, product), rel=1e-5)


def test_the_error_of_integrated_gradients_falls_with_the_steps() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(35, 8), nn.Tanh(), nn.Linear(8, 1))
    picture, baseline = 3 * drawn(), drawn(seed=1)
    errors = [
        completeness(
            network,
            integrated_gradients(network, picture, 0, baseline, steps),
            picture,
            0,
            baseline,
        ).error
        for steps in (2, 8, 64)
    ]
    assert all(later < earlier for earlier, later in pairwise(errors))


def test_grad_cam_of_convolution_mean_and_linear_is_the_weighted_sum_of_its_maps() -> None:
    network, picture = ConvMeanLinear(), drawn()
    cam, layer = grad_cam(network, picture, 1)
    with torch.no_grad():
        maps = network.conv(torch.from_numpy(picture)[None, None])[0]  # (4, 5, 7)
        expected = (network.linear.weight[1][:, None, None] * maps).sum(dim=0).relu() / 35
    assert layer == "conv"
    np.testing.assert_allclose(cam, expected.numpy(), atol=1e-6)


def test_grad_cam_takes_the_layer_that_is_named_and_refuses_what_has_no_maps(
    linear: nn.Module,
) -> None:
    picture = drawn((12, 20))
    cam, layer = grad_cam(small_network(), picture, 0)
    assert (layer, cam.shape) == ("embedding", (12, 20))
    np.testing.assert_allclose(cam, np.tile(cam[:1], (12, 1)), atol=1e-6)  # one row is left
    finer, _ = grad_cam(small_network(), picture, 0, "stem.maps")
    assert np.ptp(finer, axis=0).max() > 0
    with pytest.raises(ValueError, match="no layer"):
        grad_cam(linear, drawn(), 0)


@pytest.mark.slow
def test_maps_are_those_of_captum() -> None:
    attr = pytest.importorskip("captum.attr")
    network = small_network()
    picture, baseline = 2 * drawn((12, 20)), drawn((12, 20), seed=1)
    inputs, start = torch.from_numpy(picture)[None], torch.from_numpy(baseline)[None]
    nothing = np.zeros_like(picture)
    ours = {
        "gradient": gradient_times_input(network, picture, 2, nothing),
        "integrated": integrated_gradients(network, picture, 2, baseline, steps=40),
        "occlusion": occlusion(network, picture, 2, baseline, (4, 6), (3, 4)),
        "cam": grad_cam(network, picture, 2, "stem.maps")[0],
    }
    path = attr.IntegratedGradients(network)
    cam = attr.LayerGradCam(network, network.stem.maps).attribute(inputs, 2, relu_attributions=True)
    theirs = {
        "gradient": attr.InputXGradient(network).attribute(inputs.requires_grad_(), 2),
        "integrated": path.attribute(inputs, start, 2, n_steps=40, method="riemann_middle"),
        "occlusion": attr.Occlusion(network).attribute(
            inputs, (4, 6), strides=(3, 4), baselines=start, target=2
        ),
        "cam": attr.LayerAttribution.interpolate(cam, picture.shape, "bilinear"),
    }
    for name, one in ours.items():
        largest = np.abs(one).max()
        assert largest > 0
        other = theirs[name].detach().numpy().reshape(one.shape)
        np.testing.assert_allclose(one / largest, other / largest, atol=1e-3, err_msg=name)


def test_looking_into_a_network_leaves_no_hooks_and_copies_no_weights() -> None:
    network = small_network()
    found = outputs_of(network, torch.zeros(1, 12, 20))
    assert found[-1].name == ""
    torch.testing.assert_close(found[-1].values, network(torch.zeros(1, 12, 20)))
    assert not any(layer._forward_hooks for layer in network.modules())
    assert found[-1].layer is not network
    pairs = zip(found[-1].layer.parameters(), network.parameters(), strict=True)
    assert all(one is other for one, other in pairs)


def test_a_background_is_what_the_clip_has_without_the_word() -> None:
    picture = np.full((3, 20), -9.0, np.float32) + np.arange(3, dtype=np.float32)[:, None]
    picture[:, 5:12] = 4.0
    quiet = baseline_of(picture, "background", LogMelConfig())
    assert quiet.shape == picture.shape
    np.testing.assert_array_equal(quiet, np.tile(np.float32([[-9], [-8], [-7]]), (1, 20)))
    flat = baseline_of(picture, "flat", LogMelConfig())
    assert np.unique(flat).tolist() == pytest.approx([LogMelConfig().log_floor])
    assert not baseline_of(picture, "flat", SeedImageConfig()).any()


def test_an_untrained_twin_is_the_same_every_time_and_spends_no_random_numbers() -> None:
    torch.manual_seed(5)
    first = untrained_twin("m5", 3).state_dict()
    after = torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(after, torch.rand(1))
    again, other = untrained_twin("m5", 3), untrained_twin("m5", 3, seed=1)
    assert all(torch.equal(first[name], value) for name, value in again.state_dict().items())
    assert not torch.equal(first["classifier.weight"], other.state_dict()["classifier.weight"])
    assert not again.training


def test_likeness_looks_at_the_order_of_the_cells_that_count() -> None:
    one, everywhere = drawn(), np.ones(SHAPE, bool)
    same = likeness(one, 3 * one**3, everywhere)
    assert (same.signed, same.sizes) == pytest.approx((1, 1))
    negated = likeness(one, -one, everywhere)
    assert (negated.signed, negated.sizes) == pytest.approx((-1, 1))
    assert likeness(one, np.zeros_like(one), everywhere).signed == 0
    unlike, top = drawn(seed=1), np.zeros(SHAPE, bool)
    top[0] = True
    unlike[0] = one[0]
    assert likeness(one, unlike, top).signed == pytest.approx(1)
    assert likeness(one, unlike, everywhere).signed < 0.9
    assert likeness(one, unlike, np.zeros(SHAPE, bool)).signed == 0


def cells_left(pictures: Floats) -> Floats:
    """Score pictures by how many of their first ten cells are not 0."""
    return (pictures.reshape(len(pictures), -1)[:, :10] > 0).mean(axis=1).astype(np.float32)


def test_deleting_the_cells_that_count_first_is_quickest_and_inserting_them_as_well() -> None:
    picture, nothing = np.ones(SHAPE, np.float32), np.zeros(SHAPE, np.float32)
    best = np.linspace(1, 0, 35, dtype=np.float32).reshape(SHAPE)
    falls = deletion(cells_left, picture, nothing, best, points=36)
    rises = insertion(cells_left, picture, nothing, best, points=36)
    # The score falls in ten equal steps, and stays.
    assert falls.scores[:12].tolist() == pytest.approx([*np.linspace(1, 0, 11), 0])
    assert falls.area == pytest.approx(10 / 35 / 2)
    assert rises.area == pytest.approx(1 - falls.area)
    worst = deletion(cells_left, picture, nothing, -best, points=36)
    random = mean_curve(
        [deletion(cells_left, picture, nothing, one, points=36) for one in random_maps(SHAPE, 8)]
    )
    assert falls.area < random.area < worst.area
    assert random.area == pytest.approx(0.5, abs=0.1)
    for curve in (falls, worst, random):
        assert (curve.shares[0], curve.shares[-1]) == (0, 1)
        assert (curve.scores[0], curve.scores[-1]) == (1, 0)


def test_a_mask_keeps_the_strongest_cells_and_silences_those_against() -> None:
    attribution = np.linspace(-1, 1, 200, dtype=np.float32).reshape(10, 20)
    mask = mask_of(attribution, 0.1)
    assert (mask == 1).sum() == 20
    assert not mask[attribution <= 0].any()
    fading = mask[(attribution > 0) & (mask < 1)]
    assert (np.diff(fading) > 0).all()
    few = mask_of(np.where(attribution > 0.99, 1, -1).astype(np.float32), 0.5)
    assert few.sum() == (attribution > 0.99).sum()


def test_masks_are_heard_in_the_bands_they_leave() -> None:
    config = LogMelConfig()
    seconds = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    low, high = (0.2 * np.sin(2 * np.pi * hz * seconds) for hz in (400, 2500))
    samples = (low + high).astype(np.float32)
    picture = LogMel(config)(torch.from_numpy(samples)[None])[0].numpy()
    everything = np.ones_like(picture)
    np.testing.assert_allclose(masked_picture(picture, everything, config), picture, atol=1e-5)
    assert (masked_picture(picture, 0 * everything, config) == np.float32(config.log_floor)).all()
    below = everything.copy()
    below[config.centre_frequencies.numpy() > 1200] = 0
    heard = sound_of_mask(samples, picture, below, config)
    inner = slice(2000, 14_000)
    residual = heard[inner] - low[inner]
    assert np.sqrt(np.mean(residual**2)) < 0.1 * np.sqrt(np.mean(low[inner] ** 2))


@pytest.fixture(scope="module")
def faithful() -> dict[str, Faithfulness]:
    shares = np.linspace(0, 1, 3, dtype=np.float32)

    def level(score: float) -> Curve:
        return Curve(shares, np.full(3, score, np.float32))

    areas = {"A": (0.1, 0.9), "B": (0.6, 0.4), RANDOM: (0.4, 0.4), LOUDEST: (0.2, 0.8)}
    return {name: Faithfulness(level(low), level(high)) for name, (low, high) in areas.items()}


def test_the_verdict_names_the_best_map_and_those_that_say_nothing(
    faithful: dict[str, Faithfulness],
) -> None:
    maps = {name: faithful[name] for name in ("A", "B")}
    text = verdict(maps, faithful[RANDOM], faithful[LOUDEST])
    assert text.startswith("**A** is the most faithful map here (insertion − deletion: +0.80)")
    assert "No better than a random order (+0.00): B." in text
    assert "also beats ranking cells by loudness (+0.60)" in text
    humbled = verdict({"B": faithful["B"]}, faithful["B"], faithful[LOUDEST])
    assert "does as well or better (+0.60)" in humbled
    assert [row["Order of the cells"] for row in faithfulness_rows(faithful)] == [
        "A",
        LOUDEST,
        RANDOM,
        "B",
    ]
    assert [trace.name for trace in curves_figure(faithful, "insertion").data] == list(faithful)


def test_every_method_comes_with_its_checks_in_words_and_a_picture() -> None:
    network, picture = small_network(), 2 * drawn((12, 20))
    baseline = baseline_of(picture, "background", None)
    config = SeedImageConfig(image_size=12)
    for method in METHODS:
        shown = explain(method, network, small_network(), picture, 2, baseline)
        np.testing.assert_array_equal(shown.attribution, shown.untrained)
        assert shown.likeness.signed == pytest.approx(1)
        assert "+1.00" in likeness_text(shown)
        text = method_text(shown)
        assert ("the cells sum to" in text) is (method in ("gradient", "integrated"))
        assert ("`embedding`. It separates times" in text) is (method == "grad-cam")
        traces = map_figure(shown, picture, config, "x").data
        assert len(traces) == 4  # the picture and the map, trained and untrained
        np.testing.assert_array_equal(traces[1].z, shown.attribution)
        assert traces[1].zmax == -traces[1].zmin > 0
