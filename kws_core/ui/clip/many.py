"""Many recordings at once: one table of hits, each of which can be played and judged."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from kws_core.archive.review import (
    LEAST_SCORE,
    LIMITS,
    Hit,
    Hits,
    Uploads,
    find_hits,
    hit_rows,
    label_archive,
    precision_by_threshold,
    sound_around,
)
from kws_core.charts.style import percent
from kws_core.results.exporting import as_csv, percentage
from kws_core.results.metrics import interval_text
from kws_core.spotting.candidates import FinderSettings
from kws_core.ui.clip import texts
from kws_core.ui.shared import taught_words
from kws_core.ui.shared.button import quiet_button
from kws_core.ui.shared.commands import commands_choice
from kws_core.ui.shared.download import download
from kws_core.ui.shared.given import empty, key_of
from kws_core.ui.shared.messages import PRIVACY, calm_errors, plain
from kws_core.ui.shared.player import player
from kws_core.ui.shared.tables import left_out_table, table

# The session's own: nothing of it reaches a cache that sessions share.
_FOUND: Final = "many_found"  # the hits, and how they were found
_VERDICTS: Final = "many_verdicts"
_PLAYED: Final = "many_played"
_FILES: Final = "many_files"
_ALONE: Final = "many_alone"
_MB: Final = 2**20
_VERDICT: Final = {"Right": True, "Wrong": False}
_TABLE_HEIGHT: Final = 320  # pixels


def show_many() -> None:
    """Offer to search many recordings at once, and show the hits."""
    is_open = _FOUND in st.session_state
    with st.expander(texts.MANY, is_open, icon=":material/folder_open:", key="many"):
        _section()


@st.fragment
def _section() -> None:
    with calm_errors(texts.MANY):
        _find_and_show()


def _find_and_show() -> None:
    st.caption(texts.MANY_WHAT)
    given = st.file_uploader(
        texts.MANY_UPLOAD,
        accept_multiple_files=True,
        max_upload_size=LIMITS.upload_bytes // _MB,
        key=key_of(_FILES),
        help=texts.MANY_LIMITS.format(
            files=LIMITS.files,
            mb=LIMITS.file_bytes // _MB,
            total=LIMITS.total_bytes // _MB,
            seconds=LIMITS.seconds,
        ),
    )
    uploads = [(upload.name, upload.getvalue()) for upload in given or []]
    if uploads:
        commands_choice(_ALONE, texts.COMMANDS_HELP)
        recogniser, alone = taught_words.recogniser(), bool(st.session_state.get(_ALONE, True))
        identity = tuple(upload.file_id for upload in given or []), id(recogniser), alone
        if st.session_state.get(_FOUND, (None,))[0] != identity:
            _forget()
            st.session_state[_FOUND] = identity, _heard(uploads, alone)
    if _FOUND not in st.session_state:
        st.caption(f"{texts.MANY_EMPTY} {PRIVACY}")
        return
    _show(st.session_state[_FOUND][1], uploads)


def _heard(uploads: Uploads, alone: bool) -> Hits:
    progress = st.empty()
    with st.spinner(texts.MANY_BUSY):
        found = find_hits(
            uploads,
            taught_words.recogniser(),
            alone,
            progress=lambda n, s: progress.caption(texts.MANY_SO_FAR.format(n=n, minutes=s / 60)),
        )
    progress.empty()
    return found


def _show(found: Hits, uploads: Uploads) -> None:
    verdicts: dict[Hit, bool] = st.session_state.setdefault(_VERDICTS, {})
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            texts.MANY_FOUND.format(
                hits=len(found.hits), files=found.n_recordings, minutes=found.seconds / 60
            ),
            width="content",
        )
        quiet_button(texts.CLEAR, "close", _clear, key="many_clear")
    wanted, least = _filtered(found)
    shown = [hit for hit in wanted if hit.event.score >= least]
    left, right = st.columns([3, 2], gap="medium")
    with left:
        chosen = _table(shown, verdicts)
    with right:
        _judge(chosen, verdicts, uploads)
        _precision(wanted, verdicts)
    _downloads(shown, verdicts)
    if found.skipped:
        st.markdown(texts.MANY_SKIPPED.format(n=len(found.skipped)))
        left_out_table(found.skipped, "many_skipped", _TABLE_HEIGHT)


def _filtered(found: Hits) -> tuple[list[Hit], float]:
    words = sorted({hit.event.label for hit in found.hits})
    with st.container(horizontal=True):
        wanted = st.multiselect(
            texts.MANY_WORDS, words, key="many_words", placeholder=texts.MANY_ALL_WORDS
        )
        name = st.text_input(texts.MANY_FILE, key="many_file").strip().lower()
        least = st.slider(
            texts.MANY_LEAST,
            LEAST_SCORE,
            0.99,
            FinderSettings().threshold,
            0.01,
            key="many_least",
            help=texts.MANY_LEAST_HELP,
        )
    chosen = [
        hit
        for hit in found.hits
        if (not wanted or hit.event.label in wanted) and name in hit.event.file.lower()
    ]
    return chosen, least


def _table(shown: list[Hit], verdicts: dict[Hit, bool]) -> Hit | None:
    """Show the hits; returns the one that is chosen, the first without a choice."""
    if not shown:
        st.info(texts.MANY_NONE, icon=":material/search_off:")
        return None
    event: Any = table(
        hit_rows(shown, verdicts),
        "many_table",
        "The hits.",
        most=_TABLE_HEIGHT,
        on_select="rerun",
        selection_mode="single-row-required",
    )
    rows = event.selection.rows
    return shown[rows[0]] if rows and rows[0] < len(shown) else shown[0]


def _judge(hit: Hit | None, verdicts: dict[Hit, bool], uploads: Uploads) -> None:
    """Play a hit and take a verdict."""
    if hit is None:
        return
    event = hit.event
    st.markdown(
        f"**{plain(event.label)}** {percent(event.score)}, {plain(event.file)}, "
        f"{event.start:.1f} to {event.end:.1f} s"
    )
    sound = _sound(hit, uploads)
    if sound is None:
        st.caption(texts.MANY_NO_SOUND)
    else:
        player(sound, key="many_player", label=f"{event.label} {event.file}")
    given = {True: "Right", False: "Wrong"}.get(verdicts.get(hit))  # type: ignore[arg-type]
    key = f"many_verdict_{hit.recording}_{event.label}_{event.start}"
    st.segmented_control(
        texts.MANY_VERDICT,
        list(_VERDICT),
        default=given,
        key=key,
        on_change=_take_verdict,
        args=(key, hit),
    )


def _take_verdict(key: str, hit: Hit) -> None:
    verdicts: dict[Hit, bool] = st.session_state[_VERDICTS]
    chosen = st.session_state[key]
    if chosen is None:
        verdicts.pop(hit, None)
    else:
        verdicts[hit] = _VERDICT[chosen]


def _sound(hit: Hit, uploads: Uploads) -> Any:
    """Return the sound of a hit; the last one is kept, for a verdict changes nothing of it."""
    kept = st.session_state.get(_PLAYED)
    if kept is None or kept[0] != hit:
        found = sound_around(uploads, hit)
        kept = st.session_state[_PLAYED] = hit, None if found is None else found[0]
    return kept[1]


def _precision(hits: list[Hit], verdicts: dict[Hit, bool]) -> None:
    found = precision_by_threshold(hits, verdicts)
    if not found:
        st.caption(texts.MANY_JUDGE)
        return
    st.markdown(texts.MANY_PRECISION)
    rows = [
        {
            "Score from": threshold,
            "Right, %": percentage(share.value),
            "95% interval": interval_text(share.low, share.high, 0),
            "Judged": share.n,
        }
        for threshold, share in found
    ]
    table(rows, "many_precision", "The share of right hits by threshold.", most=_TABLE_HEIGHT)


def _downloads(shown: list[Hit], verdicts: dict[Hit, bool]) -> None:
    if not shown:
        return
    with st.container(horizontal=True):
        download("CSV", lambda: as_csv(hit_rows(shown, verdicts)), "hits.csv", key="many_csv")
        for kind, title in texts.MANY_LABELS.items():
            download(
                title,
                lambda kind=kind: label_archive(shown, kind),  # type: ignore[misc]
                f"labels-{kind}.zip",
                icon=":material/label:",
                key=f"many_labels_{kind}",
            )


def _forget() -> None:
    for key in (_FOUND, _VERDICTS, _PLAYED):
        st.session_state.pop(key, None)


def _clear() -> None:
    _forget()
    empty(_FILES)
