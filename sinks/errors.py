"""Errors of the sinks package.

* OfficialRefusedError (a RefusedError): also names the quality table that was kept
* SinksError
  - ConfigError (also a ValueError)
  - CoefficientError (also a ValueError)
  - EstimateError (also a ValueError)
  - RegionError (also a ValueError)
  - ResultError (also a ValueError)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rasters.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rasters.findings import Finding


class OfficialRefusedError(RefusedError):
    """An official run is refused; its quality table tells more than the findings."""

    def __init__(self, findings: Sequence[Finding], *, quality: Path) -> None:
        super().__init__(findings)
        self.quality = quality


class SinksError(Exception):
    """Base of every error that sinks raises on purpose."""


class ConfigError(SinksError, ValueError):
    """An inventory.toml cannot be used."""


class CoefficientError(SinksError, ValueError):
    """A coefficient table contradicts itself or lacks a value that is needed."""


class EstimateError(SinksError, ValueError):
    """An estimate or its uncertainty is outside what the method allows."""


class RegionError(SinksError, ValueError):
    """A region pack is unknown or incomplete."""


class ResultError(SinksError, ValueError):
    """A results folder is incomplete or does not match its manifest."""
