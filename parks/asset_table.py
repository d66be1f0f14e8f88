"""The carbon-asset pipeline as a CSV that is read and written without loss.

Classes and stages are ids; their Chinese names are read as well. Shares stand in one cell as
``party:percent`` separated by semicolons.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from .assets import AssetClass, BenefitShare, CarbonAsset, Stage, check_assets, name_of
from .errors import AssetError
from .tables import decimal_of, plain, read_rows, write_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rasters.findings import Finding

    from .tables import Row

__all__ = ["COLUMNS", "read_assets", "write_assets"]

COLUMNS = (
    "id",
    "name",
    "class",
    "stage",
    "developer",
    "owner",
    "benefit_shares",
    "quantity",
    "unit",
    "vintage",
    "league_code",
    "source",
    "note",
)
"""Columns of the table, in the order in which they are written."""

_REQUIRED = COLUMNS[:10]


def read_assets(path: Path) -> tuple[list[CarbonAsset], list[Finding]]:
    """Read a pipeline.

    Parameters
    ----------
    path
        CSV with the columns of :data:`COLUMNS`; the last three may be absent.

    Returns
    -------
    assets, findings
        The usable rows in their order, and every fault of the table and of the pipeline.

    """
    lines, findings = read_rows(path, required=_REQUIRED, optional=COLUMNS[10:])
    read = [_asset_of(line) for line in lines]
    assets = [asset for asset in read if asset is not None]
    findings += [fault for line in lines for fault in line.faults]
    return assets, findings + check_assets(assets)


def write_assets(path: Path, assets: Sequence[CarbonAsset]) -> None:
    """Write a pipeline, sorted by id and vintage; the same assets give the same bytes."""
    ordered = sorted(assets, key=lambda asset: (asset.id, asset.vintage or 0))
    write_rows(path, COLUMNS, [_cells_of(asset) for asset in ordered])


def _asset_of(line: Row) -> CarbonAsset | None:
    """Read one row; None where it cannot be used."""
    asset_id = line.needed("id")
    line.needed("class")
    line.needed("stage")
    asset_class = line.member("class", AssetClass, also={name_of(c, "zh"): c for c in AssetClass})
    stage = line.member("stage", Stage, also={name_of(s, "zh"): s for s in Stage})
    shares = _shares_of(line)
    quantity, vintage = line.number("quantity"), line.year("vintage")
    if line.faults or asset_class is None or stage is None:
        return None
    return CarbonAsset(
        id=asset_id,
        name=line.text("name"),
        asset_class=asset_class,
        stage=stage,
        developer=line.text("developer"),
        owner=line.text("owner"),
        benefit_shares=shares,
        quantity=quantity,
        unit=line.text("unit"),
        vintage=vintage,
        league_code=line.text("league_code"),
        source=line.text("source"),
        note=line.text("note"),
    )


def _shares_of(line: Row) -> tuple[BenefitShare, ...]:
    """Read ``party:percent;party:percent``; full-width marks and a percent sign are accepted."""
    text = line.text("benefit_shares").replace("；", ";").replace("：", ":")
    shares = []
    for piece in text.split(";") if text else []:
        party, _, share = piece.rpartition(":")
        percent = decimal_of(unicodedata.normalize("NFKC", share).strip().removesuffix("%").strip())
        try:
            share_of = (
                None if percent is None else BenefitShare(party=party.strip(), percent=percent)
            )
        except AssetError:
            share_of = None
        if share_of is None:
            line.fault("asset-shares-text", piece.strip())
        else:
            shares.append(share_of)
    return tuple(shares)


def _cells_of(asset: CarbonAsset) -> dict[str, object]:
    """Return the cells of an asset."""
    return {
        "id": asset.id,
        "name": asset.name,
        "class": asset.asset_class,
        "stage": asset.stage,
        "developer": asset.developer,
        "owner": asset.owner,
        "benefit_shares": ";".join(f"{s.party}:{plain(s.percent)}" for s in asset.benefit_shares),
        "quantity": asset.quantity,
        "unit": asset.unit,
        "vintage": asset.vintage,
        "league_code": asset.league_code,
        "source": asset.source,
        "note": asset.note,
    }
