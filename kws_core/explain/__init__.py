"""Why a label: maps of what in a picture spoke for it, and how far such a map can be trusted.

Everything is about one picture (what a front end makes of a second of sound), one network that
turns pictures into logits, and one of its labels.
"""
