"""Closing GDAL's doors before it is loaded, and the rule for paths that users write.

GDAL opens far more than files: a text that names a VRT, a web service or ``/vsicurl/`` makes it
read other files or call a server, whatever the suffix says. Two copies of it live in one
process (rasterio's and pyogrio's), and only environment variables set before the import reach
both. Drivers are therefore denied but for a short list. The paths themselves are checked
first, for the environment alone can be got round; this is the second line.

Source: GDAL, SECURITY.md and "Security considerations" (gdal.org/user/security.html);
PostGIS, postgis.gdal_enabled_drivers (deny by default).
"""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

from .errors import RastersError, RefusedError
from .findings import finding

if TYPE_CHECKING:
    from pathlib import Path

ALLOWED_DRIVERS = frozenset(
    {
        "COG", "ESRI Shapefile", "FlatGeobuf", "GPKG", "GTiff", "GeoJSON", "GeoJSONSeq", "MEM",
        "Memory", "OpenFileGDB", "PNG",
    }
)  # fmt: skip
"""GDAL drivers that stay: what the package reads and writes, and GDAL's own memory."""

# Every driver of GDAL 3.10 to 3.12 that the wheels of both libraries may hold but for the
# above. A name that a wheel lacks only costs it a warning.
_DENIED_DRIVERS = (
    "AAIGrid,ACE2,ADBC,ADRG,AIG,AirSAR,AIVector,AmigoCloud,AVCBin,AVCE00,BMP,BSB,BT,"
    "BYN,CALS,Carto,CEOS,COASP,COSAR,CPG,CSV,CSW,CTG,DAAS,DERIVED,DGN,DIMAP,DOQ1,"
    "DOQ2,DTED,DXF,ECRGTOC,EDIGEO,EEDA,EEDAI,EHdr,EIR,Elasticsearch,ENVI,ERS,ESAT,"
    "ESRIC,ESRIJSON,FAST,GDALG,GenBin,GeoRSS,GFF,GML,GNMDatabase,GNMFile,GPSBabel,GPX,"
    "GRASSASCIIGrid,GRIB,GS7BG,GSAG,GSBG,GSC,GTFS,GTI,GTX,GXF,HF2,HFA,HTTP,Idrisi,"
    "ILWIS,IRIS,ISCE,ISG,ISIS2,ISIS3,JAXAPALSAR,JDEM,JML,JPEG,JSONFG,KML,"
    "KMLSUPEROVERLAY,KRO,L1B,LAN,LCP,Leveller,LIBERTIFF,LIBKML,LOSLAS,LVBAG,MAP,"
    "MapInfo File,MapML,MBTiles,MFF,MFF2,MiraMonRaster,MiraMonVector,MRF,MSGN,MVT,NDF,"
    "NGSGEOID,NGW,NITF,NOAA_B,NSIDCbin,NTv2,NWT_GRC,NWT_GRD,OAPIF,ODS,OGCAPI,OGR_GMT,"
    "OGR_PDS,OGR_VRT,OSM,PAux,PCIDSK,PCRaster,PDF,PDS,PDS4,PGDUMP,PLMOSAIC,PLSCENES,"
    "PMTiles,PNM,PRF,RCM,RIK,RMF,ROI_PAC,RPFTOC,RRASTER,RS2,RST,S57,SAFE,SAGA,"
    "SAR_CEOS,Selafin,SENTINEL2,SIGDEM,SNAP_TIFF,SNODAS,SQLite,SRP,SRTMHGT,STACIT,"
    "STACTA,SXF,Terragen,TGA,TIL,TopoJSON,TSX,USGSDEM,VDV,VFK,VICAR,VRT,WAsP,WCS,"
    "WFS,WMS,WMTS,XLSX,XYZ,Zarr,ZMap"
)

_DEAD_PROXY = "http://127.0.0.1:9"  # port 9 is "discard": nothing answers

ENVIRONMENT = {
    "GDAL_SKIP": _DENIED_DRIVERS,
    "GDAL_DRIVER_PATH": "disable",
    "GDAL_CONFIG_FILE": os.devnull,
    # Sidecars (.aux.xml, .msk, .ovr, .tfw) can change a raster's CRS, place, nodata and values.
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_GEOREF_SOURCES": "INTERNAL",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_VRT_ENABLE_RAWRASTERBAND": "NO",
    "GDAL_HTTP_PROXY": _DEAD_PROXY,
    "GDAL_HTTPS_PROXY": _DEAD_PROXY,
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "SHAPE_RESTORE_SHX": "NO",
    "PROJ_NETWORK": "OFF",
    # The default, a twentieth of the memory, is slower by a third than a cache of one block row.
    "GDAL_CACHEMAX": "32",
}
"""Environment variables that GDAL and PROJ are started with."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9_+.\-]+:")  # two letters at least: C: is a drive


def harden() -> None:
    """Set the environment that GDAL and PROJ are started with, over whatever was there."""
    os.environ.update(ENVIRONMENT)


def self_test() -> None:
    """Make sure that both copies of GDAL have started without the drivers that reach out.

    Raises
    ------
    RastersError
        If one of them was loaded before this package and knows a driver that is not allowed.

    """
    import pyogrio  # noqa: PLC0415  # harden must be importable before both
    import rasterio  # noqa: PLC0415

    with rasterio.Env() as environment:
        found = {"rasterio": set(environment.drivers()) & set(_DENIED_DRIVERS.split(","))}
    found["pyogrio"] = set(pyogrio.list_drivers()) - ALLOWED_DRIVERS
    for library, drivers in found.items():
        if drivers:
            names = ", ".join(sorted(drivers)[:5])
            raise RastersError(
                f"{library} was loaded before rasters and can still open {names}; "
                "import rasters first"
            )


def local_path(text: str | Path, base: Path, *, root: Path | None = None) -> Path:
    """Return the existing local file or folder that a user's path names.

    Parameters
    ----------
    text
        Path as written: absolute, or relative to ``base``.
    base
        Folder of the file that holds the text.
    root
        Folder that the path must not leave, links followed; None: anywhere on this machine.

    Returns
    -------
    Path
        Absolute, links resolved.

    Raises
    ------
    RefusedError
        With ``path-not-local`` for what GDAL would not take for a file (``/vsi...``, a scheme
        or driver prefix, inline XML, a network share), ``path-missing``, ``path-special`` for
        devices and pipes, or ``path-outside``.

    """
    written = str(text)
    plain = written.strip()
    # A network share, //server/share or \\server\share, is neither local nor fit for locks.
    foreign = (
        not plain
        or any(ord(letter) < ord(" ") or letter == "<" for letter in plain)
        or plain.replace("\\", "/").lower().startswith(("/vsi", "//"))
        or _SCHEME.match(plain) is not None
    )
    if foreign:
        raise _refused("path-not-local", written, base)
    try:
        path = (base / plain).resolve(strict=True)
        mode = path.stat().st_mode
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links
        raise _refused("path-missing", written, base) from error
    if path.as_posix().lower().startswith("/vsi"):
        raise _refused("path-not-local", written, base)
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise _refused("path-special", written, base)
    if root is not None and not path.is_relative_to(root.resolve(strict=True)):
        raise _refused("path-outside", written, root)
    return path


def _refused(code: str, value: str, where: Path) -> RefusedError:
    return RefusedError([finding("rasters", code, value=value, where=where)])


harden()
