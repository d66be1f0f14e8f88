"""Grids, harmonised reading and zonal cross-tabulation of rasters."""

from . import harden as harden  # first: it must set GDAL's environment before GDAL is loaded

# isort: split

from .activity_file import read_activity, write_activity
from .align import check_alignment, class_layer, quantity_layer
from .area import polygon_area_m2, row_areas
from .coverage import covering_grid
from .crosstab import Crosstab, cross_tabulate
from .engine import Counts, TableSpec, count
from .errors import (
    GridError,
    LegendError,
    RastersError,
    RefusedError,
    SourceError,
    ZoneError,
)
from .findings import Finding, Severity
from .grid import Grid, GridKind
from .harden import local_path, self_test
from .intake import check_file, check_pixels
from .legend import (
    LandClass,
    Product,
    ProductKind,
    describe_products,
    load_product,
    product_ids,
    product_remarks,
)
from .source import RasterSource, file_hashes, inspect
from .zones import Zones, check_zones, load_zones

__all__ = [
    "Counts",
    "Crosstab",
    "Finding",
    "Grid",
    "GridError",
    "GridKind",
    "LandClass",
    "LegendError",
    "Product",
    "ProductKind",
    "RasterSource",
    "RastersError",
    "RefusedError",
    "Severity",
    "SourceError",
    "TableSpec",
    "ZoneError",
    "Zones",
    "check_alignment",
    "check_file",
    "check_pixels",
    "check_zones",
    "class_layer",
    "count",
    "covering_grid",
    "cross_tabulate",
    "describe_products",
    "file_hashes",
    "inspect",
    "load_product",
    "load_zones",
    "local_path",
    "polygon_area_m2",
    "product_ids",
    "product_remarks",
    "quantity_layer",
    "read_activity",
    "row_areas",
    "self_test",
    "write_activity",
]
