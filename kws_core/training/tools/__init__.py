"""One-off scripts: averaging and joining models, gathering and making sound."""
