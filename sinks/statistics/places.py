"""Which counted zones a statistic speaks of, and where it is reported.

A statistic of a zone coarser than the reported ones cannot be shared out, so it has no place;
one of a finer zone is reported with the zone that it lies in.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sinks.zone_tree import ZoneTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The zones that a statistic may be given for."""

    counted: Mapping[str, frozenset[str]]
    """For each reported or finer zone, the counted zones that it holds."""
    reported: Mapping[str, str]
    """For each of them, the zone of the finest written level that it lies in."""
    coarse: frozenset[str] = frozenset()
    """Zones above the finest written level: a statistic of theirs cannot be shared out."""
    elsewhere: frozenset[str] = frozenset()
    """Zones of the region that the run leaves out: their statistics are not read."""


NOWHERE = Places(counted=MappingProxyType({}), reported=MappingProxyType({}))
"""No zone at all."""


def places_of(
    tree: ZoneTree,
    *,
    levels: Iterable[Mapping[str, str]] = (),
    known: Collection[str] = (),
) -> Places:
    """Return where statistics of a run may stand.

    Parameters
    ----------
    tree
        The zones that are reported.
    levels
        For every level of the region, the zone that each counted zone lies in; levels that are
        not written are needed too, for a statistic may be finer than what is reported.
    known
        Every zone code of the region, those outside the run included.

    """
    reported = tree.ancestors[tree.levels[-1]]
    groups: dict[str, set[str]] = defaultdict(set)
    own = {code: code for code in reported}
    for level in (own, reported, *levels, *tree.ancestors.values()):
        for counted, code in level.items():
            if counted in reported:
                groups[code].add(counted)
    fine = {code: held for code, held in groups.items() if len({reported[c] for c in held}) == 1}
    return Places(
        counted={code: frozenset(held) for code, held in fine.items()},
        reported={code: reported[min(held)] for code, held in fine.items()},
        coarse=frozenset(groups) - frozenset(fine),
        elsewhere=frozenset(known) - frozenset(groups),
    )
