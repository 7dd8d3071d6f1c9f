"""The networks: published sizes, shapes, and what each layer may see."""

import pytest
import torch
from torch import nn

from kws_core.errors import UnknownModelError
from kws_core.labels import LABELS, WORDS
from kws_core.models import ARCHITECTURES, build_model, count_parameters
from kws_core.models.bcresnet import BCResNet, BroadcastBlock, SubSpectralNorm
from kws_core.models.crnn import CRNN, ResidualBlock2d
from kws_core.models.ds_resnet import RANGE_DB, DSResNet, below_peak
from kws_core.models.m5 import M5
from kws_core.models.matchboxnet import MatchboxNet
from kws_core.models.seed_cnn import SeedCNN
from kws_core.models.two_towers import TwoTowers


@pytest.fixture(autouse=True)
def _same_weights() -> None:
    torch.manual_seed(3)


PUBLISHED = {
    "BC-ResNet-1 of the paper, 12 outputs": (BCResNet(12, tau=1), 9_232),
    "BC-ResNet-1": (BCResNet(35, tau=1), 9_991),
    "BC-ResNet-3": (BCResNet(35, tau=3), 56_399),
    "BC-ResNet-8": (BCResNet(35, tau=8), 326_979),
    "MatchboxNet 3x1x64": (MatchboxNet(35, n_sub_blocks=1), 77_859),
    "MatchboxNet 3x2x64": (MatchboxNet(35, n_sub_blocks=2), 93_411),
    "the notebook's CNN": (SeedCNN(35), 13_000_803),
    "M5 of torchaudio's tutorial": (M5(35), 26_915),
    "DS-ResNet": (DSResNet(37), 97_661),
    "DS-ResNet, wide": (build_model("ds-resnet-wide", 37), 217_717),
    "two towers": (TwoTowers(37), 1_166_309),
    "CRNN": (CRNN(37), 583_813),
}


@pytest.mark.parametrize(("network", "published"), PUBLISHED.values(), ids=PUBLISHED)
def test_the_number_of_parameters_is_the_known_one(network: nn.Module, published: int) -> None:
    assert count_parameters(network) == published


def test_the_seed_cnns_three_linear_layers_are_one_linear_map() -> None:
    """No activation lies between them: 12.98 M weights do the work of 0.44 M."""
    network = SeedCNN(35).eval()
    flat = next(i for i, layer in enumerate(network.layers) if isinstance(layer, nn.Flatten))
    linear = network.layers[flat + 1 :]
    a, b = torch.randn(2, 1, 12_544)
    zero = linear(torch.zeros(1, 12_544))
    together = linear(a + 2 * b) - zero
    apart = (linear(a) - zero) + 2 * (linear(b) - zero)
    torch.testing.assert_close(together, apart, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_registered_network_takes_what_its_front_end_makes(name: str) -> None:
    front_end = ARCHITECTURES[name].make_front_end()
    network = build_model(name, len(LABELS)).eval()
    with torch.inference_mode():
        logits = network(front_end(torch.randn(2, 16_000)))
    assert logits.shape == (2, 37)
    assert logits.isfinite().all()
    assert ARCHITECTURES[name].name == name


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_clip_is_heard_alike_whatever_else_is_in_its_batch(name: str) -> None:
    pictures = ARCHITECTURES[name].make_front_end()(torch.randn(3, 16_000))
    network = build_model(name, 37).eval()
    with torch.inference_mode():
        together = network(pictures)
        alone = torch.cat([network(picture[None]) for picture in pictures])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        (DSResNet(37), (40, 98)),
        (CRNN(37), (40, 98)),
        (BCResNet(37), (40, 98)),
        (MatchboxNet(37), (64, 98)),
        (M5(37), (8_000,)),
    ],
    ids=["ds-resnet", "crnn", "bcresnet-1", "matchboxnet", "m5"],
)
def test_every_weight_is_trained(network: nn.Module, shape: tuple[int, ...]) -> None:
    """A layer that is made but left out of the forward pass would get no gradient."""
    network(torch.randn(4, *shape)).logsumexp(dim=1).sum().backward()
    idle = [n for n, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert idle == []


def test_an_unknown_architecture_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownModelError, match=r"'lstm'.*ds-resnet.*seed-cnn"):
        build_model("lstm", 37)


