"""The looks that every page shares: colours, spacing, and what is left away."""

from __future__ import annotations

import streamlit as st

__all__ = ["apply"]

_CSS = """<style>
[data-testid="stMainBlockContainer"]{padding:3.9rem 2rem 1.2rem;max-width:1560px}
[data-testid="stSidebarHeader"]{height:1.2rem;padding-bottom:0}
[data-testid="stSidebarUserContent"]{padding-top:.4rem}
[data-testid="stSidebar"] [data-testid="stVerticalBlock"]{gap:.7rem}
[data-testid="stMainBlockContainer"]>[data-testid="stVerticalBlock"]{gap:.7rem}
[data-testid="stAppDeployButton"],[data-testid="stMainMenu"],footer{display:none}
.tanhui-title{margin:0;padding:0 0 .35rem;border-bottom:2px solid #1f7a4d;font-size:1.4rem;
font-weight:700;line-height:1.5;color:#1b2b22}
.tanhui-title small{font-size:.85rem;font-weight:400;color:#55635b;margin-left:.7rem}
.tanhui-title mark{font-size:.82rem;font-weight:400;color:#7a4b00;background:#fff3d6;
border-radius:4px;padding:.12rem .5rem;margin-left:.7rem}
.tanhui-cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:.7rem}
.tanhui-cards div{border:1px solid #d8dfdb;border-radius:6px;padding:.5rem .85rem}
.tanhui-cards span{display:block;font-size:.84rem;color:#4b5b52}
.tanhui-cards b{font-size:1.4rem;line-height:1.45;font-weight:650}
.tanhui-cards i{font-style:normal;font-size:.82rem;color:#4b5b52;margin-left:.3rem}
.tanhui-cards em{display:block;font-style:normal;font-size:.78rem;color:#5f6d65}
.tanhui-head{margin:0;font-size:1.05rem;font-weight:650}
.tanhui-line{margin:0;font-size:.92rem;line-height:1.55}
.tanhui-note{margin:0;font-size:.82rem;line-height:1.55;color:#55635b}
.tanhui-strip{margin:0;padding-top:.45rem;border-top:1px solid #d8dfdb;font-size:.78rem;
line-height:1.6;color:#5f6d65}
@media (max-width:640px){[data-testid="stMainBlockContainer"]{padding:3.6rem .8rem 1rem}
.tanhui-cards{grid-template-columns:1fr 1fr}.tanhui-cards b{font-size:1.15rem}}
@media print{[data-testid="stSidebar"],[data-testid="stHeader"],button{display:none!important}}
</style>"""


def apply() -> None:
    """Put the looks on the page that is being drawn."""
    st.html(_CSS)
