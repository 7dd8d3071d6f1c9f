"""What is wrong with the way from a microphone to the server, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

CONNECTING_S = 8.0  # a connection that works takes one or two
SILENT_S = 2.5  # without a frame
LATE_S = 1.0
LOST_SHARE = 0.02

_START_ANEW = "Select Stop, then Start"


@dataclass(frozen=True)
class Link:
    """A connection: seconds since it was asked for or has stood, None if it is not so.

    since_frame: seconds since sound last came. late: seconds by which it comes later than it did
    at best. behind: seconds of it that wait for the detector. lost: the share that never came.
    relayed: whether a TURN server is set up. local: whether it does not leave this computer.
    """

    connecting: float | None = None
    connected: float | None = None
    since_frame: float | None = None
    late: float = 0.0
    behind: float = 0.0
    lost: float = 0.0
    relayed: bool = False
    local: bool = False


def trouble(link: Link) -> str | None:
    """Return what is wrong and what to do, or None if all is well."""
    if link.connecting is not None and link.connecting > CONNECTING_S:
        return f"No connection after {link.connecting:.0f} seconds. {_no_connection(link)}"
    if link.connected is None:
        return None
    silent = link.connected if link.since_frame is None else link.since_frame
    if min(silent, link.connected) > SILENT_S:
        return (
            f"No sound has come for {silent:.0f} seconds: the connection is lost or very slow. "
            f"Check the network. {_START_ANEW} to connect again."
        )
    if link.behind > LATE_S:
        return (
            f"The server is busy: {link.behind:.1f} seconds of sound wait to be listened to, so "
            "words are heard late. Try again when fewer people use it."
        )
    if link.late > LATE_S:
        return (
            f"The connection is slow: sound arrives {link.late:.1f} seconds late. Words are heard, "
            f"but later. Close what else uses the network. {_START_ANEW} to catch up."
        )
    if link.lost > LOST_SHARE:
        return (
            f"{100 * link.lost:.0f}\N{NO-BREAK SPACE}% of the sound was lost on the way, so words "
            "will be missed. Move closer to the wireless router, or use a cable."
        )
    return None


def _no_connection(link: Link) -> str:
    if link.local:
        return (
            "It stays on this computer, so no network is in the way: the computer may be busy. "
            f"Wait a little, or {_START_ANEW[0].lower()}{_START_ANEW[1:]} to try again."
        )
    if link.relayed:
        return (
            "A firewall may block it, or the TURN server does not answer. Try another network; "
            "the sample recordings and the page Recognise work without such a connection."
        )
    return (
        "The server has no TURN server set up, which networks with a firewall need. Try another "
        "network, or ask whoever runs this app; the sample recordings and the page Recognise work "
        "without such a connection."
    )
