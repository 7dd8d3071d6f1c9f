"""Problems of the connection from a microphone to the server, each with a remedy, in one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Way = Literal["webrtc", "websocket"]

CONNECTING_S = 8.0  # a connection that works takes one or two
GIVE_UP_S = 5.0  # of WebRTC, and then the WebSocket is tried
GIVE_UP_LOCAL_S = 15.0  # where no network is in the way, and a busy computer is only slow
SILENT_S = 2.5  # without a frame
LATE_S = 1.0
LOST_SHARE = 0.02


@dataclass(frozen=True)
class Link:
    """A connection; times in seconds.

    way: how the sound comes. connecting, connected: how long it has been so, None if it is not.
    since_frame: since sound last came, None also after a pause; heard: whether any came since it is
    connected. late: delay of the sound compared with the fastest frame.
    behind: seconds of it that wait for the detector. lost: the share that never came. relayed:
    whether a TURN server is set up. local: whether it does not leave this computer.
    """

    way: Way = "webrtc"
    connecting: float | None = None
    connected: float | None = None
    since_frame: float | None = None
    heard: bool = False
    late: float = 0.0
    behind: float = 0.0
    lost: float = 0.0
    relayed: bool = False
    local: bool = False


def usual_way(*, local: bool, has_servers: bool, failed: bool) -> Way:
    """Return the way to try: WebRTC where it is likely to connect, and has not failed before.

    WebRTC drops sound that comes late, which a WebSocket delivers. But it needs a way of its own
    between browser and server: there is one on one computer, and where ICE servers are set up.
    """
    return "webrtc" if (local or has_servers) and not failed else "websocket"


def gives_up(link: Link) -> bool:
    """Whether WebRTC has tried for long enough to connect, or brings no sound."""
    if link.way != "webrtc":
        return False
    patience = GIVE_UP_LOCAL_S if link.local else GIVE_UP_S
    if link.connecting is not None:
        return link.connecting > patience
    return link.connected is not None and not link.heard and link.connected > patience


def trouble(link: Link) -> str | None:
    """Return the problem and the remedy, or None if all is well.

    On one computer no network is in the way: what is slow there is the computer.
    """
    if link.connecting is not None and link.connecting > CONNECTING_S:
        return f"No connection after {link.connecting:.0f} s. {_no_connection(link)}"
    if link.connected is None:
        return None
    silent = link.connected if link.since_frame is None else link.since_frame
    if min(silent, link.connected) > SILENT_S:
        cause = "this computer is busy" if link.local else "the connection is lost or very slow"
        return f"No sound for {silent:.0f} s: {cause}. {_remedy(link)}"
    if link.behind > LATE_S:
        busy = "This computer" if link.local else "The server"
        return f"{busy} is busy: {link.behind:.1f} s of sound are waiting. Words come late."
    if link.late > LATE_S:
        if link.local:
            return f"This computer is busy: sound arrives {link.late:.1f} s late, and so do words."
        return f"Slow connection: sound arrives {link.late:.1f} s late. {_remedy(link)}"
    if link.lost > LOST_SHARE:
        cause = "This computer is busy" if link.local else "Poor connection"
        return f"{cause}: {100 * link.lost:.0f}% of the sound was lost. Words will be missed."
    return None


def _remedy(link: Link) -> str:
    if link.way == "websocket":
        return "It goes on by itself once the network does."
    return "Press Stop, then Start."


def _no_connection(link: Link) -> str:
    if link.way == "websocket":
        return "The page tries again by itself."
    if link.local:
        return "This computer is busy: wait, or press Stop, then Start."
    if link.relayed:
        return "A firewall blocks it, or the TURN server does not answer. Try another network."
    return "Some networks need a TURN server; none is set up. Try another network."
