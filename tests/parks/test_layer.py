"""The layer of parks, and that a run with parks has the figures of one without."""

import filecmp
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from parks_book import META

import parks
import tanhui
from parks.additions import PARKS, contribute
from parks.layer import park_layer
from parks.park import Park, ParkKind
from parks.registry import load_parks
from rasters import RefusedError
from sinks.categories import Confidence
from sinks.cli import build_commands, run_commands
from sinks.commands import inventory as inventory_commands
from sinks.credits.additions import CREDITS
from sinks.demo import write_demo_inputs
from sinks.export.extras import Request, Scope
from sinks.export.layers import write_layers
from sinks.export.schemas import SCHEMAS
from sinks.pipeline import run
from sinks.verify import verify

AREA = Park(park_id="area", name_zh="面", kind=ParkKind.LOW, geometry=shapely.box(110, 40, 111, 41),
            location_confidence=Confidence.VERIFIED)  # fmt: skip


def scope(*zones, region="inner_mongolia"):
    return Scope(region=region, zones=frozenset(zones), meta=META, lang="zh")


def layer_of(parks, lang="zh", ratios=(), indicators=()):
    return park_layer(parks, meta=META, lang=lang, ratios=dict(ratios), indicators=indicators)


def packaged(where):
    """Return what the packaged parks add to a run."""
    nothing = {"settings": {}, "where": "i.toml", "base": Path(), "root": None, "years": (2023,)}
    return contribute(Request(region=where.region, **nothing)).extras(where)


def test_points_polygons_and_parks_without_a_place_go_into_the_layer(tmp_path):
    layer = layer_of([*load_parks("inner_mongolia"), AREA], lang="en")
    write_layers(tmp_path / "i.gpkg", [layer])
    read = pyogrio.read_dataframe(tmp_path / "i.gpkg", layer="parks").set_index("park_id")
    assert len(read) == 8
    assert read.crs == "EPSG:4326"
    assert read.geometry["mengsu"] == shapely.Point(109.8, 39.45)
    assert read.geometry["area"].equals(AREA.geometry)
    assert read.geometry["baotou-rare-earth"] is None
    mengsu = read.loc["mengsu"]
    assert (mengsu["kind"], mengsu["league_code"], mengsu["target_share"]) == (
        "Zero-carbon", "150600", 0.8,
    )  # fmt: skip
    assert (mengsu["status"], mengsu["run_id"]) == (META.status, META.run_id)
    assert mengsu["location_confidence"] == Confidence.UNVERIFIED.label("en")
    assert pd.isna(read.loc["baotou-rare-earth", "target_share"])


def test_without_a_place_there_is_no_layer():
    nowhere = replace(AREA, geometry=None, location_confidence=Confidence.MISSING)
    assert layer_of([nowhere]) is None
    assert layer_of([]) is None


@pytest.mark.parametrize(
    ("zones", "names"),
    [
        (["150600"], ["mengsu", "otog"]),
        (["150100"], []),
        (["150000"], [park.park_id for park in load_parks("inner_mongolia")]),
        (["150600", "150623"], ["mengsu", "otog"]),
    ],
)
def test_a_run_of_some_leagues_shows_their_parks_only(zones, names):
    extras = packaged(scope(*zones))
    assert len(extras.sheets) == bool(names)
    shown = [row for layer in extras.layers for row in layer.frame["park_id"]]
    assert shown == names


def test_a_region_without_parks_adds_nothing():
    assert packaged(scope("640000", region="ningxia")) == packaged(scope(region="nowhere"))
    assert packaged(scope("640000", region="ningxia")).sheets == ()


def test_removing_every_park_changes_no_figure(tmp_path):
    config = write_demo_inputs(tmp_path / "inputs", per_degree=4)
    fast = config.read_text(encoding="utf-8").replace("density = true", "density = false")
    config.write_text(fast, encoding="utf-8")
    without = run(config, out=tmp_path / "without").results
    beside = run(config, out=tmp_path / "with", additions=[PARKS]).results
    ids = without.manifest.run_id, beside.manifest.run_id
    assert ids[0] != ids[1]  # the parks' code and data are part of the id
    for name in SCHEMAS:
        pair = [(r.folder / f"{name}.csv").read_bytes() for r in (without, beside)]
        assert pair[0].replace(ids[0].encode(), b"") == pair[1].replace(ids[1].encode(), b"")
    assert filecmp.cmp(
        without.folder / "crosstab.parquet", beside.folder / "crosstab.parquet", shallow=False
    )
    assert verify(beside.folder).holds
    assert "表9 园区指标" in openpyxl.load_workbook(beside.folder / "inventory.xlsx").sheetnames
    assert (
        "表9 园区指标" not in openpyxl.load_workbook(without.folder / "inventory.xlsx").sheetnames
    )
    layers = [
        set(pyogrio.list_layers(r.folder / "inventory.gpkg")[:, 0]) for r in (without, beside)
    ]
    assert layers[1] - layers[0] == {"parks"}
    assert layers[0] < layers[1]


@pytest.mark.parametrize("words", [["run", "inventory.toml"], ["demo", "--out", "out"]])
def test_the_command_hands_the_parks_to_its_runs(monkeypatch, words):
    seen = []

    def stop(*_, additions, **__):
        seen.extend(additions)
        raise RefusedError([])

    monkeypatch.setattr(inventory_commands, "run_inventory", stop)
    monkeypatch.setattr(inventory_commands, "write_demo_inputs", lambda folder, **_: folder)
    assert run_commands(tanhui.commands(), words) == 2
    assert seen == [PARKS, CREDITS]
    assert run_commands(build_commands(), words) == 2
    assert seen == [PARKS, CREDITS]  # nothing without them


def test_public_names_are_sorted_and_there():
    assert (
        sorted(parks.__all__, key=lambda n: (not n.isupper(), n[0].islower(), n)) == parks.__all__
    )
    assert all(hasattr(parks, name) for name in parks.__all__)
