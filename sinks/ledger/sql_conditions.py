"""Conditions of SQL that the rules of the register are put together from.

Each is true where the event ``new`` must be refused, once its rows are in the tables; ``x`` is a
row of the new event.
"""

# Statements are put together from names of this package alone.
# ruff: noqa: S608

from __future__ import annotations

from .effects import KG_PER_SERIAL
from .land import TOLERANCE_MM2

__all__ = [
    "NO_ISSUE",
    "OVERLAP",
    "PART_ASTRAY",
    "SERIES",
    "SHARE_DAYS",
    "SHARE_SERIALS",
    "STANDS_ON_TARGET",
    "TAKES_TOO_MUCH",
    "TARGET_PARCEL",
    "TARGET_PLACES",
    "WITHIN_DAYS",
    "WRONG_ID",
    "WRONG_KEYS",
    "mine",
    "over_credited",
    "over_used",
    "payload",
    "sum_differs",
    "wrong_period",
    "wrong_serials",
    "zone_unknown",
]

WRONG_ID = "({0} = '' OR {0} GLOB '*[^-0-9A-Z\u4e00-\u9fff]*')"
SERIES = "{a}.scheme = {b}.scheme AND replace({a}.block, '-', '') = replace({b}.block, '-', '')"
SHARE_SERIALS = "{a}.first_serial <= {b}.last_serial AND {a}.last_serial >= {b}.first_serial"
SHARE_DAYS = "{a}.first_day <= {b}.last_day AND {a}.last_day >= {b}.first_day"
WITHIN_DAYS = "{a}.first_day >= {b}.first_day AND {a}.last_day <= {b}.last_day"


def mine(table: str, condition: str, joins: str = "") -> str:
    """Return that a row ``x`` of the new event meets a condition."""
    return f"EXISTS (SELECT 1 FROM {table} x {joins} WHERE x.seq = new.seq AND {condition})"


def payload(path: str) -> str:
    """Return a word of the new payload."""
    return f"json_extract(new.payload, '{path}')"


def wrong_period(table: str) -> str:
    """Return that a period ends before it begins, or is no period of days."""
    return mine(
        table,
        "(x.first_day > x.last_day OR date(x.first_day) IS NOT x.first_day"
        " OR date(x.last_day) IS NOT x.last_day)",
    )


def sum_differs(table: str, part: str, column: str) -> str:
    """Return that the parts of the new event do not add up to its whole."""
    total = f"(SELECT coalesce(sum(p.{column}), 0) FROM {part} p WHERE p.seq = x.seq)"
    negative = f"EXISTS (SELECT 1 FROM {part} p WHERE p.seq = x.seq AND p.{column} < 0)"
    return mine(table, f"({total} <> x.{column} OR {negative})")


def over_credited(parcel: str) -> str:
    """Return that a parcel is credited above its own removal in any year."""
    removal = (
        "coalesce((SELECT sum(y.kg) FROM live_removal r JOIN removal_year y ON y.seq = r.seq"
        " WHERE r.parcel = c.parcel AND y.year = c.year), 0)"
    )
    return (
        f"EXISTS (SELECT 1 FROM live_issue_part c WHERE c.parcel IN ({parcel})"
        f" GROUP BY c.parcel, c.year HAVING sum(c.kg) > {removal})"
    )


def over_used(zone_years: str) -> str:
    """Return that more of a sink is set off and credited than there is, where some is set off."""

    def total(table: str, more: str = "") -> str:
        return (
            f"coalesce((SELECT sum(u.kg) FROM {table} u WHERE u.zone = z.zone"
            f" AND u.year = z.year{more}), 0)"
        )

    surrendered = (
        "coalesce((SELECT sum(u.kg) FROM live_exit e JOIN exit_part u ON u.seq = e.seq"
        " WHERE e.route = 'league_offset' AND u.zone = z.zone AND u.year = z.year), 0)"
    )
    sink = (
        "coalesce((SELECT s.kg FROM live_sink s WHERE s.zone = z.zone AND s.year = z.year"
        " ORDER BY s.seq DESC LIMIT 1), 0)"
    )
    used = f"{total('live_set_off')} + {total('live_issue_part')} - {surrendered}"
    return (
        f"EXISTS (SELECT 1 FROM ({zone_years}) z WHERE {total('live_set_off')} > 0"
        f" AND {used} > {sink})"
    )


