"""The group ``tanhui parks``: registry, green power, indicators, balance, certificates, assets.

Results go to stdout, findings to stderr; options and exit codes are those of the inventory's
commands (:mod:`sinks.terminal`): 0 done, 2 refused.
"""

from __future__ import annotations

import click

from .commands import COMMANDS

__all__ = ["parks"]


@click.group()
def parks() -> None:
    """园区：名录、绿电、指标、平衡、绿证、碳资产 / registry, green power, carbon assets."""


for _command in COMMANDS:
    parks.add_command(_command)
