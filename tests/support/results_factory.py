"""A finished results folder from a small inventory, without a run; and hands that change it."""

from __future__ import annotations

import csv
from dataclasses import replace

import pandas as pd
from accounting_factory import activity, density, inventory_of, register_of, tree

from sinks.accounts.numbers import decimals
from sinks.coverage import MEASURES, coverage
from sinks.export.schemas import SCHEMAS
from sinks.export.tables import write_table
from sinks.manifest import Manifest, input_record, output_records, read_manifest, run_id
from sinks.manifest import write_manifest as write
from sinks.provenance import Code

CODE = Code(version="1", sha256="c" * 64)
ROWS = (
    ("1", "F", "F", 20_000),
    ("1", "G", "F", 1_000),
    ("1", "G", "G", 40_000),
    ("2", "G", "G", 60_000),
    ("2", "F", "G", 500),
    ("2", "C", "C", 5_000),
)
LINES = (
    density("F", "agb", 60, low=50, high=70),
    density("G", "agb", 3, low=2, high=4),
    density("C", "agb", 0),
    *(density(code, "soil", 100, low=80, high=120, depth="0-100") for code in "FGC"),
)


def small_inventory(folder, *, rows=ROWS, lines=LINES, years=(2020, 2023), **options):
    """Return an inventory of zones 1 and 2 with its register and its tree."""
    register = register_of(folder, *lines)
    table = activity(rows, years=years)
    zones = tree(tuple(sorted({row[0] for row in rows})))
    return inventory_of(table, register, zone_tree=zones, **options), register, zones


def write_results(
    folder,
    *,
    status="trial",
    official_ha=None,
    soil_from_map=False,
    quality=(("area_closure[2020]", "R", 0.0, 1e-6, "pass"),),
    parameters=None,
    **options,
):
    """Write ``folder/results`` and its one input ``folder/cover.tif``; return the folder."""
    inventory, register, zones = small_inventory(folder, **options)
    results = folder / "results"
    results.mkdir()
    (folder / "cover.tif").write_bytes(b"land cover")
    polygon = inventory.exact_areas.groupby(["zone_code", "year"])["area_mm2"].sum() / 1e6
    covered = coverage(
        inventory.exact_areas,
        polygon_m2={zone: polygon[zone].max() for zone in polygon.index.levels[0]},
        tree=zones,
    )
    shown = covered[["zone_code", "year"]].assign(
        **{f"{name}_ha": decimals(covered[name]) for name in MEASURES},
        official_ha=[(official_ha or {}).get(zone) for zone in covered["zone_code"]],
    )
    tables = {
        **{
            name: getattr(inventory, name)
            for name in (
                "areas", "stocks", "changes", "totals", "transitions", "reconciliation", "trace",
                "trace_changes",
            )
        },
        "coverage": shown,
        "quality": pd.DataFrame(quality, columns=list(SCHEMAS["quality"].columns)),
        "coefficients_used": register.rows_used(row.key for row in register.rows),
    }  # fmt: skip
    inputs = (
        input_record(
            folder / "cover.tif", base=folder, role="land_cover", product="clcd", year=2020
        ),
    )
    settings = {
        "levels": list(zones.levels),
        "region_zh": "区",
        "region_en": "Region",
        "zone_names": {
            code: {"zh": name, "en": f"zone {code}"} for code, name in zones.names.items()
        },
        "soil_from_map": soil_from_map,
        **(parameters or {}),
    }
    identity = run_id(inputs, parameters=settings, code=CODE)
    for name, schema in SCHEMAS.items():
        table = tables.get(name, pd.DataFrame(columns=list(schema.columns)))
        write_table(results / f"{name}.csv", table, schema, status=status, run_id=identity)
    write(
        results,
        Manifest(
            run_id=identity,
            status=status,
            created="2024-01-01T00:00:00+08:00",
            code=CODE,
            inputs=inputs,
            outputs=output_records(results),
            parameters=settings,
            config_folder="..",
        ),
    )
    return results


def rehash(results):
    """Write the manifest anew, so that every hash is that of the changed files."""
    write(results, replace(read_manifest(results), outputs=output_records(results)))


def change_cell(results, table, where, column, value, *, hashes=True):
    """Set a column of the rows whose cells are ``where``; by default as one who knows hashes."""
    path = results / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    hit = [row for row in rows if all(row[k] == str(v) for k, v in where.items())]
    assert hit, where
    for row in hit:
        row[column] = str(value)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    if hashes:
        rehash(results)
