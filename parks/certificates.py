"""Green certificates as a line of their own, in which no certificate is used twice.

A certificate says that somewhere, some time, 1 MWh of renewable electricity was generated. It
does not make the hours of a park match, so it is part of no reading of the ratio: the line
stands beside them. What a certificate must not do is serve twice, so every use is a range of
serials, and two ranges that share a serial are refused with both owners named, whoever they are.

Serials are compared without spaces, separators and case. A range counts up in its last digits;
in national codes of 32 characters two class characters follow these and are no part of them.

Source: RELIABILITY 96, 97 and 101; ``data/certificate_codes.toml`` with its own sources.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rasters.findings import finding

from .definitions import wording
from .errors import PowerError
from .tables import read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rasters.findings import Finding

    from .tables import Row

__all__ = [
    "CertificateLine",
    "Claim",
    "certificate_line",
    "overlaps",
    "read_claims",
    "read_register",
]

COLUMNS = (
    "park_id",
    "scheme",
    "first_serial",
    "last_serial",
    "certificates",
    "generated",
    "used_year",
    "source",
)
"""Columns of a file of claims; only ``source`` may be blank. The count is asked for beside the
serials, since a slip in a serial of thirty digits shows in nothing else."""

_SEPARATORS = re.compile(r"[\s\-_./\u00b7]+")
_SERIAL = re.compile(r"([0-9A-Z]*?)([0-9]{1,40})")
_MONTH = re.compile(r"((?:19|20|21)[0-9]{2})-(0[1-9]|1[0-2])")
_COUNT = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A range of certificates that one park used for one year."""

    park_id: str
    """Owner of the use."""
    scheme: str
    """Key of ``certificate_codes.toml``."""
    prefix: str
    """What the serials have in common before their number, normalised."""
    first: int
    """Number of the first certificate."""
    last: int
    """Number of the last, included; not below ``first``."""
    generated: str
    """Month of generation, YYYY-MM."""
    used_year: int
    """Year whose consumption they are used for."""
    where: str
    """File and row, for people."""
    source: str
    """Document that shows the use; may be blank."""

    @property
    def certificates(self) -> int:
        """Number of certificates in the range."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateLine:
    """Certificates that a park used for a year, beside its ratios and part of none."""

    park_id: str
    year: int
    certificates: int
    mwh: float
    """Electricity they stand for, MWh."""
    load_mwh: float | None
    """Load of the year, MWh; None if not known."""
    share_of_load: float | None
    """mwh over load, as it is even above 1; None without a load."""
    name_zh: str
    name_en: str
    definition_zh: str
    definition_en: str


def read_claims(path: Path) -> tuple[tuple[Claim, ...], list[Finding]]:
    """Return the claims of a CSV file, and everything that is wrong with them.

    Parameters
    ----------
    path
        UTF-8 CSV with the columns :data:`COLUMNS`.

    Returns
    -------
    tuple of Claim, list of Finding
        Claims of the rows that are usable; they may be used only if no finding is an error.
        Overlaps are among the findings.

    """
    return read_register([path])


def read_register(paths: Sequence[Path]) -> tuple[tuple[Claim, ...], list[Finding]]:
    """Return the claims of several files as one register, and everything that is wrong with it.

    Parameters
    ----------
    paths
        Files as for :func:`read_claims`; a certificate that two of them use is an overlap.

    Returns
    -------
    tuple of Claim, list of Finding
        Claims in the order of the files; they may be used only if no finding is an error.

    """
    claims: list[Claim] = []
    findings: list[Finding] = []
    for path in paths:
        rows, faults = read_rows(path, required=COLUMNS[:-1], optional=COLUMNS[-1:])
        read = [_claim(row) for row in rows]
        claims += [claim for claim in read if claim is not None]
        findings += [*faults, *(fault for row in rows for fault in row.faults)]
    return tuple(claims), findings + overlaps(claims)


def overlaps(claims: Sequence[Claim]) -> list[Finding]:
    """Return a finding for every claim that shares a certificate with an earlier range.

    Each names both owners, their rows and the numbers that are shared. Of several earlier
    ranges the one that reaches farthest is named, so that every claim that is not the first
    of its numbers is named once.
    """
    groups: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.scheme, claim.prefix].append(claim)
    found = []
    for key in sorted(groups):
        ordered = sorted(groups[key], key=lambda claim: (claim.first, claim.last, claim.where))
        farthest = ordered[0]
        for claim in ordered[1:]:
            if claim.first <= farthest.last:
                shared = f"{claim.prefix}{claim.first}–{min(claim.last, farthest.last)}"
                found.append(
                    finding(
                        "parks",
                        "certificate-overlap",
                        value=shared,
                        where=claim.where,
                        owner=farthest.park_id,
                        row=farthest.where,
                        other=claim.park_id,
                        other_row=claim.where,
                    )
                )
            farthest = max(farthest, claim, key=lambda one: one.last)
    return found


def certificate_line(
    claims: Sequence[Claim], *, park_id: str, year: int, load_mwh: float | None
) -> tuple[CertificateLine, list[Finding]]:
    """Return the certificates that a park used for a year.

    Parameters
    ----------
    claims
        Claims of all parks, so that uses of the same certificate elsewhere are seen.
    park_id, year
        Owner and year of use.
    load_mwh
        Load of the year, MWh, for the share; None if not known.

    Returns
    -------
    CertificateLine, list of Finding
        The warning ``certificate-above-load`` where they exceed the load.

    Raises
    ------
    PowerError
        If claims overlap: nothing is counted from a register that counts twice.

    """
    double = overlaps(claims)
    if double:
        raise PowerError(f"{double[0].what_en} ({double[0].where}); {len(double)} in all")
    own = [claim for claim in claims if claim.park_id == park_id and claim.used_year == year]
    amount = float(sum(claim.certificates * _schemes()[claim.scheme]["mwh"] for claim in own))
    words = wording("certificates")
    line = CertificateLine(
        park_id=park_id,
        year=year,
        certificates=sum(claim.certificates for claim in own),
        mwh=amount,
        load_mwh=load_mwh,
        share_of_load=amount / load_mwh if load_mwh else None,
        name_zh=words.name_zh,
        name_en=words.name_en,
        definition_zh=words.definition_zh,
        definition_en=words.definition_en,
    )
    if load_mwh is None or amount <= load_mwh:
        return line, []
    where = f"{park_id}, {year}"
    value, load = f"{amount:g}", f"{load_mwh:g}"
    return line, [finding("parks", "certificate-above-load", value=value, where=where, load=load)]


def _claim(row: Row) -> Claim | None:
    """Return the claim of a row; None where a fault was noted."""
    park_id, generated = row.needed("park_id"), row.needed("generated")
    scheme = _scheme(row.needed("scheme"))
    row.needed("used_year")
    used = row.year("used_year")
    if scheme and scheme not in _schemes():
        row.fault("certificate-scheme", row.text("scheme"), known=", ".join(_schemes()))
    if generated and not _MONTH.fullmatch(generated):
        row.fault("certificate-month", generated)
    elif generated and used is not None and int(generated[:4]) > used:
        row.fault("certificate-early", generated, year=used)
    texts = row.needed("first_serial"), row.needed("last_serial")
    numbers = None
    if all(texts) and scheme in _schemes():
        numbers = _range(*texts, scheme)
        if numbers is None:
            row.fault("certificate-serial", " – ".join(texts))
    if numbers is not None:
        _check_count(row, numbers[2] - numbers[1] + 1)
    if row.faults or numbers is None or used is None:
        return None
    return Claim(
        park_id=park_id,
        scheme=scheme,
        prefix=numbers[0],
        first=numbers[1],
        last=numbers[2],
        generated=generated,
        used_year=used,
        where=row.where,
        source=row.text("source"),
    )


def _check_count(row: Row, serials: int) -> None:
    """Note a stated number of certificates that the range does not hold."""
    stated = row.needed("certificates")
    if stated and (not _COUNT.fullmatch(stated) or int(stated) != serials):
        row.fault("certificate-count", stated, serials=serials)


def _range(first: str, last: str, scheme: str) -> tuple[str, int, int] | None:
    """Return prefix, first and last number of a range, or None where it is none."""
    ends = [_split(text, scheme) for text in (first, last)]
    if ends[0] is None or ends[1] is None:
        return None
    (prefix, start), (other, end) = ends[0], ends[1]
    same_length = len(_normal(first)) == len(_normal(last))
    if prefix != other or not same_length or start > end:
        return None
    return prefix, start, end


def _split(text: str, scheme: str) -> tuple[str, int] | None:
    """Return prefix and number of a serial, without the class characters of its scheme."""
    serial, code = _normal(text), _schemes()[scheme]
    if len(serial) == code["length"]:
        serial = serial[: -code["tail"]]
    match = _SERIAL.fullmatch(serial)
    return None if match is None else (match[1], int(match[2]))


def _normal(text: str) -> str:
    """Return a serial without separators, in plain capitals.

    >>> _normal("gec－2023 0001")
    'GEC20230001'
    """
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def _scheme(text: str) -> str:
    """Return the name of a scheme as its key is written, so that one spelling is no second scheme.

    >>> _scheme(" ＧＥＣ ")
    'gec'
    """
    return unicodedata.normalize("NFKC", text).strip().lower()


@cache
def _schemes() -> dict[str, dict[str, Any]]:
    """Return the packaged schemes by key."""
    text = files(__package__).joinpath("data/certificate_codes.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
