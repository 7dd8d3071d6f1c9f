"""Which way the sound takes, when another one is tried, and what is said of it."""

from __future__ import annotations

import pytest

from kws_core.live.connection import (
    GIVE_UP_LOCAL_S,
    GIVE_UP_S,
    SILENT_S,
    Link,
    gives_up,
    trouble,
    usual_way,
)


@pytest.mark.parametrize(
    ("local", "has_servers", "failed", "way"),
    [
        (True, False, False, "webrtc"),
        (False, True, False, "webrtc"),
        (False, False, False, "websocket"),
        (True, False, True, "websocket"),
        (False, True, True, "websocket"),
    ],
)
def test_webrtc_is_tried_where_it_is_likely_to_connect_and_has_not_failed(
    local: bool, has_servers: bool, failed: bool, way: str
) -> None:
    assert usual_way(local=local, has_servers=has_servers, failed=failed) == way


def test_webrtc_that_brings_no_sound_is_given_up_after_a_few_seconds() -> None:
    for before, after in (
        (Link(connecting=GIVE_UP_S - 1), Link(connecting=GIVE_UP_S + 1)),
        (Link(connected=GIVE_UP_S - 1), Link(connected=GIVE_UP_S + 1)),
        (
            Link(connecting=GIVE_UP_LOCAL_S - 1, local=True),
            Link(connecting=GIVE_UP_LOCAL_S + 1, local=True),
        ),
    ):
        assert not gives_up(before)
        assert gives_up(after)
    for since_frame in (50, None):  # it did bring sound: since a while, or before a pause
        assert not gives_up(Link(connected=60, since_frame=since_frame, heard=True))
    assert not gives_up(Link())
    assert not gives_up(Link("websocket", connecting=99))


def test_a_websocket_needs_nobody_to_press_anything() -> None:
    for link in (
        Link("websocket", connecting=20),
        Link("websocket", connected=20, since_frame=SILENT_S + 1),
        Link("websocket", connected=20, since_frame=0, late=3),
    ):
        text = trouble(link)
        assert text is not None
        assert "by itself" in text
        assert "Press" not in text
    text = trouble(Link("webrtc", connected=20, since_frame=SILENT_S + 1))
    assert text is not None
    assert "Press Stop, then Start" in text
