"""From the bytes of a file to one clip at 16 kHz, and one second of it."""
