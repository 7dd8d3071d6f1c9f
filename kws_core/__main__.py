"""``python -m kws_core``: the command line."""

import sys

from kws_core.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
