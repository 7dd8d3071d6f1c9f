"""The Augment page without a browser: every view, knob, step, recipe, link, export and odd clip."""

from __future__ import annotations

import base64
import io
import json
import logging
import re
import wave
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from kws_core.augment import STEPS, Chain
from kws_core.augment.policies import POLICIES
from kws_core.augment.specaugment import FILLS
from kws_core.augment.steps.gain import Gain
from kws_core.augment.steps.noise import NoiseDraw
from kws_core.lab import Recipe
from kws_core.lab.knobs import KNOBS, MASK_KNOBS
from kws_core.lab.link import Lab
from kws_core.labels import LABELS
from kws_core.samples import get_sample
from kws_core.spotting.finder import Word
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.augment import compare, sections
from kws_core.ui.shared import models_loaded, resources
from kws_core.ui.shared.messages import UNEXPECTED
from tests.helpers.app import alts, calm, chart, click, components, query_of, said, with_clip
from tests.helpers.recipe_models import toy_picture_model, toy_wave_model

PAGE = "pages/3_Augment.py"
StartApp = Callable[..., AppTest]
Open = Callable[..., AppTest]


@pytest.fixture
def augment(open_at: Open, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return a function that opens the page at an address, with a quick model."""
    monkeypatch.setattr(resources, "recogniser", toy_picture_model)
    return partial(open_at, PAGE)


@pytest.fixture
def two_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be a second model, which takes waves and knows words only."""
    monkeypatch.setattr(Recognizer, "available", staticmethod(lambda: ("toy", "toy-wave")))
    monkeypatch.setattr(models_loaded, "_loaded", lambda _: toy_wave_model())


def verdict(page: AppTest) -> str:
    (found,) = [html.proto.body for html in page.get("html") if 'role="status"' in html.proto.body]
    return " ".join(re.sub(r"<[^>]*>", " ", found).replace("\N{NO-BREAK SPACE}", " ").split())


def view(page: AppTest, name: str) -> AppTest:
    return calm(page.segmented_control(key="augment_view").select(name).run())


def section(page: AppTest, name: str) -> AppTest:
    return calm(page.segmented_control(key="augment_section").select(name).run())


def new_draw(page: AppTest) -> AppTest:
    return click(page, "augment_new_draw")


def drawn(page: AppTest) -> dict[str, str]:
    table = next(table.value for table in page.table if "Drawn" in table.value)
    return dict(zip(table.iloc[:, 0], table["Drawn"], strict=True))


def sounds(page: AppTest) -> list[np.ndarray]:
    found = []
    for player in components(page):
        if "wav" in player:
            with wave.open(io.BytesIO(base64.b64decode(player["wav"]))) as file:
                samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            found.append(samples / 2**15)
    return found


class TestSpecAugment:
    def test_before_after_and_what_is_heard_are_there_before_any_click(self, app: StartApp) -> None:
        page = app(PAGE)  # with the model that comes with the project
        calm(page)
        assert verdict(page).startswith("before marvin")
        assert "now" in verdict(page)
        figure = chart(page)
        assert [trace["type"] for trace in figure["data"]] == ["heatmap"] * 3
        titles = [note["text"] for note in figure["layout"]["annotations"]]
        assert titles[:3] == ["Before", "After", "Difference"]
        assert len(sounds(page)) == 2
        assert page.button(key="augment_new_draw").label == "New draw"
        assert query_of(page) == {}

    def test_a_new_draw_is_another_one_and_the_seed_brings_one_back(self, augment: Open) -> None:
        page = augment(section="export")
        first = drawn(page), verdict(page)
        new_draw(page)
        assert query_of(page)["seed"] == "2"
        assert drawn(page) != first[0]
        page.number_input(key="augment_seed").set_value(1).run()
        assert (drawn(page), verdict(page)) == first
        assert "seed" not in query_of(page)

    def test_other_settings_stretch_the_same_draw(self, augment: Open) -> None:
        page = augment(section="export")
        before = drawn(page)
        page.slider(key="augment_time_mask_None").set_value(40).run()
        after = drawn(page)
        assert {k: after[k] for k in ("warp", "f1", "f2")} == {
            k: before[k] for k in ("warp", "f1", "f2")
        }
        assert after["t1"] != before["t1"]
        page.slider(key="augment_n_time_masks_None").set_value(3).run()
        assert {k: v for k, v in drawn(page).items() if k != "t3"} == after

    def test_policies_are_the_papers_scaled_or_as_published(self, augment: Open) -> None:
        page = augment(section="export")
        for name in ("SM", "LD"):
            page.segmented_control(key="augment_size_None").select("scaled").run()
            page.pills(key="augment_policy_None").select(name).run()
            assert "Too much" not in said(page)
            calm(page.segmented_control(key="augment_size_None").select("published").run())
            assert query_of(page)["policy"] == f"published-{name}"
        assert "**Too much for one second.** T = 100 frames" in said(page)
        assert "nothing is warped" in said(page)
        assert page.slider(key="augment_time_warp_None").value == 80

    def test_no_policy_is_marked_for_numbers_of_ones_own(self, augment: Open) -> None:
        page = augment(section="export")
        assert page.pills(key="augment_policy_None").value == "LD"
        page.slider(key="augment_freq_mask_None").set_value(3).run()
        assert page.pills(key="augment_policy_None").value is None
        assert query_of(page)["F"] == "3"
        calm(page.pills(key="augment_policy_None").select("none").run())
        assert "Nothing is drawn" in said(page)
        assert verdict(page).endswith("same word")

    def test_every_fill_is_explained_with_this_clips_numbers(self, augment: Open) -> None:
        page = augment(section="export")
        for fill in FILLS:
            calm(page.segmented_control(key="augment_fill_None").select(fill).run())
            assert f"**{fill.capitalize()}**" in said(page)
            assert ("looks like loud sound" in said(page)) is (fill == "zero")

    def test_limits_of_every_knob_give_a_page(self, augment: Open) -> None:
        page = augment(section="export")
        highest = {
            "time_warp": 80,
            "freq_mask": 40,
            "n_freq_masks": 10,
            "time_mask": 100,
            "n_time_masks": 10,
            "time_mask_share": 1.0,
        }
        for setting in highest:
            page.slider(key=f"augment_{setting}_None").set_value(0)
        assert "hides 0% of the log-mel" in said(calm(page.run()))
        for setting, top in highest.items():
            page.slider(key=f"augment_{setting}_None").set_value(top)
        assert "hides 100% of the log-mel" in said(calm(page.run()))
        for setting in highest:
            calm(page.slider(key=f"augment_{setting}_None").set_value(0).run())


class TestSections:
    def test_many_draws_are_counted_drawn_and_shown_small(self, augment: Open) -> None:
        page = augment()
        for count in (6, 12, 24, 50):
            calm(page.segmented_control(key="augment_n_draws").select(count).run())
            assert f"of {count} draws** are still heard as" in said(page)
            small = page.get("image")
            assert len(small) == (count if count <= sections.MOST_THUMBNAILS else 0)
        assert query_of(page) == {"draws": "50"}

    def test_a_small_draw_can_be_shown_large(self, augment: Open) -> None:
        page = augment()
        button = page.button(key="augment_use_5")
        assert button.label.startswith("5: ")
        calm(button.click().run())
        assert query_of(page) == {"seed": "5"}
        assert page.button(key="augment_use_5").label.startswith("**5: ")

    def test_knobs_of_the_masks_are_swept(self, augment: Open) -> None:
        page = section(augment(), "knob")
        for knob in MASK_KNOBS[:2]:
            calm(page.selectbox(key="augment_mask_knob").select(knob.name).run())
            assert any(alt.startswith(knob.title) for alt in alts(page))
            assert "Heard in this draw:" in said(page)

    def test_knobs_of_the_sound_are_swept(self, augment: Open) -> None:
        page = augment(view="sound", section="knob")
        for name in ("noise.snr_db", "background.snr_db", "shift.seconds", "codec.kbps"):
            knob = KNOBS[name]
            page.selectbox(key="augment_sound_knob").select(knob.name).run()
            assert any(alt.startswith(knob.title) for alt in alts(calm(page)))
            assert ("added at the end" in said(page)) is not name.startswith("noise")

    def test_a_sweep_passes_over_what_cannot_be(self, augment: Open) -> None:
        chain = '[{"kind":"band-limit","f_low":[900,900]}]'
        page = calm(
            augment(view="sound", chain=chain, section="knob", sound_knob="band-limit.f_high")
        )
        assert min(chart(page, -1)["data"][0]["x"]) == 1000.0

    def test_a_sweep_can_have_the_mean_of_ten_draws(self, augment: Open) -> None:
        page = section(augment(), "knob")
        calm(page.segmented_control(key="augment_sweep_draws").select(10).run())
        traces = chart(page, -1)["data"]
        assert [trace["name"] for trace in traces] == ["toy", "mean of 10 draws"]

    def test_the_papers_policies_are_shown_on_the_clip(self, augment: Open) -> None:
        page = section(augment(), "policies")
        table = page.table[-1].value
        assert list(table["Policy"]) == [
            f"{name} {size}" for size in ("scaled", "published") for name in POLICIES
        ]
        assert table["W, F, m_F, T, m_T, p"][5] == "80, 27, 2, 100, 2, 1"
        hidden = [int(share.rstrip(" %")) for share in table["Hidden, median"]]
        assert max(hidden[:4]) < min(hidden[4:])
        assert "may hide all of it" in said(page)
        click(page, "augment_take_SS_False")
        assert query_of(page)["policy"] == "published-SS"

    def test_only_the_open_section_is_computed(
        self, augment: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = section(augment(), "export")
        monkeypatch.setattr(sections, "scores_of_draws", lambda *_: pytest.fail("was computed"))
        monkeypatch.setattr(sections, "sweep", lambda *_: pytest.fail("was computed"))
        new_draw(page)

    def test_the_sound_view_has_no_policies(self, augment: Open) -> None:
        page = view(augment(section="policies"), "sound")
        assert "policies" not in page.segmented_control(key="augment_section").options
        assert page.segmented_control(key="augment_section").value == "draws"


class TestSound:
    def test_every_step_can_be_added_with_its_draw_picture_and_player(self, augment: Open) -> None:
        page = augment(view="sound", chain="[]", section="export")
        assert "No step yet" in said(page)
        for kind, step in STEPS.items():
            calm(page.pills(key="augment_add_None").select(kind).run())
            assert f"**1. :material/{step.icon}: {step.title}**" in said(page)
            assert "Drawn: **" in said(page)
            assert len(sounds(page)) == 3
            assert any(alt.startswith(f"The sound after {kind}: ") for alt in alts(page))
            assert page.pills(key="augment_add_None").value is None
            assert json.loads(query_of(page)["chain"])[0]["kind"] == kind
            page.session_state["augment_lab"] = Lab("sound", chain=Chain(), section="export")

    def test_steps_can_change_places_and_go(self, augment: Open) -> None:
        page = augment(section="export", view="sound")
        for kind in ("gain", "noise"):
            page.pills(key="augment_add_None").select(kind).run()

        def names() -> list[str]:
            values = json.loads(query_of(page)["chain"])
            return [step.get("name", step["kind"]) for step in values]

        assert names() == ["noise", "gain", "noise 2"]
        click(page, "augment_Up_None_noise 2")
        assert names() == ["noise", "noise 2", "gain"]
        click(page, "augment_Down_None_noise")
        assert names() == ["noise 2", "noise", "gain"]
        click(page, "augment_Remove_None_noise 2")
        assert names() == ["noise", "gain"]
        assert page.button(key="augment_Up_None_noise").disabled
        assert page.button(key="augment_Down_None_gain").disabled

    def test_a_chain_has_an_end(self, augment: Open) -> None:
        chain = json.dumps([{"kind": "gain", "name": f"g{i}"} for i in range(8)])
        page = calm(augment(section="export", view="sound", chain=chain))
        assert page.pills(key="augment_add_None").disabled

    def test_ranges_choices_and_shares_are_set(self, augment: Open) -> None:
        page = augment(section="export", view="sound")
        page.slider(key="augment_None_noise_snr_db").set_value((3.0, 3.0)).run()
        calm(page.pills(key="augment_None_noise_colors").set_value(["pink"]).run())
        assert "pink noise, +3.0 dB SNR" in said(page)
        page.slider(key="augment_None_noise_probability").set_value(0).run()
        assert "not applied in this draw" in said(calm(page))
        assert json.loads(query_of(page)["chain"]) == [
            {
                "kind": "noise",
                "probability": 0.0,
                "min_snr_db": 3.0,
                "max_snr_db": 3.0,
                "colors": ["pink"],
            }
        ]
        page.pills(key="augment_None_noise_colors").set_value([]).run()
        assert page.pills(key="augment_None_noise_colors").value == ["pink"]

    def test_an_empty_band_is_refused_with_a_reason(self, augment: Open) -> None:
        page = augment(section="export", view="sound", chain='[{"kind":"band-limit"}]')
        page.slider(key="augment_None_band-limit_f_high").set_value((500.0, 900.0)).run()
        calm(page.slider(key="augment_None_band-limit_f_low").set_value((600.0, 700.0)).run())
        assert "The band from 700 Hz to 500 Hz is empty" in said(page)
        assert page.slider(key="augment_None_band-limit_f_low").value == (300.0, 300.0)

    @pytest.mark.parametrize("shown", ["sound", "compare"])
    def test_a_step_that_this_clip_cannot_have_is_told_and_can_be_changed(
        self, augment: Open, shown: str
    ) -> None:
        steps = '[{"kind":"band-limit","f_low":[9000,9000],"f_high":[9500,9500]}]'
        recipes = f'[{{"name":"A","steps":{steps}}}]'
        page = augment(section="export", view=shown, chain=steps, recipes=recipes)
        assert "has nothing above 8000 Hz" in page.error[0].value
        target = "None" if shown == "sound" else "0"
        calm(page.slider(key=f"augment_{target}_band-limit_f_low").set_value((100.0, 300.0)).run())

    def test_a_link_may_hold_more_than_a_slider_shows(self, augment: Open) -> None:
        chain = '[{"kind":"noise","snr_db":[-40,80]}]'
        page = calm(augment(section="export", view="sound", chain=chain))
        assert page.slider(key="augment_None_noise_snr_db").value == (-40.0, 80.0)

    def test_players_keep_levels(self, augment: Open) -> None:
        page = augment(
            section="export", view="sound", chain='[{"kind":"gain","gain_db":[-20,-20]}]'
        )
        before, after, step = (np.abs(sound).max() for sound in sounds(page))
        assert after == step == pytest.approx(before / 10, rel=0.01)
        page.slider(key="augment_None_gain_gain_db").set_value((30.0, 30.0)).run()
        assert "dB over full scale" in said(calm(page))

    def test_backgrounds_are_made_and_say_so_and_ones_own_can_be_added(self, augment: Open) -> None:
        chain = '[{"kind":"background","recordings":["rain"]}]'
        page = calm(augment(section="export", view="sound", chain=chain))
        assert "No recording of noise comes with this app" in said(page)
        key = "augment_None_background_recordings"
        assert "my_recording" not in page.pills(key=key).options
        noise = np.random.default_rng(0).normal(0, 0.1, 16_000)
        chain = '[{"kind":"background","recordings":["my_recording"]}]'
        page = calm(augment(with_clip(noise), section="export", view="sound", chain=chain))
        assert "my recording from" in said(page)

    def test_a_background_that_is_not_there_is_replaced_and_told(self, augment: Open) -> None:
        chain = '[{"kind":"background","recordings":["my_recording","tap"]}]'
        page = calm(augment(section="export", view="sound", chain=chain))
        assert "There is no background called my\\_recording, tap here" in "".join(
            warning.value for warning in page.warning
        )
        assert "voices from" in said(page)


class TestCompare:
    @pytest.fixture(autouse=True)
    def _few_draws(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(compare, "N_DRAWS", 5)

    def test_three_recipes_are_there_before_any_click(
        self, augment: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.undo()
        monkeypatch.setattr(resources, "recogniser", toy_picture_model)
        page = view(augment(section="export"), "compare")
        assert page.segmented_control(key="augment_edited").options == ["Masks", "Sound", "Both"]
        assert len(sounds(page)) == 3
        (robustness,) = [alt for alt in alts(page) if "of 50 draws keep" in alt]
        assert robustness.count(";") == 2
        assert "seeds 0 to 49" in said(page)
        recipes = json.loads(query_of(page)["recipes"])
        assert [recipe["name"] for recipe in recipes] == ["Masks", "Sound", "Both"]

    def test_all_recipes_have_the_same_draw(self, augment: Open) -> None:
        page = new_draw(view(augment(), "compare"))
        recipes = json.loads(query_of(page)["recipes"])
        assert [recipe["seed"] for recipe in recipes] == [2, 2, 2]
        assert query_of(page)["seed"] == "2"

    def test_a_recipe_is_named_and_changed(self, augment: Open) -> None:
        page = view(augment(section="export"), "compare")
        page.segmented_control(key="augment_edited").select(1).run()
        page.text_input(key="augment_name_1").set_value("*Street* & co").run()
        page.pills(key="augment_add_1").select("clipping").run()
        page.slider(key="augment_time_mask_1").set_value(30).run()
        page.slider(key="augment_n_time_masks_1").set_value(1).run()
        calm(page.segmented_control(key="augment_fill_1").select("minimum").run())
        recipe = json.loads(query_of(page)["recipes"])[1]
        assert recipe["name"] == "*Street* & co"
        assert [step["kind"] for step in recipe["steps"]] == ["noise", "clipping"]
        assert recipe["masks"] == {"time_mask": 30, "n_time_masks": 1}
        assert recipe["fill"] == "minimum"
        assert r"\*Street\*" in "\n".join(item.value for item in page.markdown)

    def test_an_empty_name_is_refused(self, augment: Open) -> None:
        page = view(augment(section="export"), "compare")
        page.text_input(key="augment_name_0").set_value("  ").run()
        assert "A recipe can't be called ''" in said(calm(page))
        assert page.text_input(key="augment_name_0").value == "Masks"

    def test_recipes_are_copied_up_to_four_and_removed_down_to_one(self, augment: Open) -> None:
        page = view(augment(section="export"), "compare")
        click(page, "augment_copy")
        assert page.segmented_control(key="augment_edited").options[-1] == "Masks 2"
        assert page.button(key="augment_copy").disabled
        for _ in range(3):
            click(page, "augment_remove")
        assert page.segmented_control(key="augment_edited").options == ["Masks 2"]
        assert page.button(key="augment_remove").disabled

    def test_a_view_can_be_put_beside_the_others(self, augment: Open) -> None:
        page = augment(policy="SM")
        click(page, "augment_add_to_comparison")
        assert page.segmented_control(key="augment_view").value == "compare"
        page = view(page, "sound")
        click(page, "augment_add_to_comparison")
        options = page.segmented_control(key="augment_edited").options
        assert options == ["Masks", "Sound", "Both", "Sound 2"]
        page = view(page, "specaugment")
        click(page, "augment_add_to_comparison")
        assert "There is room for 4 recipes" in said(page)

    def test_recipes_are_exported_and_imported_as_json(self, augment: Open) -> None:
        page = view(augment(section="export"), "compare")
        page.expander[0].open = True
        page.session_state["augment_exchange"] = True
        page.run()
        page.segmented_control(key="augment_export_kind").select("JSON").run()
        exported = page.code[0].value
        assert [recipe["name"] for recipe in json.loads(exported)] == ["Masks", "Sound", "Both"]
        one = Recipe("Loud", Chain([Gain(min_gain_db=10.0, max_gain_db=10.0)]), seed=4)
        page.text_area(key="augment_pasted").set_value(json.dumps(one.to_values())).run()
        click(page, "augment_import")
        assert json.loads(query_of(page)["recipes"])[0]["name"] == "Loud"
        assert query_of(page)["seed"] == "4"
        page.text_area(key="augment_pasted").set_value(exported).run()
        click(page, "augment_import")
        assert len(json.loads(query_of(page)["recipes"])) == 3
        page.text_area(key="augment_pasted").set_value('[{"seed": "x"}]').run()
        click(page, "augment_import")
        assert "The seed can't be 'x'" in said(page)
        assert len(json.loads(query_of(page)["recipes"])) == 3


class TestLinkAndExport:
    QUERIES = (
        {"policy": "published-SS", "seed": "8", "fill": "zero", "section": "knob", "knob": "F"},
        {"T": "40", "mT": "1", "section": "policies", "clip": "happy"},
        {"view": "sound", "chain": '[{"kind":"gain"},{"kind":"shift"}]', "draws": "24"},
        {"view": "compare", "recipes": '[{"name":"A","seed":1},{"name":"B","seed":1}]'},
    )

    @pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
    def test_a_link_opens_the_same_view(self, augment: Open, query: dict[str, str]) -> None:
        page = calm(augment(**query))
        assert query_of(page) == query
        assert not page.warning or "Too much" in page.warning[0].value

    def test_the_address_follows_and_survives_another_page(self, augment: Open) -> None:
        page = augment()
        page.slider(key="augment_time_mask_None").set_value(33).run()
        written = query_of(page)
        page.switch_page("pages/1_Recognise.py").run()
        page.switch_page(PAGE).run()
        assert query_of(calm(page)) == written
        assert page.slider(key="augment_time_mask_None").value == 33

    def test_what_makes_no_sense_in_an_address_is_ignored_and_told(self, augment: Open) -> None:
        page = augment(
            seed="many",
            T="1e9",
            chain="[[[[",
            recipes="null",
            view="<b>",
            clip="../../etc",
            models="gpt",
            start="9e99",
            section="export",
        )
        calm(page)
        for message in (
            "seed can't be 'many'",
            "T can't be '1e9'",
            "This is not a recipe",
            "list of 1 to 4 recipes",
            "view can't be '<b>'",
            "There is no sample clip called '../../etc'",
            "There is no model 'gpt'",
            "start can't be '9e99'",
        ):
            assert message in said(page)
        assert verdict(page)
        assert query_of(page) == {"section": "export"}
        new_draw(page)
        assert not page.warning  # said once

    @pytest.mark.parametrize("name", ["specaugment", "sound"])
    def test_every_export_is_there_to_copy(self, augment: Open, name: str) -> None:
        page = augment(view=name, section="export", seed="6")
        for kind, part in (
            ("Python", "SEED = 6"),
            ("Python", 'get_sample("marvin")'),
            ("JSON", '"seed": 6'),
            ("Link", "seed=6"),
        ):
            page.segmented_control(key="augment_export_kind").select(kind).run()
            (code,) = calm(page).code
            assert part in code.value

    def test_a_link_does_not_have_a_persons_own_sound(self, augment: Open) -> None:
        own = np.random.default_rng(0).normal(0, 0.1, 12_000)
        page = augment(with_clip(own), section="export")
        page.segmented_control(key="augment_export_kind").select("Link").run()
        assert "your own sound is not in it" in said(calm(page))
        assert "clip" not in query_of(page)


def speech_like(seconds: float, level: float = 0.2) -> np.ndarray:
    """Return noise that comes and goes."""
    n = round(seconds * 16_000)
    rng = np.random.default_rng(0)
    return level * rng.normal(size=n) * (0.02 + np.sin(np.linspace(0, 7 * seconds, n)) ** 8)


ODD = {
    "a tenth of a second": speech_like(0.1),
    "digital silence": np.zeros(16_000),
    "clipped": np.clip(speech_like(1.0, 40.0), -1.0, 1.0),
    "far beyond full scale": speech_like(1.0, 1e4),
    "a hair longer than a second": speech_like(1.0005),
    "a minute": np.pad(speech_like(2.0), (0, 58 * 16_000)),
    "a minute of silence": np.zeros(960_000),
}


class TestOddClips:
    @pytest.mark.parametrize("name", ODD)
    def test_every_view_gives_a_sensible_page(self, augment: Open, name: str) -> None:
        page = augment(with_clip(ODD[name]), section="export")
        for shown in ("specaugment", "sound", "compare"):
            view(page, shown)
            assert all(len(sound) == 16_000 for sound in sounds(page))
            assert ("This page works on" in said(page)) is name.startswith("a minute")

    def test_silence_says_why_no_noise_can_be_added(self, augment: Open) -> None:
        page = augment(with_clip(np.zeros(16_000)), view="sound")
        assert "This second is digital silence" in said(page)

    def test_the_second_of_a_longer_clip_is_chosen(self, augment: Open) -> None:
        samples = np.zeros(48_000)
        samples[20_000:30_000] = speech_like(1.0)[:10_000]
        page = augment(with_clip(samples))
        slider = page.slider(key="augment_start")
        assert 0 < slider.value < 2
        slider.set_value(2.0).run()
        calm(page)
        assert "2.00 to 3.00 s of 3.0 s" in said(page)
        assert query_of(page)["start"] == "2"
        assert not sounds(page)[0].any()

    def test_a_word_of_a_sentence_is_chosen_by_its_name(
        self, augment: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spoken = [Word(w.label, w.start, w.end, 0.9) for w in get_sample("several_words").words]
        monkeypatch.setattr(Recognizer, "find_words", lambda *_: spoken)
        page = calm(augment(clip="several_words", section="export"))
        words = page.pills(key="augment_word")
        assert words.options == [f"{word.label} {word.start:.1f} s" for word in spoken]
        assert words.value == 0
        first = sounds(page)[0]
        words.select(2).run()
        calm(page)
        assert page.pills(key="augment_word").value == 2
        assert not np.array_equal(sounds(page)[0], first)
        assert float(query_of(page)["start"]) == pytest.approx(
            (spoken[2].start + spoken[2].end - 1) / 2, abs=0.01
        )


class TestModels:
    def test_one_model_needs_no_choice(
        self, augment: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Recognizer, "available", staticmethod(lambda: ("toy",)))
        page = augment()
        with pytest.raises(KeyError):
            page.pills(key="augment_models")

    @pytest.mark.usefixtures("two_models")
    def test_models_answer_side_by_side(self, augment: Open) -> None:
        page = augment(view="sound")
        calm(page.pills(key="augment_models").set_value(["toy", "toy-wave"]).run())
        assert query_of(page)["models"] == "toy,toy-wave"
        assert verdict(page).count("before") == verdict(page).count("now") == 2
        assert "toy-wave: **" in said(page)
        section(page, "knob")
        assert [trace["name"] for trace in chart(page, -1)["data"]] == ["toy", "toy-wave"]
        section(page, "export")

    @pytest.mark.usefixtures("two_models")
    @pytest.mark.parametrize("models", ["toy,toy-wave", "toy-wave"])
    def test_a_model_of_waves_says_that_masks_do_not_apply(
        self, augment: Open, models: str
    ) -> None:
        page = augment(models=models)
        for shown in ("draws", "knob", "policies", "export"):
            section(page, shown)
            assert "toy-wave does not take a log-mel picture" in said(page)

    @pytest.mark.usefixtures("two_models")
    def test_a_comparison_leaves_masks_out_for_a_model_of_waves(self, augment: Open) -> None:
        page = calm(augment(view="compare", models="toy,toy-wave"))
        of_waves = next(a for a in alts(page) if "of 50" in a and "Masks" not in a)
        assert "Sound:" in of_waves
        assert "takes no log-mel, so no masks" in said(page)

    def test_a_damaged_model_is_told_and_the_others_go_on(
        self, augment: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
    ) -> None:
        monkeypatch.setattr(Recognizer, "available", staticmethod(lambda: ("toy", "broken")))
        monkeypatch.setattr(models_loaded, "_loaded", lambda name: Recognizer.load(name, tmp_path))
        page = calm(augment(models="broken,toy"))
        assert "There is no model 'broken'" in said(page)
        assert verdict(page)

    def test_a_recogniser_that_fails_ends_calmly(
        self, augment: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_: object) -> None:
            raise MemoryError("no")

        monkeypatch.setattr(Recognizer, "posteriors", fail)
        with caplog.at_level(logging.ERROR):
            page = augment()
        assert [error.value for error in page.error] == [UNEXPECTED]
        assert "MemoryError" in caplog.text
        assert page.sidebar.get("page_link")


def test_what_was_computed_of_a_clip_is_kept_in_its_session_until_the_next_clip(
    augment: Open,
) -> None:
    page = augment(with_clip(speech_like(1.0)))
    second = page.session_state["computed_of_clip_augment_second"][1]
    new_draw(page)
    assert page.session_state["computed_of_clip_augment_second"][1] is second
    other = augment()
    assert other.session_state["computed_of_clip_augment_second"][1] is not second
    page.segmented_control(key="picker_source").select("sample").run()
    assert calm(page).session_state["computed_of_clip_augment_second"][1] is not second


def test_one_change_of_a_step_leaves_the_steps_before_it(
    augment: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = augment(view="sound", chain='[{"kind":"noise"},{"kind":"gain"}]', section="export")
    monkeypatch.setattr(NoiseDraw, "_changed", lambda *_: pytest.fail("was computed again"))
    calm(page.slider(key="augment_None_gain_gain_db").set_value((-3.0, -3.0)).run())


def test_labels_are_shown_as_people_write_them(augment: Open) -> None:
    page = augment()
    assert not any(label in verdict(page) for label in LABELS if label.startswith("_"))
