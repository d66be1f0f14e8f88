"""Assessments made in a test: as facts, and as the workbook that people fill in."""

from __future__ import annotations

import io
import tempfile
from decimal import Decimal
from functools import cache
from pathlib import Path

import openpyxl

from sinks.assessment import (
    DeductionBasis,
    Facts,
    SinkOfYear,
    SinkYear,
    write_assessment_template,
)

REGION, ORDOS, BAOTOU = "150000", "150600", "150200"
SHEETS = ("基本信息", "排放与经济", "季度监测")
TERMS = ("2021—2023年试评价", "内蒙古自治区", 2020, 2021, 2023, "试算")


def decimal(value):
    """Return a figure as a decimal; None stays None."""
    return None if value is None else Decimal(str(value))


def sink_of(central, lower=None, *, period="2020-2023", verdict="signal"):
    """Return the sink of a year."""
    return SinkOfYear(
        central=decimal(central), lower=decimal(lower), period=period, verdict=verdict
    )


GOLDEN = {"energy": 5200, "ippu": 640, "elec": -180, "projects": 35, "gdp": 3100}
"""Figures of the golden of METHOD D1, in 10^4 t and 10^8 yuan."""


def facts(*, sink=260, lower=None, deducted=12, target=None, total=None, **changes):
    """Return the facts of the golden of METHOD D1 with some changed."""
    words = {"zone_code": ORDOS, "year": 2023, **GOLDEN, **changes}
    figures = {name: decimal(words.pop(name)) for name in GOLDEN}
    return Facts(
        **words,
        **figures,
        target_percent=decimal(target),
        total_target=decimal(total),
        sinks={} if sink is None else {SinkYear.ANNUAL_MEAN: sink_of(sink, lower)},
        deducted={basis: Decimal(deducted) for basis in DeductionBasis},
    )


def write_book(path, *, terms=(TERMS,), reported=(), quarters=()):
    """Write a filled-in workbook, its cells by order."""
    book = openpyxl.load_workbook(io.BytesIO(_template()))
    for name, lines in zip(SHEETS, (terms, reported, quarters), strict=True):
        for number, line in enumerate(lines, start=3):
            for column, value in enumerate(line, start=1):
                if value is not None:
                    book[name].cell(number, column, value)
    book.save(path)
    return path


def write_settings(path, *, workbook="book.xlsx", run="results", choices="", **files):
    """Write an assessment.toml beside its inputs."""
    lines = ["[assessment]", f'workbook = "{workbook}"', f'run = "{run}"']
    lines += [f'{name} = "{value}"' for name, value in files.items()]
    path.write_text("\n".join([*lines, "[choices]", choices, ""]), encoding="utf-8")
    return path


@cache
def _template():
    """Return the bytes of the empty workbook."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.xlsx"
        write_assessment_template(path, region="inner_mongolia")
        return path.read_bytes()
