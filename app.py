"""The map of Tanhui: composes the pages of the packages and does nothing else."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import streamlit as st

from parks.pages import park_map
from parks.pages.words import say as say_of_parks
from sinks.pages import change, data, overview, raster, style
from sinks.pages.chrome import language
from sinks.pages.words import say

_LANG = language()
st.set_page_config(page_title=say("app_title", _LANG), layout="wide")
style.apply()
st.navigation(
    [
        st.Page(overview.show, title=say("page_overview", _LANG), default=True),
        st.Page(change.show, title=say("page_change", _LANG), url_path="change"),
        st.Page(raster.show, title=say("page_raster", _LANG), url_path="raster"),
        st.Page(park_map.show, title=say_of_parks("page_parks", _LANG), url_path="parks"),
        st.Page(data.show, title=say("page_data", _LANG), url_path="data"),
    ],
    position="top",
).run()
