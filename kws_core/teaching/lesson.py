"""Teaching: from takes of new words to a head, and what can be expected of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import Samples
from kws_core.models.embeddings import Embeddings
from kws_core.teaching.bank import Bank
from kws_core.teaching.head import TAKES_OVER, Fit, Head, Space, fit, make_space
from kws_core.teaching.hits import reached, reached_by_run, threshold_for
from kws_core.teaching.report import WordReport, highest, middle, nearest_word
from kws_core.teaching.takes import Take
from kws_core.teaching.takes_map import TakesMap, map_takes
from kws_core.teaching.variants import SHIFTS_S, shifted_windows, varied_windows

ALARMS_PER_HOUR = 1.0  # of other people's commands on their own, at the default threshold
_TAKEN_SHARE = 0.0005  # of known words, which a taught word takes for itself
_UNHEARD = 0.5  # log-odds that known words reach by people who are not in the bank
_KNOWN_WEIGHT = 4.0  # of a known word in the fit; other sounds have 1
_N_FOLDS = 5
# Of the bank's points, for the fits that leave takes out: the others would change nothing.
_N_HARDEST = 3000
_ROUGH = 1e-5  # for them, too: what takes reach changes by a tenth or so
_SEED = 0

Embed = Callable[[Samples], Embeddings]  # windows (n, n_samples) to places on the bank's axes


@dataclass(frozen=True, eq=False)
class SeenTake:
    """A take as the network sees it: embeddings of it earlier and later, and said otherwise."""

    shifted: Embeddings
    varied: Embeddings


@dataclass(frozen=True, eq=False)
class Lesson:
    """What was learnt: the head, a report on each word, and the takes as points."""

    head: Head
    reports: tuple[WordReport, ...] = field(default=())
    takes_map: TakesMap | None = None

    def with_thresholds(self, thresholds: Mapping[str, float]) -> Lesson:
        """Return the same with other thresholds for some of the words, in log-odds."""
        reports = tuple(
            replace(report, threshold=thresholds.get(report.word, report.threshold))
            for report in self.reports
        )
        threshold = np.array([report.threshold for report in reports], np.float32)
        return replace(self, head=replace(self.head, threshold=threshold), reports=reports)


def see(take: Take, n_samples: int, embed: Embed) -> SeenTake:
    """Ask the network about a take and its variants."""
    rng = np.random.default_rng(_SEED)  # the same take is seen the same way every time
    windows = [
        shifted_windows(take.samples, n_samples),
        varied_windows(take.samples, n_samples, rng),
    ]
    embeddings = embed(np.concatenate(windows))
    return SeenTake(embeddings[: len(SHIFTS_S)], embeddings[len(SHIFTS_S) :])


def learn(
    words: Sequence[str],
    takes: Sequence[Sequence[SeenTake]],
    bank: Bank,
    repeated: Sequence[int] = (),
    counter_examples: Sequence[SeenTake] = (),
) -> Lesson:
    """Learn words from their takes, against the bank and the counter-examples.

    takes: of each word, at least one, as places on the bank's axes; the head of the lesson takes
    embeddings. repeated: for each word, how many takes were given twice.
    """
    space, others, weight = ground(bank)
    wrong = [space.place(all_of(take)) for take in counter_examples]
    examples = [[space.place(all_of(take)) for take in of_word] for of_word in takes]
    whole = fit(examples, others, weight, wrong)
    head = Head(tuple(words), space, *whole, np.zeros(len(words), np.float32))
    heard = reached_by_run(head.log_odds(bank.heard), bank.runs)  # (runs, words)
    spoken = head.log_odds(bank.spoken)  # (known words, words)
    alarms, taken = round(ALARMS_PER_HOUR * bank.hours), int(_TAKEN_SHARE * len(spoken))
    threshold = [
        max(
            threshold_for(heard[:, word], alarms),
            threshold_for(spoken[:, word], taken) + TAKES_OVER + _UNHEARD,
        )
        for word in range(len(words))
    ]
    hardest = np.argsort(-whole.scores(others).max(axis=1))[:_N_HARDEST]
    refit = partial(
        fit,
        others=others[hardest],
        others_weight=weight[hardest],
        wrong=wrong,
        start=whole,
        tolerance=_ROUGH,
    )
    left_out = _left_out(space, takes, examples, refit)
    middles = np.stack([middle(np.concatenate(points)) for points in examples])
    known_points = space.place(bank.words)
    known = np.stack([middle(known_points[bank.which == i]) for i in np.unique(bank.which)])
    known_words = [bank.labels[i] for i in np.unique(bank.which)]
    labels = [*words, *known_words]
    reports = tuple(
        WordReport(
            name,
            len(takes[i]),
            repeated[i] if repeated else 0,
            left_out[i],
            highest(heard[:, i]),
            bank.hours,
            *nearest_word(middles, i, known, labels),
            threshold[i],
        )
        for i, name in enumerate(words)
    )
    return Lesson(
        replace(
            head,
            space=space.of_embeddings(bank.mean, bank.axes),
            threshold=np.array(threshold, np.float32),
        ),
        reports,
        map_takes(
            words,
            [np.stack([middle(points) for points in of_word]) for of_word in examples],
            middles,
            known_words,
            known,
        ),
    )


def ground(bank: Bank) -> tuple[Space, Embeddings, npt.NDArray[np.float64]]:
    """Return the space of a bank, its points (n, d) to fit against, and their weights (n,)."""
    space = make_space(bank.others, bank.words, bank.which)
    others = space.place(np.concatenate([bank.others, bank.words]))
    weight = np.repeat([1.0, _KNOWN_WEIGHT], [len(bank.others), len(bank.words)])
    return space, others, weight / weight.sum()


def all_of(take: SeenTake) -> Embeddings:
    """Return all embeddings of a take, (variants, n_embedding)."""
    return np.concatenate([take.shifted, take.varied])


def _left_out(
    space: Space,
    takes: Sequence[Sequence[SeenTake]],
    examples: Sequence[Sequence[Embeddings]],
    refit: Callable[[Sequence[Sequence[Embeddings]]], Fit],
) -> list[npt.NDArray[np.float64]]:
    """Return what each take reaches with a head fitted without it; nothing for single takes.

    One take in five of every word is left out at once.
    """
    names = tuple(str(word) for word in range(len(takes)))
    reaches = [np.full(len(of_word) if len(of_word) > 1 else 0, -np.inf) for of_word in takes]
    n_folds = min(_N_FOLDS, max(map(len, takes)))
    for fold in range(n_folds if n_folds > 1 else 0):
        out = [range(fold, len(of_word), n_folds) if len(of_word) > 1 else () for of_word in takes]
        kept = [
            [points for i, points in enumerate(of_word) if i not in out[word]]
            for word, of_word in enumerate(examples)
        ]
        part = refit(kept)
        head = Head(names, space, *part, np.zeros(len(takes), np.float32))
        for word, of_word in enumerate(takes):
            for i in out[word]:
                reaches[word][i] = reached(head.log_odds(of_word[i].shifted))[word]
    return reaches
