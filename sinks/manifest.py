"""The manifest of a run: what went in, what came out, and whether it still holds.

The run id is a hash over the hashes of the inputs, the parameters and the code, not over
paths or times: the same inputs give the same id on any machine. ``created`` is the only time
in a results folder and stands only here. A folder without a manifest holds no result.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from importlib.resources import as_file, files
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from rasters.findings import Finding, finding

from .errors import ResultError
from .provenance import Code, sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "MANIFEST",
    "PACKAGED",
    "FileRecord",
    "InputRecord",
    "Json",
    "Manifest",
    "canonical",
    "input_record",
    "output_records",
    "read_manifest",
    "run_id",
    "verify_inputs",
    "verify_outputs",
    "write_manifest",
]

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

MANIFEST = "manifest.json"
"""Name of the file, written last."""
PACKAGED = "package:"
"""Prefix of an input that is part of a package, such as ``package:sinks/data/demo/a.csv``."""
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One file by its content."""

    path: str
    """POSIX path relative to the configuration (input) or the results folder (output)."""
    size: int
    """Bytes."""
    sha256: str
    """Hash of the content, 64 hexadecimal digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRecord:
    """One input file and what it was used as."""

    path: str
    """POSIX path relative to the configuration, or with the prefix :data:`PACKAGED`."""
    size: int
    """Bytes."""
    sha256: str
    """Hash of the content, 64 hexadecimal digits."""
    role: str
    """land_cover, biomass, soil, stratum, zones or coefficients."""
    product: str | None
    """Product id, or None where the file has none."""
    year: int | None
    """Year it stands for, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything that is needed to trust a run or to repeat it."""

    run_id: str
    """Result of :func:`run_id`."""
    status: str
    """demo, trial, evaluation or official."""
    created: str
    """Time of writing, ISO 8601 with its offset."""
    code: Code
    """The code that made it."""
    inputs: tuple[InputRecord, ...]
    """Every file that was read."""
    outputs: tuple[FileRecord, ...]
    """Every file that was written, but the manifest."""
    parameters: Mapping[str, Json]
    """The settings of the run; no paths, for they differ between machines."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Python and libraries."""
    checks: tuple[Mapping[str, Json], ...] = ()
    """The rows of quality.csv."""
    findings: tuple[Mapping[str, str], ...] = ()
    """Findings as in ``--json``."""
    pixel_balance: Mapping[str, Json] = field(default_factory=dict)
    """Polygon = classified + nodata + outside."""
    config_folder: str = "."
    """Folder of the configuration as seen from the results, for verifying inputs."""
    language: str = ""
    """Language of the workbook and the layers, no part of the run id."""


def canonical(value: Json) -> bytes:
    """Return the one JSON text of a value: sorted keys, no spaces, UTF-8.

    Raises ResultError for what JSON cannot hold, such as NaN.

    >>> canonical({"b": 1, "a": ["盟", None]}).decode()
    '{"a":["盟",null],"b":1}'
    """
    return _dumps(value, separators=(",", ":"), indent=None)


def run_id(inputs: Iterable[InputRecord], *, parameters: Mapping[str, Json], code: Code) -> str:
    """Return the identity of a run, 64 hexadecimal digits.

    It depends on what each input is and holds, not on where it lies nor on the order of the
    records.

    Parameters
    ----------
    inputs
        Every file that was read; a file used twice counts twice.
    parameters
        Settings of the run, without paths.
    code
        The code that computed.

    """
    held: list[Json] = [[r.role, r.product, r.year, r.sha256] for r in inputs]
    key: Json = {
        "inputs": sorted(held, key=canonical),
        "parameters": parameters,
        "code": asdict(code),
    }
    return hashlib.sha256(canonical(key)).hexdigest()


def input_record(
    path: Path,
    *,
    base: Path,
    role: str,
    product: str | None = None,
    year: int | None = None,
    sha256: str | None = None,
) -> InputRecord:
    """Record an input; its path is kept relative to ``base``, the folder of the configuration.

    Without ``sha256`` the file is hashed here.
    """
    try:
        relative = Path(os.path.relpath(path, base))
    except ValueError:  # another drive of Windows: only the name is free of the machine
        relative = Path(path.name)
    return InputRecord(
        path=relative.as_posix(),
        size=path.stat().st_size,
        sha256=sha256 or sha256_of(path),
        role=role,
        product=product,
        year=year,
    )


