"""总览: the league table of a results folder, or how to make one."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from sinks.errors import ResultError
from sinks.results import load_results
from sinks.texts import text

_HOW = """
尚无结果。请先在终端运行 `make demo`（或 `tanhui demo`）生成内置演示清单，再打开本页：

```
make demo
tanhui app results/demo
```

No results yet. Run `make demo` (or `tanhui demo`) in a terminal, then open this page again.
"""


def show() -> None:
    """Show the totals of the results folder named on the command line."""
    st.title("碳汇 · 生态系统碳清单")
    folder = Path(os.environ.get("TANHUI_RESULTS", "results/demo"))
    try:
        results = load_results(folder)
    except ResultError:
        st.info(_HOW)
        return
    if results.manifest.status == "demo":
        st.warning("合成演示数据，不是观测结果 · synthetic demonstration data, not observed")
    totals = results.tables["totals"]
    shown = totals[totals["quantity"].eq("change") & totals["scope"].eq("forest_grassland_wetland")]
    st.subheader("林草湿净碳汇（吨二氧化碳/年，95 % 区间）")
    figures = ["sink_t_co2_per_year", "low_t_co2_per_year", "high_t_co2_per_year"]
    table = shown[["zone_name", *figures, "verdict"]].astype(dict.fromkeys(figures, "float64"))
    table[figures] = table[figures].round()
    table["verdict"] = [text(f"verdict_{verdict}", "zh") for verdict in table["verdict"]]
    whole = st.column_config.NumberColumn
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "zone_name": "地区",
            "sink_t_co2_per_year": whole("净碳汇（吨CO2/年）", format="localized"),
            "low_t_co2_per_year": whole("95 % 下限", format="localized"),
            "high_t_co2_per_year": whole("95 % 上限", format="localized"),
            "verdict": "信号",
        },
    )
    st.caption(f"{folder.name} · {results.manifest.run_id[:8]}")
