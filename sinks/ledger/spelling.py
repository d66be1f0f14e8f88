"""One spelling for one thing, so that a project cannot be registered twice by a space or a dash.

Source: Unicode Standard Annex 15 (NFKC); Unicode general category Pd for dashes.
"""

from __future__ import annotations

import unicodedata

__all__ = ["canonical_id", "spelling_key"]

_DASHES = "_./:#"


def canonical_id(text: str) -> str:
    """Return the stored spelling: NFKC, capitals, no spaces, every separator a hyphen.

    >>> canonical_id(" ccer－14 001_v01 ")
    'CCER-14001-V01'
    """
    spelt = _respelt(text)
    while spelt != text:  # what was apart may compose once a space between is gone
        text, spelt = spelt, _respelt(spelt)
    return spelt


def spelling_key(text: str) -> str:
    """Return what two spellings of one id have in common: the stored one without hyphens.

    >>> spelling_key("VCS 1234"), spelling_key("vcs-12-34")
    ('VCS1234', 'VCS1234')
    """
    return canonical_id(text).replace("-", "")


def _respelt(text: str) -> str:
    """Return a text one step nearer to its stored spelling."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    spelt = "".join(
        "-" if unicodedata.category(c) == "Pd" or c in _DASHES else c
        for c in plain
        if unicodedata.category(c) != "Cf"
    )
    return spelt.strip("-")
