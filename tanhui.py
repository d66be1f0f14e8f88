"""The command line of Tanhui: gathers the commands of the packages under one name."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from parks.additions import PARKS
from parks.cli import parks
from sinks.cli import build_commands, run_commands
from sinks.credits.additions import CREDITS

if TYPE_CHECKING:
    import click


def commands() -> click.Group:
    """Return the ``tanhui`` command with the commands of every package."""
    group = build_commands(additions=[PARKS, CREDITS])
    group.add_command(parks)
    return group


def main() -> None:
    """Run the ``tanhui`` command and exit with its code."""
    sys.exit(run_commands(commands()))


if __name__ == "__main__":
    main()
