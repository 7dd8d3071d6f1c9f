"""How good a model is: on clips, in noise, on streams; and what the data are like."""
