"""How the ledger says what it refuses: findings of this package, masses in tonnes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from rasters.findings import finding

from .effects import KG_PER_SERIAL

if TYPE_CHECKING:
    from rasters.findings import Finding

__all__ = ["Where", "refusal", "tonnes"]

Where: TypeAlias = Callable[[str], str]
"""From the name of a field to the place where it was written; blank for the whole record."""


def refusal(code: str, value: object, where: object, **words: object) -> Finding:
    """Return a finding of this package."""
    return finding("sinks", code, value=value, where=where, **words)


def tonnes(kg: int, *, grouped: bool = True) -> str:
    """Return kilograms as tonnes, exact and without trailing zeros.

    >>> tonnes(211_250), tonnes(-1), tonnes(3_000_000), tonnes(3_000_000, grouped=False)
    ('211.25', '-0.001', '3,000', '3000')
    """
    sign, (whole, rest) = "-" if kg < 0 else "", divmod(abs(kg), KG_PER_SERIAL)
    number = f"{whole:,}" if grouped else f"{whole}"
    return f"{sign}{number}" + (f".{rest:03d}".rstrip("0") if rest else "")
