"""The text of a CSV file: the encoding is found by rule, and recorded where it was a choice.

Strict UTF-8 hardly passes by chance and goes first; UTF-16 only with its byte-order mark. GB18030,
which Chinese spreadsheets save by default, decodes almost any bytes, so its text must also look
like Chinese: every other letter common. Every CSV of the parks is read through here.

Source: RELIABILITY 83; GB 18030-2022; block names of the Unicode Standard.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import TYPE_CHECKING

from rasters.findings import finding

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from rasters.findings import Finding

__all__ = ["read_text"]

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# ASCII, Latin-1 signs, Greek, general punctuation to letterlike and units, CJK punctuation to
# unified ideographs, full-width forms. Mojibake is full of private use, Hangul and rare planes.
_PLAUSIBLE = ((0x09, 0xFF), (0x391, 0x3C9), (0x2010, 0x2642), (0x3000, 0x33FF), (0x4E00, 0x9FFF),
              (0xFF01, 0xFFE5))  # fmt: skip


def read_text(
    path: Path | Traversable, *, largest: int, where: str = ""
) -> tuple[str | None, list[Finding]]:
    """Return the text of a file, and the encoding where it was a choice.

    Parameters
    ----------
    path
        File, or packaged resource.
    largest
        Most bytes that are read.
    where
        How messages call it; its name where nothing is stated.

    Returns
    -------
    text, findings
        None and an error where the file is too large, cannot be read or is no text.

    """
    name = where or path.name
    try:
        size = path.stat().st_size if isinstance(path, Path) else 0
        if size > largest:
            found = finding("parks", "parks-file-large", value=size, where=name, limit=largest)
            return None, [found]
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return None, [finding("parks", "parks-file-unreadable", value=reason, where=str(path))]
    return _decoded(raw, name)


def _decoded(raw: bytes, name: str) -> tuple[str | None, list[Finding]]:
    """Return the text of some bytes by the first encoding that they are sensible in."""
    encodings = ("utf-16",) if raw.startswith(_UTF16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text or (encoding == "gb18030" and not _is_plausible(text)):
            break
        if encoding == "utf-8-sig":
            return text, []
        return text, [finding("parks", "parks-csv-encoding", value=encoding, where=name)]
    value = raw[:16].hex(" ")
    return None, [finding("parks", "parks-csv-undecodable", value=value, where=name)]


def _is_plausible(text: str) -> bool:
    """Return whether every character is one that a Chinese table has."""
    return all(any(low <= ord(c) <= high for low, high in _PLAUSIBLE) for c in set(text))
