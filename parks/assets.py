"""Carbon assets as a pipeline of projects, from a lead to issuance and retirement.

A row is one project and vintage. What must be known depends on how far it has come: a lead may
be little more than a name, what is listed says who develops it, who owns it and who gains what,
and what is monitored has a quantity and a vintage. No quantity here is a sink of the inventory
or a green share of a park; credits that leave a league's sink stand in the credit register.

Source: 国家碳达峰试点（鄂尔多斯）实施方案, 三（十）1
("明确开发主体、部门职责、资产归属和收益分配"); METHOD D5.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rasters.errors import RefusedError
from rasters.findings import finding

from .errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rasters.findings import Finding

__all__ = [
    "AssetClass",
    "BenefitShare",
    "CarbonAsset",
    "PipelineRow",
    "Stage",
    "advance",
    "check_assets",
    "name_of",
    "next_stages",
    "pipeline",
    "units_of",
]

_WHOLE = Decimal(100)
_MARKS = (":", ";", "：", "；")


class AssetClass(StrEnum):
    """Kind of asset; names and units stand in ``assets.toml``."""

    FOREST_GRASS_SINK = "forest_grass_sink"
    RENEWABLE_REDUCTION = "renewable_reduction"
    GREEN_CERTIFICATE = "green_certificate"
    CARBON_INCLUSION = "carbon_inclusion"
    INDUSTRIAL_REDUCTION = "industrial_reduction"


class Stage(StrEnum):
    """How far a project has come, in this order."""

    LEAD = "lead"
    LISTED = "listed"
    DESIGN = "design"
    PUBLIC_NOTICE = "public_notice"
    VALIDATION = "validation"
    REGISTRATION = "registration"
    MONITORING = "monitoring"
    VERIFICATION = "verification"
    ISSUANCE = "issuance"
    TRADED = "traded"
    RETIRED = "retired"

    @property
    def order(self) -> int:
        """Place in the pipeline, from 0."""
        return list(Stage).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitShare:
    """What one party gains of an asset.

    Raises
    ------
    AssetError
        If the party has no name, or one with a mark that separates shares in a table.

    """

    party: str
    percent: Decimal
    """Above 0 and up to 100 %."""

    def __post_init__(self) -> None:
        """Refuse a party that a table could not tell from the next."""
        if not self.party.strip() or any(mark in self.party for mark in _MARKS):
            raise AssetError(f"a party has a name without {' '.join(_MARKS)}, got {self.party!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonAsset:
    """One project and vintage.

    Raises
    ------
    AssetError
        If it has no id.

    """

    id: str
    name: str
    asset_class: AssetClass
    stage: Stage
    developer: str
    """Who develops it (开发主体); blank where it is not settled."""
    owner: str
    """Whose the asset is (资产归属)."""
    benefit_shares: tuple[BenefitShare, ...]
    """Who gains what (收益分配); they sum to 100 %."""
    quantity: Decimal | None
    """In ``unit``; None where it is not known."""
    unit: str
    vintage: int | None
    """Year of the removal, reduction or generation; None where it is not known."""
    league_code: str = ""
    source: str = ""
    """Document that attests the stage."""
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse an asset that nothing can refer to."""
        if not self.id.strip():
            raise AssetError(f"the carbon asset {self.name!r} has no id")


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineRow:
    """The assets of one class, stage and unit."""

    asset_class: AssetClass
    stage: Stage
    unit: str
    assets: int
    quantity: Decimal | None
    """Sum of the quantities that are known; None where none is."""
    without_quantity: int
    """Assets whose quantity is not known: they are not in the sum."""


def name_of(member: AssetClass | Stage, lang: str) -> str:
    """Return the name of a class or stage in ``lang`` (zh or en).

    >>> name_of(Stage.LEAD, "zh"), name_of(AssetClass.GREEN_CERTIFICATE, "zh")
    ('线索', '绿证')
    """
    group = "stages" if isinstance(member, Stage) else "classes"
    return str(_catalogue()[group][member][f"name_{lang}"])


def units_of(asset_class: AssetClass) -> tuple[str, ...]:
    """Return the units that a class is counted in.

    >>> units_of(AssetClass.GREEN_CERTIFICATE)
    ('MWh',)
    """
    return tuple(_catalogue()["classes"][asset_class]["units"])


def next_stages(stage: Stage) -> tuple[Stage, ...]:
    """Return the stages that may follow a stage.

    >>> [str(stage) for stage in next_stages(Stage.ISSUANCE)]
    ['traded', 'retired']
    """
    return tuple(Stage(name) for name in _catalogue()["stages"][stage]["next"])


