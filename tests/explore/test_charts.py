"""The charts of the views: right axes, one time axis, the same scales, and small enough."""

from __future__ import annotations

import base64
import json
import math
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from kws_core.audio.remembered import Sound
from kws_core.explore import spectra
from kws_core.explore.charts import budget_of, panes_of, stack_figure, value_ranges
from kws_core.explore.controls import CHOICES
from kws_core.explore.downsample import MOST_COLUMNS, thin
from kws_core.explore.fitting import for_length
from kws_core.explore.panes import Heatmap, RowAxis, Wave
from kws_core.explore.presets import PRESETS
from kws_core.explore.settings import ViewSettings
from kws_core.explore.traces import color_scale
from kws_core.explore.view import TimeView
from kws_core.explore.views import VIEWS, WAVEFORM, fft, named
from tests.helpers.explore_settings import ALL_PRESETS, TWO_PRESETS
from tests.helpers.explore_sounds import ODD, RATE, buzz, tone, word

ON_TIME_AXIS = [view.name for view in VIEWS if isinstance(view, TimeView)]
MODEL = ViewSettings()
# Harmonic and percussive parts of a minute take seconds; a short clip has them too.
QUICK = [name for name in ON_TIME_AXIS if name != "harmonic-percussive"]


def panes(sound: Sound, settings: ViewSettings, *names: str) -> list[Any]:
    """Return the panes of the waveform and of views."""
    views = [WAVEFORM, *named(names)]
    shown = [view for view in views if isinstance(view, TimeView)]
    return [pane for view in shown for pane in panes_of(view, sound, settings, views)]


def figure_of(
    sound: Sound,
    settings: ViewSettings = MODEL,
    views: tuple[str, ...] = ("spectrogram",),
    part: tuple[float, float] | None = None,
) -> Any:
    shown = panes(sound, settings, *views)
    ranges = value_ranges([shown], settings)
    span = part or (0.0, sound.duration)
    return stack_figure(shown, settings, span, ranges, "revision", budget_of([shown]))


@pytest.fixture(scope="module")
def minute() -> Sound:
    return Sound(np.tile(word(2.0).samples, 30))


def kilobytes(figure: Any) -> float:
    return len(figure.to_json()) / 1000


