"""Which pages may open a connection: this app's own, and those that the settings allow."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit


def origin_of(url: str | None) -> str | None:
    """Return scheme, host and port of a page's address as browsers name its origin, or None."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_own_page(
    origin: str | None, page: str | None, host: str | None, allowed: Collection[str] = ()
) -> bool:
    """Whether a connection comes from the page that it was offered to.

    origin, host: headers of the connection. page: the address of the page that got the token;
    where it is unknown, the origin must name the host that was asked. allowed: other origins, or
    hosts, as in Streamlit's server.corsAllowedOrigins. No origin is not good enough: browsers
    always send one.
    """
    given = origin_of(origin)
    if given is None:
        return False
    own = origin_of(page)
    if given == own or (own is None and host and urlsplit(given).netloc == host.lower()):
        return True
    names = {entry.strip().rstrip("/").lower() for entry in allowed}
    return given in names or urlsplit(given).hostname in names
