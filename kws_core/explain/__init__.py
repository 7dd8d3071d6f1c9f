"""Explanations of a label: maps of the cells that speak for it, and tests of these maps.

Everything is about one picture (what a front end makes of a second of sound), one network that
turns pictures into logits, and one of its labels.
"""
