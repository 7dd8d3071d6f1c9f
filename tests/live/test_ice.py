"""Which STUN and TURN servers are used, and credentials that end by themselves."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import aioice.stun
import aioice.turn
import pytest

from kws_core.errors import SettingsError
from kws_core.live.ice import LIFETIME_S, VARIABLE, has_relay, ice_servers, temporary_credentials
from tests.helpers.waiting import free_port, wait_for_server

NOW = 1_800_000_123.0
PATIENCE_S = 20.0
TURN = {"urls": "turn:turn.example.com:3478", "username": "me", "credential": "secret"}


def test_servers_come_from_secrets_or_the_environment_and_none_is_used_locally() -> None:
    environment = {VARIABLE: json.dumps([{"urls": ["stun:stun.example.com"]}])}
    secrets = {"ice_servers": [TURN]}
    stun = [{"urls": ["stun:stun.example.com"]}]
    assert ice_servers(secrets, environment, local=True) == []
    assert ice_servers({}, {}, local=False) == []
    assert ice_servers({}, environment, local=False) == stun
    found = ice_servers(secrets, environment, local=False)
    assert found == [TURN | {"urls": [TURN["urls"]]}]
    assert has_relay(found)
    assert not has_relay(stun)


@pytest.mark.parametrize(
    "given", ['{"urls": "stun:a"}', "[{}]", '[{"urls": "http://a"}]', "stun:a"]
)
def test_servers_that_make_no_sense_are_explained(given: str) -> None:
    with pytest.raises(SettingsError, match=VARIABLE):
        ice_servers({}, {VARIABLE: given}, local=False)


def test_a_secret_gives_way_to_a_user_name_that_ends_and_its_signature() -> None:
    entry = {"urls": "turns:turn.example.com:5349", "secret": "never shown"}
    (found,) = ice_servers({}, {VARIABLE: json.dumps([entry])}, local=False, clock=lambda: NOW)
    assert set(found) == {"urls", "username", "credential"}
    assert "never shown" not in str(found)
    until = float(found["username"].partition(":")[0])
    assert LIFETIME_S <= until - NOW <= LIFETIME_S + 600
    signature = hmac.new(b"never shown", found["username"].encode(), hashlib.sha1).digest()
    assert base64.b64decode(found["credential"]) == signature
    assert has_relay([found])


def test_credentials_stay_the_same_for_minutes_and_then_others_follow() -> None:
    ends = [temporary_credentials("s", NOW + at)["username"] for at in (0, 1, 60, 600, 601)]
    assert len(set(ends[:3])) == 1
    assert ends[3] == ends[4] != ends[0]


@pytest.fixture
def coturn(tmp_path: Path) -> Iterator[int]:
    """Run coturn with a shared secret, and return its port."""
    program = shutil.which("turnserver")
    if program is None:
        pytest.skip("coturn is not installed (apt install coturn)")
    port = free_port()
    options = ["--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={port}"]
    options += ["--use-auth-secret", "--static-auth-secret=shared", "--realm=kws", "--no-cli"]
    options += ["--no-tls", "--no-dtls", "--allow-loopback-peers", "-n", "--log-file=stdout"]
    options += [f"--pidfile={tmp_path / 'pid'}", f"--userdb={tmp_path / 'db'}"]
    process = subprocess.Popen(
        [program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for_server(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


def relays(port: int, credentials: dict[str, str]) -> bool:
    """Tell whether a TURN server gives a relay for these credentials."""

    async def allocate() -> None:
        transport, _ = await aioice.turn.create_turn_endpoint(
            asyncio.DatagramProtocol,
            server_addr=("127.0.0.1", port),
            username=credentials["username"],
            password=credentials["credential"],
            transport="tcp",
        )
        transport.close()

    try:
        asyncio.run(asyncio.wait_for(allocate(), PATIENCE_S))
    except aioice.stun.TransactionFailed:
        return False
    return True


def test_coturn_takes_the_credentials_and_neither_old_nor_forged_ones(coturn: int) -> None:
    now = time.time()
    assert relays(coturn, temporary_credentials("shared", now))
    assert not relays(coturn, temporary_credentials("guessed", now))
    assert not relays(coturn, temporary_credentials("shared", now - LIFETIME_S - 1200))
