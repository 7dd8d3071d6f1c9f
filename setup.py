"""Put the folder assets/ into the wheel as kws_core/assets; all else is in pyproject.toml."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["kws_core*"]), "kws_core.assets"],
    package_dir={"kws_core.assets": "assets"},
    package_data={
        "kws_core": ["**/*.css", "**/*.csv", "**/*.js", "**/*.toml"],
        "kws_core.assets": [
            "icon.png",
            "models/*",
            "results/*",
            "samples/*",
            "teaching/*",
            "teaching/takes/*",
        ],
    },
)
