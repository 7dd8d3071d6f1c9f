"""The notebook's network as its read-me has it."""

# The table in the read-me of the notebook's repository, line for line.
SEED_TABLE = [
    ("Conv2d", (32, 30, 30), 320),
    ("BatchNorm2d", (32, 30, 30), 64),
    ("Conv2d", (64, 28, 28), 18_496),
    ("BatchNorm2d", (64, 28, 28), 128),
    ("MaxPool2d", (64, 14, 14), 0),
    ("Dropout", (64, 14, 14), 0),
    ("Flatten", (12_544,), 0),
    ("Linear", (1_024,), 12_846_080),
    ("Dropout", (1_024,), 0),
    ("Linear", (128,), 131_200),
    ("Dropout", (128,), 0),
    ("Linear", (35,), 4_515),
]
