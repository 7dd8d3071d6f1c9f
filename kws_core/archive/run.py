"""A run: the rest of an archive is searched, and events are written as they come."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Protocol

from kws_core.archive.folder import OutputFolder, opened_folder
from kws_core.archive.hear import UNREADABLE, Outcome
from kws_core.archive.plan import Plan
from kws_core.archive.sources import Recording, is_there
from kws_core.errors import ArchiveError

WRITE_S: Final = 20.0  # events of this time make a part of the output
_MOST_UNWRITTEN: Final = 1_000  # recordings


class Ears(Protocol):
    """Whatever hears recordings, such as `kws_core.archive.cluster.Cluster`."""

    def hear(
        self, plan: Plan, manifest: dict[str, Any], recordings: Sequence[Recording]
    ) -> Iterator[list[Outcome]]:
        """Yield outcomes as they come, of each recording once."""
        ...


def scan_archive(
    plan: Plan,
    recordings: Sequence[Recording],
    out: Path,
    ears: Callable[[], AbstractContextManager[Ears]],
    given: Sequence[str] = (),
    progress: Callable[[list[Outcome]], object] = lambda outcomes: None,
    started: Callable[[int, int], object] = lambda to_do, done: None,
    write_s: float = WRITE_S,
) -> None:
    """Hear the recordings that an output folder does not have, and write them there.

    ears: opens what hears, if there is anything to hear. given: the paths that were asked for;
    where one of them goes away, the run stops. started: gets how many recordings there are to do,
    and how many are done. However it ends, what was found until then is written. Raises
    ArchiveError, or what loading the model raises.
    """
    manifest = plan.manifest(plan.load())
    with opened_folder(out, manifest) as folder:
        to_do = [one for one in recordings if folder.needs(one)]
        folder.forget(to_do)
        started(len(to_do), len(recordings) - len(to_do))
        if not to_do:
            return
        writer = _Writer(folder, write_s)
        try:
            with ears() as opened:
                for outcomes in opened.hear(plan, manifest, to_do):
                    _stop_where_a_share_is_gone(outcomes, given)
                    writer.take(outcomes)
                    progress(outcomes)
        finally:
            writer.flush()


class _Writer:
    """Keeps outcomes until there are enough for a part."""

    def __init__(self, folder: OutputFolder, write_s: float) -> None:
        self._folder, self._write_s = folder, write_s
        self._kept: list[Outcome] = []
        self._written = time.monotonic()

    def take(self, outcomes: list[Outcome]) -> None:
        self._kept += outcomes
        late = time.monotonic() - self._written >= self._write_s
        if late or len(self._kept) >= _MOST_UNWRITTEN:
            self.flush()

    def flush(self) -> None:
        kept, self._kept = self._kept, []
        self._folder.add(kept)
        self._written = time.monotonic()


def _stop_where_a_share_is_gone(outcomes: list[Outcome], given: Sequence[str]) -> None:
    if all(one.row.status != UNREADABLE for one in outcomes):
        return
    gone = [path for path in given if not is_there(path)]
    if gone:
        raise ArchiveError(
            f"{gone[0]} went away. What was written is complete; once it is there again, scan "
            "again with the same options to go on."
        )
