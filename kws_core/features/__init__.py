"""Front ends: from samples to what a network takes; the only door to torchaudio."""
