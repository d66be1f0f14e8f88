"""Densities of steppe and forest types from a bureau's own plots, as rows of the register.

Dry weight x carbon fraction is carbon; roots that were not dug up are the above-ground biomass
x the root:shoot ratio of the type. The mean of the plots of a type is the density, and its
interval joins the sampling error (Student's t) with the errors of the carbon fraction and the
ratio. Fewer than three plots give no interval worth the name and are refused.

Source: IPCC 2006 Guidelines, Volume 1, Chapter 3, equation 3.1 (product of errors); far-out
values: Tukey (1977), Exploratory Data Analysis, section 2D.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from rasters.findings import Severity, finding

from .categories import Completeness, Confidence, Pool
from .coefficient_register import Register
from .coefficient_rows import Coefficient, IntervalBasis
from .plot_lines import read_plots
from .student_t import student_t

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from rasters.findings import Finding

    from .plot_lines import Plot, PlotType

FEWEST_PLOTS = 3
"""Plots of a type below which no density is made."""
_FAR_OUT = 3.0  # interquartile ranges beyond the quartiles: Tukey's outer fence
_INTERVAL = 0.95
_RANKS = list(Confidence)  # a density is as weak as the weakest of its factors


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mean:
    """The mean of the plots of one type and pool."""

    plots: tuple[Plot, ...]
    values: NDArray[np.float64]
    """Dry weight (t/ha) or soil carbon (t C/ha) of each plot."""
    factors: tuple[Coefficient, ...]
    """Rows that the mean is multiplied with."""
    modelled: tuple[Coefficient, ...] = ()
    """Rows that some of the values were made with."""

    @property
    def standard_error(self) -> float:
        """Standard error of the mean, in the unit of the values."""
        return float(np.std(self.values, ddof=1) / sqrt(len(self.values)))


def with_plots(register: Register, files: Sequence[Path]) -> tuple[Register, list[Finding]]:
    """Return the register with the densities of plot files after its tables.

    Parameters
    ----------
    register
        The rows of the tables; carbon fractions and root:shoot ratios are looked up in it.
    files
        CSVs of plots, see :mod:`sinks.plot_lines`; each becomes a table named by its stem.

    Returns
    -------
    register, findings
        Plots far out are noted, never left out.

    """
    tables, rows, findings = list(register.tables), list(register.rows), []
    for path in files:
        if path.stem in tables:
            findings.append(
                finding("sinks", "coefficient-table-repeated", value=path.stem, where=path.name)
            )
            continue
        tables.append(path.stem)
        plots, found = read_plots(path)
        findings += found
        if not any(f.severity is Severity.ERROR for f in found):
            made, found = _rows_of(plots, path, register)
            rows += made
            findings += found
    return Register(tuple(tables), tuple(rows)), findings


def _rows_of(
    plots: Sequence[Plot], path: Path, register: Register
) -> tuple[list[Coefficient], list[Finding]]:
    """Return a density row for every type and pool of one file."""
    types: dict[PlotType, list[Plot]] = defaultdict(list)
    for plot in plots:
        types[plot.type].append(plot)
    rows: list[Coefficient] = []
    findings: list[Finding] = []
    for kind in sorted(types, key=str):
        for pool in (Pool.AGB, Pool.BGB, Pool.SOIL):
            mean, found = _mean(kind, pool, types[kind], path.name, register)
            findings += found
            if mean is not None:
                findings += [] if mean.modelled else _far_out(mean, kind, pool, path.name)
                rows.append(_row(mean, kind, pool, path, len(rows) + 1))
    return rows, findings


def _mean(
    kind: PlotType, pool: Pool, plots: Sequence[Plot], name: str, register: Register
) -> tuple[_Mean | None, list[Finding]]:
    """Return the mean of one type and pool, None where no plot has it or too few do."""
    if pool is Pool.AGB:
        used = [(plot, plot.agb_t_ha) for plot in plots if plot.agb_t_ha is not None]
    elif pool is Pool.SOIL:
        used = [(plot, plot.soil_t_c_ha) for plot in plots if plot.soil_t_c_ha is not None]
    else:
        return _below_ground(kind, plots, name, register)
    return _measured(kind, pool, used, (), name, register)


def _below_ground(
    kind: PlotType, plots: Sequence[Plot], name: str, register: Register
) -> tuple[_Mean | None, list[Finding]]:
    """Return the mean of the roots: dug up, or above-ground biomass x root:shoot ratio."""
    above = [plot.agb_t_ha for plot in plots if plot.agb_t_ha is not None]
    lacking = [plot for plot in plots if plot.bgb_t_ha is None and plot.agb_t_ha is not None]
    used = [(plot, plot.bgb_t_ha) for plot in plots if plot.bgb_t_ha is not None]
    if not lacking:
        return _measured(kind, Pool.BGB, used, (), name, register)
    ratio = _lookup(register, "root_shoot", Pool.BGB, kind, at=float(np.mean(above)))
    if ratio is None or ratio.value is None:
        return None, [_lacks("root_shoot", kind, Pool.BGB, name)]
    used += [(plot, ratio.value * (plot.agb_t_ha or 0.0)) for plot in lacking]
    return _measured(kind, Pool.BGB, used, (ratio,), name, register)


def _measured(
    kind: PlotType,
    pool: Pool,
    used: Sequence[tuple[Plot, float]],
    modelled: tuple[Coefficient, ...],
    name: str,
    register: Register,
) -> tuple[_Mean | None, list[Finding]]:
    """Return the mean of some plots with the carbon fraction of the pool."""
    if not used:
        return None, []
    if len(used) < FEWEST_PLOTS:
        return None, [
            finding(
                "sinks", "plots-few", value=len(used), where=name, type=kind, pool=pool,
                needed=FEWEST_PLOTS,
            )
        ]  # fmt: skip
    factors: tuple[Coefficient, ...] = ()
    if pool is not Pool.SOIL:
        fraction = _lookup(register, "carbon_fraction", pool, kind)
        if fraction is None:
            return None, [_lacks("carbon_fraction", kind, pool, name)]
        factors = (fraction,)
    return _Mean(
        plots=tuple(plot for plot, _ in used),
        values=np.array([value for _, value in used], dtype=np.float64),
        factors=factors,
        modelled=modelled,
    ), []


def _lookup(
    register: Register, parameter: str, pool: Pool, kind: PlotType, at: float | None = None
) -> Coefficient | None:
    """Return the row of a factor of a type; None where there is none or it has no value."""
    row = register.lookup(
        parameter=parameter,
        pool=pool,
        code=kind.code,
        ecosystem=kind.ecosystem,
        stratum=kind.stratum,
        at=at,
    )
    return row if row is not None and row.value is not None else None


def _lacks(parameter: str, kind: PlotType, pool: Pool, name: str) -> Finding:
    """Return the finding that a factor of a type has no row."""
    return finding("sinks", "plots-no-factor", value=parameter, where=name, type=kind, pool=pool)


def _far_out(mean: _Mean, kind: PlotType, pool: Pool, name: str) -> Iterable[Finding]:
    """Note the plots far beyond the others; they stay in the mean."""
    first, third = np.quantile(mean.values, (0.25, 0.75))
    reach = _FAR_OUT * (third - first)
    return [
        finding(
            "sinks", "plots-far-out", value=f"{value:g}", where=f"{name}, {plot.plot_id}",
            type=kind, pool=pool, low=f"{first - reach:g}", high=f"{third + reach:g}",
        )
        for plot, value in zip(mean.plots, mean.values.tolist(), strict=True)
        if not first - reach <= value <= third + reach
    ]  # fmt: skip


def _row(mean: _Mean, kind: PlotType, pool: Pool, path: Path, number: int) -> Coefficient:
    """Return the density of one type and pool as a row of the register."""
    middle = float(np.mean(mean.values))
    scale = float(np.prod([row.value or 0.0 for row in mean.factors]))
    n = len(mean.values)
    quantile = student_t(n - 1, probability=_INTERVAL)
    sampling = quantile * mean.standard_error / middle if middle else 0.0
    used = (*mean.factors, *mean.modelled)
    share = sqrt(sampling**2 + sum(_relative(row) ** 2 for row in used))
    defaults = [row for row in used if row.interval is IntervalBasis.DEFAULT]
    value = middle * scale
    years = sorted({plot.year for plot in mean.plots})
    sources = "; ".join(sorted({plot.source for plot in mean.plots}))
    factors = "".join(f" x {row.value:g} ({row.where})" for row in mean.factors)
    ratios = "".join(f"; roots by {row.value:g} ({row.where})" for row in mean.modelled)
    return Coefficient(
        table=path.stem,
        row=number,
        parameter="density",
        code=kind.code,
        ecosystem=kind.ecosystem,
        stratum=kind.stratum,
        pool=pool,
        value=value,
        unit="t C/ha",
        low=max(value * (1 - share), 0.0),
        high=value * (1 + share),
        interval=IntervalBasis.DEFAULT if defaults else IntervalBasis.STATED,
        half_width_source=defaults[0].half_width_source if defaults else "",
        completeness=Completeness.ESTIMATED,
        confidence=max((Confidence.DERIVED, *(f.confidence for f in used)), key=_RANKS.index),
        source=f"{path.name}: {sources}",
        locator=f"{n} plots of {years[0]}-{years[-1]}",
        depth_cm=mean.plots[0].depth_cm if pool is Pool.SOIL else "",
        edition="",
        class_from=None,
        class_to=None,
        region="",
        range_type=f"95 % interval: Student t {quantile:.3f}, n {n}, and the factors' errors",
        applies_to=(),
        zone_code="",
        name=str(kind),
        note=f"mean {middle:g}, standard error {mean.standard_error:g}{factors}{ratios}",
    )


def _relative(row: Coefficient) -> float:
    """Return the relative half-width of a factor, 0 where it has none."""
    if not row.value or row.low is None or row.high is None:
        return 0.0
    return (row.high - row.low) / 2 / row.value
