"""Whether the browser of a session still shows the page."""

from __future__ import annotations

from collections.abc import Callable

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx


def page_is_open() -> Callable[[], bool]:
    """Return a thread-safe function that is true while this session still shows this page.

    Streamlit calls nothing when a tab closes, and a page that renews itself does so too rarely
    where the browser is busy.
    """
    run = get_script_run_ctx()
    if run is None:
        return lambda: False
    server, session = runtime.get_instance(), run.session_id
    pages, page = run.pages_manager, run.page_script_hash
    return lambda: server.is_active_session(session) and pages.current_page_script_hash == page
