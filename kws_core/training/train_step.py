"""One step of a recipe: from the data folder to a trained, saved model."""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass, replace

import torch

from kws_core.errors import ModelError
from kws_core.features.front_ends import FrontEnd, LogMel, Mfcc, front_end_spec
from kws_core.models import ModelCard, count_parameters, load_model, save_model
from kws_core.models.registry import find_architecture
from kws_core.training import distributed
from kws_core.training.batches.log_mel import BatchMaker
from kws_core.training.compute import Compute, choose_compute
from kws_core.training.dataset.load import load_training_data
from kws_core.training.dataset.more_sound import MoreSound
from kws_core.training.dataset.recordings import DataKinds, describe, kinds_to_use
from kws_core.training.distillation import load_teacher
from kws_core.training.loop import BatchSource, train
from kws_core.training.prepared import prepare
from kws_core.training.prior import expect_unknown
from kws_core.training.recipe import TrainStep
from kws_core.training.run_log import make_run_logs, read_history
from kws_core.training.validation import ValidationClips, fit_temperature, predict_logits, validate
from kws_core.training.workspace import Workspace


@dataclass(frozen=True)
class _Material:
    """What a network with a certain front end learns from and is validated on."""

    batches: BatchSource
    validation: ValidationClips
    rare: ValidationClips | None
    n_clips: int


def _load(
    step: TrainStep,
    workspace: Workspace,
    front_end: FrontEnd,
    kinds: DataKinds,
    more: MoreSound,
    compute: Compute,
) -> _Material:
    data, cache = workspace.data, workspace.cache
    if isinstance(front_end, LogMel):
        sets = load_training_data(data, cache, front_end.config, kinds, more)
        batches = BatchMaker(sets.training, front_end.config, step.augment, compute.device)
        return _Material(batches, sets.validation, sets.rare, len(sets.training.clips))
    if isinstance(front_end, Mfcc):
        raise ModelError("There is no training on MFCC: choose an architecture for the log-mel.")
    if more != MoreSound():
        raise ModelError(
            f"{step.name}: folders of more speech, noise and words are for models of the log-mel. "
            "Leave out --sounds, or choose another model."
        )
    from kws_core.training.batches.sound import SoundBatchMaker
    from kws_core.training.dataset.sound import load_sound_training_data

    labels = find_architecture(step.model).labels
    sound = load_sound_training_data(data, cache, front_end, labels, kinds)
    maker = SoundBatchMaker(sound.training, front_end, labels, step.augment)
    return _Material(maker, sound.validation, sound.rare, len(sound.training.clips))


def train_step(step: TrainStep, workspace: Workspace) -> ModelCard | None:
    """Train a network and save it in ``out/STEP``, with its card.

    `resume` goes on from the step's checkpoint. Returns None in the processes that do not save.
    Raises `DataError` if data are missing, `ModelError` if a saved model does not fit, and
    `TrainingError` if the device or the tracker is not there, or a checkpoint can't be written.
    """
    settings, out, resume = step.settings, workspace.out / step.name, workspace.resume
    torch.manual_seed(settings.seed)
    logs = make_run_logs(workspace.tracker)
    device = workspace.device
    compute = choose_compute(device, distributed.local_rank(), cpu_bfloat16=step.bfloat16)
    made = find_architecture(step.model)
    distributed.say(
        f"Training {step.name} ({step.model}): {settings.epochs} epochs of "
        f"{settings.clips_per_epoch} clips, batches of {settings.batch_size}, learning rate "
        f"{settings.learning_rate:g}, seed {settings.seed}"
    )
    network = made.make_network(len(made.labels))
    places = workspace.places(step.name, step.references)
    for place in dict.fromkeys(places):
        distributed.say(f"{step.name} uses {place}")
    start = None
    if step.start_from:
        place, *places = places
        start = load_model(place.name, place.parent)
        if (start.card.architecture, start.card.labels) != (step.model, made.labels):
            raise ModelError(
                f"{step.name} can't start from {start.card.name}: that is a "
                f"{start.card.architecture} of {len(start.card.labels)} labels, not a {step.model} "
                f"of {len(made.labels)}."
            )
        network.load_state_dict(start.network.state_dict())
    front_end = made.make_front_end()
    guide = None
    if places:
        guide = load_teacher(places, made.labels, front_end, step.distillation)
    with distributed.main_first():
        kinds = kinds_to_use(workspace.data, step.kinds)
        lacking = [kind for kind in step.kinds.names() if kind not in kinds.names()]
        if lacking:
            distributed.say(f"{workspace.data} has no {', '.join(lacking)}: training without.")
        more = step.sounds_of(workspace.sounds)
        material = _load(step, workspace, front_end, kinds, more, compute)
    batches = material.batches
    if step.prepared_clips:
        batches = prepare(
            batches,
            max(1, step.prepared_clips // settings.batch_size),
            settings.batch_size,
            guide,
            out,
            {
                "seed": settings.seed,
                "augmentation": asdict(step.augment),
                "data": describe(workspace.data, kinds, more),
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
        replace(settings, mixup=0.0) if step.prepared_clips else settings,  # mixed already
        out,
        rare=material.rare,
        teacher=None if step.prepared_clips else guide,  # whose answers the prepared clips hold
        logs=logs,
        compute=compute,
        resume=resume,
    )
    if not distributed.is_main():
        return None
    if step.unknown_in_use:
        learnt = step.augment.unknown_share
        expect_unknown(trained.network, made.labels, learnt, step.unknown_in_use)
    trained.network.to(made.weight_dtype).float()  # measured as it is saved
    validation = material.validation
    result = validate(trained.network, validation)
    card = ModelCard(
        name=step.name,
        architecture=step.model,
        labels=made.labels,
        front_end={},
        parameters=count_parameters(trained.network),
        temperature=fit_temperature(predict_logits(trained.network, validation), validation.target),
        data=describe(workspace.data, kinds, more),
        date=datetime.date.today().isoformat(),
        licence="MIT; trained on data under their own licences, see data",
        metrics={"validation": asdict(result) | {"clips": len(validation)}},
        training={
            "settings": asdict(settings),
            "kept_epoch": trained.epoch,
            "augmentation": asdict(step.augment),
            "bfloat16": compute.bfloat16,
            "clips": material.n_clips,
            "prepared_clips": step.prepared_clips,
            "kinds": asdict(kinds),
            "unknown_in_use": step.unknown_in_use or None,
            "distillation": guide.description() if guide else None,
            "started_from": start.card.training if start is not None else None,
            "history": read_history(out),
        },
    )
    return save_model(out, card, trained.network, front_end, made.weight_dtype)
