"""Below a picture: many draws, one knob, the paper's policies, and export; one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from kws_core.charts.style import percent, readable
from kws_core.lab import Trial
from kws_core.lab.draw_charts import level_scale, thumbnail
from kws_core.lab.knobs import KNOBS, Knob, MaskKnob
from kws_core.lab.link import DRAW_COUNTS, SECTIONS, SWEEP_DRAWS, Section
from kws_core.lab.robustness import log_mels_of_draws, scores_of_draws, seeds_around, sweep
from kws_core.lab.score_charts import Followed, draws_figure
from kws_core.lab.sweep_charts import FollowedSweep, flips_text, sweep_figure
from kws_core.ui.augment import state
from kws_core.ui.augment.export import show_export
from kws_core.ui.augment.policies import show_policies
from kws_core.ui.shared.chart import plain_chart

MOST_THUMBNAILS: Final = 24
_THUMBNAIL: Final = 108  # pixels: three of them side by side on a phone

_NAMES: Final[dict[Section, str]] = {
    "draws": ":material/casino: Many draws",
    "knob": ":material/tune: One knob",
    "policies": ":material/article: The paper's policies",
    "export": ":material/download: Export",
}


def show_sections(trial: Trial, knobs: Sequence[Knob]) -> None:
    """Offer the sections of a view, and show the chosen one; nothing of the others is computed."""
    is_masks = isinstance(knobs[0], MaskKnob)
    offered = [section for section in SECTIONS if is_masks or section != "policies"]
    chosen = state.lab().section
    chosen = chosen if chosen in offered else "draws"
    st.space("small")
    state.choice(
        "section",
        "More",
        offered,
        value=chosen,
        format_func=lambda name: _NAMES[name],
        label_visibility="collapsed",
    )
    match chosen:
        case "draws" | "knob" if not trial.hearing:
            st.caption("None of the chosen models can hear this.")
        case "draws":
            _show_draws(trial)
        case "knob":
            _show_knob(trial, knobs)
        case "policies":
            show_policies(trial)
        case "export":
            show_export(trial, [trial.recipe])


def _show_draws(trial: Trial) -> None:
    count = state.lab().n_draws
    state.choice("n_draws", "How many draws", DRAW_COUNTS)
    seeds = seeds_around(trial.recipe.seed, count)
    followed = []
    for model in trial.hearing:
        label = trial.answer_before(model).label
        followed.append(Followed(model.card.name, label, scores_of_draws(trial, seeds, model)))
    st.markdown("  \n".join(_kept_text(one) for one in followed))
    words = " ".join(_kept_text(one).replace("**", "") for one in followed)
    plain_chart(draws_figure(seeds, followed), "augment_draws", words)
    st.caption("A cross: another label is the best in that draw.")
    if count <= MOST_THUMBNAILS:
        _show_thumbnails(trial, seeds, followed)


def _show_thumbnails(trial: Trial, seeds: Sequence[int], followed: Sequence[Followed]) -> None:
    pictures = log_mels_of_draws(trial, seeds, trial.log_mel_model)
    scale = level_scale(*pictures)
    with st.container(horizontal=True, gap="small"):
        for i, seed in enumerate(seeds):
            lines = [
                f"{readable(one.scores.heard[i])} {percent(float(one.scores.best[i]))}"
                for one in followed
            ]
            text = f"{seed}: {lines[0]}" if lines else f"{seed}"
            with st.container(width=_THUMBNAIL, gap=None):
                st.image(
                    thumbnail(pictures[i], scale),
                    width=_THUMBNAIL,
                    alt=f"Log-mel of draw {seed}, heard as {', '.join(lines)}",
                )
                st.button(
                    f"**{text}**" if seed == trial.recipe.seed else text,
                    type="tertiary",
                    on_click=state.use_seed,
                    args=(seed,),
                    key=f"augment_use_{i}",
                    help="Show this draw above",
                )
                for one, line in zip(followed[1:], lines[1:], strict=True):
                    st.caption(f"{one.name}: {line}")


def _show_knob(trial: Trial, knobs: Sequence[Knob]) -> None:
    recipe = trial.recipe
    setting = "mask_knob" if isinstance(knobs[0], MaskKnob) else "sound_knob"
    knob = KNOBS[getattr(state.lab(), setting)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        state.control(
            st.selectbox,
            setting,
            "Knob",
            [one.name for one in knobs],
            format_func=lambda name: KNOBS[name].title,
            width=320,
        )
        state.choice("sweep_draws", "Draws at every value", SWEEP_DRAWS)
    n_draws = state.lab().sweep_draws
    values = knob.possible(recipe)
    if not values:
        st.caption("No value of this knob goes with the rest of the chain.")
        return
    turned = trial.of(knob.set(recipe, values[0]))
    followed = [
        FollowedSweep(
            model.card.name, trial.answer_before(model).label, sweep(trial, knob, model, n_draws)
        )
        for model in turned.hearing
    ]
    words = [flips_text(one, knob) for one in followed]
    if len(followed) > 1:
        words = [f"{one.name}: {text}" for one, text in zip(followed, words, strict=True)]
    if knob.adds_step(recipe):
        st.caption("Your chain has no such step: it is added at the end.")
    figure = sweep_figure(knob, followed, knob.position(recipe))
    plain_chart(figure, "augment_sweep", f"{knob.title}. Heard: {' '.join(words)}")
    st.markdown("Heard in this draw: " + "  \n".join(words))
    st.caption(
        f"The line is the score of the label heard before, in draw {recipe.seed} at every value; "
        "a cross where another label is the best. Everything else stays."
    )


def _kept_text(one: Followed) -> str:
    kept, n = one.scores.kept(one.label), len(one.scores.rows)
    mean = float(one.scores.of(one.label).mean())
    return (
        f"{one.name}: **{kept} of {n} draws** are still heard as **{readable(one.label)}**, "
        f"with a mean score of {percent(mean)}."
    )
