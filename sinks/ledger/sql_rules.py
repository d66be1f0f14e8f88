"""The rules of the register as conditions of SQL, for the triggers of the file.

Each condition is true where the event ``new`` must be refused, once its rows are in the tables.
They use nothing of this project but three functions - hash, size and overlap of polygons - which
another tool does not have, so that it cannot write at all; with functions of its own it still
meets every condition here.

Source: 94号文 五(二), "避免重复交易"; METHOD D4.
"""

# Statements are put together from names of this package alone.
# ruff: noqa: S608

from __future__ import annotations

from typing import TYPE_CHECKING

from .said import OUTSIDE
from .sql_conditions import (
    NO_ISSUE,
    OVERLAP,
    PART_ASTRAY,
    SERIES,
    SHARE_DAYS,
    SHARE_SERIALS,
    STANDS_ON_TARGET,
    TAKES_TOO_MUCH,
    TARGET_PARCEL,
    TARGET_PLACES,
    WITHIN_DAYS,
    WRONG_ID,
    WRONG_KEYS,
    mine,
    over_credited,
    over_used,
    payload,
    sum_differs,
    wrong_period,
    wrong_serials,
    zone_unknown,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RULES"]

RULES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "open": (),
    "project": (
        ("credits-period", wrong_period("project")),
        ("credits-spelling", WRONG_KEYS),
        (
            "credits-project-exists",
            mine(
                "project_key", "o.seq <> x.seq",
                "JOIN live_project_key o ON o.spelling = x.spelling",
            ),
        ),
    ),
    "parcel": (
        ("credits-period", wrong_period("parcel")),
        ("credits-spelling", mine("parcel", WRONG_ID.format("x.parcel"))),
        (
            "credits-parcel-exists",
            mine("parcel", "o.seq <> x.seq", "JOIN live_parcel o ON o.parcel = x.parcel"),
        ),
        (
            "credits-project-unknown",
            mine("parcel", "x.project NOT IN (SELECT project FROM live_project)"),
        ),
        (
            "credits-parcel-period",
            mine(
                "parcel", f"NOT ({WITHIN_DAYS.format(a='x', b='o')})",
                "JOIN live_project o ON o.project = x.project",
            ),
        ),
        (
            "credits-parcel-geometry",
            mine(
                "parcel",
                "ledger_measured(x.geometry) IS NOT"
                " json_array(x.area_mm2, x.west, x.south, x.east, x.north)",
            ),
        ),
        ("credits-shares-sum", sum_differs("parcel", "parcel_zone", "area_mm2")),
        ("credits-zone-unknown", zone_unknown("parcel_zone", OUTSIDE)),
        (
            "credits-parcel-overlap",
            mine(
                "parcel", OVERLAP,
                f"JOIN live_parcel o ON o.seq <> x.seq AND {SHARE_DAYS.format(a='o', b='x')}",
            ),
        ),
    ),
    "removal": (
        ("credits-period", wrong_period("removal")),
        (
            "credits-parcel-unknown",
            mine("removal", "x.parcel NOT IN (SELECT parcel FROM live_parcel)"),
        ),
        (
            "credits-removal-period",
            mine(
                "removal", f"NOT ({WITHIN_DAYS.format(a='x', b='o')})",
                "JOIN live_parcel o ON o.parcel = x.parcel",
            ),
        ),
        ("credits-removal-sum", sum_differs("removal", "removal_year", "kg")),
        (
            "credits-removal-overlap",
            mine(
                "removal",
                "o.seq <> x.seq AND NOT (o.first_day = x.first_day AND o.last_day = x.last_day)"
                f" AND {SHARE_DAYS.format(a='o', b='x')}",
                "JOIN live_removal o ON o.parcel = x.parcel",
            ),
        ),
        (
            "credits-removal-used",
            over_credited("SELECT x.parcel FROM removal x WHERE x.seq = new.seq"),
        ),
    ),
    "issue": (
        ("credits-period", wrong_period("issue")),
        (
            "credits-project-unknown",
            mine(
                "issue",
                "NOT EXISTS (SELECT 1 FROM live_project o WHERE o.project = x.project"
                " AND o.scheme = x.scheme)",
            ),
        ),
        ("credits-spelling", mine("issue", "x.block GLOB '*[^-0-9A-Z\u4e00-\u9fff]*'")),
        ("credits-serial-range", wrong_serials("issue")),
        (
            "credits-serials-overlap",
            mine(
                "issue", f"o.seq <> x.seq AND {SHARE_SERIALS.format(a='o', b='x')}",
                f"JOIN live_issue o ON {SERIES.format(a='o', b='x')}",
            ),
        ),
        (
            "credits-vintage-period",
            mine(
                "issue", f"NOT ({WITHIN_DAYS.format(a='x', b='o')})",
                "JOIN live_project o ON o.project = x.project",
            ),
        ),
        ("credits-issue-sum", sum_differs("issue", "issue_part", "kg")),
        ("credits-no-parcel", mine("issue_part", PART_ASTRAY)),
        (
            "credits-above-removal",
            over_credited("SELECT x.parcel FROM issue_part x WHERE x.seq = new.seq"),
        ),
        (
            "credits-set-off",
            over_used("SELECT x.zone, x.year FROM issue_part x WHERE x.seq = new.seq"),
        ),
    ),
    "exit": (
        ("credits-serial-range", wrong_serials("exit")),
        ("credits-serial-unknown", mine("exit", NO_ISSUE)),
        (
            "credits-exit-twice",
            mine(
                "exit", f"o.seq <> x.seq AND {SHARE_SERIALS.format(a='o', b='x')}",
                f"JOIN live_exit o ON {SERIES.format(a='o', b='x')}",
            ),
        ),
        (
            "credits-exit-early",
            mine(
                "exit", "(date(x.day) IS NOT x.day OR x.day <= i.last_day)",
                "JOIN issue i ON i.seq = x.issue",
            ),
        ),
        ("credits-exit-sum", sum_differs("exit", "exit_part", "kg")),
        (
            "credits-exit-above",
            mine("exit_part", TAKES_TOO_MUCH, "JOIN exit m ON m.seq = x.seq"),
        ),
        (
            "credits-route",
            mine(
                "exit",
                "(x.route NOT IN ('league_offset', 'national_market', 'regional_trade',"
                " 'cancelled') OR x.scope NOT IN ('in_league', 'region', 'outside'))",
            ),
        ),
        (
            "credits-scope",
            mine(
                "exit",
                "((x.route = 'league_offset' AND x.scope <> 'in_league')"
                " OR (x.route = 'regional_trade' AND x.scope = 'outside'))",
            ),
        ),
        (
            "credits-scope-leagues",
            mine(
                "exit",
                "x.route IN ('national_market', 'regional_trade') AND x.scope = 'in_league'"
                " AND (SELECT count(DISTINCT p.zone) FROM exit_part p WHERE p.seq = x.seq) > 1",
            ),
        ),
        (
            "credits-buyer-missing",
            mine(
                "exit", "x.route IN ('national_market', 'regional_trade') AND trim(x.buyer) = ''"
            ),
        ),
        (
            "credits-self-sale",
            mine(
                "exit", "x.buyer_key <> '' AND x.buyer_key = p.owner_key",
                "JOIN issue i ON i.seq = x.issue JOIN live_project p ON p.project = i.project",
            ),
        ),
    ),
    "sink": (
        ("credits-zone-unknown", zone_unknown("sink")),
        (
            "credits-sink-used",
            over_used("SELECT x.zone, x.year FROM sink x WHERE x.seq = new.seq"),
        ),
    ),
    "offset": (
        ("credits-zone-unknown", zone_unknown("set_off")),
        (
            "credits-sink-missing",
            mine(
                "set_off",
                "NOT EXISTS (SELECT 1 FROM live_sink s WHERE (s.zone, s.year) = (x.zone, x.year))",
            ),
        ),
        ("credits-offset-range", mine("set_off", "x.kg <= 0")),
        (
            "credits-offset-above-sink",
            over_used("SELECT x.zone, x.year FROM set_off x WHERE x.seq = new.seq"),
        ),
    ),
    "reverse": (
        (
            "credits-reverse-target",
            mine(
                "reversal",
                "NOT EXISTS (SELECT 1 FROM event e WHERE e.seq = x.target AND e.seq < x.seq"
                " AND e.kind NOT IN ('open', 'reverse')"
                f" AND e.kind = {payload('$.effect.kind')})",
            ),
        ),
        (
            "credits-reverse-twice",
            mine("reversal", "o.seq <> x.seq", "JOIN reversal o ON o.target = x.target"),
        ),
        (
            "credits-reverse-used",
            " OR ".join(
                (STANDS_ON_TARGET, over_credited(TARGET_PARCEL), over_used(TARGET_PLACES))
            ),
        ),
    ),
}  # fmt: skip
"""By kind of event: the code of each refusal and the condition that makes it.

Most codes are those of the findings in memory. A code without a finding, such as one of a sum, is
of something that this project never writes: only another tool meets it.
"""
