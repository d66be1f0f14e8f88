"""Commands of the credit register: template, import, add, reverse, list, deduct."""

from __future__ import annotations

import getpass
import json
import sys
from dataclasses import replace as changed
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from rasters import RefusedError
from rasters.findings import finding
from sinks.credits import Basis, deduct, record_rows, reverse_event
from sinks.credits.export import deduction_rows, write_deductions
from sinks.credits.forms import KINDS, register_forms, write_register_template, zone_names
from sinks.credits.intake import read_book, read_row
from sinks.credits.listing import Listing, listed
from sinks.credits.outlines import read_outlines
from sinks.credits.remeasure import share_faults
from sinks.credits.shares import leagues_of
from sinks.ledger import is_ledger, read_state, verify_ledger
from sinks.ledger.said import ExitRoute, Scheme, Scope
from sinks.ledger.wording import tonnes
from sinks.regions import region_ids
from sinks.spreadsheet import Cell, CellKind, Sheet, read_form
from sinks.spreadsheet.cells import address
from sinks.terminal import (
    DIFFERENT,
    DONE,
    REFUSED,
    json_option,
    lang_option,
    print_json,
    quiet_option,
    speaking,
)
from sinks.texts import text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sinks.credits import Recorded
    from sinks.credits.intake import Intake, Record
    from sinks.credits.listing import Row
    from sinks.spreadsheet import Form
    from sinks.terminal import Terminal

_VALUES = 2  # row of the values, below the headings
_NUMBERS = frozenset(
    {"issued", "left", "remaining", "sink", "set_off", "surrendered", "deduction", "area_ha"}
)
_CLOSED: dict[str, type[Scheme | ExitRoute | Scope]] = {
    "scheme": Scheme,
    "route": ExitRoute,
    "scope": Scope,
}
"""Columns of closed sets."""
_ledger = click.argument("ledger", type=click.Path(path_type=Path))
anchor_option = click.option(
    "--anchor", "anchors", type=click.Path(path_type=Path), multiple=True,
    help="含台账锚点的清单、结果文件夹或导出 / manifest, results or export with an anchor.",
)  # fmt: skip
_region = click.option(
    "--region", type=click.Choice(region_ids()), default=None,
    help="新台账的地区 / region of a new ledger.",
)  # fmt: skip
_replace = click.option(
    "--replace", is_flag=True, help="替换已有文件 / replace a file that exists."
)
_actor = click.option("--actor", default=None, help="登记人 / who records.")


@click.group()
def register() -> None:
    """碳汇项目与减排量登记 / the credit register: projects, parcels, credits, deductions."""


@register.command()
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option(
    "--region", type=click.Choice(region_ids()), default="inner_mongolia", show_default=True,
    help="地区 / packaged region.",
)  # fmt: skip
@_replace
@lang_option
@quiet_option
def template(out: Path, region: str, lang: str | None, *, replace: bool, quiet: bool) -> int:
    """空白登记表 / the workbook to fill in."""
    terminal = speaking(lang, quiet=quiet)
    if not _may_write(terminal, out, replace=replace):
        return REFUSED
    write_register_template(out, region=region)
    terminal.say("register_template", path=out)
    return DONE


@register.command("import")
@_ledger
@click.argument("book", type=click.Path(path_type=Path))
@_region
@click.option(
    "--parcels", type=click.Path(path_type=Path), default=None,
    help="地块边界文件 / layer with the outlines of parcels.",
)  # fmt: skip
@click.option("--code", default="parcel", help="地块编号字段 / field of its parcel ids.")
@click.option("--datum", type=click.Choice(["wgs84", "cgcs2000", "gcj02"]), default=None)
@_actor
@lang_option
@quiet_option
@json_option
def import_book(
    ledger: Path,
    book: Path,
    region: str | None,
    parcels: Path | None,
    code: str,
    datum: str | None,
    actor: str | None,
    lang: str | None,
    *,
    quiet: bool,
    as_json: bool,
) -> int:
    """导入登记表 / record what a workbook says, all or nothing."""
    terminal = speaking(lang, quiet=quiet)
    if parcels is not None and datum is None:
        raise click.UsageError("--parcels 须注明 --datum / --parcels needs --datum")

    def read(intake: Intake) -> None:
        if parcels is not None and datum is not None:
            intake.outlines, found = read_outlines(parcels, code=code, datum=datum)
            intake.findings += found
        read_book(book, intake)

    return _recorded(
        terminal,
        lambda: record_rows(ledger, read, region=region, actor=_who(actor), at=_now()),
        as_json=as_json,
    )


