"""The last rows of an endless sequence, in memory of a fixed size."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class History:
    """The newest rows of a sequence, each of the same shape; older ones are forgotten.

    Rows are numbered from the first one ever appended. They lie in twice the memory, so that any
    stretch of them is one piece and a row is moved once at most.
    """

    def __init__(self, capacity: int, row_shape: tuple[int, ...], dtype: npt.DTypeLike) -> None:
        self._rows: Array = np.zeros((2 * capacity, *row_shape), dtype)
        self._capacity = capacity
        self._filled = 0  # rows of the memory in use
        self.stop = 0  # number of the row that comes next

    @property
    def start(self) -> int:
        """The number of the oldest row still kept."""
        return self.stop - min(self._filled, self._capacity)

    def append(self, rows: Array) -> None:
        """Add rows (n, *row_shape) at the end."""
        self.stop += len(rows)
        rows = rows[-self._capacity :]
        if self._filled + len(rows) > len(self._rows):
            kept = self._capacity - len(rows)
            self._rows[:kept] = self._rows[self._filled - kept : self._filled]
            self._filled = kept
        self._rows[self._filled : self._filled + len(rows)] = rows
        self._filled += len(rows)

    def between(self, start: int, stop: int) -> Array:
        """Return the rows numbered `start` to `stop` (exclusive), as far as they are kept.

        A view: it is good until the next `append`.
        """
        start, stop = max(start, self.start), min(stop, self.stop)
        offset = self._filled - self.stop
        return self._rows[start + offset : max(start, stop) + offset]