def zone_unknown(table: str, *besides: str) -> str:
    """Return that a zone is none of those that the ledger was opened with, nor one besides."""
    zones = "(SELECT j.value FROM event o, json_each(o.payload, '$.said.zones') j WHERE o.seq = 1)"
    more = "".join(f" AND x.zone <> '{zone}'" for zone in besides)
    return mine(table, f"x.zone NOT IN {zones}{more}")


def wrong_serials(table: str) -> str:
    """Return that a range is none, or its mass is not one tonne a number."""
    mass = f"x.kg <> (x.last_serial - x.first_serial + 1) * {KG_PER_SERIAL}"
    return mine(table, f"(x.first_serial < 0 OR x.last_serial < x.first_serial OR {mass})")


TARGET_PARCEL = (
    "SELECT r.parcel FROM reversal x JOIN removal r ON r.seq = x.target WHERE x.seq = new.seq"
)
TARGET_PLACES = (
    "SELECT s.zone, s.year FROM reversal x JOIN sink s ON s.seq = x.target WHERE x.seq = new.seq"
    " UNION SELECT p.zone, p.year FROM reversal x JOIN exit_part p ON p.seq = x.target"
    " WHERE x.seq = new.seq"
)
STANDS_ON_TARGET = " OR ".join(
    f"EXISTS (SELECT 1 FROM reversal x JOIN {base} b ON b.seq = x.target JOIN {user} u ON {on}"
    " WHERE x.seq = new.seq)"
    for base, user, on in (
        ("project", "live_parcel", "u.project = b.project"),
        ("project", "live_issue", "u.project = b.project"),
        ("parcel", "live_removal", "u.parcel = b.parcel"),
        ("parcel", "live_issue_part", "u.parcel = b.parcel"),
        ("issue", "live_exit", "u.issue = b.seq"),
    )
)
OVERLAP = (
    "CASE WHEN o.west <= x.east AND o.east >= x.west AND o.south <= x.north AND o.north >= x.south"
    f" THEN ledger_overlap(o.geometry, x.geometry) > {TOLERANCE_MM2} ELSE 0 END"
)
WRONG_KEYS = (
    "EXISTS (SELECT 1 FROM (SELECT x.project AS id FROM project x WHERE x.seq = new.seq UNION ALL"
    " SELECT j.value FROM json_each(new.payload, '$.said.aliases') j) n"
    f" WHERE {WRONG_ID.format('n.id')} OR NOT EXISTS (SELECT 1 FROM project_key k"
    " WHERE k.seq = new.seq AND k.spelling = replace(n.id, '-', '')))"
)
PART_ASTRAY = (
    "NOT EXISTS (SELECT 1 FROM issue i JOIN live_parcel p ON p.project = i.project"
    " JOIN parcel_zone s ON s.seq = p.seq WHERE i.seq = x.seq AND p.parcel = x.parcel"
    " AND s.zone = x.zone AND x.year BETWEEN substr(max(i.first_day, p.first_day), 1, 4) + 0"
    " AND substr(min(i.last_day, p.last_day), 1, 4) + 0)"
)
TAKES_TOO_MUCH = (
    "(SELECT coalesce(sum(u.kg), 0) FROM live_exit e JOIN exit_part u ON u.seq = e.seq"
    " WHERE e.issue = m.issue AND (u.parcel, u.zone, u.year) = (x.parcel, x.zone, x.year))"
    " > coalesce((SELECT p.kg FROM issue_part p WHERE p.seq = m.issue"
    " AND (p.parcel, p.zone, p.year) = (x.parcel, x.zone, x.year)), 0)"
)
NO_ISSUE = (
    "NOT EXISTS (SELECT 1 FROM live_issue i WHERE i.seq = x.issue"
    f" AND {SERIES.format(a='i', b='x')}"
    " AND i.first_serial <= x.first_serial AND i.last_serial >= x.last_serial)"
)
