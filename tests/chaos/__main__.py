"""`python -m tests.chaos`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as pytest does

from chaos.cli import main

if __name__ == "__main__":
    sys.exit(main())
