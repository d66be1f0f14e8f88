"""The five tests of METHOD D4, the golden of A14, and what each basis deducts."""

import csv
from decimal import Decimal

import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_factory import (
    BASE,
    EAST,
    WEST,
    box,
    issue,
    leave,
    made,
    opening,
    parcel,
    project,
    record,
    removal,
    reversal,
)  # fmt: skip

from rasters import RefusedError
from sinks.credits import Basis, available, credited, deduct
from sinks.credits.export import COLUMNS, deduction_rows, write_deductions
from sinks.credits.shares import OUTSIDE, Leagues
from sinks.errors import EstimateError
from sinks.ledger import ledger_anchor, read_state
from sinks.ledger.said import ExitRoute, Scheme, Scope
from sinks.regions import load_region

A14 = {
    "project_t_co2": Decimal(1200),
    "baseline_t_co2": Decimal(150),
    "leakage_t_co2": Decimal(0),
    "risk": Decimal("0.10"),
}


@pytest.fixture(scope="module")
def leagues():
    return Leagues(load_region("inner_mongolia"))


@pytest.fixture
def ledger(tmp_path):
    """Return a ledger of 945 t, a quarter of it in the west, and 255 t of another parcel."""
    path = tmp_path / "ledger.sqlite"
    with made(path, *BASE):
        pass
    return path


def tonnes(deductions):
    return {zone: kg / 1000 for zone, kg in deductions.by_zone().items()}


# METHOD A14


def test_the_golden_credit_of_an_afforestation_project():
    assert credited(**A14) == 945


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.decimals(0, "0.99", places=2))
def test_a_credit_never_exceeds_what_was_removed(actual, baseline, risk):
    words = {**A14, "project_t_co2": Decimal(actual), "baseline_t_co2": Decimal(baseline)}
    assert credited(**{**words, "risk": risk}) <= actual


@pytest.mark.parametrize("words", [{"leakage_t_co2": Decimal(-1)}, {"risk": Decimal(1)},
                                   {"risk": Decimal("-0.1")}])  # fmt: skip
def test_leakage_and_risk_out_of_range_are_refused(words):
    with pytest.raises(EstimateError, match="got"):
        credited(**{**A14, **words})


def test_the_inventory_sees_the_whole_removal_and_the_market_the_credit(ledger):
    """1,200 t removed, 945 t credited: the deduction is 945 t, or 1,200 t on the gross basis."""
    assert sum(tonnes(deduct(ledger, year=2023, basis=Basis.ISSUED)).values()) == 945
    assert sum(tonnes(deduct(ledger, year=2023, basis=Basis.GROSS_PARCEL)).values()) == 1200


# METHOD D4: five tests


def border(leagues):
    """Return a point on the border of two leagues and their codes."""
    outlines = leagues.region.display("league").set_index("code").geometry
    for first in outlines.index:
        for second in outlines.index:
            line = shapely.intersection(outlines[first], outlines[second])
            line = shapely.line_merge(line)
            if first < second and line.length > 1:
                return shapely.line_interpolate_point(line, 0.5, normalized=True)
    raise AssertionError


def test_1_a_parcel_over_two_leagues_splits_by_geodesic_area_and_sums_to_the_whole(
    leagues, tmp_path
):
    point = border(leagues)
    shape = point.buffer(0.02, quad_segs=4)
    shares = {share.zone: share.area_mm2 for share in leagues.shares(shape)}
    assert len(shares) == 2
    geod = pyproj.Geod(ellps="WGS84")
    zones = leagues.region.finest_zones()
    ancestors = leagues.region.ancestors()["league"]
    for code, area in shares.items():  # oracle: the geodesic area of the common polygons
        parts = [
            shapely.intersection(shape, zone)
            for banner, zone in zip(zones.codes, zones.geometry, strict=True)
            if ancestors[banner] == code
        ]
        whole = shapely.union_all(parts)
        expected = abs(geod.geometry_area_perimeter(shapely.orient_polygons(whole))[0])
        assert area / 1e6 == pytest.approx(expected, rel=1e-6)
    said = parcel(shape=shape, shares=shares)
    path = tmp_path / "ledger.sqlite"
    with made(path, opening(leagues.codes), project(), said, removal(), issue()):
        pass
    split = deduct(path, year=2023, basis=Basis.ISSUED).by_zone()
    assert sum(split.values()) == 945_000
    area = sum(shares.values())
    assert all(abs(split[code] - 945_000 * part / area) < 1 for code, part in shares.items())


