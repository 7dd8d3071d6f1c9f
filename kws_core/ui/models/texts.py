"""What the Models page says beside its charts and tables."""

from __future__ import annotations

from typing import Final

from kws_core.report import notebook
from kws_core.report.literature import Task

MODELS: Final = (
    f"{notebook.MODEL} is the network of the notebook that this project started from; see "
    "Compare, at its end."
)

# Compare
NOT_COMPARABLE: Final = (
    "These numbers are not directly comparable: published models train and test on all official "
    "clips; ours use the clips in 'Tested on'."
)
WORDS_ONLY: Final[dict[Task, str]] = {
    "35": "Our models can also answer 'silence' or 'unknown'. Words only: without these answers, "
    "as published models are measured.",
    "12": "Our models can also answer 'none of the 35 words'. Words only: without this answer, as "
    "published models are measured.",
}
CASCADE: Final = (
    "ds-resnet+two-towers, the model of Home and Recognise: ds-resnet hears everything, and asks "
    "two-towers where it may hear a word. Weights, MACs and time are of both."
)
NO_SIZES: Final = "Published models state no file sizes."
NONE_MEASURED: Final = "None of the shipped models has been measured yet."

# Structure
LAYER_COLUMNS: Final = (
    "Output: channels × rows × frames, or numbers, for one clip. MACs count convolutions and "
    "matrix products; norms, gates, activations and the front end are not included."
)
TOWERS: Final = (
    "Drawn as {n} towers, one below the other. Each gets the output of the front end; the last "
    "block, {last}, joins them."
)

# Results
OLDER_WEIGHTS: Final = "Measured with an earlier version of the weights."
CALIBRATION: Final = (
    "Share of correct clips among those whose best score lies in each range. On the dotted line, "
    "scores equal accuracies. Expected calibration error: {ece:.2%}. The temperature of the "
    "scores was fitted on {speakers} speakers."
)
ROC: Final = "Each word against all others, by its own score. Preselected: the smallest areas."
CONDITIONS: Final = (
    "{n:,} recordings, equally many of each word. Dotted line: undisturbed, {clean:.1%}. {method}"
)
RECORDINGS_ELSEWHERE: Final = (
    "The recordings are not part of this project; their names are those in Speech Commands."
)
NO_EPOCHS: Final = (
    "The card of {model} has no figures per epoch. Models trained from now on keep them."
)
TRAINING: Final = (
    "Accuracy is measured with averaged weights on unchanged clips; the loss on augmented clips, "
    "so the two do not compare."
)
TAUGHT_NOT_MEASURED: Final = (
    "Taught words have not been measured yet. This command does it, with the data folder:"
)
TAUGHT_RATE: Final = (
    "False alarms of each word in fluent English, by people who are in no training data, counted "
    "for words on their own. The threshold of each word is the lowest that allows no more."
)
TAUGHT: Final = (
    "Words that are in no training data ({words}), by {people} students, taught together and "
    "looked for in other takes. Words are taught on the embeddings of `{network}`, beside those of "
    "any model. Means of {draws} draws; bars are their standard deviation. False "
    "alarms were counted in {fluent_hours:.1f} hours. Measured {date}."
)
TAUGHT_KNOWN: Final = (
    "Accuracy of `{model}` on {n:,} clips of the 35 words: {before:.1%} without taught words, "
    "{after:.1%} beside {words_taught} of them."
)

# Map of words
NO_MAP: Final = "There is no map of words for {model} yet. Evaluating the model makes one:"
OTHER_WEIGHTS: Final = (
    "The map belongs to other weights than the shipped ones, so no clip can be placed in it."
)
MAP: Final = (
    "{n:,} clips of {people}, equally many of each word; a cross is a misrecognised clip. Mapped "
    "is the input of the network's last layer. Neighbours are the nearest along its first "
    "{axes} principal components ({explained:.0%} of the variance). "
)
PCA: Final = "The two drawn components have {drawn:.0%}."
TSNE: Final = (
    "t-SNE keeps neighbours together; distances between groups mean nothing. It has no place for "
    "new clips: the star is in the middle of its five nearest neighbours."
)

# Own test set
OWN: Final = (
    "A ZIP archive or several files. The folder of a recording, or its name, gives the word: "
    "`yes/anna.wav`, `yes_1.flac`. One word per file, at most {longest:g} s; of a longer "
    "recording, the loudest second is used."
)
OWN_TAUGHT: Final = (
    "Taught on the Teach page in this session. Recordings named after them count too. Off: the "
    "model as shipped."
)
OWN_BY_MICROPHONE: Final = "Or record one: Live, “Say these words”"

# Why this word
MAPS: Final = (
    "Which cells of the input raise {model}'s logit for **{word}**: **orange** for, **blue** "
    "against. Each map is coloured up to its own strongest cells."
)
MAPS_NOTE: Final = (
    "Baseline: {baseline}; the model recognises it as {best} ({score}). Untrained: the same "
    "network with random weights (seed {seed}), compared in the cells that differ from the "
    "baseline. A map that looks the same there explains nothing. If only the magnitudes match, "
    "the map mostly shows where the sound is loud."
)
FAITHFULNESS: Final = (
    "Score: the model's probability of {word} while the cells with the largest values are "
    "removed, or shown, first. Removed cells get the baseline's level ({baseline}). The area "
    "under a curve is its mean score. Loudest first: cells furthest above the baseline, without "
    "any network."
)
NO_PICTURE: Final = (
    "{model} takes the waveform itself, so there is no picture to draw a map on. Choose a model "
    "with a log-mel or MFCC input."
)
NO_SOUND: Final = (
    "This model's input cannot be turned back into sound because each frame's mean was "
    "subtracted. Choose a model with a log-mel input."
)
HEAR: Final = (
    "The log-mel masked by the map for {word} and turned back into sound with the clip's phase, "
    "up to {top:g} kHz. The strongest {kept}% of the cells stay whole, weaker ones fade, and "
    "cells against the label are silenced. The rest is the remainder. Below each: what the model "
    "recognises."
)

# Data
NOT_DESCRIBED: Final = "The data have not been described yet. With the data folder:"
NO_LEAK: Final = (
    "Leak check: no speaker is in two splits. In the notebook, every test clip was also a "
    "training clip."
)
BANDS: Final = (
    "Where the two sides differ, a network could tell recordings from pictures, and so guess the "
    "words that exist nearly only as pictures. Training therefore gives recordings the pictures' "
    "rounding and noise."
)

# Model card
TAKE_ALONG: Final = "The ONNX file includes the front end. This command writes it too:"
ONNX: Final = "One file from samples to probabilities; it takes some seconds to make."
ONNX_INT8: Final = (
    "Weights and activations of the network in 8 bits, for small devices; the front end stays in "
    "32 bits. It takes some seconds to make."
)
WEIGHTS: Final = "safetensors: numbers only, no code"
NO_ONNX: Final = (
    "This server lacks the packages for the ONNX export; the command below makes the file on a "
    "computer that has them."
)
