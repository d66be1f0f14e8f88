"""A second way to the figures of a run: one row per piece of a pixel, and none of our code.

Rasters are read with rasterio, coverage fractions come from exactextract, areas from the closed
form on the ellipsoid, coefficients from the CSV by the rules of the contract. Only what the
demonstration needs is here: one geographic grid, rasters that nest in it, the CLCD legend.

exactextract cuts a pixel in the plane of longitude and latitude, but hectares grow towards the
equator inside a pixel too. A part with the share f of a pixel that is s higher in area at its
lower edge than at its upper can differ by no more than s f (1 - f) / 2 of the pixel: that is
``slack_ha``, so that no tolerance has to be guessed.
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass

import numpy as np
import pandas as pd
import rasterio
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource

POOLS = ("agb", "bgb", "dead_wood", "litter", "soil")
MEADOWS_AND_WOODS = ("forest", "shrub", "grassland", "wetland")
CLCD = {
    1: "cropland",
    2: "forest",
    3: "shrub",
    4: "grassland",
    5: "water",
    6: "other",
    7: "desert",
    8: "settlement",
    9: "wetland",
}
_SEMI_MAJOR, _E2 = 6378137.0, 0.0066943799901413165  # WGS 84
_FLOAT32 = 2.0**-24  # exactextract stores fractions in single precision


@dataclass(frozen=True)
class Oracle:
    """Pieces of pixels with what grows on them, and the coefficient rows."""

    pieces: pd.DataFrame
    rows: list[dict[str, str]]

    def densities(self, year: int) -> dict[str, np.ndarray]:
        """Return t C/ha of every pool and piece; NaN where there is no figure."""
        found = {pool: np.full(len(self.pieces), np.nan) for pool in POOLS}
        found["soil"] = self.pieces["soil"].to_numpy().copy()
        found["soil"][self.pieces[f"code{year}"].isna()] = np.nan
        biomass = self.pieces[f"biomass{year}"].to_numpy()
        for (code, stratum), at in self.pieces.groupby([f"code{year}", "stratum"]).indices.items():
            ecosystem = CLCD[int(code)]
            for pool in POOLS[:4]:
                table = self.value("density", pool, ecosystem, stratum)
                found[pool][at] = table
                if ecosystem == "forest" and pool in ("agb", "bgb"):
                    factor = self.value("carbon_fraction", pool, ecosystem, stratum)
                    if pool == "bgb":
                        factor *= self.value("root_shoot", pool, ecosystem, stratum)
                    mapped = biomass[at] * factor
                    found[pool][at] = np.where(np.isnan(mapped), table, mapped)
        return found

    def table_soils(self, year: int) -> np.ndarray:
        """Return t C/ha of the soil by the table, NaN where there is no class or no row."""
        found = np.full(len(self.pieces), np.nan)
        for (code, stratum), at in self.pieces.groupby([f"code{year}", "stratum"]).indices.items():
            found[at] = self.value("density", "soil", CLCD[int(code)], stratum)
        return found

    def row(self, parameter: str, pool: str, ecosystem: str, stratum: str) -> dict[str, str]:
        """Return the most specific row; one that names the pool goes before one for any."""
        ranked = [
            (row["pool"] != "", 2 * (row["ecosystem"] != "") + (row["stratum"] != ""), number)
            for number, row in enumerate(self.rows)
            if row["parameter"] == parameter
            and not row["code"]
            and row["pool"] in ("", pool)
            and row["ecosystem"] in ("", ecosystem)
            and row["stratum"] in ("", stratum)
        ]
        return self.rows[max(ranked)[-1]]

    def value(self, parameter: str, pool: str, ecosystem: str, stratum: str) -> float:
        """Return the value of the most specific row, NaN where it declares that there is none."""
        return float(self.row(parameter, pool, ecosystem, stratum)["value"] or "nan")

    def areas(self, year: int) -> pd.DataFrame:
        """Return ha and slack by league, code and stratum."""
        coded = self.pieces.assign(
            code=self.pieces[f"code{year}"].map(lambda c: "nodata" if np.isnan(c) else str(int(c)))
        )
        keys = ["zone_code", "code", "stratum"]
        return coded.groupby(keys)[["ha", "slack_ha"]].sum().reset_index()

    def stocks(self, year: int) -> pd.DataFrame:
        """Return t C and slack by league, ecosystem and pool, where a piece has a figure."""
        ecosystems = self.pieces[f"code{year}"].map(CLCD)
        parts = []
        for pool, density in self.densities(year).items():
            table = self._weighted(density).assign(ecosystem=ecosystems, pool=pool)
            keys = ["zone_code", "ecosystem", "pool"]
            parts.append(table.groupby(keys)[["value", "slack"]].sum(min_count=1).reset_index())
        return pd.concat(parts).dropna()

    def changes(self, year0: int, year1: int) -> pd.DataFrame:
        """Return the change (t C) on land seen in both years.

        Where the later side has no figure the loss counts alone, where the earlier has none
        nothing counts. The soil moves by a twentieth of its difference a year: of n years the
        n-th part of a conversion has n, n - 1, ... 1 years behind it.
        """
        before, after = self.densities(year0), self.densities(year1)
        sides = [self.pieces[f"code{year}"].map(CLCD) for year in (year0, year1)]
        before["soil"], after["soil"] = self.table_soils(year0), self.table_soils(year1)
        years = year1 - year0
        behind = sum(range(1, years + 1)) / years / 20
        parts = []
        for pool in POOLS:
            gain = np.where(np.isnan(before[pool]), 0.0, after[pool] - before[pool])
            gain = np.where(np.isnan(after[pool]), -before[pool], gain)
            if pool == "soil":
                gain = gain * behind
            table = self._weighted(gain).assign(ecosystem0=sides[0], ecosystem=sides[1], pool=pool)
            keys = ["zone_code", "ecosystem0", "ecosystem", "pool"]
            parts.append(table.groupby(keys)[["value", "slack"]].sum(min_count=1).reset_index())
        return pd.concat(parts).dropna()

    def _weighted(self, density: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "zone_code": self.pieces["zone_code"],
                "value": self.pieces["ha"] * density,
                "slack": self.pieces["slack_ha"] * np.abs(density),
            }
        )


def make_oracle(config, coefficients, polygons) -> Oracle:
    """Read a demonstration run's inputs; ``polygons`` has code, zone_code and geometry."""
    settings = tomllib.loads(config.read_text(encoding="utf-8"))
    folder, years = config.parent, settings["inventory"]["years"]
    covers = settings["land_cover"]["files"]
    reference = folder / covers[str(years[0])]
    with rasterio.open(reference) as file:
        transform, (rows, columns), box = file.transform, file.shape, file.bounds
    grid = NumPyRasterSource(  # the file itself would lose its pixels without data
        np.ones((rows, columns)), *box, srs_wkt=polygons.crs.to_wkt()
    )
    found = exact_extract(
        grid, polygons, ["cell_id", "coverage"], include_cols="zone_code", output="pandas"
    )
    cell = np.concatenate(found["cell_id"].tolist()).astype(np.int64)
    share = np.concatenate(found["coverage"].tolist()).astype(np.float64)
    edges = np.radians(transform.f + transform.e * np.arange(rows + 1))
    hectares = _band_ha(edges) * np.radians(transform.a)
    steep = np.tan(np.abs(edges[:-1])) * np.abs(np.diff(edges)) * 1.02  # 2 % for the ellipsoid
    row = cell // columns
    pieces = pd.DataFrame(
        {
            "zone_code": np.repeat(
                found["zone_code"].to_numpy(dtype=object), [len(ids) for ids in found["cell_id"]]
            ),
            "ha": share * hectares[row],
            "slack_ha": hectares[row] * (steep[row] * share * (1 - share) / 2 + _FLOAT32 * share),
        }
    )

    def at(name: str) -> np.ndarray:
        with rasterio.open(folder / name) as file:
            values, nodata = file.read(1).astype(float), file.nodata
            times = round(file.transform.a / transform.a)
            assert (file.transform.c, file.transform.f) == (transform.c, transform.f)
        values[values == nodata] = np.nan
        return values[row // times, cell % columns // times]

    for year in years:
        pieces[f"code{year}"] = at(covers[str(year)])
        pieces[f"biomass{year}"] = at(settings["biomass"]["files"][str(year)])
    pieces["soil"] = at(settings["soil"]["file"])
    product = tomllib.loads((folder / settings["stratum"]["product"]).read_text(encoding="utf-8"))
    names = {entry["value"]: entry["code"] for entry in product["classes"]}
    strata = at(settings["stratum"]["file"])
    pieces["stratum"] = ["none" if np.isnan(value) else names[int(value)] for value in strata]
    with coefficients.open(encoding="utf-8", newline="") as stream:
        return Oracle(pieces=pieces, rows=list(csv.DictReader(stream)))


def _band_ha(edges: np.ndarray) -> np.ndarray:
    """Return hectares between two latitudes per radian of longitude (METHOD A1)."""
    e, sine = np.sqrt(_E2), np.sin(edges)
    q = (1 - _E2) * (sine / (1 - _E2 * sine**2) - np.log((1 - e * sine) / (1 + e * sine)) / (2 * e))
    return _SEMI_MAJOR**2 / 2 * np.abs(np.diff(q)) / 1e4
