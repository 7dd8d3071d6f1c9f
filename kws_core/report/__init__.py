"""What the Models page tells: models side by side, their results, own test sets, and the data.

Everything is worked out from files that an evaluation left behind (`kws_core.results.store`), from
a model's card, or from the clips that a person brings. Nothing here knows Streamlit.
"""
