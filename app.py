"""The map of Tanhui: composes the pages of the packages and does nothing else."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import streamlit as st

from sinks.pages import overview

st.set_page_config(page_title="碳汇 Tanhui", page_icon="🌲", layout="wide")
st.navigation([st.Page(overview.show, title="总览", default=True)]).run()
