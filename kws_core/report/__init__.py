"""The Models page without Streamlit: comparison, results, own test sets, and the data.

Everything comes from files that an evaluation left behind (`kws_core.results.store`), from
a model's card, or from the clips that a person brings.
"""
