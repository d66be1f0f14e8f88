"""The words of the park pages, by key and language."""

from __future__ import annotations

from sinks.texts import sentence


def say(key: str, lang: str, /, **words: object) -> str:
    """Return a sentence of the park pages in ``lang`` (zh or en), its words filled in."""
    return sentence("parks.pages", key, lang, **words)