@register.command()
@_ledger
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("fields", nargs=-1, required=True, metavar="FIELD=VALUE...")
@_region
@click.option("--key", default=None, help="幂等键 / idempotency key.")
@click.option("--again", is_flag=True, help="重新登记已冲销的内容 / record anew what was reversed.")
@_actor
@lang_option
@quiet_option
@json_option
def add(
    ledger: Path,
    kind: str,
    fields: tuple[str, ...],
    region: str | None,
    key: str | None,
    actor: str | None,
    lang: str | None,
    *,
    again: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """登记一条 / record one thing; fields are headings of the template, or their ids."""
    terminal = speaking(lang, quiet=quiet)
    if again and key is not None:
        raise click.UsageError("--again 与 --key 只用其一 / give --again or --key, not both")
    return _recorded(
        terminal,
        lambda: record_rows(
            ledger,
            lambda intake: _read_fields(kind, fields, intake),
            region=region,
            actor=_who(actor),
            at=_now(),
            key=key,
            again=again,
        ),
        as_json=as_json,
    )


@register.command()
@_ledger
@click.argument("event", type=click.IntRange(1))
@click.option("--reason", required=True, help="原因 / why.")
@_actor
@lang_option
@quiet_option
@json_option
def reverse(
    ledger: Path,
    event: int,
    reason: str,
    actor: str | None,
    lang: str | None,
    *,
    quiet: bool,
    as_json: bool,
) -> int:
    """冲销一个事件 / take an event out of the count; it still stands in the ledger."""
    terminal = speaking(lang, quiet=quiet)
    return _recorded(
        terminal,
        lambda: reverse_event(ledger, event, reason=reason, actor=_who(actor), at=_now()),
        as_json=as_json,
    )


@register.command("list")
@_ledger
@click.option(
    "--what", type=click.Choice([str(each) for each in Listing]), default="projects",
    help="列示内容 / what to list.",
)  # fmt: skip
@lang_option
@json_option
def list_command(ledger: Path, what: str, lang: str | None, *, as_json: bool) -> int:
    """列示登记内容 / what the ledger holds."""
    terminal = speaking(lang)
    state = read_state(ledger)
    rows = listed(state, Listing(what))
    if as_json:
        _print_rows(rows)
    elif rows:
        _print_table(terminal, f"register_list_{what}", rows)
    else:
        terminal.say("register_nothing")
    return DONE


@register.command("deduct")
@_ledger
@click.option("--year", type=int, required=True, help="减排量年份 / vintage year.")
@click.option(
    "--basis", type=click.Choice([str(each) for each in Basis]), default=str(Basis.ISSUED),
    help="扣减口径 / which tonnes are deducted.",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=None, help="CSV.")
@_replace
@lang_option
@quiet_option
@json_option
def deduct_command(
    ledger: Path,
    year: int,
    basis: str,
    out: Path | None,
    lang: str | None,
    *,
    replace: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """分盟市扣减量 / what is deducted from the sink of each league."""
    terminal = speaking(lang, quiet=quiet)
    if out is not None and not _may_write(terminal, out, replace=replace):
        return REFUSED
    state = read_state(ledger)
    deductions = deduct(state, year=year, basis=Basis(basis))
    names = zone_names(leagues_of(state.opening.region).region) if state.opening else {}
    rows = deduction_rows(deductions, state, names)
    if out is not None:
        write_deductions(out, rows)
        terminal.say("register_written", path=out)
    if as_json:
        _print_rows(rows)
        return DONE
    zones = deductions.by_zone()
    shown: list[Row] = [
        {"zone": zone, "zone_name": names.get(zone, ""), "deduction": tonnes(kg)}
        for zone, kg in zones.items()
    ]
    total, said = tonnes(sum(zones.values())), text(f"register_basis_{basis}", terminal.lang)
    shown.append(
        {"zone": "", "zone_name": text("register_total", terminal.lang), "deduction": total}
    )
    _print_table(terminal, "register_deductions", shown, year=year, basis=said)
    anchor = deductions.anchor
    terminal.say("register_anchor", events=anchor.events, head=anchor.head)
    return DONE


def _may_write(terminal: Terminal, path: Path, *, replace: bool) -> bool:
    """Return whether a file may be written; why not is said."""
    if not path.absolute().parent.is_dir():
        terminal.fault("register_no_folder", path=path.absolute().parent)
        return False
    if path.exists() and not replace:
        terminal.fault("register_exists", path=path)
        return False
    return True


def _recorded(terminal: Terminal, job: Callable[[], Recorded], *, as_json: bool) -> int:
    """Record, and say what was recorded; a refusal is said in the form asked for."""
    try:
        done = job()
    except RefusedError as error:
        if as_json:
            print_json(error.findings)
        else:
            terminal.findings(error.findings)
            terminal.fault("refused", errors=sum(f.severity == "error" for f in error.findings))
        return REFUSED
    if as_json:
        print_json(done.findings)
    else:
        terminal.findings(done.findings)
    terminal.say("register_recorded", added=len(done.added), repeated=len(done.repeated))
    terminal.say("register_anchor", events=done.anchor.events, head=done.anchor.head)
    return DONE


def _read_fields(kind: str, fields: Sequence[str], intake: Intake) -> None:
    """Read FIELD=VALUE words as a sheet of one row; findings name the field, not an address."""
    form = register_forms(intake.leagues.region)[kind]
    columns = {name: c for c in form.columns for name in (c.id, c.heading, c.titled)}
    order = {column.id: at for at, column in enumerate(form.columns, start=1)}
    headings = {at: _cell(c.titled, form, 1, at) for at, c in enumerate(form.columns, start=1)}
    cells: dict[int, Cell] = {}
    for word in fields:
        name, equals, value = word.partition("=")
        if not equals:
            intake.findings.append(finding("sinks", "credits-field-word", value=word, where=kind))
            continue
        column = columns.get(name.strip())
        if column is None:
            known = ", ".join(f"{c.heading} ({c.id})" for c in form.columns)
            intake.findings.append(
                finding("sinks", "credits-field-unknown", value=name, where=word, known=known)
            )
        elif value.strip():
            cells[order[column.id]] = _cell(value, form, _VALUES, order[column.id])
    if not cells:
        if not intake.refused:
            value = " ".join(fields)
            intake.findings.append(finding("sinks", "credits-field-word", value=value, where=kind))
        return
    sheet = Sheet(name=form.sheet, rows={1: headings, _VALUES: cells})
    rows, found = read_form([sheet], form, file=kind)
    intake.findings += found
    for row in rows:
        read_row(kind, row, intake)
    fields_of = {address(form.sheet, _VALUES, order[c.id]): c.titled for c in form.columns}
    intake.findings = [changed(f, where=fields_of.get(f.where, f.where)) for f in intake.findings]
    intake.records = [_named(record, fields_of) for record in intake.records]


def _cell(value: str, form: Form, row: int, at: int) -> Cell:
    """Return a cell of the sheet that a command line stands for."""
    return Cell(value=value, kind=CellKind.TEXT, where=address(form.sheet, row, at))


def _named(record: Record, fields_of: Mapping[str, str]) -> Record:
    """Return a record whose findings name the field of the command line."""
    return changed(record, where=lambda name: fields_of.get(place := record.where(name), place))


def _print_table(terminal: Terminal, title: str, rows: Sequence[Row], **words: object) -> None:
    """Print rows as a table, headings in the language of the terminal."""
    terminal.out.print(text(title, terminal.lang, **words), markup=False)
    table = Table()
    for name in rows[0]:
        heading = text(f"register_column_{name}", terminal.lang)
        table.add_column(heading, justify="right" if name in _NUMBERS else "left")
    for row in rows:
        table.add_row(*(_word(terminal, name, cell) for name, cell in row.items()))
    terminal.out.print(table)


def _word(terminal: Terminal, name: str, cell: str | int) -> str:
    """Return a cell; a member of a closed set is said in the language of the terminal."""
    if name == "kind":
        return text(f"register_kind_{cell}", terminal.lang)
    return _CLOSED[name](str(cell)).label(terminal.lang) if name in _CLOSED else str(cell)


def _print_rows(rows: Sequence[object]) -> None:
    """Print rows as JSON."""
    sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")


def _who(actor: str | None) -> str:
    """Return who records: as told, else the user of this machine."""
    if actor is not None:
        return actor
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def _now() -> str:
    """Return the time for the note of an event."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def is_register(path: Path) -> bool:
    """Return whether a path is meant as a ledger: by its suffix, or by its content."""
    return path.suffix == ".sqlite" or is_ledger(path)


def verify_register(
    terminal: Terminal, path: Path, anchors: Sequence[Path], *, as_json: bool
) -> int:
    """Verify a ledger and say what was found."""
    outcome = verify_ledger(path, anchors=anchors)
    if outcome.holds:
        more = share_faults(read_state(path))
        outcome = changed(outcome, findings=(*outcome.findings, *more))
    if as_json:
        print_json(outcome.findings)
    else:
        terminal.findings(outcome.findings)
        if outcome.holds and outcome.anchor is not None:
            end, compared = outcome.anchor, outcome.anchors
            said = text(
                "ledger_verified", terminal.lang,
                events=end.events, anchors=compared, head=end.head,
            )  # fmt: skip
            terminal.out.print(said, markup=False)
    return DONE if outcome.holds else DIFFERENT


COMMANDS: tuple[click.Command, ...] = (register,)
"""What this module adds to ``tanhui``."""