def test_a_crnn_weighs_its_frames_and_forgets_none() -> None:
    network = CRNN(37).eval()
    states: list[torch.Tensor] = []
    network.recurrent.register_forward_hook(lambda _layer, _given, out: states.append(out))
    with torch.no_grad():
        embedding = network.embed(torch.randn(2, 40, 98))
        nn.init.zeros_(network.attention.weight)  # every frame weighs alike
        mean = network.embed(torch.randn(2, 40, 98))
    assert states[0].shape == (2, 256, 25)  # a frame every 40 ms, 128 states each way
    assert (embedding <= states[0].amax(dim=2)).all()
    assert (embedding >= states[0].amin(dim=2)).all()
    torch.testing.assert_close(mean, states[1].mean(dim=2))


def test_a_crnn_reads_on_in_both_directions() -> None:
    network = CRNN(37).eval()
    x = torch.randn(1, 128, 25)
    changed = x.clone()
    changed[:, :, 12] += 1.0
    with torch.no_grad():
        differs = (network.recurrent(changed) - network.recurrent(x)).abs()[0] > 1e-7
    forwards, backwards = differs[:128].any(dim=0), differs[128:].any(dim=0)
    assert forwards[12:].all()
    assert backwards[:13].all()
    assert forwards[:12].any()  # the second layer gets both
    assert backwards[13:].any()


def test_matchboxnet_takes_mfcc_of_any_length() -> None:
    network = MatchboxNet(35).eval()
    assert network(torch.randn(2, 64, 128)).shape == (2, 35)
    assert network(torch.randn(2, 64, 60)).shape == (2, 35)


def test_ds_resnet_halves_the_frames_once() -> None:
    assert DSResNet(37).stem(torch.randn(1, 40, 98)).shape == (1, 80, 1, 49)


class TestResidualBlock2d:
    def test_a_block_meets_a_formant_alike_at_any_band(self) -> None:
        block = ResidualBlock2d(4, 4, stride=1).eval()
        low, high = torch.zeros(2, 1, 4, 20, 12)
        formant = torch.randn(4, 3, 12)
        low[:, :, 4:7], high[:, :, 12:15] = formant, formant
        torch.testing.assert_close(block(high)[:, :, 10:17], block(low)[:, :, 2:9])

    def test_a_block_that_halves_the_picture_leads_its_means_past_the_convolutions(self) -> None:
        block = ResidualBlock2d(4, 6, stride=2).eval()
        nn.init.zeros_(block.second_norm.weight)  # so that only the shortcut is left
        x = torch.rand(1, 4, 10, 13)
        pool, pointwise, _ = block.shortcut
        whole = x[:, :, :, :12].reshape(1, 4, 5, 2, 6, 2).mean(dim=(3, 5))
        torch.testing.assert_close(pool(x)[:, :, :, :6], whole)
        torch.testing.assert_close(block(x), pointwise(pool(x)).relu(), atol=1e-4, rtol=1e-4)
        assert block(x).shape == (1, 6, 5, 7)


class TestM5:
    """The network of torchaudio's tutorial, with logits in place of its log-softmax."""

    def test_has_the_tutorials_layers(self) -> None:
        convolutions = [layer for layer in M5(35).layers if isinstance(layer, nn.Conv1d)]
        assert [(c.in_channels, c.out_channels) for c in convolutions] == [
            (1, 32), (32, 32), (32, 64), (64, 64),
        ]  # fmt: skip
        assert [(c.kernel_size, c.stride) for c in convolutions] == [
            ((80,), (16,)), ((3,), (1,)), ((3,), (1,)), ((3,), (1,)),
        ]  # fmt: skip

    def test_gives_logits_not_log_probabilities(self) -> None:
        logits = M5(35).eval()(torch.randn(2, 8_000))
        assert (logits.exp().sum(dim=1) - 1).abs().min() > 0.01

    def test_takes_waves_longer_than_a_second(self) -> None:
        assert M5(35)(torch.randn(2, 12_000)).shape == (2, 35)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_only_the_notebooks_cnn_knows_words_alone(name: str) -> None:
    architecture = ARCHITECTURES[name]
    assert architecture.labels == (WORDS if name == "seed-cnn" else LABELS)
    half = architecture.weight_dtype == torch.float16
    assert half == (name == "seed-cnn")


