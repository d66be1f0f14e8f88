"""Every combination of the open choices, and which of them changes which verdict.

A verdict that hangs on a choice nobody has made is no verdict: it is to be seen beforehand.

Source: METHOD D1, open choices.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .choices import OPTIONS
from .judge import judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .account import Facts
    from .choices import Choices
    from .judge import Judged

__all__ = ["Flip", "combinations", "flips", "judged_under"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One choice made otherwise, all others as they are, that changes a verdict."""

    choice: str
    option: str
    zone_code: str
    year: int
    rigid: tuple[str, str]
    """Verdict as the choices are, and with the other option."""
    elastic: tuple[str, str]


def combinations(choices: Choices, *, register: bool) -> list[Choices]:
    """Return every combination of the named choices, that of the assessment among them.

    Parameters
    ----------
    choices
        The choices of the assessment; a cap is combined with none, the tolerance stays.
    register
        Whether there are deductions; without them their basis changes nothing and stays.

    """
    options: dict[str, tuple[Any, ...]] = {name: tuple(set_) for name, set_ in OPTIONS.items()}
    if not register:
        options["deduction_basis"] = (choices.deduction_basis,)
    cap = choices.offset_cap_percent
    options["offset_cap_percent"] = (None,) if cap is None else (None, cap)
    return [
        replace(choices, **dict(zip(options, values, strict=True)))
        for values in itertools.product(*options.values())
    ]


def judged_under(
    facts: Mapping[tuple[str, int], Facts], choices: Choices, *, base_year: int
) -> list[Judged]:
    """Return every zone and year under some choices, by zone and year, the base year too."""
    return [
        judge(one, None if year == base_year else facts[zone, base_year], choices)
        for (zone, year), one in sorted(facts.items())
    ]


def flips(
    facts: Mapping[tuple[str, int], Facts], choices: Choices, *, base_year: int, register: bool
) -> list[Flip]:
    """Return which single choice, made otherwise, changes which verdict."""
    usual = judged_under(facts, choices, base_year=base_year)
    found = []
    for name, other in _others(choices, register=register):
        changed = judged_under(facts, other, base_year=base_year)
        found += [
            Flip(
                choice=name,
                option=other.said()[name],
                zone_code=before.facts.zone_code,
                year=before.facts.year,
                rigid=(str(before.rigid), str(after.rigid)),
                elastic=(str(before.elastic), str(after.elastic)),
            )
            for before, after in zip(usual, changed, strict=True)
            if (before.rigid, before.elastic) != (after.rigid, after.elastic)
        ]
    return found


def _others(choices: Choices, *, register: bool) -> Sequence[tuple[str, Choices]]:
    """Return the choices with one of them made otherwise."""
    found: list[tuple[str, Choices]] = []
    for name, options in OPTIONS.items():
        if name == "deduction_basis" and not register:
            continue
        others: list[dict[str, Any]] = [
            {name: option} for option in options if option is not getattr(choices, name)
        ]
        found += [(name, replace(choices, **other)) for other in others]
    if choices.offset_cap_percent is not None:
        found.append(("offset_cap_percent", replace(choices, offset_cap_percent=None)))
    return found
