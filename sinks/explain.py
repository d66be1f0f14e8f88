"""Where a figure comes from: coefficient rows, amounts, and the files behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from .errors import ResultError
from .results import load_results
from .texts import text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COLUMNS = ("code", "stratum", "ecosystem", "pool", "amount", "factors", "stock_t_c")


def explain(
    folder: Path,
    *,
    zone: str,
    year: int | None,
    ecosystem: str | None,
    pool: str | None,
    lang: str,
) -> Iterator[Table]:
    """Yield the rows of trace.csv behind the stocks of a zone, the rows and files they name.

    Raises
    ------
    ResultError
        If the results have no such zone, naming those they have.

    """
    results = load_results(folder)
    trace = results.tables["trace"]
    if zone not in set(trace["zone_code"]):
        known = ", ".join(sorted(set(trace["zone_code"]))[:40])
        raise ResultError(text("explain_zone_unknown", lang, zone=zone, known=known))
    chosen = trace[trace["zone_code"].eq(zone)]
    year = year if year is not None else int(chosen["year"].max())
    chosen = chosen[chosen["year"].eq(year)]
    for column, value in (("ecosystem", ecosystem), ("pool", pool)):
        if value is not None:
            chosen = chosen[chosen[column].eq(value)]
    names = results.manifest.parameters["zone_names"]
    yield _table(
        text("explain_title", lang, zone=zone, name=names[zone][lang], year=year),
        _COLUMNS,
        chosen[list(_COLUMNS)].to_dict("records"),
    )
    used = {key for factors in chosen["factors"] for key in factors.split("*")}
    rows = results.tables["coefficients_used"]
    columns = ("key", "value", "unit", "low", "high", "interval", "confidence", "source")
    yield _table("", columns, rows[rows["key"].isin(used)][list(columns)].to_dict("records"))
    yield _table(
        "",
        ("role", "product", "year", "path", "sha256"),
        [
            {"role": i.role, "product": i.product or "", "year": i.year or "", "path": i.path,
             "sha256": i.sha256[:16]}
            for i in results.manifest.inputs
        ],
    )  # fmt: skip


def _table(title: str, columns: tuple[str, ...], rows: list[dict[str, object]]) -> Table:
    """Return a table of text cells."""
    table = Table(*columns, title=title or None)
    for row in rows:
        table.add_row(*("" if row[c] is None else str(row[c]) for c in columns))
    return table
