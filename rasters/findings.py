"""Findings: what is wrong with an input, said once, in both languages, with a stable code.

A finding is data, so that a check can list every fault of a file instead of stopping at the
first, and so that the terminal, ``--json`` and the app say the same thing. The sentences
stand in ``findings.toml`` beside the package that raises them; code names only the code.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Severity(StrEnum):
    """How a finding bears on a run."""

    ERROR = "error"
    """The input is refused."""
    WARNING = "warning"
    """The run goes on; the finding stands in the manifest."""
    NOTE = "note"
    """A conversion or choice that was made and is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fact about an input that a user must or may act on."""

    code: str
    """Stable identifier, such as ``raster-no-crs``; scripts may match on it."""
    severity: Severity
    """Whether it refuses the run."""
    value: str
    """The offending value, as text."""
    where: str
    """File, row, class or zone where it stands."""
    what_en: str
    """What is wrong, in English."""
    what_zh: str
    """What is wrong, in Chinese."""
    mend_en: str
    """How to mend it, in English."""
    mend_zh: str
    """How to mend it, in Chinese."""

    def what(self, lang: str) -> str:
        """Return what is wrong in ``lang`` (zh or en)."""
        return self.what_zh if lang == "zh" else self.what_en

    def mend(self, lang: str) -> str:
        """Return how to mend it in ``lang`` (zh or en)."""
        return self.mend_zh if lang == "zh" else self.mend_en

    def as_json(self) -> dict[str, str]:
        """Return the language-independent record of ``--json`` (texts in English)."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "what": self.what_en,
            "value": self.value,
            "where": self.where,
            "mend": self.mend_en,
        }


def finding(package: str, code: str, *, value: object, where: object, **words: object) -> Finding:
    """Build the finding ``code`` of ``package`` from its sentences in ``findings.toml``.

    Parameters
    ----------
    package
        Package whose ``findings.toml`` holds the sentences, such as ``"rasters"``.
    code
        Section of that file.
    value, where
        The offending value and its place; also available to the sentences as ``{value}``
        and ``{where}``.
    words
        Further words that the sentences name in braces.

    Raises
    ------
    KeyError
        If the catalogue has no such code, or a sentence names a word that is not given.

    """
    entry = catalogue(package)[code]
    filled = {
        key: text.format(value=value, where=where, **words)
        for key, text in entry.items()
        if key != "severity"
    }
    return Finding(
        code=code,
        severity=Severity(entry["severity"]),
        value=str(value),
        where=str(where),
        what_en=filled["what_en"],
        what_zh=filled["what_zh"],
        mend_en=filled["mend_en"],
        mend_zh=filled["mend_zh"],
    )


@cache
def catalogue(package: str) -> dict[str, dict[str, str]]:
    """Return the sentences of a package: code to severity, what_en, what_zh, mend_en, mend_zh.

    The files ``findings*.toml`` of the package are merged in name order.
    """
    merged: dict[str, dict[str, str]] = {}
    names = sorted(p.name for p in files(package).iterdir() if p.name.startswith("findings"))
    for name in names:
        if name.endswith(".toml"):
            merged |= tomllib.loads(files(package).joinpath(name).read_text(encoding="utf-8"))
    return merged
