"""One training run from the data folder to a saved model."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from tqdm import tqdm

from kws_core.errors import ModelError
from kws_core.features.front_ends import FrontEnd, LogMel, Mfcc, front_end_spec
from kws_core.models import ModelCard, count_parameters, load_model, save_model
from kws_core.models.registry import find_architecture
from kws_core.models.store import MODEL_FOLDER
from kws_core.training import distributed
from kws_core.training.batches.augmentation import AugmentSettings
from kws_core.training.batches.log_mel import BatchMaker
from kws_core.training.compute import Compute, choose_compute
from kws_core.training.dataset.cache import default_cache
from kws_core.training.dataset.download import download
from kws_core.training.dataset.load import load_training_data
from kws_core.training.dataset.more_sound import MoreSound
from kws_core.training.dataset.recordings import DataKinds, describe, kinds_to_use
from kws_core.training.distillation import DistillationSettings, load_teacher
from kws_core.training.loop import BatchSource, train
from kws_core.training.optimization import TrainingSettings
from kws_core.training.prepared import prepare
from kws_core.training.run_log import make_run_logs, read_history
from kws_core.training.validation import (
    ValidationClips,
    fit_temperature,
    predict_logits,
    validate,
)


@dataclass(frozen=True)
class _Material:
    """What a network with a certain front end learns from and is validated on."""

    batches: BatchSource
    validation: ValidationClips
    rare: ValidationClips | None
    n_clips: int


def _load(
    data: Path,
    cache: Path,
    front_end: FrontEnd,
    labels: tuple[str, ...],
    kinds: DataKinds,
    more: MoreSound,
    augment: AugmentSettings,
    compute: Compute,
) -> _Material:
    if isinstance(front_end, LogMel):
        sets = load_training_data(data, cache, front_end.config, kinds, more)
        batches = BatchMaker(sets.training, front_end.config, augment, compute.device)
        return _Material(batches, sets.validation, sets.rare, len(sets.training.clips))
    if isinstance(front_end, Mfcc):
        raise ModelError("There is no training on MFCC: choose an architecture for the log-mel.")
    if more != MoreSound():
        raise ModelError(
            "Folders of more speech, noise and words are for models of the log-mel: leave them "
            "out, or choose another model."
        )
    from kws_core.training.batches.sound import SoundBatchMaker
    from kws_core.training.dataset.sound import load_sound_training_data

    sound = load_sound_training_data(data, cache, front_end, labels, kinds)
    maker = SoundBatchMaker(sound.training, front_end, labels, augment)
    return _Material(maker, sound.validation, sound.rare, len(sound.training.clips))


def run_training(
    architecture: str,
    data: Path,
    out: Path,
    settings: TrainingSettings,
    augment: AugmentSettings,
    *,
    name: str | None = None,
    kinds: DataKinds | None = None,
    more: MoreSound | None = None,
    fetch: bool = False,
    resume: bool = False,
    start_from: Path | None = None,
    teachers: Sequence[str] = (),
    teacher_folder: Path = MODEL_FOLDER,
    distillation: DistillationSettings | None = None,
    n_prepared: int = 0,
    device: str = "auto",
    cpu_bfloat16: bool = False,
    tracker: str | None = None,
    cache: Path | None = None,
) -> ModelCard | None:
    """Train an architecture and save it in `out`, with its card.

    kinds: what to learn from (all by default). more: folders of speech and noise to learn from as
    well, by models of the log-mel. fetch: download Speech Commands into `data` first.
    start_from: a folder with a saved model of that name to go on from, instead of random weights.
    teachers: the names of saved models to learn from, beside the labels.
    n_prepared: so many clips are drawn before, with the teachers' answers, and learnt from again
    and again (see `kws_core.training.prepared`); 0 to draw every batch anew.
    device: cpu, cuda or auto. cpu_bfloat16: compute products in bfloat16 on a processor too, which
    a resumed run has to be told again. tracker: tensorboard or wandb, where figures go as well.
    Returns None in the processes that do not save (see `kws_core.training.distributed`).
    Raises `DataError` if data are missing, `ModelError` if a saved model does not fit, and
    `TrainingError` if the device or the tracker is not there, or a checkpoint can't be written.
    """
    torch.manual_seed(settings.seed)
    logs = make_run_logs(tracker)
    compute = choose_compute(device, distributed.local_rank(), cpu_bfloat16=cpu_bfloat16)
    made = find_architecture(architecture)
    network = made.make_network(len(made.labels))
    if start_from is not None:
        start = load_model(name or architecture, start_from)
        if (start.card.architecture, start.card.labels) != (architecture, made.labels):
            raise ModelError(
                f"{start.card.name} in {start_from} can't be gone on from: it is a "
                f"{start.card.architecture} of {len(start.card.labels)} labels, not a "
                f"{architecture} of {len(made.labels)}."
            )
        network.load_state_dict(start.network.state_dict())
    front_end = made.make_front_end()
    guide = None
    if teachers:
        guide = load_teacher(teachers, teacher_folder, made.labels, front_end, distillation)
    with distributed.process_group(compute):
        with distributed.main_first():
            if fetch:
                download(data)
            wanted = kinds or DataKinds()
            kinds = kinds_to_use(data, wanted)
            lacking = [kind for kind in wanted.names() if kind not in kinds.names()]
            if lacking and distributed.is_main():
                tqdm.write(f"{data} has no {', '.join(lacking)}: going on without.")
            place = cache or default_cache()
            more = more or MoreSound()
            material = _load(data, place, front_end, made.labels, kinds, more, augment, compute)
        batches = material.batches
        if n_prepared:
            batches = prepare(
                batches,
                max(1, n_prepared // settings.batch_size),
                settings.batch_size,
                guide,
                out,
                {
                    "seed": settings.seed,
                    "augmentation": asdict(augment),
                    "data": describe(data, kinds, more),
                    "front_end": front_end_spec(front_end),
                },
                mixup=settings.mixup,
                compute=compute,
                resume=resume,
            )
        trained = train(
            network,
            batches,
            material.validation,
            replace(settings, mixup=0.0) if n_prepared else settings,  # they are mixed already
            out,
            rare=material.rare,
            teacher=None if n_prepared else guide,  # who has answered already
            logs=logs,
            compute=compute,
            resume=resume,
        )
        if not distributed.is_main():
            return None
    trained.network.to(made.weight_dtype).float()  # measured as it is saved
    validation = material.validation
    result = validate(trained.network, validation)
    card = ModelCard(
        name=name or architecture,
        architecture=architecture,
        labels=made.labels,
        front_end={},
        parameters=count_parameters(trained.network),
        temperature=fit_temperature(predict_logits(trained.network, validation), validation.target),
        data=describe(data, kinds, more),
        date=datetime.date.today().isoformat(),
        licence="MIT; trained on data under their own licences, see data",
        metrics={"validation": asdict(result) | {"clips": len(validation)}},
        training={
            "settings": asdict(settings),
            "kept_epoch": trained.epoch,
            "augmentation": asdict(augment),
            "bfloat16": compute.bfloat16,
            "clips": material.n_clips,
            "prepared_clips": n_prepared,
            "kinds": asdict(kinds),
            "distillation": guide.description() if guide else None,
            "started_from": start.card.training if start_from is not None else None,
            "history": read_history(out),
        },
    )
    return save_model(out, card, trained.network, front_end, made.weight_dtype)
