"""Which STUN and TURN servers to use, from secrets or the environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kws_core.errors import SettingsError

VARIABLE = "KWS_ICE_SERVERS"  # JSON, as in the secrets
SECRET = "ice_servers"

IceServer = dict[str, Any]


def ice_servers(
    secrets: Mapping[str, Any], environment: Mapping[str, str], *, local: bool
) -> list[IceServer]:
    """Return the servers as WebRTC takes them: urls, and with TURN username and credential.

    The secrets come before the environment. None for a page on this very computer, which needs
    none and then works offline, and none where nobody set them up. Raises SettingsError if they
    make no sense.
    """
    if local:
        return []
    if SECRET in secrets:
        return _checked(secrets[SECRET], f"the secret {SECRET}")
    text = environment.get(VARIABLE, "").strip()
    if not text:
        return []
    try:
        return _checked(json.loads(text), VARIABLE)
    except json.JSONDecodeError as error:
        raise SettingsError(f"{VARIABLE} is no JSON ({error}). {_EXPECTED}") from error


def has_relay(servers: list[IceServer]) -> bool:
    """Whether one of the servers is a TURN server."""
    return any(url.startswith(("turn:", "turns:")) for s in servers for url in _urls(s))


_EXPECTED = (
    "Give a list such as "
    '[{"urls": "turn:turn.example.com:3478", "username": "me", "credential": "secret"}].'
)


def _checked(given: Any, where: str) -> list[IceServer]:
    if not isinstance(given, list | tuple):
        raise SettingsError(f"{where} is no list. {_EXPECTED}")
    servers = []
    for entry in given:
        if not isinstance(entry, Mapping) or not _urls(entry):
            raise SettingsError(f"{where} has an entry without urls. {_EXPECTED}")
        if not all(url.startswith(("stun:", "stuns:", "turn:", "turns:")) for url in _urls(entry)):
            raise SettingsError(f"{where} has an address that is neither stun: nor turn:.")
        kept = ("username", "credential")
        servers.append({"urls": _urls(entry), **{k: str(entry[k]) for k in kept if k in entry}})
    return servers


def _urls(entry: Mapping[str, Any]) -> list[str]:
    urls = entry.get("urls", [])
    return [urls] if isinstance(urls, str) else [str(url) for url in urls]
