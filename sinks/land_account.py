"""Land of a run by conversions: its soils, its matrix, its cohorts, and what quality says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from .accounts.areas import PAIR_KEYS
from .accounts.land_matrix import land_balance, land_matrix, matrix_cells
from .accounts.soil_cohorts import SOIL_COHORT_COLUMNS, soil_cohorts
from .land_quality import matrix_closure, soil_transition
from .methods import SoilTransition
from .soils import conversion_areas, organic_soils, resolve_soils

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rasters.findings import Finding

    from .counting import Counted
    from .inventory import Inventory
    from .prepare import Prepared
    from .quality import Gates
    from .soils import Soils


def soils_of_run(
    prepared: Prepared,
    counted: Counted,
    *,
    mapped: pd.DataFrame,
    classes: Iterable[tuple[str, str]],
) -> tuple[Soils, list[Finding]]:
    """Return the soils of every conversion, and why some cannot be compared.

    Parameters
    ----------
    prepared, counted
        The run and its activity.
    mapped
        The activity as the maps show it, before any adjustment of areas.
    classes
        Class codes and strata of the activity.

    """
    ecosystems, register = prepared.ecosystems, prepared.register
    history = [] if counted.history is None else [counted.history, counted.views_history]
    known = {(code, stratum) for code, stratum in classes}
    if prepared.config.soil_method != SoilTransition.id:
        return organic_soils(known, ecosystems=ecosystems, register=register), []
    conversions = conversion_areas(counted.activity, mapped, counted.views, *history)
    return resolve_soils(conversions, classes=known, ecosystems=ecosystems, register=register)


def land_tables(prepared: Prepared, counted: Counted, soils: Soils) -> dict[str, pd.DataFrame]:
    """Return the land matrix with its balance, and the cohorts of the soil transition."""
    tree, history = prepared.tree, _own_history(prepared, counted)
    cells = matrix_cells(
        counted.activity, history, categories=prepared.ipcc_categories, duration=soils.years
    )
    cohorts = pd.DataFrame(columns=SOIL_COHORT_COLUMNS)
    if history is not None and prepared.config.soil_method == SoilTransition.id:
        cohorts = soil_cohorts(
            history,
            soils=soils,
            ecosystems=prepared.ecosystems,
            years=prepared.config.inventory.years,
            tree=tree,
        )
    return {
        "soil_cohorts": cohorts,
        "land_matrix": land_matrix(cells, tree),
        "land_balance": land_balance(cells, tree),
    }


def judge_land(
    gates: Gates,
    prepared: Prepared,
    counted: Counted,
    *,
    tables: dict[str, pd.DataFrame],
    inventory: Inventory,
    soils: Soils,
) -> None:
    """Judge the land matrix, and show what the soil transition rests on."""
    categories = {code: str(c) for code, c in prepared.ipcc_categories.items()}
    matrix_closure(gates, tables["land_matrix"], inventory.areas, categories)
    config = prepared.config
    if config.soil_method == SoilTransition.id and config.pairs():
        history = _own_history(prepared, counted)
        pairs = [rows for _, rows in counted.activity.groupby([*PAIR_KEYS], sort=True)]
        soil_transition(
            gates,
            soils,
            conversions=conversion_areas(*pairs, *([] if history is None else [history])),
            areas=inventory.exact_areas,
            ecosystems=prepared.ecosystems,
            map_years=config.map_years,
            pairs=config.pairs(),
        )


def _own_history(prepared: Prepared, counted: Counted) -> pd.DataFrame | None:
    """Return the history of the zones themselves, without that of the views."""
    history = counted.history
    return None if history is None else history[history["zone_code"].isin(prepared.zones.codes)]