class TestStack:
    @pytest.mark.parametrize("view", ON_TIME_AXIS)
    def test_every_view_is_below_the_waveform_on_its_time_axis(self, view: str) -> None:
        sound = word()
        figure = figure_of(sound, views=(view,))
        assert figure.data[0].type == "scatter"
        axes = sorted(key for key in figure.to_dict()["layout"] if key.startswith("xaxis"))
        assert len(axes) >= 2
        for name in axes:
            axis = figure.layout[name]
            assert tuple(axis.range) == (0.0, sound.duration)
            assert name == "xaxis" or axis.matches == "x"
        assert [figure.layout[name].showticklabels for name in axes].count(True) == 1

    def test_panes_do_not_overlap(self) -> None:
        figure = figure_of(word(), views=tuple(QUICK))
        layout = figure.to_dict()["layout"]
        domains = sorted(axis["domain"] for key, axis in layout.items() if key.startswith("yaxis"))
        assert domains[0][0] == 0
        assert domains[-1][1] == 1
        for (_, top), (bottom, _) in pairwise(domains):
            assert top < bottom

    @ALL_PRESETS
    def test_a_frame_and_a_bin_stand_where_they_are(self, known: Any) -> None:
        settings = replace(known.settings, frequency_axis="linear")
        sound = Sound(ODD["a click"] + tone(hz=1000, level=0.001))
        picture = figure_of(sound, settings).data[-1]
        loudest = int(picture.z.sum(axis=0).argmax())
        assert picture.x0 + loudest * picture.dx == pytest.approx(0.5, abs=picture.dx)
        middles = (picture.y[1:] + picture.y[:-1]) / 2
        quiet = picture.z[:, 2]
        assert middles[quiet.argmax()] == pytest.approx(1000, abs=RATE / settings.n_fft)

    def test_a_logarithmic_axis_has_rows_of_one_ratio_and_the_tone_in_its_place(self) -> None:
        settings = replace(MODEL, frequency_axis="log")
        figure = figure_of(Sound(tone(hz=1000)), settings)
        picture = figure.data[-1]
        ratios = picture.y[1:] / picture.y[:-1]
        np.testing.assert_allclose(ratios, ratios[0], rtol=1e-3)
        row = picture.z.mean(axis=1).argmax()
        assert picture.y[row] <= 1032
        assert picture.y[row + 1] >= 968
        axis = figure.layout.yaxis2
        assert axis.type == "log"
        assert axis.range[1] == pytest.approx(math.log10(8000))

    def test_bands_have_unique_names_whatever_the_settings(self) -> None:
        settings = ViewSettings(
            n_fft=4096, n_mels=20, f_min=1000.0, f_max=1100.0, win_length=4096, n_mfcc=13
        )
        picture = figure_of(word(), settings, ("log-mel",)).data[-1]
        assert len(set(picture.y)) == 20
        assert all(name.endswith(" Hz") for name in picture.y)

    def test_levels_are_below_the_loudest_in_the_range_asked_for(self) -> None:
        figure = figure_of(word(), replace(MODEL, db_range=60.0))
        picture = figure.data[-1]
        assert picture.z.max() == 0
        assert (picture.zmin, picture.zmax) == (-60, 0)

    def test_two_clips_have_the_same_scales(self) -> None:
        loud, quiet = Sound(tone(level=0.8)), Sound(tone(0.5, level=0.08))
        names = "spectrogram", "mfcc", "zero-crossings"
        stacks = [panes(sound, MODEL, *names) for sound in (loud, quiet)]
        common = value_ranges(stacks, MODEL)
        figures = [stack_figure(stack, MODEL, (0.0, 1.0), common, "") for stack in stacks]
        assert figures[0].layout.yaxis.range == figures[1].layout.yaxis.range
        picture = [figure.data[2] for figure in figures]
        assert picture[0].z.max() == 0
        assert picture[1].z.max() == pytest.approx(-20, abs=0.5)
        assert figures[0].data[3].zmax == figures[1].data[3].zmax
        assert figures[0].layout.xaxis.range == figures[1].layout.xaxis.range

    def test_c0_can_be_hidden_or_the_rows_scaled(self) -> None:
        for rows, count in (("no C0", 12), ("z-score", 13), ("all", 13)):
            settings = replace(MODEL, mfcc_rows=rows)
            picture = figure_of(word(), settings, ("mfcc",)).data[-3]
            assert picture.z.shape[0] == count
            assert picture.y[0] == ("C1" if rows == "no C0" else "C0")
            assert picture.zmin == -picture.zmax
        scaled = figure_of(word(), replace(MODEL, mfcc_rows="z-score"), ("mfcc",)).data[-3]
        np.testing.assert_allclose(scaled.z.std(axis=1), 1, atol=1e-3)

    def test_marks_are_where_the_sound_is(self) -> None:
        figure = figure_of(word(), views=("silence",))
        marks = {(round(shape.x0, 2), round(shape.x1, 2)) for shape in figure.layout.shapes}
        ((start, end),) = marks
        assert 0.2 < start < 0.3
        assert 0.6 < end < 0.7
        assert len(figure.layout.shapes) == 2

    def test_a_line_breaks_where_there_is_nothing_to_hear(self) -> None:
        lines = figure_of(word(), views=("centroid",)).data[-2:]
        for line in lines:
            assert np.isnan(line.y[0])
            assert np.isfinite(line.y[40])

    @pytest.mark.parametrize("name", ODD)
    def test_odd_clips_have_a_picture(self, name: str) -> None:
        sound = Sound(ODD[name])
        for known in (PRESETS[0], PRESETS[-1]):
            figure = figure_of(sound, known.settings, tuple(ON_TIME_AXIS))
            assert "null" not in re.findall(r'"range": ?\[[^\]]*\]', figure.to_json())
            assert kilobytes(figure) < 1000


