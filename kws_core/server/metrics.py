"""Figures of the running server, in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from kws_core.live.frames import FRAME_S
from kws_core.live.totals import TOTALS, Totals
from kws_core.server.switchboard import Switchboard

PATH = "/kws/metrics"


class LiveCollector(Collector):
    """Reads the sums of all listeners and the open connections when it is asked."""

    def __init__(self, switchboard: Callable[[], Switchboard], totals: Totals = TOTALS) -> None:
        self._switchboard = switchboard
        self._totals = totals

    def collect(self) -> Iterator[Metric]:
        """Return the metrics."""
        sums = self._totals.read()
        yield _gauge("kws_live_streams", "Microphones and samples listened to", sums.listening)
        yield _gauge(
            "kws_live_websockets",
            "Microphones connected over a WebSocket",
            self._switchboard().n_streams,
        )
        yield _counter("kws_live_frames", "Pieces of sound that came", sums.frames)
        yield _counter("kws_live_windows", "Windows of one second that were scored", sums.windows)
        yield _counter(
            "kws_live_lost_frames", "Frames that were never scored", sums.lost_s / FRAME_S
        )
        yield _counter(
            "kws_live_dropped_frames", "Of the lost ones: too many were waiting", sums.dropped
        )
        time = GaugeMetricFamily(
            "kws_live_window_seconds",
            "Features and network of one window, of the last thousand",
            labels=["quantile"],
        )
        for quantile, seconds in (("0.5", sums.window_p50), ("0.95", sums.window_p95)):
            if seconds is not None:
                time.add_metric([quantile], seconds)
        yield time


class Metrics:
    """Answers with the figures."""

    def __init__(self, collector: Collector) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(collector)

    async def answer(self, request: Request) -> Response:
        """Return the metrics as a response."""
        return Response(self.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    def text(self) -> str:
        """Return the metrics as text."""
        return generate_latest(self._registry).decode()


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=value)


def _counter(name: str, what: str, value: float) -> Metric:
    return CounterMetricFamily(name, what, value=value)
