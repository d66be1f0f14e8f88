"""What enters HTML or a script passes through here: names come from files that anyone wrote."""

from __future__ import annotations

import html
import json

import streamlit as st

__all__ = ["escaped", "paragraph", "script_literal"]


def escaped(text: object) -> str:
    """Return a text that stands in HTML as text, in an element as in an attribute.

    Examples
    --------
    >>> escaped("<b a='1'>")
    '&lt;b a=&#x27;1&#x27;&gt;'

    """
    return html.escape(str(text), quote=True)


def script_literal(value: object) -> str:
    r"""Return a value as a JavaScript literal that cannot end its script.

    Examples
    --------
    >>> script_literal({"name": "</script>"})
    '{"name":"\\u003c/script>"}'

    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def paragraph(text: object, kind: str) -> None:
    """Show a line of text in one of the looks of :mod:`sinks.pages.style`; it is never markup."""
    st.html(f'<p class="tanhui-{escaped(kind)}">{escaped(text)}</p>')