class TestBCResNet:
    """What the paper's blocks do."""

    def test_sub_spectral_norm_levels_five_bands_apart_from_each_other(self) -> None:
        x = torch.randn(8, 3, 20, 30)
        x[:, :, 4:8] = 100 * x[:, :, 4:8] + 7  # the second sub-band of four
        out = SubSpectralNorm(3)(x).reshape(8, 3, 5, 4, 30)
        zeros, ones = torch.zeros(3, 5), torch.ones(3, 5)
        torch.testing.assert_close(out.mean(dim=(0, 3, 4)), zeros, atol=1e-4, rtol=0)
        torch.testing.assert_close(out.var(dim=(0, 3, 4), unbiased=False), ones, atol=1e-3, rtol=0)

    def test_sub_spectral_norm_leaves_every_band_in_its_place(self) -> None:
        x = torch.randn(2, 3, 20, 30)
        untrained = SubSpectralNorm(3).eval()  # mean 0, variance 1
        torch.testing.assert_close(untrained(x), x, atol=1e-4, rtol=1e-4)

    def test_a_block_adds_one_signal_over_time_to_all_its_bands(self) -> None:
        block = BroadcastBlock(8, 8, stride=1, dilation=2, dropout=0.1).eval()
        x = torch.randn(2, 8, 10, 30)
        by_band = block.frequency(x)
        over_time = block.temporal(by_band.mean(dim=2, keepdim=True))
        assert over_time.shape == (2, 8, 1, 30)
        wanted = (by_band + over_time.expand(2, 8, 10, 30) + x).relu()
        torch.testing.assert_close(block(x), wanted)

    def test_a_block_that_widens_has_no_shortcut_and_can_halve_the_bands(self) -> None:
        block = BroadcastBlock(8, 12, stride=2, dilation=1, dropout=0.1).eval()
        x = torch.randn(1, 8, 10, 30)
        by_band = block.frequency(block.widen(x))
        assert by_band.shape == (1, 12, 5, 30)
        wanted = (by_band + block.temporal(by_band.mean(dim=2, keepdim=True))).relu()
        torch.testing.assert_close(block(x), wanted)

    def test_a_frame_reaches_those_one_dilation_away_and_there_every_band(self) -> None:
        block = BroadcastBlock(8, 8, stride=1, dilation=4, dropout=0.1).eval()
        x = torch.randn(1, 8, 10, 30)
        changed = x.clone()
        changed[:, :, 5, 15] += 3.0  # one band of one frame
        moved = (block(changed) - block(x)).abs().amax(dim=(0, 1))  # (band, frame)
        frames = moved.amax(dim=0).nonzero()[:, 0].tolist()
        assert frames == [11, 15, 19]
        assert moved[:, 11].gt(0).sum() >= 9  # a ReLU may hide one of the ten

    def test_its_last_layer_sees_58_frames_to_either_side(self) -> None:
        """2 of the head, 1, 2, 4 and 8 for each of 2, 2, 4 and 4 blocks, 2 of the embedding."""
        network = BCResNet(35, tau=1).eval()
        log_mel = torch.randn(1, 40, 201, requires_grad=True)
        deep = network.embedding[:2](network.blocks(network.head(log_mel[:, None])))
        deep[0, :, 0, 100].sum().backward()
        seen = log_mel.grad[0].abs().sum(dim=0).nonzero()[:, 0]
        assert (int(seen.min()), int(seen.max())) == (100 - 58, 100 + 58)


def test_ds_resnet_hears_the_same_word_at_any_level_and_on_any_quiet_floor() -> None:
    network = DSResNet(37).eval()
    word = torch.full((1, 40, 98), -14.65)
    word[:, 5:20, 30:60] = 2.0 + torch.randn(1, 15, 30, generator=torch.manual_seed(0))
    logits = network(word)
    torch.testing.assert_close(network(word - 5.0), logits)
    quiet_room = torch.where(word < -14.0, torch.tensor(-13.0), word)
    torch.testing.assert_close(network(quiet_room), logits)
    loud_room = torch.where(word < -14.0, torch.tensor(-5.0), word)
    assert (network(loud_room) - logits).abs().max() > 1e-3


def test_levels_relative_to_the_peak_run_from_minus_one_to_one() -> None:
    log_mel = torch.linspace(-14.0, 3.0, 98).expand(2, 40, 98)
    relative = below_peak(log_mel)
    assert relative.min() == -1.0
    # The loudest frame's power is spread over 40 bands, 16 dB below their sum each.
    torch.testing.assert_close(
        relative.max(), torch.tensor(1 - 2 * 16.02 / RANGE_DB), atol=1e-3, rtol=0
    )
    torch.testing.assert_close(below_peak(log_mel + 7.0), relative)
