"""Architectures, the registry of their names, and saving and loading with the front end."""

from kws_core.models.card import ModelCard
from kws_core.models.registry import ARCHITECTURES, Architecture, build_model, count_parameters
from kws_core.models.store import available_models, load_model, save_model

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "ModelCard",
    "available_models",
    "build_model",
    "count_parameters",
    "load_model",
    "save_model",
]
