"""A small ledger: two leagues, two projects, three parcels."""

from contextlib import contextmanager

import shapely

from sinks.ledger.event import Draft
from sinks.ledger.land import area_mm2, hex_of
from sinks.ledger.said import (
    Exit,
    ExitRoute,
    Issue,
    Offset,
    Opening,
    Parcel,
    Project,
    Removal,
    Reversal,
    Scheme,
    Scope,
    Share,
    Sink,
)
from sinks.ledger.store import open_ledger

EAST, WEST = "150700", "150500"
AT = "2026-01-05T08:00:00+00:00"


def opening(zones=(WEST, EAST)):
    return Opening(region="inner_mongolia", level="league", zones=zones, boundary="0" * 64)


def project(name="P1", **changes):
    words = {
        "project": name, "scheme": Scheme.CCER, "method": "CCER-14-001-V01", "name": "造林",
        "owner": f"林场 {name}", "start": "2021-01-01", "end": "2040-12-31",
    }  # fmt: skip
    return Project(**{**words, **changes})


def box(x, y=45.0, width=0.02, height=0.01):
    return shapely.box(x, y, x + width, y + height)


def parcel(name="A", owner="P1", shape=None, shares=None, **changes):
    """Return a parcel; by default a quarter of it lies in the west."""
    shape = box(120.0) if shape is None else shape
    area = area_mm2(shape)
    parts = {WEST: area // 4, EAST: area - area // 4} if shares is None else shares
    words = {
        "parcel": name, "project": owner, "start": "2021-01-01", "end": "2040-12-31",
        "geometry": hex_of(shape),
        "shares": tuple(Share(zone=z, area_mm2=a) for z, a in sorted(parts.items())),
    }  # fmt: skip
    return Parcel(**{**words, **changes})


def removal(name="A", tonnes=1200, year=2023, **changes):
    words = {
        "parcel": name, "start": f"{year}-01-01", "end": f"{year}-12-31", "kg": tonnes * 1000,
        "source": "run 1",
    }  # fmt: skip
    return Removal(**{**words, **changes})


def issue(first=1, last=945, owner="P1", year=2023, **changes):
    words = {
        "project": owner, "block": "CN", "first": first, "last": last, "start": f"{year}-01-01",
        "end": f"{year}-12-31",
    }  # fmt: skip
    return Issue(**{**words, **changes})


def leave(first=1, last=100, route=ExitRoute.NATIONAL_MARKET, scope=Scope.OUTSIDE, **changes):
    words = {
        "scheme": Scheme.CCER, "block": "CN", "first": first, "last": last, "route": route,
        "scope": scope, "buyer": "" if route is ExitRoute.LEAGUE_OFFSET else "买方",
        "day": "2025-06-01",
    }  # fmt: skip
    return Exit(**{**words, **changes})


def sink(tonnes=5000, zone=EAST, year=2023):
    return Sink(zone=zone, year=year, kg=tonnes * 1000, source="run 1")


def offset(tonnes=4000, zone=EAST, year=2023):
    return Offset(zone=zone, year=year, kg=tonnes * 1000, source="assessment")


def reversal(target):
    return Reversal(target=target, reason="typed wrongly")


def drafts(*records):
    """Return drafts with keys of their own."""
    return [Draft(key=f"k-{record.kind}-{hash(record)}", said=record) for record in records]


BASE = (opening(), project(), parcel(), removal(), issue())


def record(ledger, *records, actor="tester", at=AT):
    """Record one after the other, each in a transaction of its own."""
    return [ledger.append([draft], actor=actor, at=at)[0] for draft in drafts(*records)]


@contextmanager
def made(path, *records):
    """Give a ledger that holds some records."""
    with open_ledger(path) as ledger:
        record(ledger, *records)
        yield ledger
