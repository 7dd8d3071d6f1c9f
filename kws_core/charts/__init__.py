"""Plotly charts, and what they share: colours, axes, panels."""