def output_records(folder: Path) -> tuple[FileRecord, ...]:
    """Hash every file below a results folder but the manifest, sorted by path."""
    found = {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
    }
    return tuple(
        FileRecord(path=name, size=path.stat().st_size, sha256=sha256_of(path))
        for name, path in sorted(found.items())
        if name != MANIFEST
    )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json`` into a folder; to be called after every other file is there."""
    content: Json = {"format": _FORMAT, **asdict(manifest)}
    (folder / MANIFEST).write_bytes(_dumps(content, separators=(",", ": "), indent=1) + b"\n")


def read_manifest(folder: Path) -> Manifest:
    """Read ``manifest.json`` of a results folder.

    Raises
    ------
    ResultError
        If the file is missing, is not JSON, or lacks an entry.

    """
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("format") != _FORMAT:
            raise ResultError(f"{path} is of another format than {_FORMAT}")
        content["code"] = Code(**content["code"])
        content["inputs"] = tuple(InputRecord(**entry) for entry in content["inputs"])
        content["outputs"] = tuple(FileRecord(**entry) for entry in content["outputs"])
        content["checks"] = tuple(content["checks"])
        content["findings"] = tuple(content["findings"])
        return Manifest(**content)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ResultError(f"{path} is not a manifest: {error}") from error


def verify_outputs(folder: Path) -> list[Finding]:
    """List what no longer agrees with the manifest of a results folder.

    Looks for a missing or unreadable manifest, a run id that its own entries do not give,
    and files that are missing, changed or not listed.
    """
    if not (folder / MANIFEST).is_file():
        return [finding("sinks", "manifest-missing", value=folder.name, where=folder)]
    try:
        manifest = read_manifest(folder)
    except ResultError as error:
        return [finding("sinks", "manifest-unreadable", value=error, where=folder / MANIFEST)]
    found: list[Finding] = []
    computed = run_id(manifest.inputs, parameters=manifest.parameters, code=manifest.code)
    if computed != manifest.run_id:
        found.append(
            finding(
                "sinks",
                "manifest-run-id",
                value=manifest.run_id,
                where=folder / MANIFEST,
                computed=computed,
            )
        )
    found += [f for record in manifest.outputs for f in _verify_output(folder, record)]
    listed = {MANIFEST, *(record.path for record in manifest.outputs)}
    present = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    found += [
        finding("sinks", "output-unlisted", value=name, where=folder / name)
        for name in present
        if name not in listed
    ]
    return found


def verify_inputs(manifest: Manifest, base: Path) -> list[Finding]:
    """List the inputs that are missing or changed since the run.

    Parameters
    ----------
    manifest
        Manifest of the run.
    base
        Folder of the configuration, which the paths are relative to.

    """
    found: list[Finding] = []
    for record in manifest.inputs:
        where, actual = _input_hash(record.path, base)
        if actual is None:
            found.append(finding("sinks", "input-missing", value=record.path, where=where))
        elif actual != record.sha256:
            found.append(
                finding("sinks", "input-changed", value=actual, where=where, name=record.path)
            )
    return found


def _input_hash(path: str, base: Path) -> tuple[str, str | None]:
    """Return where an input lies and its present hash, None where it is missing."""
    if not path.startswith(PACKAGED):
        place = base / path
        return str(place), sha256_of(place) if place.is_file() else None
    package, *parts = PurePosixPath(path.removeprefix(PACKAGED)).parts
    entry = files(package).joinpath(*parts)
    if not entry.is_file():
        return path, None
    with as_file(entry) as place:
        return path, sha256_of(place)


def _verify_output(folder: Path, record: FileRecord) -> list[Finding]:
    """List what is wrong with one output: at most one finding."""
    relative, place = PurePosixPath(record.path), folder / record.path
    if relative.is_absolute() or ".." in relative.parts:
        return [
            finding("sinks", "manifest-path", value=record.path, where=folder / MANIFEST),
        ]
    if not place.is_file():
        return [finding("sinks", "output-missing", value=record.path, where=place)]
    actual = sha256_of(place)
    if actual == record.sha256:
        return []
    return [finding("sinks", "output-changed", value=actual, where=place, name=record.path)]


def _dumps(value: Json, *, separators: tuple[str, str], indent: int | None) -> bytes:
    """Return sorted UTF-8 JSON, or raise on what JSON cannot hold."""
    try:
        text = json.dumps(
            value,
            ensure_ascii=False,
            sort_keys=True,
            separators=separators,
            indent=indent,
            allow_nan=False,
        )
    except (TypeError, ValueError) as error:
        raise ResultError(f"a manifest holds JSON values only: {error}") from error
    return text.encode()
