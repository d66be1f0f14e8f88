"""An assessment as tables: t CO2, 10^4 yuan and every digit; what is missing is blank."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from sinks.export.schemas import Kind, Schema

from .choices import OPTIONS, Choices, choice_words
from .result import total
from .sensitivity import combinations, judged_under

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .judge import Judged
    from .result import AssessmentResult

__all__ = [
    "ASSESSMENT_SCHEMA",
    "CHOICES_SCHEMA",
    "QUARTERS_SCHEMA",
    "SENSITIVITY_SCHEMA",
    "assessment_table",
    "choices_table",
    "quarters_table",
    "sensitivity_table",
]

_T, _I, _N = Kind.TEXT, Kind.INTEGER, Kind.NUMBER
_NUMBERS = (
    "energy_t_co2", "ippu_t_co2", "elec_net_t_co2", "elec_counted_t_co2", "projects_t_co2",
    "gross_t_co2", "sink_t_co2", "sink_low_t_co2", "sink_gained_t_co2", "sink_lost_t_co2",
    "deduction_t_co2", "admissible_t_co2", "net_t_co2", "gdp_10k_yuan", "gross_intensity",
    "net_intensity", "base_intensity", "drop_percent", "target_percent", "progress_percent",
    "total_target_t_co2", "deviation_t_co2", "deviation_percent",
)  # fmt: skip


def _schema(name: str, keys: str, columns: Mapping[str, Kind]) -> Schema:
    return Schema(name=name, columns=MappingProxyType(dict(columns)), keys=tuple(keys.split()))


ASSESSMENT_SCHEMA = _schema(
    "assessment",
    "zone_code year",
    {
        **dict.fromkeys(("zone_code", "zone_name", "level"), _T),
        "year": _I,
        "base_year": _I,
        **dict.fromkeys(_NUMBERS, _N),
        **dict.fromkeys(
            ("intensity_basis", "rigid_verdict", "elastic_verdict", "sink_period", "sink_verdict",
             "offset_limited", "missing"), _T),
    },
)  # fmt: skip
"""Columns of ``assessment.csv``; intensities are t CO2 per 10^4 yuan at constant prices."""
CHOICES_SCHEMA = _schema(
    "assessment_choices",
    "choice",
    dict.fromkeys(
        ("choice", "value", "default", "options", "basis_zh", "basis_en", "changes_rigid",
         "changes_elastic"), _T),
)  # fmt: skip
"""Columns of ``assessment_choices.csv``; the last two name zone, year and option that change."""
SENSITIVITY_SCHEMA = _schema(
    "assessment_sensitivity",
    " ".join(("zone_code", "year", *OPTIONS, "offset_cap_percent")),
    {
        "zone_code": _T,
        "zone_name": _T,
        "year": _I,
        **dict.fromkeys((*OPTIONS, "offset_cap_percent"), _T),
        **dict.fromkeys(("net_t_co2", "drop_percent", "deviation_percent"), _N),
        **dict.fromkeys(("rigid_verdict", "elastic_verdict", "changed"), _T),
    },
)
"""Columns of ``assessment_sensitivity.csv``; changed is rigid, elastic, both or blank."""
QUARTERS_SCHEMA = _schema(
    "assessment_quarters",
    "zone_code year quarter",
    {
        **dict.fromkeys(("zone_code", "zone_name"), _T),
        **dict.fromkeys(("year", "quarter"), _I),
        **dict.fromkeys(
            ("energy_t_co2", "ippu_t_co2", "elec_net_t_co2", "emission_t_co2",
             "cumulative_t_co2"), _N),
    },
)  # fmt: skip
"""Columns of ``assessment_quarters.csv``: emissions alone, for the sink is annual."""


def assessment_table(result: AssessmentResult) -> pd.DataFrame:
    """Return ``assessment.csv``: the region and every league, base year and assessed years."""
    return _frame(ASSESSMENT_SCHEMA, [_row(result, judged) for judged in result.judged])


def choices_table(result: AssessmentResult) -> pd.DataFrame:
    """Return ``assessment_choices.csv``: how every open choice was made, and what hangs on it."""
    usual, rows = Choices().said(), []
    for name, value in result.choices.said().items():
        mine = [flip for flip in result.flips if flip.choice == name]
        changes = {
            kind: "; ".join(
                f"{f.zone_code} {f.year} {f.option}: {' > '.join(getattr(f, kind))}"
                for f in mine
                if len(set(getattr(f, kind))) > 1
            )
            for kind in ("rigid", "elastic")
        }
        words = choice_words()[name]
        rows.append(
            {
                "choice": name,
                "value": value,
                "default": usual[name],
                "options": " | ".join(OPTIONS[name]) if name in OPTIONS else "none | %",
                "basis_zh": words["basis_zh"],
                "basis_en": words["basis_en"],
                "changes_rigid": changes["rigid"],
                "changes_elastic": changes["elastic"],
            }
        )
    return _frame(CHOICES_SCHEMA, rows)


def sensitivity_table(result: AssessmentResult) -> pd.DataFrame:
    """Return ``assessment_sensitivity.csv``: every combination of the choices in every year."""
    base = result.terms.base_year
    usual = {(j.facts.zone_code, j.facts.year): j for j in result.judged}
    rows = []
    for choices in combinations(result.choices, register=result.register):
        said = choices.said()
        named = {name: said[name] for name in (*OPTIONS, "offset_cap_percent")}
        for judged in judged_under(result.facts, choices, base_year=base):
            zone, year = judged.facts.zone_code, judged.facts.year
            if year == base:
                continue
            before = usual[zone, year]
            changed = [
                kind for kind in ("rigid", "elastic")
                if getattr(before, kind) is not getattr(judged, kind)
            ]  # fmt: skip
            rows.append(
                {
                    "zone_code": zone,
                    "zone_name": result.zones[zone],
                    "year": year,
                    **named,
                    "net_t_co2": judged.account.net,
                    "drop_percent": judged.drop_percent,
                    "deviation_percent": judged.deviation_percent,
                    "rigid_verdict": str(judged.rigid),
                    "elastic_verdict": str(judged.elastic),
                    "changed": "+".join(changed),
                }
            )
    return _frame(SENSITIVITY_SCHEMA, rows)


def quarters_table(result: AssessmentResult) -> pd.DataFrame:
    """Return ``assessment_quarters.csv``; a sum over quarters needs every quarter before it."""
    quarters = {(q.zone_code, q.year, q.quarter): q for q in result.inputs.quarters}
    rows = []
    for (zone, year, number), quarter in sorted(quarters.items()):
        parts = (quarter.energy, quarter.ippu, quarter.elec)
        until = [quarters.get((zone, year, n)) for n in range(1, number + 1)]
        sums = [None if q is None else total((q.energy, q.ippu, q.elec)) for q in until]
        rows.append(
            {
                "zone_code": zone,
                "zone_name": result.zones[zone],
                "year": year,
                "quarter": number,
                **dict(zip(("energy_t_co2", "ippu_t_co2", "elec_net_t_co2"), parts, strict=True)),
                "emission_t_co2": total(parts),
                "cumulative_t_co2": total(sums),
            }
        )
    return _frame(QUARTERS_SCHEMA, rows)


def _row(result: AssessmentResult, judged: Judged) -> dict[str, object]:
    """Return the cells of one zone in one year."""
    facts, made = judged.facts, judged.account
    sink = facts.sinks.get(result.choices.sink_year)
    missing = [*facts.missing, *(["sink"] if made.sink is None else [])]
    return {
        "zone_code": facts.zone_code,
        "zone_name": result.zones[facts.zone_code],
        "level": result.level(facts.zone_code),
        "year": facts.year,
        "base_year": result.terms.base_year,
        "energy_t_co2": facts.energy,
        "ippu_t_co2": facts.ippu,
        "elec_net_t_co2": facts.elec,
        "elec_counted_t_co2": made.elec,
        "projects_t_co2": facts.projects,
        "gross_t_co2": made.gross,
        "sink_t_co2": None if sink is None else sink.central,
        "sink_low_t_co2": None if sink is None else sink.lower,
        "sink_gained_t_co2": None if sink is None else sink.gained,
        "sink_lost_t_co2": None if sink is None else sink.lost,
        "deduction_t_co2": made.deducted if result.register else None,
        "admissible_t_co2": made.admissible,
        "net_t_co2": made.net,
        "gdp_10k_yuan": facts.gdp,
        "gross_intensity": judged.gross_intensity,
        "net_intensity": judged.net_intensity,
        "base_intensity": judged.base_intensity,
        "drop_percent": judged.drop_percent,
        "target_percent": facts.target_percent,
        "progress_percent": judged.progress_percent,
        "total_target_t_co2": facts.total_target,
        "deviation_t_co2": judged.deviation,
        "deviation_percent": judged.deviation_percent,
        "intensity_basis": str(result.choices.intensity_basis),
        "rigid_verdict": str(judged.rigid),
        "elastic_verdict": str(judged.elastic),
        "sink_period": None if sink is None else sink.period,
        "sink_verdict": None if sink is None else sink.verdict,
        "offset_limited": made.limited,
        "missing": "; ".join(missing),
    }


def _frame(schema: Schema, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(schema.columns), dtype=object)
