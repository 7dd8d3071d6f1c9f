"""Everything that makes the models and the sample recordings; the app needs none of it."""
