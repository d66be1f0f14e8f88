"""seea_accounts.csv: opening, additions, reductions and closing of area and carbon."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from accounting_factory import activity, agb, density, inventory_of, register_of
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sinks.accounts.seea import carbon_account
from sinks.export.schemas import SCHEMAS
from sinks.tabulate import Drawn
from sinks.uncertainty import Atom, Joint

NO_SOIL = [density(c, "soil", 0, depth="0-100") for c in "FGCD"]
FRACTION = "F,,,agb,0.5,t C/t d.m.,0.5,0.5,a test,,verified,carbon_fraction,"
GROWN = [
    ("1", "F", "F", 100, agb(0, [12_000], 100) | agb(1, [12_600], 100)),
    ("2", "F", "F", 50, agb(0, [6_000], 50) | agb(1, [5_800], 50)),
    ("1", "G", "F", 10, agb(0, [0], 10) | agb(1, [1_260], 10)),
    ("1", "G", "G", 20, agb(0, [0], 20) | agb(1, [0], 20)),
    ("1", "nodata", "F", 5, agb(0, [0], 0) | agb(1, [600], 5)),
]


@pytest.fixture
def register(tmp_path):
    """Return a function that makes a register of CSV lines."""
    return lambda *lines: register_of(tmp_path, *lines)


@pytest.fixture
def grown(register):
    """Return the inventory of the small landscape above."""
    return inventory_of(
        activity(GROWN), register(FRACTION, density("G", "agb", 3), *NO_SOIL),
        methods=("forest", "grassland"), biomass=("forest",),
    )  # fmt: skip


def entries(table, account, ecosystem, zone="R"):
    """Return the figures of one row that are not 0."""
    wanted = {"account": account, "ecosystem": ecosystem, "zone_code": zone}
    mine = np.logical_and.reduce([table[name].eq(value) for name, value in wanted.items()])
    (row,) = table[mine].loc[:, "opening":].to_dict("records")
    return {name: value for name, value in row.items() if value != 0}


def test_carbon_of_a_forest_that_grows_loses_and_is_seen_anew(grown):
    """300 grown in one league, 100 lost in the other, 630 converted, 300 seen in 2023 alone."""
    assert entries(grown.seea_accounts, "carbon_t_c", "forest") == {
        "opening": 9000, "addition_growth": 300, "addition_conversion": 630,
        "addition_footprint": 300, "reduction_loss": 100, "closing": 10_130,
    }  # fmt: skip
    assert entries(grown.seea_accounts, "carbon_t_c", "grassland") == {
        "opening": 90, "reduction_conversion": 30, "closing": 60,
    }  # fmt: skip
    assert list(grown.seea_accounts.columns) == list(SCHEMAS["seea_accounts"].columns)


def test_area_is_extended_by_conversion_and_by_the_later_map(grown):
    assert entries(grown.seea_accounts, "area_ha", "forest") == {
        "opening": 150, "addition_conversion": 10, "addition_footprint": 5, "closing": 165,
    }  # fmt: skip
    assert entries(grown.seea_accounts, "area_ha", "grassland", zone="1") == {
        "opening": 30, "reduction_conversion": 10, "closing": 20,
    }  # fmt: skip


def test_land_without_an_estimate_has_an_area_and_no_carbon(register):
    made = inventory_of(
        activity([("1", "F", "F", 10), ("1", "D", "F", 5)]),
        register(density("F", "agb", 60), *[s for s in NO_SOIL if not s.startswith("D")]),
        methods=("forest",),
    ).seea_accounts  # fmt: skip
    assert entries(made, "area_ha", "desert") == {"opening": 5, "reduction_conversion": 5}
    (row,) = made.query("account == 'carbon_t_c' and ecosystem == 'desert' and level == 'region'")[
        ["opening", "closing"]
    ].to_numpy()
    assert pd.isna(row).all()


def test_what_a_method_reports_beside_the_stocks_is_a_reappraisal():
    """Stocks say +300 on the land that stays, the method reports +120 and -20."""
    drawn = Drawn(
        central=np.ones(1),
        joint=Joint.of([Atom((), None)], factors={}, areas={}, draws=1),
    )
    place = {"zone_code": "1", "year0": 2020, "year1": 2023, "ecosystem0": "forest",
             "ecosystem": "forest", "pool": "agb"}  # fmt: skip
    terms = pd.DataFrame(
        [
            {**place, "atom": 0, "amount": amount, "side": side, "part": part}
            for amount, side, part in (
                (6000.0, 0, "stock0"), (-6000.0, 0, "common"),
                (6300.0, 1, "stock1"), (6300.0, 1, "common"),
            )
        ]
    )  # fmt: skip
    stock = pd.DataFrame(
        [{**place, "year": y, "micro": m * 10**6} for y, m in ((2020, 6000), (2023, 6300))]
    )[["zone_code", "year", "ecosystem", "pool", "micro"]]
    change = pd.DataFrame(
        [
            {**place, "pool": pool, "method": "gain_loss", "estimated": True, "micro": m * 10**6}
            for pool, m in (("agb", 120), ("soil", -20))
        ]
    )
    (row,) = carbon_account(stock, change, terms, drawn).to_dict("records")
    found = {k: v / 10**6 for k, v in row.items() if isinstance(v, int) and v and k[0] in "oarc"}
    assert found == {
        "opening": 6000, "addition_growth": 120, "reduction_soil": 20,
        "addition_reappraisal": 200, "closing": 6300,
    }  # fmt: skip


@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    st.lists(
        st.tuples(st.sampled_from("12"), st.sampled_from(["F", "G", "C", "nodata"]),
                  st.sampled_from(["F", "G", "C", "nodata"]), st.integers(1, 10**6)),
        min_size=2, max_size=12, unique_by=lambda r: r[:3],
    ).filter(lambda rows: any(a != "nodata" for _, a, _, _ in rows))
)  # fmt: skip
def test_every_account_closes_and_stands_on_the_stocks_and_areas(tmp_path_factory, rows):
    table = register_of(
        tmp_path_factory.mktemp("t"), density("F", "agb", 1 / 3), density("G", "agb", 3),
        density("C", "agb", 0.7), *NO_SOIL,
    )  # fmt: skip
    result = inventory_of(activity([(z, a, b, n / 7) for z, a, b, n in rows]), table)
    made = result.seea_accounts
    total = made["opening"] + made["rounding"]
    for name in made:
        if name.startswith("addition"):
            assert (made[name].dropna() >= 0).all()
            total = total + made[name]
        if name.startswith("reduction"):
            assert (made[name].dropna() >= 0).all()
            total = total - made[name]
    known = made["opening"].notna()
    assert (total[known] == made["closing"][known]).all()
    assert (made["rounding"].dropna().abs() <= Decimal("0.00005")).all()
    assert not made.filter(like="reappraisal").fillna(0).to_numpy().any()
    numbers = ["opening", "closing", "addition_conversion", "reduction_footprint", "rounding"]
    sums = made.groupby(["level", "account", "ecosystem"])[numbers].sum()
    assert (sums.loc["region"] == sums.loc["league"]).all(axis=None)
    for date, year in (("opening", 2020), ("closing", 2023)):
        stock = result.stocks[result.stocks["year"].eq(year) & result.stocks["stock_t_c"].notna()]
        expected = stock.groupby(["zone_code", "ecosystem"])["stock_t_c"].sum()
        land = result.areas[result.areas["year"].eq(year) & result.areas["ecosystem"].ne("")]
        areas = land.groupby(["zone_code", "ecosystem"])["area_ha"].sum()
        for row in made[known].to_dict("records"):
            of = expected if row["account"] == "carbon_t_c" else areas
            assert row[date] == of.get((row["zone_code"], row["ecosystem"]), 0)
