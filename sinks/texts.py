"""Sentences for people, by key and language; they stand in the texts.toml of each package."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


def text(key: str, lang: str, /, **words: object) -> str:
    """Return the sentence ``key`` of this package in ``lang`` (zh or en), its words filled in.

    >>> text("refused", "en", errors=2)
    'refused: 2 errors, nothing was written.'
    """
    return sentence("sinks", key, lang, **words)


def sentence(package: str, key: str, lang: str, /, **words: object) -> str:
    """Return a sentence of the texts.toml of ``package``, its words filled in."""
    return _sentences(package)[key][lang].format(**words)


@cache
def _sentences(package: str) -> dict[str, dict[str, str]]:
    """Return every sentence of a package."""
    return tomllib.loads(files(package).joinpath("texts.toml").read_text(encoding="utf-8"))
