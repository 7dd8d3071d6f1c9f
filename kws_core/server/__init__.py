"""Routes beside the app's pages, without Streamlit: sound over a WebSocket, readiness, metrics.

``blocks`` are the messages with sound, ``line`` is the place where the sound of one session comes
in; ``switchboard`` says who may use it (with ``tokens``, ``origins`` and ``pace``), ``microphone``
is the route. ``readiness`` and ``metrics`` are for whoever runs the server; ``routes`` has all.
"""

from kws_core.server.line import Line
from kws_core.server.routes import routes
from kws_core.server.switchboard import Switchboard

__all__ = ["Line", "Switchboard", "routes"]
