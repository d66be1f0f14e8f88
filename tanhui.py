"""The command line of Tanhui: gathers the commands of the packages under one name."""

from __future__ import annotations

import sys

from sinks.cli import build_commands, run_commands


def main() -> None:
    """Run the ``tanhui`` command and exit with its code."""
    sys.exit(run_commands(build_commands()))


if __name__ == "__main__":
    main()
