"""The words of the pages, by key and language."""

from __future__ import annotations

from sinks.texts import sentence


def say(key: str, lang: str, /, **words: object) -> str:
    """Return a sentence of the pages in ``lang`` (zh or en), its words filled in."""
    return sentence("sinks.pages", key, lang, **words)
