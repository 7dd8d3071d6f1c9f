"""One batch for what several threads ask of a network at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[Any]


@dataclass(eq=False)
class _Call:
    rows: Rows
    answer: Rows | None = None
    failure: BaseException | None = None
    wake: threading.Event = field(default_factory=threading.Event)  # answered, or its turn

    @property
    def is_open(self) -> bool:
        return self.answer is None and self.failure is None


class GroupCalls:
    """Calls a function of rows (n, ...) for several threads at once, as a database commits.

    A thread that comes while nobody computes does so at once. Those that come meanwhile wait, and
    the first of them then computes for all: the busier it is, the larger the batches, in which a
    row costs a network a fraction of what it costs alone. Nobody waits for a batch to fill.

    compute: returns a row for each row; it is called in one thread at a time. most: rows at once.
    """

    def __init__(self, compute: Callable[[Rows], Rows], most: int) -> None:
        self._compute = compute
        self._most = most
        self._list = threading.Lock()  # of what is below
        self._waiting: list[_Call] = []
        self._is_busy = False  # somebody computes

    def __call__(self, rows: Rows) -> Rows:
        """Return what `compute` makes of rows (n, ...); raises what it raises."""
        call = _Call(rows)
        with self._list:
            self._waiting.append(call)
            if not self._is_busy:
                self._is_busy = True
                call.wake.set()
        call.wake.wait()
        if call.is_open:  # it is the first of those that wait, and computes for them as well
            group = self._next_group()
            self._answer(group)
            self._hand_on()
            for answered in group:
                answered.wake.set()
        if call.failure is not None:
            raise call.failure
        assert call.answer is not None
        return call.answer

    def _next_group(self) -> list[_Call]:
        """Take the calls that have waited longest and fit into a batch; at least one."""
        with self._list:
            first = self._waiting[0]
            group: list[_Call] = []
            n_rows = 0
            for call in self._waiting:
                if call.rows.shape[1:] != first.rows.shape[1:]:
                    continue
                n_rows += len(call.rows)
                if group and n_rows > self._most:
                    break
                group.append(call)
            self._waiting = [call for call in self._waiting if call not in group]
        return group

    def _hand_on(self) -> None:
        """Let the next one compute before those that have their answers take the processor."""
        with self._list:
            self._is_busy = bool(self._waiting)
            if self._waiting:
                self._waiting[0].wake.set()

    def _answer(self, group: list[_Call]) -> None:
        try:
            rows = [call.rows for call in group]
            answers = self._compute(rows[0] if len(rows) == 1 else np.concatenate(rows))
            stops = np.cumsum([len(part) for part in rows])[:-1]
            for call, answer in zip(group, np.split(answers, stops), strict=True):
                call.answer = answer
        except BaseException as failure:
            for call in group:
                call.failure = failure
