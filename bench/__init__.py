"""Measurements of speed and size; every module is a script of its own."""
