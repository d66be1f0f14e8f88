"""Names of levels, scopes and the sources of a run, in the language of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.accounts.scopes import SCOPES
from sinks.categories import Ecosystem
from sinks.regions import load_region, region_ids

if TYPE_CHECKING:
    from sinks.results import Results

__all__ = ["draws_of", "level_name", "methods_of", "products_of", "scope_members"]

_OWN = {"zone": ("分区", "zone"), "all": ("合计", "total")}


def level_name(results: Results, level: str, lang: str) -> str:
    """Return how a level is called, such as 盟市."""
    region = _config(results, "inventory").get("region")
    if isinstance(region, str) and region in region_ids():
        found = load_region(region).level(level)
        return found.name_zh if lang == "zh" else found.name_en
    return _OWN.get(level, (level, level))[lang != "zh"]


def scope_members(scope: str) -> frozenset[str]:
    """Return the ecosystems of a scope of totals.csv."""
    return frozenset(str(member) for member in SCOPES.get(scope, frozenset(Ecosystem)))


def products_of(results: Results) -> tuple[str, ...]:
    """Return the ids of the raster products of a run."""
    named = (record.product for record in results.manifest.inputs if record.year is not None)
    return tuple(dict.fromkeys(str(product) for product in named if product))


def methods_of(results: Results) -> tuple[str, ...]:
    """Return the methods of a run, each once."""
    methods = _config(results, "methods").values()
    return tuple(dict.fromkeys(str(method) for method in methods))


def draws_of(results: Results) -> int:
    """Return the number of joint draws of a run."""
    draws = _config(results, "uncertainty").get("draws")
    return draws if isinstance(draws, int) else 0


def _config(results: Results, section: str) -> dict[str, object]:
    """Return a section of the inventory.toml of a run."""
    config = results.manifest.parameters.get("config")
    found = config.get(section) if isinstance(config, dict) else None
    return dict(found) if isinstance(found, dict) else {}
