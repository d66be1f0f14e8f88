"""Sentences for people, by key and language; the terminal's words stand in texts.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


def text(key: str, lang: str, **words: object) -> str:
    """Return the sentence ``key`` in ``lang`` (zh or en), its words filled in.

    >>> text("refused", "en", errors=2)
    'refused: 2 errors, nothing was written.'
    """
    return _sentences()[key][lang].format(**words)


@cache
def _sentences() -> dict[str, dict[str, str]]:
    """Return every sentence."""
    return tomllib.loads(files(__package__).joinpath("texts.toml").read_text(encoding="utf-8"))
