"""The main job, step by step: prepare, count, account, judge, write, and only then keep.

Pixels end with the activity table; everything after it is table arithmetic. Inputs are
hashed before and after, outputs go to a temporary folder that is renamed into place, and
the manifest is written last.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from rasters import RefusedError, file_hashes
from rasters.findings import Severity, finding

from .accounting import account
from .categories import Status
from .contributions import ask, contributed_records
from .counting import check_layers, count_activity
from .errors import OfficialRefusedError
from .export.outputs import write_outputs
from .filters import filtered_maps
from .folder import check_folder, results_folder
from .manifest import (
    InputRecord,
    Manifest,
    input_record,
    output_records,
    read_manifest,
    run_id,
    verify_outputs,
    write_manifest,
)
from .official import refusals
from .prepare import prepare
from .provenance import code_version, versions
from .refused import write_refused
from .results import load_results

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from rasters.findings import Finding

    from .accounting import Account
    from .export.extras import Addition
    from .manifest import Json
    from .prepare import Prepared
    from .results import Results

    Tell: TypeAlias = Callable[[str, int, int], None]
    """Progress: step, done, total."""


_PATHS = frozenset({"file", "files", "matrix", "path", "plots", "points"})
"""Keys of an inventory.toml that name files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """A finished run."""

    results: Results
    """The results folder as tables."""
    findings: tuple[Finding, ...]
    """Warnings and notes."""
    computed: bool
    """False where the folder already held this very run."""


def check(
    path: Path,
    *,
    root: Path | None = None,
    on_progress: Tell | None = None,
    additions: Sequence[Addition] = (),
) -> list[Finding]:
    """Run every input check and compute nothing; returns every finding.

    Parameters
    ----------
    path
        The inventory.toml.
    root
        Folder that no file may lie outside of.
    on_progress
        Called with step, done, total.
    additions
        Other packages whose inputs are checked too.

    """
    tell = on_progress or _silent
    tell("check", 0, 1)
    try:
        prepared = prepare(path, root=root, pixels=True)
    except RefusedError as error:
        return list(error.findings)
    tell("check", 1, 1)
    given = ask(additions, prepared, root=root)
    found = [f for one in given for f in one.findings]
    return [*prepared.findings, *check_layers(prepared), *found]


def run(
    path: Path,
    *,
    out: Path | None = None,
    workers: int | None = None,
    replace: bool = False,
    fresh: bool = False,
    lang: str = "zh",
    root: Path | None = None,
    on_progress: Tell | None = None,
    additions: Sequence[Addition] = (),
) -> RunResult:
    """Run the inventory of an inventory.toml into a results folder.

    Parameters
    ----------
    path
        The inventory.toml.
    out
        Results folder; by default ``results/<region>-<years>-<run id>``.
    workers
        Threads; by default one per core.
    replace
        Put aside a folder of another run as ``.previous``.
    fresh
        Compute again even where the folder holds this very run.
    lang
        Language of the workbook, zh or en.
    root
        Folder that no file may lie outside of.
    on_progress
        Called with step, done, total.
    additions
        Other packages that add sheets and layers; they change no figure, but their code and
        data are part of the run id.

    Raises
    ------
    RefusedError
        With every finding that refuses the input or the status asked for.
    LockedError
        If another run holds the folder.

    """
    tell = on_progress or _silent
    prepared = prepare(path, root=root)
    given = ask(additions, prepared, root=root)
    notes = [*prepared.findings, *check_layers(prepared), *(f for g in given for f in g.findings)]
    _refuse(notes)
    base = path.resolve().parent
    tell("inputs", 0, 1)
    records = (*_input_records(prepared, base), *contributed_records(given, base))
    tell("inputs", 1, 1)
    code = code_version(
        tuple(dict.fromkeys(("rasters", "sinks", *(added.package for added in additions))))
    )
    parameters = _parameters(prepared) | {g.role: dict(g.parameters) for g in given if g.parameters}
    identity = run_id(records, parameters=parameters, code=code)
    target = out or _default_folder(prepared, identity)
    _refuse(check_folder(target, run_id=identity, replace=replace))
    if not fresh and (target / "manifest.json").is_file() and not verify_outputs(target):
        held = read_manifest(target)  # an earlier version may have written other tables
        if held.run_id == identity and held.language == lang:
            return RunResult(results=load_results(target), findings=tuple(notes), computed=False)
    with (
        results_folder(target, run_id=identity, replace=replace) as folder,
        filtered_maps(
            prepared, folder, workers=workers, on_progress=lambda *step: tell("filter", *step)
        ) as filtered,
    ):
        counted = count_activity(
            prepared, filtered=filtered, workers=workers,
            on_progress=lambda *step: tell("count", *step),
        )  # fmt: skip
        _refuse(counted.findings)
        tell("inventory", 0, 1)
        result = account(prepared, counted)
        tell("inventory", 1, 1)
        status = Status.DEMO if counted.synthetic else prepared.config.status
        if prepared.config.status is Status.OFFICIAL:
            _refuse_official(prepared, result, notes, target, identity, synthetic=counted.synthetic)
        write_outputs(
            folder, prepared=prepared, counted=counted, account=result, records=records,
            findings=notes, status=status, run_id=identity, version=code.version, lang=lang,
            workers=workers, on_progress=tell, additions=given,
        )  # fmt: skip
        after = (*_input_records(prepared, base), *contributed_records(given, base))
        _refuse_changed(records, after)
        write_manifest(
            folder,
            Manifest(
                run_id=identity,
                status=str(status),
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                code=code,
                inputs=records,
                outputs=output_records(folder),
                parameters=parameters,
                versions=versions(counted.versions),
                checks=tuple(_plain(row) for row in result.quality.to_dict("records")),
                findings=tuple(f.as_json() for f in notes),
                pixel_balance=result.balance,
                config_folder=_relative(base, target),
                language=lang,
            ),
        )
    return RunResult(results=load_results(target), findings=tuple(notes), computed=True)