def advance(asset: CarbonAsset, to: Stage, *, source: str) -> CarbonAsset:
    """Return an asset one stage further.

    Parameters
    ----------
    asset
        The asset, with what the stage settles (its quantity, its vintage) filled in already.
    to
        The stage that it has reached.
    source
        Document that attests it.

    Raises
    ------
    RefusedError
        If the stage may not follow, or the asset lacks what the stage needs.

    """
    allowed = next_stages(asset.stage)
    if to not in allowed:
        known = ", ".join(allowed) or "-"
        words = {"stage": asset.stage, "known": known}
        raise RefusedError([finding("parks", "asset-step", value=to, where=asset.id, **words)])
    moved = replace(asset, stage=to, source=source)
    faults = check_assets([moved])
    if faults:
        raise RefusedError(faults)
    return moved


def check_assets(assets: Sequence[CarbonAsset]) -> list[Finding]:
    """Return everything that is wrong with a pipeline, asset by asset in their order."""
    found: list[Finding] = []
    seen: set[tuple[str, int | None]] = set()
    classes: dict[str, AssetClass] = {}
    for asset in assets:
        if (asset.id, asset.vintage) in seen:
            found.append(_fault("repeated", asset, asset.vintage or "-"))
        seen.add((asset.id, asset.vintage))
        first = classes.setdefault(asset.id, asset.asset_class)
        if first is not asset.asset_class:
            found.append(_fault("class-differs", asset, asset.asset_class, other=first))
        found += [*_lacking(asset), *_quantity_faults(asset), *_share_faults(asset)]
    return found


def pipeline(assets: Sequence[CarbonAsset]) -> list[PipelineRow]:
    """Return counts and quantities by class, stage and unit, in their orders.

    Units are never added; quantities of different stages may be of the same tonnes.
    """
    groups: dict[tuple[AssetClass, Stage, str], list[CarbonAsset]] = {}
    for asset in assets:
        groups.setdefault((asset.asset_class, asset.stage, asset.unit), []).append(asset)
    order = list(AssetClass)
    return [
        PipelineRow(
            asset_class=asset_class,
            stage=stage,
            unit=unit,
            assets=len(group),
            quantity=_sum_of_known(group),
            without_quantity=sum(a.quantity is None for a in group),
        )
        for (asset_class, stage, unit), group in sorted(
            groups.items(), key=lambda item: (order.index(item[0][0]), item[0][1].order, item[0][2])
        )
    ]


def _sum_of_known(group: Sequence[CarbonAsset]) -> Decimal | None:
    """Return the sum of the quantities that are known; None where none is."""
    known = [asset.quantity for asset in group if asset.quantity is not None]
    return sum(known, Decimal(0)) if known else None


def _lacking(asset: CarbonAsset) -> list[Finding]:
    """Return a finding for every field that the stage of an asset needs and that is blank."""
    return [
        _fault("lacks", asset, field, stage=asset.stage, since=since)
        for field, since in _catalogue()["from_stage"].items()
        if asset.stage.order >= Stage(since).order and getattr(asset, field) in (None, "", ())
    ]


def _quantity_faults(asset: CarbonAsset) -> list[Finding]:
    """Return the findings about quantity and unit."""
    found = []
    if asset.quantity is not None and not (asset.quantity.is_finite() and asset.quantity >= 0):
        found.append(_fault("quantity", asset, asset.quantity))
    units = units_of(asset.asset_class)
    if asset.unit not in units and (asset.unit or asset.quantity is not None):
        words = {"units": ", ".join(units), "asset_class": asset.asset_class}
        found.append(_fault("unit", asset, asset.unit, **words))
    return found


def _share_faults(asset: CarbonAsset) -> list[Finding]:
    """Return the findings about who gains what; shares are added exactly."""
    shares = asset.benefit_shares
    found = [
        _fault("share-range", asset, f"{share.party} {share.percent}")
        for share in shares
        if not (share.percent.is_finite() and 0 < share.percent <= _WHOLE)
    ]
    parties = [share.party for share in shares]
    found += [
        _fault("party-repeated", asset, party)
        for party in dict.fromkeys(parties)
        if parties.count(party) > 1
    ]
    total = sum((s.percent for s in shares if s.percent.is_finite()), Decimal(0))
    if shares and total != _WHOLE:
        found.append(_fault("shares-sum", asset, total))
    return found


def _fault(code: str, asset: CarbonAsset, value: object, **words: object) -> Finding:
    """Return the finding ``asset-<code>``."""
    return finding("parks", f"asset-{code}", value=value, where=asset.id, **words)


@cache
def _catalogue() -> Mapping[str, Mapping[str, Any]]:
    """Return classes, stages and needed fields as in their data file."""
    text = files("parks").joinpath("data/assets.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
