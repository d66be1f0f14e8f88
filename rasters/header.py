"""What a GeoTIFF's header says against it, before a pixel is read.

Each function looks at one concern of an open dataset and returns findings; `source.inspect`
puts them together. Nothing here trusts the header further than it must: sizes are capped before
anything is allocated, and the stored blocks are compared with the file's length.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyproj
from rasterio.enums import ColorInterp, MaskFlags

from .findings import finding
from .grid import Grid, check_crs, check_grid, check_transform, has_unknown_datum, horizontal_crs
from .product_schema import CLASS_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rasterio.io import DatasetReader

    from .findings import Finding
    from .legend import Product

_MAX_PIXELS = 10**12  # 10 m over China has 0.2e12; a bomb of 4 MB can declare 720e12 bytes
_MAX_BLOCK_BYTES = 64 * 2**20  # GDAL must hold a whole block to give one pixel of it
_MAX_CHECKED_BLOCKS = 200_000  # 1.5 us each; the rest shows when it is read
_LOSSY = frozenset({"JPEG", "YCbCr JPEG", "WEBP", "JPEG2000", "JXL", "LERC"})
_INTEGERS = frozenset({"uint8", "int8", "uint16", "int16", "uint32", "int32"})
_FLOATS = frozenset({"float32", "float64"})
READABLE = _INTEGERS | _FLOATS
"""Names of the dtypes whose pixels can be read."""

_TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_SUBDATASET = "gdalinfo {name}, then gdal_translate -of COG SUBDATASET {stem}.tif"
_PLAIN = "gdal_translate -of COG {name} {stem}.tif"
_FORMATS = (
    (b"\x0e\x03\x13\x01", "HDF4", _SUBDATASET),
    (b"\x89HDF\r\n\x1a\n", "HDF5/netCDF4", _SUBDATASET),
    (b"CDF", "netCDF", _SUBDATASET),
    (b"EHFA_HEADER_TAG", "Erdas Imagine", _PLAIN),
    (b"\0\0\0\x0cjP  ", "JPEG 2000", _PLAIN),
    (b"<VRTDataset", "GDAL VRT", _PLAIN),
    (b"GRIB", "GRIB", _PLAIN),
    (b"PK\x03\x04", "ZIP", "unzip {name}"),
    (b"\x1f\x8b", "gzip", "gunzip {name}"),
    (b"\x89PNG", "PNG", _PLAIN),
    (b"\xff\xd8\xff", "JPEG", _PLAIN),
)


def foreign_format(file: Path) -> tuple[str, str] | None:
    """Return the name of a format that is not TIFF and the command that converts it."""
    with file.open("rb") as stream:
        head = stream.read(16)
    if head.startswith(_TIFF_MAGIC):
        return None
    known = [(name, command) for magic, name, command in _FORMATS if head.startswith(magic)]
    name, command = known[0] if known else (file.suffix.lstrip(".") or "unknown", _PLAIN)
    return name, command.format(name=file.name, stem=file.stem)


def check_place(
    dataset: DatasetReader, product: Product, where: str
) -> tuple[pyproj.CRS | None, list[Finding]]:
    """Return the CRS to work with and what is wrong with the place of the pixels."""
    if dataset.crs is None:
        found = [finding("rasters", "raster-no-crs", value="none", where=where)]
        return None, found + check_transform(dataset.transform, where)
    crs = horizontal_crs(pyproj.CRS.from_wkt(dataset.crs.to_wkt(version="WKT2_2019")))
    found = []
    if product.crs is not None and has_unknown_datum(crs):
        stated, crs = crs, horizontal_crs(pyproj.CRS.from_user_input(product.crs))
        name = stated.datum.name if stated.datum is not None else stated.name
        found.append(
            finding(
                "rasters",
                "raster-crs-assumed",
                value=name,
                where=where,
                taken=product.crs,
                product=product.id,
            )
        )
    if dataset.transform.is_identity or not dataset.transform.determinant:
        found += check_transform(dataset.transform, where) + check_crs(crs, where)
    else:
        grid = Grid(crs=crs, transform=dataset.transform, shape=dataset.shape)
        found += check_grid(grid, where)
    return crs, found


def check_layout(dataset: DatasetReader, band: int, where: str) -> list[Finding]:
    """Return what is wrong with sizes: too many pixels, too large a block, blocks cut off."""
    found = []
    rows, cols = dataset.shape
    if rows * cols > _MAX_PIXELS:
        size = f"{rows} x {cols}"
        found.append(
            finding("rasters", "raster-too-large", value=size, where=where, limit=_MAX_PIXELS)
        )
    height, width = dataset.block_shapes[band - 1]
    block = height * width * np.dtype(dataset.dtypes[band - 1]).itemsize
    if block > _MAX_BLOCK_BYTES:
        found.append(
            finding(
                "rasters",
                "raster-block-too-large",
                value=f"{height} x {width}",
                where=where,
                size=block // 2**20,
                limit=_MAX_BLOCK_BYTES // 2**20,
            )
        )
    cut = _cut_off(dataset, band)
    if cut:
        name = ", ".join(f"({row}, {col})" for row, col in cut[:3])
        found.append(
            finding("rasters", "raster-truncated", value=name, where=where, count=len(cut))
        )
    return found


def check_header(
    dataset: DatasetReader, band: int, product: Product, where: str
) -> tuple[tuple[float, ...], list[Finding]]:
    """Return the nodata values and what is wrong with how the values are stored."""
    is_class = product.kind in CLASS_KINDS
    dtype = dataset.dtypes[band - 1]
    found = []
    if dtype not in (_INTEGERS if is_class else READABLE):
        code = "raster-class-float" if is_class and dtype in _FLOATS else "raster-dtype"
        found.append(finding("rasters", code, value=dtype, where=where))
    if not is_class and dataset.colorinterp[band - 1] is ColorInterp.palette:
        found.append(finding("rasters", "raster-palette", value="palette", where=where))
    found += _check_compression(dataset, where, is_class=is_class)
    found += _check_scale(dataset, band, product, where)
    flags = set(dataset.mask_flag_enums[band - 1])
    if flags & {MaskFlags.per_dataset, MaskFlags.alpha}:
        kind = "alpha" if MaskFlags.alpha in flags else "internal mask"
        found.append(finding("rasters", "raster-mask", value=kind, where=where))
    nodata, more = _nodata(dataset.nodatavals[band - 1], dtype, product, where)
    return nodata, found + more


def sidecars(file: Path, opened: Iterable[str]) -> list[str]:
    """Return the names of files beside a raster that GDAL would heed and this package does not."""
    stems = (file.name, file.stem)
    names = [stems[0] + suffix for suffix in (".aux.xml", ".msk", ".ovr")]
    names += [stems[1] + suffix for suffix in (".aux", ".prj", ".tfw", ".tifw", ".wld")]
    used = {name.replace("\\", "/").rpartition("/")[2] for name in opened}
    return [name for name in names if name not in used and file.with_name(name).is_file()]


def year_doubt(dataset: DatasetReader, file: Path, year: int) -> str | None:
    """Return what in a file speaks against ``year``: its name, its tags or its date of writing."""
    named = re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", file.name)
    if named and str(year) not in named:
        return file.name
    tags = {key.lower(): str(value) for key, value in dataset.tags().items()}
    stated = tags.get("year", "").strip()
    if stated and stated != str(year):
        return f"year = {stated}"
    written = re.match(r"((?:19|20)\d\d):", tags.get("tifftag_datetime", ""))
    if written and int(written[1]) < year:  # a map is not made before the year it shows
        return f"TIFFTAG_DATETIME = {tags['tifftag_datetime']}"
    return None


def _cut_off(dataset: DatasetReader, band: int) -> list[tuple[int, int]]:
    """Return the (row, column) of the blocks whose bytes reach past the end of the file."""
    (rows, cols), (height, width) = dataset.shape, dataset.block_shapes[band - 1]
    down, across = -(-rows // height), -(-cols // width)
    if down * across > _MAX_CHECKED_BLOCKS:
        return []
    with open(dataset.name, "rb") as stream:  # noqa: PTH123  # GDAL's name of the file
        length = stream.seek(0, 2)
    cut = []
    for row in range(down):
        for col in range(across):
            key = f"{col}_{row}"
            offset = dataset.get_tag_item(f"BLOCK_OFFSET_{key}", "TIFF", bidx=band)
            size = dataset.get_tag_item(f"BLOCK_SIZE_{key}", "TIFF", bidx=band)
            # A block that a sparse file leaves out has no offset.
            if offset is not None and int(offset) + int(size or 0) > length:
                cut.append((row, col))
    return cut


def _check_compression(dataset: DatasetReader, where: str, *, is_class: bool) -> list[Finding]:
    structure = dataset.tags(ns="IMAGE_STRUCTURE")
    name = structure.get("COMPRESSION", "NONE")
    exact = structure.get("COMPRESSION_REVERSIBILITY", "").startswith("LOSSLESS") or (
        name.startswith("LERC") and float(structure.get("MAX_Z_ERROR", "0")) == 0
    )
    lossy = name in _LOSSY or name.startswith("LERC")
    # Amounts may be rounded on purpose (LERC); pictures' compression is never meant for them.
    if lossy and not exact and (is_class or not name.startswith("LERC")):
        return [finding("rasters", "raster-lossy", value=name, where=where)]
    return []


def _check_scale(dataset: DatasetReader, band: int, product: Product, where: str) -> list[Finding]:
    """Compare the file's scale and offset, which readers do not apply, with the product's."""
    scale, offset = dataset.scales[band - 1], dataset.offsets[band - 1]
    stated = product.scale if product.kind not in CLASS_KINDS else 1.0
    if offset == 0 and (scale == 1 or np.isclose(scale, stated, rtol=1e-9, atol=0)):
        return []
    value = f"scale {scale:g}, offset {offset:g}"
    return [
        finding(
            "rasters", "raster-scale", value=value, where=where, stated=stated, product=product.id
        )
    ]


def _nodata(
    tag: float | None, dtype: str, product: Product, where: str
) -> tuple[tuple[float, ...], list[Finding]]:
    """Return the nodata values of the file and its product, and what is wrong with them."""
    is_class = product.kind in CLASS_KINDS
    found = []
    values = list(product.nodata)
    if tag is not None and not np.isnan(tag):
        if not representable([tag], dtype):
            found.append(
                finding("rasters", "raster-nodata-range", value=tag, where=where, dtype=dtype)
            )
        elif is_class and tag in {c.value for c in product.classes}:
            found.append(
                finding(
                    "rasters",
                    "raster-nodata-is-class",
                    value=int(tag),
                    where=where,
                    product=product.id,
                )
            )
        else:
            values.append(tag)
    if is_class and not values:
        found.append(
            finding(
                "rasters", "raster-nodata-missing", value="none", where=where, product=product.id
            )
        )
    return representable(values, dtype), found


def representable(values: Iterable[float], dtype: str) -> tuple[float, ...]:
    """Return the values that a raster of ``dtype`` can hold, ascending and once, without NaN.

    Examples
    --------
    >>> representable([255, -9999, 0, float("nan")], "uint8")
    (0.0, 255.0)

    """
    kind = np.dtype(dtype)
    if kind.kind == "f":
        # A tag is text: compared as the raster's own type, -3.4e38 finds its pixels.
        held = {float(kind.type(v)) for v in values if not np.isnan(v)}
    elif kind.kind in "iu":
        info = np.iinfo(kind)
        held = {float(v) for v in values if v == np.rint(v) and info.min <= v <= info.max}
    else:
        held = set()
    return tuple(sorted(held))
