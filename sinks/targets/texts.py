"""Sentences of the targets, by key and language; they stand in texts.toml of this package."""

from __future__ import annotations

from sinks.texts import sentence

__all__ = ["text"]


def text(key: str, lang: str, /, **words: object) -> str:
    """Return the sentence ``key`` in ``lang`` (zh or en), its words filled in.

    >>> text("sheet", "zh")
    '表7 目标进展'
    """
    return sentence(__package__, key, lang, **words)