def test_2_a_vintage_of_several_years_splits_by_days(tmp_path):
    """730 t over 2022-07-01 to 2024-06-29, 730 days: 184, 365 and 181 t."""
    path = tmp_path / "ledger.sqlite"
    vintage = {"start": "2022-07-01", "end": "2024-06-29"}
    with made(path, *BASE[:3], removal(tonnes=800, **vintage), issue(1, 730, **vintage)):
        pass
    years = {y: deduct(path, year=y, basis=Basis.ISSUED).by_zone() for y in range(2021, 2026)}
    assert {y: sum(zones.values()) for y, zones in years.items()} == {
        2021: 0, 2022: 184_000, 2023: 365_000, 2024: 181_000, 2025: 0,
    }  # fmt: skip
    assert years[2023] == {WEST: 91_250, EAST: 273_750}


@pytest.mark.parametrize("scheme", list(Scheme))
def test_3_and_5_land_of_two_projects_is_refused_under_every_scheme(ledger, scheme):
    with made(ledger, project("P2", scheme=scheme)) as writer:
        with pytest.raises(RefusedError, match="credits-parcel-overlap"):
            record(writer, parcel("B", "P2", box(120.015)))
        record(writer, parcel("B", "P2", box(120.02)), removal("B", 50),
               issue(1, 50, "P2", block="X"))  # fmt: skip
    assert sum(tonnes(deduct(ledger, year=2023, basis=Basis.ISSUED)).values()) == 995


def test_4_a_deduction_above_the_parcels_own_removal_is_refused(ledger):
    with made(ledger) as writer:
        with pytest.raises(RefusedError, match="credits-above-removal"):
            record(writer, issue(946, 1201))
        record(writer, issue(946, 1200))
    assert sum(tonnes(deduct(ledger, year=2023, basis=Basis.ISSUED)).values()) == 1200


# bases


@pytest.fixture
def sold(ledger):
    """Return it with 400 t sold outside, 40 t in the region, 80 t returned, 20 t cancelled."""
    exits = (
        leave(1, 400),
        leave(401, 440, ExitRoute.REGIONAL_TRADE, Scope.REGION),
        leave(441, 520, ExitRoute.LEAGUE_OFFSET, Scope.IN_LEAGUE),
        leave(521, 540, ExitRoute.CANCELLED, Scope.OUTSIDE),
    )
    with made(ledger, *exits):
        pass
    return ledger


@pytest.mark.parametrize(
    ("basis", "whole"),
    [
        (Basis.ISSUED, 945 - 80),
        (Basis.SOLD, 400 + 40),
        (Basis.SOLD_OUTSIDE, 400 + 40),
        (Basis.GROSS_PARCEL, 1200 - 80),
    ],
)
def test_each_basis_deducts_its_tonnes_by_area(sold, basis, whole):
    assert tonnes(deduct(sold, year=2023, basis=basis)) == {WEST: whole / 4, EAST: whole * 3 / 4}
    assert deduct(sold, year=2024, basis=basis).by_zone() == {}


