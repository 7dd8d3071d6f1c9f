"""Two copies of the app behind nginx, set up by the file that is shipped for it."""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest
import requests
import uvicorn
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from kws_core.live.ice import ice_servers
from tests.helpers.app import ENTRY, ROOT
from tests.helpers.browser import AppServer, run_server
from tests.helpers.waiting import free_port, wait_for_server

CONFIGURATION = ROOT / "deploy" / "nginx" / "kws.conf"
PATIENCE_S = 60.0
MOST_VISITORS = 20  # that both copies are used by: by chance, not so once in half a million times


@dataclass(frozen=True)
class Served:
    """The proxy, and what is behind it."""

    url: str
    plain_url: str
    certificate: Path
    log: Path
    copies: tuple[AppServer, ...]

    def copies_of(self, browser: str) -> set[str]:
        """Return which copies answered a browser, by its cookie."""
        lines = self.log.read_text().splitlines()
        ours = (line for line in lines if f"browser={browser}" in line)
        return {line.partition("copy=")[2].partition(" ")[0] for line in ours} - {"-"}


def with_changes(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run two copies of the app, and nginx with the configuration that is shipped."""
    # Debian keeps it where only an administrator's shell looks.
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    openssl = shutil.which("openssl")
    if nginx is None or openssl is None:
        pytest.skip("nginx or openssl is not installed (apt install nginx-light openssl)")
    folder = tmp_path_factory.mktemp("proxy")
    certificate, key = folder / "fullchain.pem", folder / "privkey.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *subject]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([openssl, *new, *files], check=True, capture_output=True)
    with ExitStack() as stack:
        copies = tuple(
            stack.enter_context(run_server(ENTRY, folder / f"copy{i}.log")) for i in (1, 2)
        )
        port, plain = free_port(), free_port()
        changes = {
            f"app-{i}:8501": copy.url.removeprefix("http://") for i, copy in enumerate(copies, 1)
        }
        changes |= {
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            "    listen [::]:80;\n": "",
            "    listen [::]:443 ssl;\n": "",
            "/etc/nginx/certificates": str(folder),
            "/var/log/nginx/access.log": str(folder / "access.log"),
            "/var/www/acme": str(folder),
        }
        (folder / "kws.conf").write_text(with_changes(CONFIGURATION.read_text(), changes))
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "".join(f"{kind}_temp_path {folder / kind};" for kind in kinds)
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder / 'pid'}; worker_processes 1;"
            f"events {{}} http {{ {places} include {folder / 'kws.conf'}; }}"
        )
        command = [nginx, "-p", str(folder), "-c", "nginx.conf", "-e", str(folder / "error.log")]
        process = subprocess.Popen(command)
        stack.callback(process.wait, timeout=PATIENCE_S)
        stack.callback(process.terminate)
        wait_for_server(port, process)
        yield Served(
            url=f"https://127.0.0.1:{port}",
            plain_url=f"http://127.0.0.1:{plain}",
            certificate=certificate,
            log=folder / "access.log",
            copies=copies,
        )


class Visitor:
    """A browser: it keeps cookies, opens the page's WebSocket and uploads a file."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self.http = requests.Session()
        self.http.verify = str(served.certificate)
        self.http.trust_env = False  # neither its proxies nor its certificates
        assert self.http.get(served.url + "/Live", timeout=PATIENCE_S).status_code == 200
        # The page's first question, which brings the cookie against forged requests.
        self.http.get(served.url + "/_stcore/health", timeout=PATIENCE_S)
        self.cookie = self.http.cookies["kws_copy"]

    @property
    def token(self) -> str:
        return str(self.http.cookies["_streamlit_xsrf"])

    def open(self, path: str, *protocols: str) -> ClientConnection:
        cookies = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        return connect(
            self._served.url.replace("https:", "wss:") + path,
            ssl=ssl.create_default_context(cafile=str(self._served.certificate)),
            origin=self._served.url,  # type: ignore[arg-type]
            additional_headers={"Cookie": cookies},
            subprotocols=protocols or None,  # type: ignore[arg-type]
            open_timeout=PATIENCE_S,
            max_size=None,
        )

    @contextmanager
    def open_page(self) -> Iterator[ClientConnection]:
        """Open the page's WebSocket, and read at its end what was sent meanwhile."""
        with self.open("/_stcore/stream", "streamlit", self.token) as stream:
            yield stream
            # Unread, it would hold up the closing.
            Thread(target=lambda: list(stream), daemon=True).start()

    def begin_session(self, stream: ClientConnection) -> str:
        """Run the page, and return the session's id."""
        ask = BackMsg()
        ask.rerun_script.query_string = ""
        stream.send(ask.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(stream.recv(timeout=PATIENCE_S))
            if answer.WhichOneof("type") == "new_session":
                return str(answer.new_session.initialize.session_id)

    def upload(self, session: str) -> int:
        """Upload a file to a session, and return the status."""
        return self.http.put(
            f"{self._served.url}/_stcore/upload_file/{session}/a-file",
            files={"file": ("words.zip", bytes(3_000_000))},
            headers={"X-Xsrftoken": self.token},
            timeout=PATIENCE_S,
        ).status_code


def visitors_of_both_copies(served: Served) -> tuple[Visitor, Visitor]:
    """Draw visitors until two of them are on different copies."""
    by_copy: dict[str, Visitor] = {}
    for _ in range(MOST_VISITORS):
        visitor = Visitor(served)
        (copy,) = served.copies_of(visitor.cookie)
        by_copy[copy] = visitor
        if len(by_copy) == 2:
            first, second = by_copy.values()
            return first, second
    raise AssertionError("one copy has all visitors")


@pytest.mark.slow
def test_pages_uploads_and_websockets_of_a_browser_stay_on_one_copy(served: Served) -> None:
    visitors = visitors_of_both_copies(served)
    with ExitStack() as stack:
        sessions = []
        for visitor in visitors:
            stream = stack.enter_context(visitor.open_page())
            sessions.append(visitor.begin_session(stream))
            # The sound's WebSocket gets through, to where it is refused without a token.
            with pytest.raises(InvalidStatus) as refused, visitor.open("/kws/microphone"):
                pass
            assert refused.value.response.status_code == 403
        # Only the copy that has the session takes a file for it.
        first, second = visitors
        assert [first.upload(sessions[0]), second.upload(sessions[1])] == [204, 204]
        assert first.upload(sessions[1]) in (400, 403, 404)
    assert all(len(served.copies_of(visitor.cookie)) == 1 for visitor in visitors)


@pytest.mark.slow
def test_plain_http_leads_to_tls_and_metrics_stay_inside(served: Served) -> None:
    answer = requests.get(served.plain_url + "/Live?a=b", allow_redirects=False, timeout=PATIENCE_S)
    assert answer.status_code == 308
    assert answer.headers["Location"] == "https://127.0.0.1/Live?a=b"
    browser = Visitor(served)
    assert browser.http.get(served.url + "/kws/metrics", timeout=PATIENCE_S).status_code == 404
    ready = browser.http.get(served.url + "/kws/ready", timeout=PATIENCE_S)
    assert ready.status_code in (200, 503)  # the model may be loading
    assert "application/json" in ready.headers["Content-Type"]


@pytest.mark.slow
def test_a_cookie_that_the_proxy_did_not_make_is_replaced(served: Served) -> None:
    answer = requests.get(
        served.url,
        cookies={"kws_copy": "made up"},
        verify=str(served.certificate),
        timeout=PATIENCE_S,
    )
    assert len(answer.cookies["kws_copy"]) == 32
    header = answer.headers["Set-Cookie"]
    assert all(part in header for part in ("Secure", "HttpOnly", "SameSite=Lax"))


def test_the_proxy_drops_idle_connections_before_the_app_does() -> None:
    (seconds,) = re.findall(r"keepalive_timeout (\d+)s;", CONFIGURATION.read_text())
    assert int(seconds) < uvicorn.Config("app").timeout_keep_alive


def test_what_the_image_is_to_take_is_there() -> None:
    taken = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert [path for path in taken if not (ROOT / path).exists()] == []


def test_the_parts_of_the_compose_file_fit_each_other_and_its_example() -> None:
    yaml = pytest.importorskip("yaml")
    text = (ROOT / "compose.yaml").read_text()
    example = (ROOT / "deploy" / "example.env").read_text()
    names = dict.fromkeys(re.findall(r"^(\w+)=", example, re.MULTILINE), "given")
    assert set(re.findall(r"\$\{(\w+)", text)) == set(names)
    content = yaml.safe_load(re.sub(r"\$\{(\w+)[^}]*\}", lambda m: names[m[1]], text))
    services = content["services"]
    copies = {name for name in services if name.startswith("app-")}
    assert set(re.findall(r"server (app-\d):8501", CONFIGURATION.read_text())) == copies
    assert set(services["proxy"]["depends_on"]) == copies
    mounted = [volume.partition(":")[0] for volume in services["proxy"]["volumes"]]
    assert all((ROOT / path).exists() for path in mounted)
    # The app makes credentials of what it is given, for the port that coturn listens on.
    environment = services["app-1"]["environment"]
    (server,) = ice_servers({}, environment, local=False)
    assert server["urls"] == [f"turn:given:3478?transport={kind}" for kind in ("udp", "tcp")]
    assert server["username"].endswith(":kws")
    assert {"--listening-port=3478", "--use-auth-secret"} <= set(services["turn"]["command"])
