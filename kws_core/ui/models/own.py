"""Own test set: the accuracy of a model on recordings that a person uploads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import streamlit as st

from kws_core.charts.style import percent, readable
from kws_core.report.confusion import word_rows
from kws_core.report.confusion_chart import confusion_figure
from kws_core.report.own_files import Intake, UploadLimits
from kws_core.report.own_set import LONGEST_S, OwnClip, OwnResult, clip_table, measure_own_set
from kws_core.results.exporting import as_csv, as_plain_json, file_name
from kws_core.results.metrics import interval_text, top_confusions
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.models import texts
from kws_core.ui.models.controls import chart
from kws_core.ui.models.sections import Subject
from kws_core.ui.shared import own_recordings, taught_words
from kws_core.ui.shared.button import quiet_button
from kws_core.ui.shared.download import download
from kws_core.ui.shared.given import empty, key_of
from kws_core.ui.shared.messages import PRIVACY, plain
from kws_core.ui.shared.models_loaded import model_named
from kws_core.ui.shared.player import player
from kws_core.ui.shared.tables import left_out_table, table

# The session's own: nothing of it reaches a cache that sessions share.
_RESULT: Final = "models_own_result"
_FILES: Final = "models_own_files"
_MISTAKE: Final = "models_own_mistake"
_LIMITS: Final = UploadLimits()
_MB: Final = 2**20
# What was measured: the model, which of the taught words it were, recordings handed over by another
# page, and uploads by their names.
_Identity = tuple[str, int, tuple[str, bytes] | None, tuple[str, ...]]


def show(subject: Subject) -> None:
    """Take a test set, and show how well a model recognises it."""
    model, title = _listens(subject.model)
    st.caption(texts.OWN.format(longest=LONGEST_S))
    given = st.file_uploader(
        "Recordings, or a ZIP archive of them",
        accept_multiple_files=True,
        max_upload_size=_LIMITS.upload_bytes // _MB,
        key=key_of(_FILES),
        on_change=_forget,
        help=f"Up to {_LIMITS.files:,} files of {_LIMITS.file_bytes // _MB} MB, "
        f"{_LIMITS.total_bytes // _MB} MB unpacked, and {_LIMITS.seconds:g} s of work.",
    )
    uploads = [(upload.name, upload.getvalue()) for upload in given or []]
    handed = None if uploads else own_recordings.handed_over()
    kept: tuple[_Identity, OwnResult] | None = st.session_state.get(_RESULT)
    if kept is not None and kept[0][2] not in (None, handed):
        _forget()  # deleted where they came from
        kept = None
    if uploads or handed:
        file_ids = tuple(upload.file_id for upload in given or [])
        identity: _Identity = title, taught_words.turn(), handed, file_ids
        if kept is None or kept[0] != identity:
            result = _measure(model, title, [handed] if handed else uploads)
            kept = st.session_state[_RESULT] = identity, result
    if kept is None:
        st.caption(f"The result appears here. {PRIVACY}")
        st.page_link("pages/4_Live.py", label=texts.OWN_BY_MICROPHONE, icon=":material/mic:")
        return
    _show(kept[1])


def _forget() -> None:
    st.session_state.pop(_RESULT, None)


def _clear() -> None:
    _forget()
    own_recordings.forget()
    empty(_FILES)


def _listens(name: str) -> tuple[Recognizer, str]:
    """Return the model of that name, with this session's taught words if so wanted, and a title."""
    taught = taught_words.in_use()
    if taught is not None and taught.card.name == name:
        words = ", ".join(taught.lesson.head.words)
        if st.toggle(
            f"With your own words: {plain(words)}",
            value=True,
            key="models_own_taught",
            persist_state="session",
            help=texts.OWN_TAUGHT,
        ):
            return taught, f"{name} with {words}"
    return model_named(name), name


def _measure(model: Recognizer, title: str, uploads: list[tuple[str, bytes]]) -> OwnResult:
    progress = st.empty()
    with st.spinner("Listening to your recordings"):
        result = measure_own_set(
            uploads, model, Intake(_LIMITS), lambda n: progress.caption(f"{n:,} so far")
        )
    progress.empty()
    return replace(result, model=title)


def _show(result: OwnResult) -> None:
    share = result.accuracy
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{share.value:.1%}** of {share.n:,} recordings correct (95% interval "
            f"{interval_text(share.low, share.high)}), recognised by {plain(result.model)}",
            width="content",
        )
        quiet_button("Clear", "close", _clear, key="models_own_clear")
    confusion, mistakes = result.confusion, result.mistakes
    left, right = st.columns([2, 1], gap="medium")
    with left:
        n_right = int(np.trace(confusion.counts))
        chart(
            confusion_figure(confusion, "counts"),
            "models_own_confusion",
            f"Errors: {n_right} of {share.n} recordings are recognised correctly.",
        )
    with right:
        if mistakes:
            st.markdown(f"**{len(mistakes)} mistakes**, highest score first")
            rows = clip_table(mistakes)
            table(rows, "models_own_mistakes", "The mistakes.", most=260)
            _listen(result, mistakes)
        else:
            st.markdown("**No mistakes.**")
        words = word_rows(confusion)
        table(words, "models_own_words", "Every word.", most=260)
    _show_skipped(result)
    _downloads(result)


def _listen(result: OwnResult, mistakes: tuple[OwnClip, ...]) -> None:
    """Play the second of a mistake."""
    heard = {clip.number: clip for clip in mistakes if clip.number in result.sounds}
    number = st.selectbox(
        "Listen to", list(heard), format_func=lambda n: _titled(heard[n]), key=_MISTAKE
    )
    if number is not None:
        player(result.sounds[number], key="models_own_player", label=heard[number].path)


def _titled(clip: OwnClip) -> str:
    return f"{clip.path}: {readable(clip.heard)} {percent(clip.score)}"


def _show_skipped(result: OwnResult) -> None:
    if result.skipped:
        st.markdown(f"**{len(result.skipped)} files were left out**")
        left_out_table(result.skipped, "models_own_skipped", most=220)


def _downloads(result: OwnResult) -> None:
    files: dict[str, Any] = {
        "All clips": lambda: as_csv(clip_table(result.clips)),
        "Mistakes": lambda: as_csv(clip_table(result.mistakes)),
        "Left out": lambda: as_csv({"File": s.path, "Why": s.reason} for s in result.skipped),
    }
    with st.container(horizontal=True):
        for title, make in files.items():
            download(
                f"{title} as CSV",
                make,
                file_name("own", title, ending="csv"),
                key=f"models_own_csv_{title}",
            )
        download(
            "Figures as JSON",
            lambda: as_plain_json(_figures(result)),
            "own-figures.json",
            key="models_own_json",
        )


def _figures(result: OwnResult) -> dict[str, Any]:
    confusion = result.confusion
    return {
        "model": result.model,
        "accuracy": vars(result.accuracy),
        "words": word_rows(confusion),
        "confusion": {"labels": confusion.labels, "counts": np.asarray(confusion.counts).tolist()},
        "top_confusions": top_confusions(confusion.counts, confusion.labels),
        "skipped": [vars(one) for one in result.skipped],
    }
