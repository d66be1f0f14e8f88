"""Indirect emissions of a park's electricity, by location and by market, side by side.

Own renewable electricity is used once: it is no purchase, it carries no emission, its
certificates cannot cover purchases as well, and what is delivered out credits the park with
nothing, for whoever receives it counts it. Where its certificates are sold, the park's own use
bears the residual factor, for its attributes are another's.

Source: WRI (2015) GHG Protocol Scope 2 Guidance (location-based and market-based method, residual
mix, own generation whose attributes are sold); METHOD part E and D1 (elec_export).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from rasters.findings import finding

from .activities import Component, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rasters.findings import Finding

    from .activities import Activity
    from .conversions import Book, Line

__all__ = ["NetExport", "power_lines"]

AVERAGE, RESIDUAL, RENEWABLE = "grid_average", "grid_residual", "renewable"
"""Items of the factors of power."""


class NetExport(StrEnum):
    """What a park that delivers out more power than it takes in is credited with."""

    SUBTRACT = "subtract"
    """Its net purchase is below zero and so are the emissions of it."""
    ZERO = "zero"
    """Nothing; the electricity is then still no energy use of the park."""


def power_lines(
    rows: Sequence[Activity], *, book: Book, net_export: NetExport
) -> tuple[list[Line], list[Finding]]:
    """Return the lines of electricity of one park and year.

    Parameters
    ----------
    rows
        All activities of the park and year.
    book
        Factors of its region and year.
    net_export
        See :class:`NetExport`.

    Returns
    -------
    lines, findings
        Nothing where no row states what was purchased. Where contracts and certificates exceed
        what they may cover, the market-based lines are missing.

    """
    own = [row for row in rows if row.component is Component.POWER_OWN_USED]
    lines = [book.energy(row.component, row.quantity, row.item) for row in own]
    lines += [book.memo(row) for row in rows if row.component in _SHOWN]
    findings = _own_certificates(rows, book)
    if not any(row.component is Component.POWER_PURCHASED for row in rows):
        return lines, findings
    bought = book.total(rows, Component.POWER_PURCHASED)
    delivered = book.total(rows, Component.POWER_EXPORTED)
    net = None if bought is None or delivered is None else bought - delivered
    lines.append(book.energy(Component.POWER_PURCHASED, net, ""))
    where = _where(rows)
    if net is not None and net < 0:
        code = f"emissions-net-export-{net_export}"
        findings.append(finding("parks", code, value=net, where=where))
        net = net if net_export is NetExport.SUBTRACT else Decimal(0)
    lines.append(_emission(book, net, AVERAGE, "location"))
    market, faults = _market_lines(rows, net, book)
    return lines + market, findings + faults


def _market_lines(
    rows: Sequence[Activity], net: Decimal | None, book: Book
) -> tuple[list[Line], list[Finding]]:
    """Return the market-based lines: contracts, certificates, and the rest at the residual."""
    contracts = [row for row in rows if row.component is Component.POWER_CONTRACT]
    contracted = book.total(rows, Component.POWER_CONTRACT)
    attested = book.total(rows, Component.CERTIFICATE_BOUGHT)
    sold = book.total(rows, Component.CERTIFICATE_OWN_SOLD)
    own = book.total(rows, Component.POWER_OWN_USED)
    where, faults = _where(rows), []
    rest: Decimal | None = None
    refused: set[Component] = set()
    if net is not None and contracted is not None and attested is not None:
        covered = contracted + attested
        rest = net - covered
        if covered > max(net, Decimal(0)):
            refused.add(Component.POWER_PURCHASED)
            faults.append(
                finding("parks", "emissions-green-exceeds", value=covered, where=where, net=net)
            )
    if sold is not None and own is not None and sold > own:
        faults.append(
            finding("parks", "emissions-own-sold-exceeds", value=sold, where=where, own=own)
        )
        refused.add(Component.CERTIFICATE_OWN_SOLD)
    lines = [_emission(book, row.quantity, row.item, "market", row.component) for row in contracts]
    if attested != 0:
        lines.append(_emission(book, attested, RENEWABLE, "market", Component.CERTIFICATE_BOUGHT))
    lines.append(_emission(book, rest, RESIDUAL, "market"))
    if sold != 0:
        lines.append(_emission(book, sold, RESIDUAL, "market", Component.CERTIFICATE_OWN_SOLD))
    return [_refused(line) if line.component in refused else line for line in lines], faults


def _refused(line: Line) -> Line:
    """Return a line without a result, because its quantity contradicts the others."""
    return replace(line, t_co2=None, factors=(), lacking=(f"cover/{line.component}",))


def _emission(
    book: Book,
    quantity: Decimal | None,
    factor: str,
    basis: str,
    component: Component = Component.POWER_PURCHASED,
) -> Line:
    """Return a line of electricity."""
    return book.emission(Part.POWER, component, factor, quantity, "MWh", factor=factor, basis=basis)


def _own_certificates(rows: Sequence[Activity], book: Book) -> list[Finding]:
    """Note that kept certificates of own plants cover no purchase."""
    kept = book.total(rows, Component.CERTIFICATE_OWN)
    if not kept:
        return []
    return [finding("parks", "emissions-own-certificates", value=kept, where=_where(rows))]


def _where(rows: Sequence[Activity]) -> str:
    """Return park and year, for messages."""
    return f"{rows[0].park_id} {rows[0].year}"


_SHOWN = frozenset({Component.POWER_OWN_EXPORTED, Component.CERTIFICATE_OWN})
