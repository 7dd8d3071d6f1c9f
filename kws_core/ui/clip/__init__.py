"""The clip that all pages work on: chosen, kept, and what is heard in it."""
