"""The commands of this package: one module for each group, gathered here by one import line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import accuracy, app, assess, budget, inventory, register, targets

if TYPE_CHECKING:
    import click

COMMANDS: tuple[click.Command, ...] = (
    *inventory.COMMANDS,
    *app.COMMANDS,
    *budget.COMMANDS,
    *targets.COMMANDS,
    *register.COMMANDS,
    *accuracy.COMMANDS,
    *assess.COMMANDS,
)
"""Every command of ``tanhui`` that this package gives."""

__all__ = ["COMMANDS"]
