"""Budgets made in a test: as values, and as the workbook that people fill in."""

from __future__ import annotations

import io
import tempfile
from decimal import Decimal
from functools import cache
from pathlib import Path

import openpyxl

from sinks.budget import (
    Basis,
    Budget,
    Economy,
    Increment,
    IncrementState,
    Reduction,
    ReductionClass,
    ReductionState,
    Terms,
    write_budget_template,
)
from sinks.categories import Status

REGION, ORDOS, BAOTOU = "150000", "150600", "150200"
SHEETS = ("基本信息", "增量", "减排量", "基年碳汇", "强度")
TERMS = ("2021—2023年预算", "内蒙古自治区", 2020, 2021, 2023, "试算", "总排放", 5, "某文件")


def terms(**changes):
    """Return the terms of a trial of 2021 to 2023."""
    stated = {
        "region": "inner_mongolia",
        "base_year": 2020,
        "first_year": 2021,
        "last_year": 2023,
        "status": Status.TRIAL,
        "basis": Basis.GROSS,
        "tolerance_percent": None,
        "tolerance_source": "",
    }
    return Terms(**(stated | changes))


def increment(amount, *, zone=ORDOS, year=2021, state="counted", name="project", project_id=""):
    """Return a project that emits; its amount is text or None."""
    return Increment(
        zone_code=zone,
        project_id=project_id,
        name=name,
        year=year,
        amount_t_co2=None if amount is None else Decimal(amount),
        state=IncrementState(state),
        evidence="a test",
        where="增量!E3",
    )


def reduction(amount, kind, *, zone=ORDOS, year=2021, state="secured"):
    """Return a reduction; its amount is text or None."""
    return Reduction(
        zone_code=zone,
        kind=ReductionClass(kind),
        project_id="",
        name="measure",
        year=year,
        amount_t_co2=None if amount is None else Decimal(amount),
        state=ReductionState(state),
        evidence="a test",
        where="减排量!F3",
    )


def economy(zone, year, *, emission=None, gdp=None, target=None):
    """Return what an intensity is made of; figures are text or None."""
    figures = [None if x is None else Decimal(x) for x in (emission, gdp, target)]
    return Economy(
        zone_code=zone,
        year=year,
        emission_t_co2=figures[0],
        gdp=figures[1],
        target_percent=figures[2],
    )


def budget(*items, base_sinks=None, **changes):
    """Return a budget of increments, reductions and economies, in any order."""

    def of(kind):
        return tuple(item for item in items if isinstance(item, kind))

    return Budget(
        terms=terms(**changes),
        increments=of(Increment),
        reductions=of(Reduction),
        economy=of(Economy),
        base_sinks=base_sinks or {},
    )


def golden():
    """Return the budget of METHOD D3 without its sink of 40: 420 against 120 + 60 + 90 + 35."""
    return budget(
        increment("200"),
        increment("220", year=2023),
        reduction("120", "energy_saving"),
        reduction("60", "capacity_retired", year=2022),
        reduction("90", "energy_mix", year=2022),
        reduction("35", "engineering", year=2023),
    )


def write_book(path, *, region="inner_mongolia", stated=(TERMS,), **rows):
    """Write a filled-in workbook: rows of increments, reductions, base_sinks, economy by order."""
    book = openpyxl.load_workbook(io.BytesIO(_template(region)))
    names = ("increments", "reductions", "base_sinks", "economy")
    given = (stated, *(rows.get(name, ()) for name in names))
    for name, lines in zip(SHEETS, given, strict=True):
        for number, line in enumerate(lines, start=3):
            for column, value in enumerate(line, start=1):
                if value is not None:
                    book[name].cell(number, column, value)
    book.save(path)
    return path


@cache
def _template(region):
    """Return the bytes of the empty workbook of a region."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.xlsx"
        write_budget_template(path, region=region)
        return path.read_bytes()
