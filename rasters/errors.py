"""Errors of the rasters package.

* RastersError
  - RefusedError (also a ValueError): carries the findings that refuse an input
  - GridError (also a ValueError)
  - LegendError (also a ValueError)
  - SourceError (also an OSError)
  - ZoneError (also a ValueError)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .findings import Finding


class RastersError(Exception):
    """Base of every error that rasters raises on purpose."""


class RefusedError(RastersError, ValueError):
    """An input is refused; every finding about it, not just the first, is carried."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(f"{f.code}: {f.what_en} ({f.where})" for f in self.findings))


class GridError(RastersError, ValueError):
    """A grid cannot be used for what was asked: wrong CRS, rotated, or off the globe."""


class LegendError(RastersError, ValueError):
    """A product description is incomplete or contradicts itself."""


class SourceError(RastersError, OSError):
    """A file cannot be read, or is not what its product says."""


class ZoneError(RastersError, ValueError):
    """A zone layer cannot be counted over."""
