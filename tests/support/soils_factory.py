"""Factories of soil coefficients, histories of maps and runs of the soil transition."""

from __future__ import annotations

import pandas as pd
from accounting_factory import ECOSYSTEMS

from sinks.coefficients import load_register
from sinks.soils import conversion_areas, resolve_soils
from sinks.units import MM2_PER_HA

HEADING = (
    "parameter,code,ecosystem,stratum,pool,depth_cm,edition,value,unit,low,high,source,locator,"
    "confidence"
)
UNITS = {
    "density": "t C/ha",
    "soc_ref": "t C/ha",
    "f_lu": "1",
    "f_mg": "1",
    "f_i": "1",
    "ef_co2": "t CO2-C/ha/yr",
    "ef_doc": "t CO2-C/ha/yr",
    "ef_ch4": "kg CH4-C/ha/yr",
}


def row(parameter, code, value, *, depth="0-30", edition="2019", unit=None, half=0.0, stratum=""):
    """Return a CSV line of a soil coefficient; by default without error, of 2019, 0-30 cm."""
    unit = UNITS[parameter] if unit is None else unit
    depth, edition = ("", "") if parameter.startswith("ef_") else (depth, edition)
    if parameter == "density":
        edition = ""
    return (
        f"{parameter},{code},,{stratum},soil,{depth},{edition},{value},{unit},{value - half},"
        f"{value + half},a test,,verified"
    )


def soil_register(folder, *lines, name="soils"):
    """Return the register of a CSV with these soil lines."""
    path = folder / f"{name}.csv"
    path.write_text("\n".join([HEADING, *lines]) + "\n", encoding="utf-8")
    return load_register([path])


GOLDEN_2019 = (row("soc_ref", "G", 43), row("soc_ref", "C", 43), row("f_lu", "C", 0.77))
"""METHOD A7: cool temperate dry, HAC, 2019: cropland 33.11, native grass 43 t C/ha."""


def conversions(rows):
    """Return a history from (zone, year0, year1, code0, code1, ha) rows."""
    return pd.DataFrame(
        [
            (zone, year0, year1, code0, code1, "none", round(ha * MM2_PER_HA))
            for zone, year0, year1, code0, code1, ha in rows
        ],
        columns=["zone_code", "year0", "year1", "code0", "code1", "stratum", "area_mm2"],
    )


def resolved(register, *pairs, area=1.0):
    """Return the soils and the findings of some conversions on the stratum ``none``."""
    return resolve_soils(
        {(before, after, "none"): area for before, after in pairs},
        classes={(code, "none") for pair in pairs for code in pair},
        ecosystems=ECOSYSTEMS,
        register=register,
    )


def soils_of_history(register, history):
    """Return the soils of a history; nothing may be refused."""
    areas = conversion_areas(history)
    soils, findings = resolve_soils(areas, classes=(), ecosystems=ECOSYSTEMS, register=register)
    assert findings == []
    return soils
