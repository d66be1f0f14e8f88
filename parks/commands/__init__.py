"""The commands of the parks: one module for each group, gathered here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import assets, balance, certificates, flows, indicators, ratio, registry

if TYPE_CHECKING:
    import click

COMMANDS: tuple[click.Command, ...] = (
    *registry.COMMANDS,
    *ratio.COMMANDS,
    *flows.COMMANDS,
    *indicators.COMMANDS,
    *balance.COMMANDS,
    *certificates.COMMANDS,
    *assets.COMMANDS,
)
"""Every command of ``tanhui parks``."""

__all__ = ["COMMANDS"]
