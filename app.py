"""The map of Tanhui: composes the pages of the packages and does nothing else."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import streamlit as st

from sinks.pages import overview, style
from sinks.pages.chrome import language
from sinks.pages.words import say

st.set_page_config(page_title=say("app_title", language()), layout="wide")
style.apply()
st.navigation([st.Page(overview.show, title=say("page_overview", language()), default=True)]).run()