class TestSize:
    @pytest.mark.slow
    @TWO_PRESETS
    @pytest.mark.parametrize("views", [("spectrogram",), tuple(QUICK)], ids=["one", "all"])
    def test_a_minute_is_under_a_megabyte(
        self, minute: Sound, known: Any, views: tuple[str, ...]
    ) -> None:
        settings, _ = for_length(known.settings, len(minute.samples))
        figure = figure_of(minute, settings, views)
        assert kilobytes(figure) < 1000
        kinds = {trace.z.dtype.name for trace in figure.data if trace.type == "heatmap"}
        assert kinds <= {"float32", "int8"}

    def test_arrays_travel_as_bytes(self, minute: Sound) -> None:
        spec = json.loads(figure_of(minute).to_json())
        picture = spec["data"][-1]["z"]
        assert picture["dtype"] == "i1"
        assert len(base64.b64decode(picture["bdata"])) < 600_000

    def test_the_loud_stays_loud_when_frames_are_taken_together(self, minute: Sound) -> None:
        picture = figure_of(minute).data[-1]
        assert picture.z.max() >= -3
        assert picture.x0 + picture.dx * picture.z.shape[1] == pytest.approx(60, abs=0.1)

    def test_a_part_of_a_minute_has_every_frame(self, minute: Sound) -> None:
        figure = figure_of(minute, part=(10.0, 12.0))
        picture, wave = figure.data[-1], figure.data[0]
        assert picture.dx == pytest.approx(0.01)
        assert picture.z.dtype == np.float32
        times = picture.x0 + picture.dx * np.arange(picture.z.shape[1])
        assert times[0] <= 10.0 + picture.dx
        assert times[-1] >= 12.0 - picture.dx
        assert wave.x0 == 10.0
        assert tuple(figure.layout.xaxis.range) == (10.0, 12.0)

    def test_averages_are_of_power(self) -> None:
        rows = RowAxis(np.arange(3, dtype=np.float32) * 4000)
        values = np.tile(np.array([[0.0, -100.0], [-20.0, -20.0]], np.float32), MOST_COLUMNS)
        (picture,), exact = thin([Heatmap("", values, 0.5, 1.0, rows)], (0, 1e6), "linear")
        assert not exact
        assert picture.values.shape == (2, MOST_COLUMNS)
        np.testing.assert_allclose(picture.values, [[-3.01] * 1600, [-20] * 1600], atol=0.01)
        assert (picture.first, picture.step) == (1.0, 2.0)

    def test_fewer_rows_keep_the_edges(self) -> None:
        edges = np.linspace(0, 8000, 2050, dtype=np.float32)
        values = np.zeros((2049, 400), np.float32)
        (picture,), _ = thin([Heatmap("", values, 0, 0.1, RowAxis(edges))], (0, 40), "linear")
        assert picture.rows.edges is not None
        assert (picture.rows.edges[0], picture.rows.edges[-1]) == (0, 8000)
        assert len(picture.rows.edges) == len(picture.values) + 1 <= 257
        np.testing.assert_allclose(picture.values, 0, atol=1e-4)


class TestColours:
    @pytest.mark.parametrize("name", CHOICES["color_map"].options)
    def test_brightness_only_rises(self, name: Any) -> None:
        scale = color_scale(name)
        assert [scale[0][0], scale[-1][0]] == [0, 1]
        light = [
            sum(weight * int(colour[at : at + 2], 16) for at, weight in ((1, 2), (3, 7), (5, 1)))
            for _, colour in scale
        ]
        assert light == sorted(light)

    @pytest.mark.parametrize("name", CHOICES["color_map"].options)
    def test_no_colour_is_one_that_the_theme_replaces(self, name: Any) -> None:
        colours = [colour.lower() for _, colour in color_scale(name)]
        assert not [
            colour
            for colour in colours
            if re.fullmatch(r"#0000[01]\d", colour) and colour != "#000000"
        ]


