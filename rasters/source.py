"""One raster file as a source of pixels: checked by its header, opened as GeoTIFF only.

`inspect` finds every fault that the header and the file's length show, at once, and reads no
pixel; `intake.check_pixels` reads them all. What a file lacks is taken from its product, and
what it says against its product refuses it.

Source: RELIABILITY catalogue of bad rasters; TIFF 6.0 (1992) and BigTIFF for the layout.
"""

from __future__ import annotations

import hashlib
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from .errors import RefusedError
from .findings import Severity, finding
from .grid import Grid
from .harden import local_path
from .header import (
    READABLE,
    check_header,
    check_layout,
    check_place,
    foreign_format,
    sidecars,
    year_doubt,
)
from .product_schema import CLASS_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rasterio.io import DatasetReader

    from .findings import Finding
    from .legend import Product

_SYNTHETIC = "synthetic"  # in the image description of generated files
_HASH_THREADS = 2  # sha256 keeps a core busy; more threads only fight over the disk


@dataclass(frozen=True, slots=True, kw_only=True)
class RasterSource:
    """A raster that its product explains."""

    path: Path
    """The GeoTIFF, absolute."""
    band: int
    """Band of the values, from 1."""
    grid: Grid
    """Where its pixels lie; the CRS is the product's where the file's datum is unknown."""
    dtype: str
    """Name of the pixels' numpy dtype."""
    nodata: tuple[float, ...]
    """Pixel values without an observation, ascending: the product's and the file's. NaN is
    always one and is not among them."""
    block_shape: tuple[int, int]
    """Rows and columns of a stored block."""
    product: Product
    """What the values mean."""
    year: int | None
    """Year of the values; None where they have none, such as soil."""
    files: tuple[Path, ...]
    """Every file that reading it opens; hash them all."""
    synthetic: bool = False
    """Whether the file says of itself that it is synthetic."""

    @property
    def is_class(self) -> bool:
        """Whether the values are codes of classes and not amounts."""
        return self.product.kind in CLASS_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredValues:
    """How the values of a file are stored: enough to read them, whatever else is wrong."""

    path: Path
    """The GeoTIFF, absolute."""
    band: int
    """Band of the values, from 1."""
    dtype: str
    """Name of the pixels' numpy dtype."""
    shape: tuple[int, int]
    """Rows and columns."""
    block_shape: tuple[int, int]
    """Rows and columns of a stored block."""
    nodata: tuple[float, ...]
    """Pixel values without an observation."""
    product: Product
    """What the values mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What a raster's header says."""

    source: RasterSource | None
    """The source; None where a finding is an error."""
    stored: StoredValues | None
    """How to read its values; None where they cannot or must not be read."""
    findings: list[Finding]
    """All faults, warnings and notes, in a fixed order."""


def inspect(
    path: Path | str, product: Product, *, year: int | None = None
) -> tuple[RasterSource | None, list[Finding]]:
    """Check a raster's header against its product, reading no pixel.

    Parameters
    ----------
    path
        A local GeoTIFF; relative to the current folder if it is relative.
    product
        What the values are to mean.
    year
        Year of the values; chooses the band in a file of several years.

    Returns
    -------
    source : RasterSource or None
        None where a finding is an error.
    findings : list of Finding
        All faults, warnings and notes, in a fixed order.

    """
    examined = examine(path, product, year=year)
    return examined.source, examined.findings


def examine(path: Path | str, product: Product, *, year: int | None = None) -> Examination:
    """Check as `inspect` does, and say how to read the values even of a refused file."""
    try:
        file = local_path(path, Path.cwd())
    except RefusedError as error:
        return _unread(*error.findings)
    where = file.name
    if not file.is_file():
        return _unread(finding("rasters", "raster-not-file", value=path, where=where))
    other = foreign_format(file)
    if other is not None:
        name, command = other
        return _unread(
            finding("rasters", "raster-format", value=name, where=where, command=command)
        )
    try:
        with warnings.catch_warnings():
            # A file without a place is reported below, with the other faults.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            dataset = rasterio.open(file, driver="GTiff")
        with dataset:
            return _examine_open(dataset, file, product, year)
    except (RasterioError, OSError) as error:
        return _unread(finding("rasters", "raster-unreadable", value=error, where=where))


def file_hashes(paths: Iterable[Path]) -> dict[Path, str]:
    """Return the sha256 of each file as hexadecimal text, in the order given.

    Raises
    ------
    OSError
        If a file cannot be read.

    Examples
    --------
    >>> file_hashes([])
    {}

    """
    unique = list(dict.fromkeys(paths))
    with ThreadPoolExecutor(_HASH_THREADS) as pool:
        return dict(zip(unique, pool.map(_sha256, unique), strict=True))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unread(*findings: Finding) -> Examination:
    return Examination(source=None, stored=None, findings=list(findings))


def _examine_open(
    dataset: DatasetReader, file: Path, product: Product, year: int | None
) -> Examination:
    """Check an open file; see `examine`."""
    where = file.name
    crs, found = check_place(dataset, product, where)
    band, more = _band(dataset, product, year, where)
    layout = check_layout(dataset, band or 1, where)
    found += more + layout
    nodata: tuple[float, ...] = ()
    if band is not None:
        nodata, more = check_header(dataset, band, product, where)
        found += more
    ignored = sidecars(file, dataset.files)
    if ignored:
        found.append(finding("rasters", "raster-sidecar", value=", ".join(ignored), where=where))
    doubt = year_doubt(dataset, file, year) if year is not None else None
    if doubt is not None:
        found.append(finding("rasters", "raster-year", value=doubt, where=where, year=year))
    if band is None:
        return _unread(*found)
    stored = StoredValues(
        path=file,
        band=band,
        dtype=dataset.dtypes[band - 1],
        shape=dataset.shape,
        block_shape=dataset.block_shapes[band - 1],
        nodata=nodata,
        product=product,
    )
    if any(f.code != "raster-truncated" for f in layout) or stored.dtype not in READABLE:
        return _unread(*found)
    source = None
    if crs is not None and all(f.severity is not Severity.ERROR for f in found):
        source = RasterSource(
            path=file,
            band=band,
            grid=Grid(crs=crs, transform=dataset.transform, shape=stored.shape),
            dtype=stored.dtype,
            nodata=nodata,
            block_shape=stored.block_shape,
            product=product,
            year=year,
            files=tuple(Path(name) for name in dataset.files),
            synthetic=_SYNTHETIC in str(dataset.tags().get("TIFFTAG_IMAGEDESCRIPTION", "")).lower(),
        )
    return Examination(source=source, stored=stored, findings=found)


def _band(
    dataset: DatasetReader, product: Product, year: int | None, where: str
) -> tuple[int | None, list[Finding]]:
    """Choose the band: the only one, or the one that the product gives for the year."""
    if product.bands and dataset.count > 1:
        band = product.band(year, count=dataset.count) if year is not None else None
        if band is not None:
            return band, []
        known = ", ".join(str(y) for y, b in product.bands if b <= dataset.count)
        return None, [finding("rasters", "raster-year-band", value=year, where=where, known=known)]
    if dataset.subdatasets:
        pages = len(dataset.subdatasets)
        return None, [finding("rasters", "raster-pages", value=pages, where=where)]
    if dataset.count == 1:
        return 1, []
    colours = {str(c.name) for c in dataset.colorinterp}
    picture = {"red", "green", "blue"} <= colours
    code = "raster-picture" if picture else "raster-bands"
    return None, [finding("rasters", code, value=dataset.count, where=where)]
