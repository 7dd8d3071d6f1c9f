"""Batches drawn from the training data, and changed on the way."""