class TestOwnAxes:
    def test_a_spectrum_has_its_peak_at_the_tone(self) -> None:
        (figure,) = own("fft", Sound(tone(hz=1500)), replace(MODEL, selection=(0.2, 0.6)))
        line = figure.data[0]
        assert line.x[line.y.argmax()] == pytest.approx(1500, abs=2)
        assert not figure.layout.showlegend

    def test_another_rate_is_drawn_over_the_original(self) -> None:
        (figure,) = own("fft", Sound(tone(hz=1500)), replace(MODEL, fft_rate=8_000))
        assert [trace.name for trace in figure.data] == ["at 16 kHz", "at 8 kHz"]
        assert [trace.x[-1] for trace in figure.data] == pytest.approx([8000, 4000], rel=0.01)

    def test_a_minute_s_spectrum_keeps_its_peaks_in_few_points(self) -> None:
        sound = Sound(np.tile(tone(hz=1500), 60))
        settings = replace(MODEL, fft_rate=48_000, selection=(0.0, 60.0))
        (figure,) = own("fft", sound, settings)
        assert figure.layout.showlegend
        assert len(figure.data[1].x) <= 4001
        assert figure.data[1].y.max() == pytest.approx(-6, abs=0.1)
        assert kilobytes(figure) < 200

    def test_two_clips_are_one_chart_with_their_names(self) -> None:
        view = fft.Fft()
        clips = [("<b>a</b>", Sound(tone())), ("a name that a phone has no room for", word())]
        (figure,) = view.figures(clips, MODEL, (0.0, 1.0), "")
        names = [trace.name for trace in figure.data]
        assert names == ["a name that a phone…", "&lt;b&gt;a&lt;/b&gt;"]

    @ALL_PRESETS
    def test_the_filters_drawn_are_those_that_are_used(self, known: Any) -> None:
        settings = known.settings
        bank = spectra.filter_bank(settings.stft, settings.mel)
        (figure,) = own("mel-filters", word(), settings)
        drawn = sum(np.nansum(trace.y) for trace in figure.data)
        assert drawn == pytest.approx(bank.sum(), rel=1e-4)
        assert kilobytes(figure) < 200

    @pytest.mark.parametrize("name", ODD)
    def test_a_surface_is_small_for_any_clip(self, name: str) -> None:
        for known in (PRESETS[0], PRESETS[-1]):
            (figure,) = own("surface", Sound(ODD[name]), known.settings)
            assert figure.data[0].z.dtype == np.float32
            assert figure.data[0].z.max() == 0
            assert kilobytes(figure) < 400


def own(name: str, sound: Sound, settings: ViewSettings) -> list[Any]:
    """Return the charts of a view with axes of its own."""
    (view,) = named([name])
    figures: list[Any] = view.figures([("clip", sound)], settings, (0.0, 1.0), "")  # type: ignore[attr-defined]
    return figures


def test_the_waveform_shows_what_a_view_marks() -> None:
    selected = replace(MODEL, selection=(0.1, 0.2))
    wave = panes(word(), selected, "fft")[0]
    assert isinstance(wave, Wave)
    assert wave.spans == ((0.1, 0.2),)
    assert panes(word(), selected)[0].spans == ()


def test_the_pitch_can_be_laid_over_the_spectrogram() -> None:
    figure = figure_of(Sound(buzz(f0=120.0)), replace(MODEL, show_pitch=True))
    heatmap, edge, line = figure.data[-3:]
    assert (heatmap.type, edge.type, line.type) == ("heatmap", "scatter", "scatter")
    assert np.nanmedian(line.y) == pytest.approx(120, abs=3)
    assert line.yaxis == heatmap.yaxis


@pytest.mark.parametrize("view", ON_TIME_AXIS)
def test_every_heatmap_has_a_color_bar_below_it(view: str) -> None:
    figure = figure_of(word(), views=(view,))
    layout = figure.to_dict()["layout"]
    bars = []
    for trace in figure.data:
        if trace.type == "heatmap":
            assert trace.showscale is not False
            bottom = layout[trace.yaxis.replace("y", "yaxis")]["domain"][0]
            assert trace.colorbar.y < bottom
            bars.append(trace.colorbar.y)
    assert len(set(bars)) == len(bars)
