"""The command that opens the map."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from sinks.terminal import DONE, REFUSED, lang_option, speaking

_SERVER = Path(__file__).resolve().parents[1] / "pages" / "server.py"
_OPTIONS = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "server.fileWatcherType": "none",
    "server.headless": "true",
    "server.maxUploadSize": "50",
    "theme.base": "light",
    "theme.font": "'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif",
    "theme.metricValueFontSize": "1.55rem",
    "theme.primaryColor": "#1f7a4d",
    "theme.secondaryBackgroundColor": "#f2f5f3",
    "theme.showWidgetBorder": "true",
    "theme.textColor": "#1b2b22",
}
"""How the server runs: no telemetry, no foreign font, no traceback on a page."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option(
    "--address", default="127.0.0.1", show_default=True,
    help="监听地址 / address to listen on.",
)  # fmt: skip
@click.option("--base-path", default="", help="网址前缀 / path before every address.")
@click.option(
    "--review-number", default="",
    help="审图号，显示在地图左下角 / review number shown on the map.",
)  # fmt: skip
@lang_option
def app(
    folder: Path | None, lang: str | None, *, port: int, address: str, base_path: str,
    review_number: str,
) -> int:  # fmt: skip
    """地图界面 / open the map."""
    terminal = speaking(lang)
    os.environ["TANHUI_REVIEW_NUMBER"] = review_number
    os.environ["TANHUI_RESULTS"] = str(folder or Path("results") / "demo")
    try:
        from streamlit.web import cli as streamlit  # noqa: PLC0415 - the optional extra
    except ImportError:
        terminal.say("app_missing")
        return REFUSED
    options = _OPTIONS | {
        "server.address": address,
        "server.baseUrlPath": base_path,
        "server.port": str(port),
    }
    sys.argv = [
        "streamlit", "run", str(_SERVER),
        *(f"--{name}={value}" for name, value in options.items()),
    ]  # fmt: skip
    terminal.say("app_opens", url=f"http://{address}:{port}/{base_path.strip('/')}")
    return int(streamlit.main(standalone_mode=False) or DONE)


COMMANDS: tuple[click.Command, ...] = (app,)
"""What this module adds to ``tanhui``."""
