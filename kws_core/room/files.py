"""What a test of a room found, as CSV, JSON and a ZIP archive with the sounds."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from kws_core.audio.waveform import SAMPLE_RATE, to_wav
from kws_core.results.exporting import as_csv, as_plain_json
from kws_core.results.metrics import Rate, Share
from kws_core.room.alarms import Alarm, AlarmCount, Pcm
from kws_core.room.curve import RoomPoint, room_curve
from kws_core.room.prompts import PromptTest
from kws_core.spotting import DetectorSettings


def curve_csv(count: AlarmCount | None, prompts: PromptTest | None) -> str:
    """Return a row for each threshold: false alarms per hour and missed words, with intervals."""
    return as_csv(_curve_row(point) for point in room_curve(count, prompts))


def as_json(count: AlarmCount | None, prompts: PromptTest | None) -> str:
    """Return all figures: settings, alarms, words and the curve; times in seconds."""
    return as_plain_json(figures(count, prompts))


def figures(count: AlarmCount | None, prompts: PromptTest | None) -> dict[str, Any]:
    """Return what `as_json` writes."""
    found: dict[str, Any] = {}
    if count is not None:
        found["alarms"] = {
            **_setting(count.model, count.settings),
            "begun": count.begun.isoformat(timespec="seconds"),
            "seconds": count.seconds,
            "false_alarms": None if count.rate is None else asdict(count.rate),
            "by_word": count.by_word,
            "near_alarms": count.n_near,
            "kept": [_alarm_row(alarm) for alarm in count.kept],
        }
    if prompts is not None:
        found["words"] = {
            **_setting(prompts.model, prompts.settings),
            "begun": prompts.begun.isoformat(timespec="seconds"),
            "missed": asdict(prompts.missed),
            "mistaken": asdict(prompts.mistaken),
            "median_latency": prompts.latency,
            "replies": _reply_rows(prompts),
        }
    found["curve"] = [_curve_row(point) for point in room_curve(count, prompts)]
    return found


def as_zip(count: AlarmCount | None, prompts: PromptTest | None) -> bytes:
    """Return an archive of the figures, the tables and the sounds as 16-bit WAV at 16 kHz.

    The sounds of words lie in folders named like them, as a test set of one's own does.
    """
    files: dict[str, bytes] = {
        "room.json": as_json(count, prompts).encode(),
        "curve.csv": curve_csv(count, prompts).encode(),
    }
    if count is not None:
        files["alarms.csv"] = as_csv(map(_alarm_row, count.kept)).encode()
        files |= {_alarm_name(alarm): _wav(alarm.sound) for alarm in count.kept}
    if prompts is not None:
        files["words.csv"] = as_csv(_reply_rows(prompts)).encode()
        files |= {f"words/{name}": wav for name, wav in word_sounds(prompts)}
    return _archive(files.items())


def own_set_zip(prompts: PromptTest) -> bytes:
    """Return the sounds of the words as a test set: an archive with a folder for each word."""
    return _archive(word_sounds(prompts))


def word_sounds(prompts: PromptTest) -> list[tuple[str, bytes]]:
    """Return the sound of each word as (``WORD/NUMBER.wav``, bytes)."""
    return [
        (f"{reply.word}/{number:02d}.wav", _wav(reply.sound))
        for number, reply in enumerate(prompts.replies, start=1)
        if len(reply.sound)
    ]


def _archive(files: Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def _wav(sound: Pcm) -> bytes:
    return to_wav(sound / 2**15, SAMPLE_RATE)


def _setting(model: str, settings: DetectorSettings) -> dict[str, Any]:
    return {"model": model, "detector": asdict(settings)}


def _alarm_name(alarm: Alarm) -> str:
    kind = "near" if alarm.is_near else "alarm"
    return f"alarms/{alarm.number:04d}-{kind}-{alarm.label}.wav"


def _alarm_row(alarm: Alarm) -> dict[str, Any]:
    return {
        "number": alarm.number,
        "kind": "near" if alarm.is_near else "alarm",
        "word": alarm.label,
        "score": round(alarm.score, 4),
        "second": round(alarm.time, 2),
        "at_utc": alarm.at.isoformat(timespec="milliseconds"),
        "file": _alarm_name(alarm),
    }


def _reply_rows(prompts: PromptTest) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "word": reply.word,
            "heard": reply.heard,
            "score": None if reply.score is None else round(reply.score, 4),
            "latency_s": None if reply.latency is None else round(reply.latency, 3),
            "extra": reply.extra,
        }
        for number, reply in enumerate(prompts.replies, start=1)
    ]


def _curve_row(point: RoomPoint) -> dict[str, Any]:
    alarms, missed = point.alarms, point.missed
    return {
        "threshold": point.threshold,
        **_interval("alarms_per_hour", alarms, None if alarms is None else alarms.per_hour),
        **_interval("missed", missed, None if missed is None else missed.value),
    }


def _interval(name: str, of: Rate | Share | None, value: float | None) -> dict[str, Any]:
    low, high = (None, None) if of is None else (of.low, of.high)
    columns = {name: value, f"{name}_low": low, f"{name}_high": high}
    return {key: None if x is None else round(x, 4) for key, x in columns.items()}
