"""The game, the samples, and where a threshold stands on the curve."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.errors import DataError
from kws_core.live.det_chart import LEAST_PER_HOUR, det_figure
from kws_core.live.game import COLUMNS, GAME_WORDS, ROWS, STEP_S, Game, advance
from kws_core.live.operating_point import from_figures, measured
from kws_core.live.programmes import GAP_S, LEAD_S, PROGRAMMES, render
from kws_core.results.stream_store import save_stream_figures
from kws_core.samples import get_sample
from kws_core.spotting import DetectorSettings
from tests.helpers.stream_figures import FIGURES

# Times that binary fractions hold exactly: sums of them are the same in any order.
times = st.integers(0, 60 * 64).map(lambda n: n / 64)
words = st.lists(st.tuples(times, st.sampled_from([*GAME_WORDS, "marvin"])), max_size=12)


class TestGame:
    def test_a_direction_turns_the_ball_and_sets_it_off(self) -> None:
        start = Game()
        game = advance(start, 1.0, [(1.0, "up")])
        assert (game.heading, game.moving) == ("up", True)
        assert game.ball == (start.ball[0], start.ball[1] - 1)
        game = advance(game, 1.0 + 2 * STEP_S)
        assert game.ball == (start.ball[0], (start.ball[1] - 3) % ROWS)
        assert game.steps == 3

    def test_stop_stops_it_and_go_goes_on(self) -> None:
        game = advance(Game(), 10.0, [(1.0, "right"), (1.0 + 1.5 * STEP_S, "stop")])
        assert (game.steps, game.moving) == (2, False)
        assert advance(game, 20.0).ball == game.ball
        assert advance(game, 20.0, [(20.0, "go")]).ball[0] == (game.ball[0] + 1) % COLUMNS

    def test_other_words_do_nothing(self) -> None:
        assert advance(Game(), 5.0, [(1.0, "marvin")]) == replace(Game(), time=5.0)

    def test_a_star_is_collected_and_another_appears(self) -> None:
        game = Game()
        x, y = game.star
        game = advance(replace(game, ball=((x - 1) % COLUMNS, y)), 1.0, [(1.0, "right")])
        assert game.stars == 1
        assert {Game(seed=seed).star for seed in range(30)} != {Game().star}

    @settings(max_examples=40)
    @given(words, st.lists(times, max_size=6))
    def test_it_does_not_matter_how_often_it_is_looked_at(
        self, said: list[tuple[float, str]], looks: list[float]
    ) -> None:
        at_once = advance(Game(), 60.0, said)
        game, before = Game(), -1.0
        for look in sorted(looks):
            game = advance(game, look, [(t, w) for t, w in said if before < t <= look])
            before = look
        game = advance(game, 60.0, [(t, w) for t, w in said if t > before])
        assert game == at_once
        assert 0 <= game.ball[0] < COLUMNS
        assert 0 <= game.ball[1] < ROWS


class TestProgrammes:
    @pytest.mark.parametrize("name", PROGRAMMES)
    def test_a_programme_has_its_words_in_a_row_over_noise_at_its_ratio(self, name: str) -> None:
        programme = PROGRAMMES[name]
        sound = render(programme)
        assert np.array_equal(sound, render(programme))
        assert np.abs(sound).max() < 1
        assert set(programme.words) == {
            w.label for c in programme.clips for w in get_sample(c).words
        }
        if not programme.clips:
            assert len(sound) == programme.seconds_without * SAMPLE_RATE
            return
        lead = sound[: round(0.9 * LEAD_S * SAMPLE_RATE)]
        # A test with words shows the first one two seconds after its first window, of a second.
        begin = LEAD_S + 2.6 if programme.in_turns else LEAD_S
        first = sound[round(begin * SAMPLE_RATE) :][: round((0.7 + GAP_S) * SAMPLE_RATE)]
        ratio = 10 * np.log10(np.mean(first**2) / np.mean(lead**2))
        assert ratio == pytest.approx(programme.snr_db, abs=4)

    def test_the_game_can_be_played_with_the_first_one(self) -> None:
        assert set(GAME_WORDS) == set(next(iter(PROGRAMMES.values())).words)


class TestOperatingPoint:
    def test_it_lies_between_the_thresholds_that_were_measured(self) -> None:
        found = from_figures(FIGURES)
        assert found.conditions == ("quiet", "10 dB")
        assert [point.threshold for point in found.curves["quiet"]] == [0.5, 0.9]
        # The odds of 0.75 are 3, the root of 9, which are those of 0.9: the middle.
        middle = found.at(0.75, "quiet")
        assert (middle.missed, middle.per_hour) == pytest.approx((0.15, 4.0))
        assert found.at(0.75, "10 dB").missed == pytest.approx(0.45)
        assert found.at(0.99, "quiet").missed == 0.2
        assert (found.words, found.hours) == ({"quiet": 60, "10 dB": 40}, 1.5)

    def test_a_threshold_with_figures_of_its_own_has_those(self) -> None:
        by_snr = [
            {"snr_db": None, "missed": {"value": 0.11}},
            {"snr_db": 10, "missed": {"value": 0.4}},
        ]
        own = {
            "threshold": 0.75,
            "missed": {"value": 0.2},
            "false_alarms": {"per_hour": 5.0},
            "by_snr": by_snr,
        }
        found = from_figures(FIGURES | {"operating_points": [own, own | {"missed": None}]})
        assert [point.threshold for point in found.curves["quiet"]] == [0.5, 0.75, 0.9]
        point = found.at(0.75, "quiet")
        assert (point.missed, point.per_hour) == pytest.approx((0.11, 5.0))
        assert found.at(0.75, "10 dB").missed == pytest.approx(0.4)

    def test_false_alarms_are_those_in_fluent_english_where_they_were_measured(self) -> None:
        curve = [point | {"fluent_per_hour": 0.5} for point in FIGURES["curve"]]
        found = from_figures(FIGURES | {"curve": curve, "hours": {"fluent": 20.0}})
        assert found.at(0.5, "quiet").per_hour == 0.5
        assert (found.alarms_in, found.hours) == ("fluent English", 20.0)

    def test_in_noise_they_are_those_of_fluent_english_in_noise(self) -> None:
        def louder(point: dict) -> dict:
            by_snr = [at | {"fluent_per_hour": 2.0 + 5 * i} for i, at in enumerate(point["by_snr"])]
            return point | {"fluent_per_hour": 2.0, "by_snr": by_snr}

        own = {
            "threshold": 0.75,
            "missed": {"value": 0.2},
            "fluent": {"false_alarms": {"per_hour": 3.0}},
            "by_snr": [
                {"snr_db": ratio, "missed": {"value": 0.3}, "fluent": {"false_alarms": rate}}
                for ratio, rate in ((None, {"per_hour": 3.0}), (10, {"per_hour": 9.0}))
            ],
        }
        figures = FIGURES | {
            "curve": [louder(point) for point in FIGURES["curve"]],
            "hours": {"fluent": 20.0},
            "operating_points": [own],
        }
        found = from_figures(figures)
        assert found.alarms_by_condition
        assert not from_figures(FIGURES).alarms_by_condition
        assert [point.per_hour for point in found.curves["quiet"]] == [2.0, 3.0, 2.0]
        assert [point.per_hour for point in found.curves["10 dB"]] == [7.0, 9.0, 7.0]

    def test_settings_that_were_not_measured_are_named(self) -> None:
        found = from_figures(FIGURES)
        usual = DetectorSettings(refractory=0.3)
        assert found.differs(usual) == ()
        other = replace(usual, smoothing=0.4, words=("yes",), alone=False)
        assert found.differs(other) == ("smoothing", "commands inside sentences", "words")

    def test_without_a_measurement_there_is_none_and_a_damaged_one_is_explained(
        self, tmp_path: Path
    ) -> None:
        assert measured("toy", tmp_path) is None
        path = save_stream_figures(tmp_path, FIGURES)
        assert measured("toy", tmp_path) == from_figures(FIGURES)
        path.write_text("{}", encoding="utf-8")
        with pytest.raises(DataError, match="model again"):
            measured("toy", tmp_path)

    def test_the_figure_has_the_curve_and_the_place_on_it(self) -> None:
        found = from_figures(FIGURES)
        curve, here = det_figure(found.curves["quiet"], found.at(0.9, "quiet")).data
        assert list(curve.x) == [8.0, LEAST_PER_HOUR]  # no logarithm of nothing
        assert list(curve.y) == pytest.approx([10.0, 20.0])
        assert (here.x[0], here.y[0]) == (LEAST_PER_HOUR, pytest.approx(20.0))
