"""Join two trained networks into `TwoTowers`, which answers with the mean of their logits.

    python -m kws_core.training.tools.join --models runs --fine-bands crnn/crnn \\
        --fine-time crnn-fine/crnn-fine --data DATA --out runs/two-towers

Nothing is trained: only the temperature of the scores is fitted anew, on validation speakers.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from dataclasses import asdict
from pathlib import Path

from kws_core.errors import KwsError, ModelError
from kws_core.labels import LABELS
from kws_core.models import ModelCard, count_parameters, save_model
from kws_core.models.crnn import CRNN
from kws_core.models.store import LoadedModel, load_model
from kws_core.models.two_towers import join
from kws_core.training.tools.average import validation_for
from kws_core.training.validation import (
    ValidationClips,
    fit_temperature,
    predict_logits,
    validate,
)

ARCHITECTURE = "two-towers"


def join_models(
    bands: LoadedModel, time: LoadedModel, validation: ValidationClips, out: Path
) -> ModelCard:
    """Save a trained ``crnn`` and a ``crnn-fine`` as one model in `out`; returns its card.

    Raises `ModelError` if they are something else, or differ in their labels or front ends.
    """
    one, other = bands.card, time.card
    if (one.architecture, other.architecture) != ("crnn", "crnn-fine"):
        raise ModelError(
            f"A {one.architecture} and a {other.architecture} can't be joined: the towers are a "
            "crnn and a crnn-fine."
        )
    if (one.labels, one.front_end) != (other.labels, other.front_end):
        raise ModelError(
            f"{one.name} and {other.name} can't be joined: their labels or front ends differ."
        )
    assert isinstance(bands.network, CRNN)
    assert isinstance(time.network, CRNN)
    network = join(bands.network, time.network)
    result = validate(network, validation)
    card = ModelCard(
        name=ARCHITECTURE,
        architecture=ARCHITECTURE,
        labels=LABELS,
        front_end={},
        parameters=count_parameters(network),
        temperature=fit_temperature(predict_logits(network, validation), validation.target),
        data=one.data,
        date=datetime.date.today().isoformat(),
        licence=one.licence,
        metrics={"validation": asdict(result) | {"clips": len(validation)}},
        training={"towers": {one.name: one.training, other.name: other.training}},
    )
    return save_model(out, card, network, bands.front_end)


def main() -> int:
    """Join the models named on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=Path, required=True, help="folder of both, or above them")
    parser.add_argument("--fine-bands", required=True, metavar="NAME", help="a crnn")
    parser.add_argument("--fine-time", required=True, metavar="NAME", help="a crnn-fine")
    parser.add_argument("--data", type=Path, required=True, help="folder of the Parquet files")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    options = parser.parse_args()
    try:
        places = [options.models / name for name in (options.fine_bands, options.fine_time)]
        towers = [load_model(place.name, place.parent) for place in places]
        validation = validation_for(towers[0], options.data)
        card = join_models(towers[0], towers[1], validation, options.out)
    except KwsError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{card.name}: {card.metrics['validation']['accuracy']:.2%} of validation clips")
    return 0


if __name__ == "__main__":
    sys.exit(main())
