"""Layers, blocks and totals of every architecture, and what layers make of a clip."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from kws_core.charts.structure import MOST_MAPS, blocks_figure, feature_figure, feature_text
from kws_core.features.front_end_steps import front_end_steps
from kws_core.features.front_ends import FrontEnd, LogMel, LogMelConfig, Mfcc, SeedImage
from kws_core.features.raw_wave import RawWave
from kws_core.models import ARCHITECTURES, ModelCard, build_model, count_parameters
from kws_core.models.store import LoadedModel
from kws_core.models.structure import FRONT_END, Structure, count_macs, layer_output, structure_of

# The table in the read-me of the notebook's repository, line for line.
SEED_TABLE = [
    ("Conv2d", (32, 30, 30), 320),
    ("BatchNorm2d", (32, 30, 30), 64),
    ("Conv2d", (64, 28, 28), 18_496),
    ("BatchNorm2d", (64, 28, 28), 128),
    ("MaxPool2d", (64, 14, 14), 0),
    ("Dropout", (64, 14, 14), 0),
    ("Flatten", (12_544,), 0),
    ("Linear", (1_024,), 12_846_080),
    ("Dropout", (1_024,), 0),
    ("Linear", (128,), 131_200),
    ("Dropout", (128,), 0),
    ("Linear", (35,), 4_515),
]


def untrained(name: str) -> LoadedModel:
    architecture = ARCHITECTURES[name]
    network = build_model(name, len(architecture.labels)).eval()
    card = ModelCard(name, name, architecture.labels, {}, count_parameters(network))
    return LoadedModel(network, architecture.make_front_end().eval(), card)


def counted_by_torch(model: LoadedModel) -> int:
    """Count what torch sees pass: it takes a multiplication and its addition as two."""
    with torch.no_grad():
        features = model.front_end(torch.zeros(1, 16_000))
        with FlopCounterMode(display=False) as counter:
            model.network(features)
    return int(counter.get_total_flops() // 2)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_rows_add_up_to_the_model_and_the_blocks_to_the_rows(name: str) -> None:
    model = untrained(name)
    structure = structure_of(model)
    assert structure.parameters == count_parameters(model.network)
    assert structure.macs == count_macs(model) == counted_by_torch(model)
    assert sum(block.parameters for block in structure.blocks) == structure.parameters
    assert sum(block.macs for block in structure.blocks) == structure.macs
    assert {layer.block for layer in structure.layers} == {
        FRONT_END,
        *(block.name for block in structure.blocks),
    }
    assert structure.layers[-1].shape == structure.blocks[-1].shape == (len(model.card.labels),)


def test_the_notebook_s_network_has_the_rows_of_its_read_me() -> None:
    rows = [
        (layer.kind, layer.shape, layer.parameters)
        for layer in structure_of(untrained("seed-cnn")).layers
        if layer.name and layer.kind != "ReLU"
    ]
    assert rows == SEED_TABLE


@pytest.mark.parametrize("front_end", [LogMel(), Mfcc(), SeedImage(), RawWave()], ids=repr)
def test_a_front_end_s_steps_lead_from_the_samples_to_what_it_gives(front_end: FrontEnd) -> None:
    steps = front_end_steps(front_end)
    assert steps[0].shape == (16_000,)
    assert steps[-1].shape == tuple(front_end(torch.zeros(1, 16_000)).shape[1:])


def test_the_front_end_comes_first_and_has_nothing_to_train_or_count() -> None:
    layers = structure_of(untrained("ds-resnet")).layers
    first = [layer for layer in layers if layer.block == FRONT_END]
    assert list(layers[: len(first)]) == first
    assert [layer.kind for layer in first] == [
        "Samples",
        "Power spectrum",
        "Mel filters",
        "Logarithm",
    ]
    assert first[1].about == "windows of 30 ms, every 10 ms"
    assert all(layer.parameters == 0 and layer.macs is None for layer in first)


def test_blocks_are_what_a_drawing_needs() -> None:
    structure = structure_of(untrained("ds-resnet"))
    assert [(block.name, block.kind) for block in structure.blocks] == [
        ("stem", "Stem"),
        *((f"blocks.{i}", "ResidualBlock") for i in range(4)),
        ("embedding", "Conv2d, BatchNorm2d, ReLU"),
        ("classifier", "Linear"),
    ]
    assert [block.has_shortcut for block in structure.blocks] == [False, *[True] * 4, False, False]
    deep = structure_of(untrained("crnn"))
    assert [block.name for block in deep.blocks if block.has_shortcut] == [
        f"blocks.{i}" for i in range(2)
    ]
    seed = structure_of(untrained("seed-cnn"))
    assert [block.shape for block in seed.blocks[:3]] == [(32, 30, 30), (64, 28, 28), (64, 14, 14)]


def test_a_kernel_and_its_stride_are_told() -> None:
    about = {layer.name: layer.about for layer in structure_of(untrained("ds-resnet")).layers}
    assert about["stem.maps.0"] == "3×3, stride 2×2"
    assert about["blocks.0.first.depthwise"] == "1×9, depthwise"
    assert about["dropout"] == "10% in training only"


def test_a_recurrent_layer_is_told_and_gives_states_over_time() -> None:
    layers = {layer.name: layer for layer in structure_of(untrained("crnn")).layers}
    recurrent = layers["recurrent"]
    assert recurrent.about == "2 layers, 128 states each way"
    assert (recurrent.shape, layers["attention"].shape) == ((256, 25), (1, 25))
    one_layer = 3 * 128 * (128 + 128), 3 * 128 * (256 + 128)  # three gates, of input and state
    assert recurrent.macs == 25 * 2 * sum(one_layer)


def test_weights_that_two_layers_share_are_counted_once() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = nn.Linear(98, 98), nn.Linear(98, 98)
            self.two.weight = self.one.weight

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.two(self.one(x)).mean(dim=1)

    network = Twice().eval()
    model = LoadedModel(network, LogMel(LogMelConfig()), ModelCard("t", "t", (), {}, 0))
    assert structure_of(model).parameters == count_parameters(network) == 98 * 98 + 2 * 98
    assert count_macs(model) == counted_by_torch(model) == 2 * 40 * 98 * 98


def test_a_layer_s_output_is_what_it_gives_in_the_network() -> None:
    model = untrained("seed-cnn")
    picture = np.random.default_rng(0).standard_normal((32, 32)).astype(np.float32)
    maps = layer_output(model.network, picture, "layers.0")
    with torch.no_grad():
        expected = model.network.layers[0](torch.from_numpy(picture)[None, None])[0]  # type: ignore[operator, index]
    np.testing.assert_array_equal(maps, expected.numpy())
    assert layer_output(model.network, picture, "layers.13").shape == (35,)
    with pytest.raises(ValueError, match="no layer"):
        layer_output(model.network, picture, "nowhere")


@pytest.fixture(scope="module")
def structure() -> Structure:
    return structure_of(untrained("bcresnet-1"))


def test_the_drawing_has_a_box_for_the_front_end_and_every_block(structure: Structure) -> None:
    figure = blocks_figure(structure, "blocks.3")
    (bars,) = figure.data
    assert list(bars.customdata) == [FRONT_END, *(block.name for block in structure.blocks)]
    widths = bars.marker.line.width
    assert [name for name, w in zip(bars.customdata, widths, strict=True) if w > 1] == ["blocks.3"]
    paths = [shape for shape in figure.layout.shapes if shape.type == "path"]
    assert len(paths) == sum(block.has_shortcut for block in structure.blocks) == 12


def test_maps_are_drawn_as_a_grid_with_gaps_between() -> None:
    values = np.arange(3 * 2 * 4, dtype=np.float32).reshape(3, 2, 4)
    (trace,) = feature_figure(values).data
    mosaic, channel = trace.z, trace.customdata
    assert np.isfinite(mosaic).sum() == values.size
    for number, one in enumerate(values):
        there = np.isfinite(mosaic) & (channel == number)
        np.testing.assert_array_equal(mosaic[there].reshape(2, 4), one)
    many = np.zeros((MOST_MAPS + 1, 3, 3), np.float32)
    (trace,) = feature_figure(many).data
    assert np.isfinite(trace.z).sum() == MOST_MAPS * 9
    assert f"the first {MOST_MAPS} drawn" in feature_text(many)


def test_one_row_is_drawn_over_time_and_numbers_as_bars() -> None:
    over_time = np.random.default_rng(0).random((5, 1, 49), dtype=np.float32)
    (trace,) = feature_figure(over_time, seconds=1.0).data
    assert trace.z.shape == (5, 49)
    assert trace.dx == pytest.approx(1 / 49)
    assert feature_text(over_time).startswith("5 channels over time")
    (bars,) = feature_figure(np.float32([1, -2]), ("yes", "_silence_")).data
    assert list(bars.x) == ["yes", "silence"]
    assert feature_text(np.float32([1, -2])) == "2 numbers, from −2 to 1."
