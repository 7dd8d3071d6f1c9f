"""The parts of the app's pages: the only modules of the package that use Streamlit."""
