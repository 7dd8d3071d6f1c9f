"""The training data: read, decoded, kept, and where they come from."""