def test_a_sale_in_the_league_is_none_outside_of_it(tmp_path):
    """Of 100 t of a parcel in the east 60 are sold there, 30 elsewhere in the region."""
    path = tmp_path / "ledger.sqlite"
    area = sum(share.area_mm2 for share in BASE[2].shares)
    exits = (
        leave(1, 60, ExitRoute.REGIONAL_TRADE, Scope.IN_LEAGUE),
        leave(61, 90, ExitRoute.REGIONAL_TRADE, Scope.REGION),
    )
    with made(path, *BASE[:2], parcel(shares={EAST: area}), removal(), issue(1, 100), *exits):
        pass
    kg = {basis: deduct(path, year=2023, basis=basis).by_zone() for basis in Basis}
    assert kg[Basis.SOLD] == {EAST: 90_000}
    assert kg[Basis.SOLD_OUTSIDE] == {EAST: 30_000}


def test_a_ledger_that_was_read_gives_the_same_as_its_file(sold):
    state = read_state(sold)
    for basis in Basis:
        assert deduct(state, year=2023, basis=basis) == deduct(sold, year=2023, basis=basis)
    assert available(state) == available(sold)


def test_what_has_not_left_is_available(sold):
    assert [(a.zone_code, a.year, a.project, a.scheme, a.kg) for a in available(sold)] == [
        (WEST, 2023, "P1", "ccer", 101_250), (EAST, 2023, "P1", "ccer", 303_750),
    ]  # fmt: skip
    with made(sold, leave(541, 945)):
        pass
    assert available(sold) == ()


def test_a_reversed_issue_is_deducted_no_longer(ledger):
    with made(ledger, reversal(5)):
        pass
    assert deduct(ledger, year=2023, basis=Basis.ISSUED).rows == ()


@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=3))
def test_leagues_add_up_to_what_was_issued_whatever_was_sold(tmp_path_factory, lengths):
    path = tmp_path_factory.mktemp("sum") / "ledger.sqlite"
    first, exits = 1, []
    for length in lengths:
        exits.append(leave(first, first + length - 1))
        first += length
    with made(path, *BASE, *exits):
        pass
    bases = {basis: sum(deduct(path, year=2023, basis=basis).by_zone().values()) for basis in Basis}
    assert bases[Basis.ISSUED] == 945_000
    assert bases[Basis.SOLD] == sum(lengths) * 1000
    left = sum(a.kg for a in available(path))
    assert left == 945_000 - sum(lengths) * 1000


# land, zones, files


def test_land_beyond_the_region_is_a_part_of_its_own(leagues):
    west, _, _, _ = shapely.total_bounds(leagues.region.finest_zones().geometry)
    shares = leagues.shares(shapely.box(west - 1, 40, west - 0.9, 40.1))
    assert [share.zone for share in shares] == [OUTSIDE]


def test_the_rows_carry_the_anchor_and_no_formula(tmp_path, leagues):
    path = tmp_path / "ledger.sqlite"
    with made(path, *BASE[:-1], issue(evidence="=1+1"), leave()):
        pass
    deductions = deduct(path, year=2023, basis=Basis.ISSUED)
    assert deductions.anchor == ledger_anchor(path)
    rows = deduction_rows(deductions, read_state(path), {WEST: "通辽市"})
    out = tmp_path / "deductions.csv"
    write_deductions(out, rows)
    first, second = csv.DictReader(out.read_text(encoding="utf-8").splitlines())
    assert tuple(first) == COLUMNS
    assert first["evidence"] == "'=1+1"
    assert (first["zone_name"], second["zone_name"]) == ("通辽市", "")
    assert (first["deduction_t_co2"], second["deduction_t_co2"]) == ("236.25", "708.75")
    assert (first["issued_t_co2"], first["sold_t_co2"]) == ("236.25", "25")
    assert first["buyer_scope"] == "outside"
    assert float(first["area_ha"]) * 4 == pytest.approx(
        sum(share.area_mm2 for share in leagues.shares(box(120.0))) / 1e10, rel=1e-6
    )
    before = out.read_bytes()
    write_deductions(out, rows)
    assert out.read_bytes() == before
