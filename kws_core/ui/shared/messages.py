"""What the pages say about privacy, microphones and failures, and how a failure is shown."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import streamlit as st

from kws_core.errors import KwsError

PRIVACY: Final = "Audio is processed in memory by this server and not kept."
PRIVACY_DETAILS: Final = (
    "Recordings and uploads are never written to disk. They are dropped when you clear them, or "
    "within about 2 minutes of closing the tab."
)

UNEXPECTED: Final = (
    "Something went wrong that should not have. The details are in the server's log. "
    "Please try again, or try another recording."
)

MICROPHONE_HELP: Final = """
- **Access refused?** Select the icon to the left of the page's address, allow the microphone,
  and reload the page.
- **No microphone found?** Plug one in or switch it on, check that the computer's sound settings
  list it, and reload the page.
- **Page not secure?** Browsers give the microphone only to pages on https:// or on localhost.
  Open the app at such an address.

Without a microphone, a sample clip or an uploaded recording shows the same.
"""

INSECURE_PAGE: Final = (
    "This page was opened at an address that is neither https:// nor localhost, so the browser "
    "will not give it a microphone. Open it at a secure address, or upload a recording instead."
)

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:])")


def plain(text: str) -> str:
    """Text from outside, such as a file's name, made to read as it is within Markdown."""
    return _MARKDOWN.sub(r"\\\1", re.sub(r"[\r\n\t]+", " ", text))


def can_have_microphone(url: str | None) -> bool:
    """Whether a browser gives the microphone to the page at `url`; unknown addresses pass."""
    parts = urlsplit(url or "")
    host = parts.hostname or ""
    local = host in ("localhost", "::1") or host.endswith(".localhost") or host.startswith("127.")
    return parts.scheme != "http" or local


def words_for(error: Exception, what: str, log: logging.Logger) -> str:
    """Log a failure, and return what to tell the person about it.

    what: was being done, for the log. The log gets no name of a file: names can be private.
    """
    if isinstance(error, KwsError):
        log.warning("%s failed: %s: %s", what, type(error).__name__, error)
        return str(error)
    log.exception("%s failed unexpectedly", what, exc_info=error)
    return UNEXPECTED


@contextmanager
def calm_errors(what: str) -> Iterator[None]:
    """Show a failure inside the block as a message instead of a traceback, and log it."""
    try:
        yield
    except Exception as error:
        st.error(words_for(error, what, logging.getLogger(__name__)), icon=":material/error:")
