"""What was measured: figures and scores on disk, and as tables."""