def _silent(_step: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def _refuse(found: list[Finding]) -> None:
    """Raise if an error is among the findings."""
    if any(f.severity is Severity.ERROR for f in found):
        raise RefusedError(found)


def _input_records(prepared: Prepared, base: Path) -> tuple[InputRecord, ...]:
    """Hash every file that the run reads; packaged files are part of the code's hash."""
    records = []
    for (role, year), source in prepared.sources.items():
        hashes = file_hashes(source.files)
        records += [
            input_record(file, base=base, role=role, product=source.product.id, year=year,
                         sha256=digest)
            for file, digest in hashes.items()
        ]  # fmt: skip
    if prepared.region is None:
        records.append(input_record(prepared.zone_file, base=base, role="zones"))
    records += [
        input_record(view.path, base=base, role="view", product=view.id) for view in prepared.views
    ]
    if prepared.sink_zones is not None and prepared.sink_zones.path is not None:
        records.append(input_record(prepared.sink_zones.path, base=base, role="sink_zones"))
    records += [
        input_record(table, base=base, role="coefficients") for table in prepared.table_files
    ]
    records += [input_record(file, base=base, role="plots") for file in prepared.plot_files]
    records += [
        input_record(file, base=base, role=section) for section, file in prepared.statistics.files
    ]
    if prepared.sample is not None:
        records.append(input_record(prepared.sample.path, base=base, role="accuracy"))
    records += [
        input_record(file, base=base, role="product", product=prepared.products[role].id)
        for role, file in prepared.product_files.items()
    ]
    return tuple(records)


def _parameters(prepared: Prepared) -> dict[str, Json]:
    """Return the settings of the run without any path; the language changes no figure."""
    dumped = _without_paths(prepared.config.model_dump(mode="json", exclude_none=True))
    for section in ("ledger", "parks"):  # an addition tells its own settings, without paths
        dumped.pop(section, None)
    dumped["coefficients"]["tables"] = list(prepared.register.tables)
    names = {
        code: {"zh": name, "en": prepared.names_en.get(code, name)}
        for code, name in sorted(prepared.tree.names.items())
    }
    return {
        "config": dumped,
        "levels": list(prepared.tree.levels),
        "region_zh": prepared.region_name.zh,
        "region_en": prepared.region_name.en,
        "zone_names": names,
        "soil_from_map": prepared.config.soil is not None,
    }


def _without_paths(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings without what names a file: the files are told by their hashes."""
    return {
        key: _without_paths(value)
        if isinstance(value, dict)
        else [_without_paths(v) if isinstance(v, dict) else v for v in value]
        if isinstance(value, list)
        else value
        for key, value in settings.items()
        if key not in _PATHS
    }


def _default_folder(prepared: Prepared, identity: str) -> Path:
    """Return results/<region>-<years>-<first 8 of the run id>."""
    years = prepared.config.inventory.years
    span = f"{years[0]}-{years[-1]}" if len(years) > 1 else str(years[0])
    place = prepared.region.id if prepared.region is not None else "zones"
    return Path("results") / f"{place}-{span}-{identity[:8]}"


def _refuse_official(
    prepared: Prepared,
    result: Account,
    notes: list[Finding],
    target: Path,
    identity: str,
    *,
    synthetic: bool,
) -> None:
    """Refuse an official run that rests on what it may not, leaving its quality table."""
    found = refusals(
        rows=result.rows,
        errors=result.errors,
        findings=notes,
        quality=result.quality,
        soil_method=prepared.config.soil_method,
        statistics=prepared.statistics.rows,
        synthetic=synthetic,
    )
    if found:
        quality = write_refused(target, result.quality, run_id=identity)
        raise OfficialRefusedError(found, quality=quality)


def _refuse_changed(before: tuple[InputRecord, ...], after: tuple[InputRecord, ...]) -> None:
    """Refuse a run during which an input changed."""
    changed = [
        finding("sinks", "input-changed-during-run", value=b.sha256[:8], where=a.path)
        for a, b in zip(before, after, strict=True)
        if a.sha256 != b.sha256
    ]
    if changed:
        raise RefusedError(changed)


def _relative(base: Path, target: Path) -> str:
    """Return the folder of the inventory.toml as seen from the results."""
    try:
        return Path(os.path.relpath(base, target.resolve())).as_posix()
    except ValueError:  # another drive of Windows
        return "."


def _plain(row: Mapping[Hashable, object]) -> dict[str, Json]:
    """Return a quality row as JSON can hold it."""
    return {str(k): v if isinstance(v, str | int | float) else str(v) for k, v in row.items()}
