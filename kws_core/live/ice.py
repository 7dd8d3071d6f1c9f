"""Which STUN and TURN servers to use, from secrets or the environment.

A TURN server that knows a secret (coturn's ``use-auth-secret``) needs no list of users: a user name
is the time until which it is good, and its password a signature of that with the secret. So every
browser gets credentials that soon are worth nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from kws_core.errors import SettingsError

VARIABLE = "KWS_ICE_SERVERS"  # JSON, as in the secrets
SECRET = "ice_servers"

LIFETIME_S = 3600.0  # of credentials, at least; a connection that stands may last longer
_STEP_S = 600  # by which their end moves on: the same ones for the runs of a page in between
_NAME = "kws"

IceServer = dict[str, Any]


def ice_servers(
    secrets: Mapping[str, Any],
    environment: Mapping[str, str],
    *,
    local: bool,
    clock: Callable[[], float] = time.time,
) -> list[IceServer]:
    """Return the servers as WebRTC takes them: urls, and with TURN username and credential.

    The secrets come before the environment. None for a page on this very computer, which needs
    none and then works offline, and none where nobody set them up. An entry with a ``secret``
    instead gets a user name and credential that end by themselves. Raises SettingsError if they
    make no sense.
    """
    if local:
        return []
    if SECRET in secrets:
        return _checked(secrets[SECRET], f"the secret {SECRET}", clock())
    text = environment.get(VARIABLE, "").strip()
    if not text:
        return []
    try:
        return _checked(json.loads(text), VARIABLE, clock())
    except json.JSONDecodeError as error:
        raise SettingsError(f"{VARIABLE} is no JSON ({error}). {_EXPECTED}") from error


def has_relay(servers: list[IceServer]) -> bool:
    """Whether one of the servers is a TURN server."""
    return any(url.startswith(("turn:", "turns:")) for s in servers for url in _urls(s))


_EXPECTED = (
    'Give a list such as [{"urls": "turn:turn.example.com:3478", "secret": "what coturn knows"}].'
)


def temporary_credentials(secret: str, now: float, lifetime_s: float = LIFETIME_S) -> IceServer:
    """Return user name and credential for a TURN server that knows the secret.

    now: seconds since 1970. They are good for `lifetime_s` seconds, and up to ten minutes more.
    """
    until = math.ceil((now + lifetime_s) / _STEP_S) * _STEP_S
    username = f"{until}:{_NAME}"
    signature = hmac.digest(secret.encode(), username.encode(), hashlib.sha1)
    return {"username": username, "credential": base64.b64encode(signature).decode("ascii")}


def _checked(given: Any, where: str, now: float) -> list[IceServer]:
    if not isinstance(given, list | tuple):
        raise SettingsError(f"{where} is no list. {_EXPECTED}")
    servers = []
    for entry in given:
        if not isinstance(entry, Mapping) or not _urls(entry):
            raise SettingsError(f"{where} has an entry without urls. {_EXPECTED}")
        if not all(url.startswith(("stun:", "stuns:", "turn:", "turns:")) for url in _urls(entry)):
            raise SettingsError(f"{where} has an address that is neither stun: nor turn:.")
        kept = {k: str(entry[k]) for k in ("username", "credential") if k in entry}
        if "secret" in entry:
            kept = temporary_credentials(str(entry["secret"]), now)
        servers.append({"urls": _urls(entry), **kept})
    return servers


def _urls(entry: Mapping[str, Any]) -> list[str]:
    urls = entry.get("urls", [])
    return [urls] if isinstance(urls, str) else [str(url) for url in urls]
