"""Sentences about parks for people; they stand in texts.toml."""

from __future__ import annotations

from sinks.texts import sentence

__all__ = ["text"]


def text(key: str, lang: str, /, **words: object) -> str:
    """Return the sentence ``key`` in ``lang`` (zh or en), its words filled in.

    >>> text("outcome_missed", "en")
    'missed'
    """
    return sentence("parks", key, lang, **words)
