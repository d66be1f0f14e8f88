"""Every combination of the open choices, and which single one changes which verdict."""

import itertools
from decimal import Decimal

from assessment_book import BAOTOU, ORDOS, facts

from sinks.assessment import Choices, IntensityBasis, combinations, flips
from sinks.assessment.choices import OPTIONS, choice_words
from sinks.assessment.sensitivity import judged_under


def table(*rows):
    return {(row.zone_code, row.year): row for row in rows}


# gross 5,625 to 5,500 is a drop of 2.2 %; net 5,377 to 5,500 - 500 + 12 = 5,012 is one of 6.8 %
ROWS = table(
    facts(year=2020, lower=100),
    facts(energy=5075, sink=500, lower=90, target=5, total=5020),
    facts(zone_code=BAOTOU, year=2020, lower=100),
    facts(zone_code=BAOTOU, lower=100, target=0),
)


def test_every_combination_stands_once():
    made = combinations(Choices(), register=True)
    assert len(made) == len(set(made)) == 2**5 * 4
    assert Choices() in made
    assert len(combinations(Choices(), register=False)) == 2**5
    capped = Choices(offset_cap_percent=Decimal(5))
    assert len(combinations(capped, register=False)) == 2**6


def test_the_flips_are_those_of_an_oracle_that_tries_each_option_alone():
    usual = Choices()
    found = {(f.choice, f.option, f.zone_code) for f in
             flips(ROWS, usual, base_year=2020, register=True)}  # fmt: skip
    assert ("intensity_basis", "net", ORDOS) in found
    assert ("offset_by", "lower", ORDOS) in found
    before = {j.facts.zone_code: j for j in judged_under(ROWS, usual, base_year=2020)
              if j.facts.year == 2023}  # fmt: skip
    oracle = set()
    for other in combinations(usual, register=True):
        made = [n for n in OPTIONS if getattr(other, n) is not getattr(usual, n)]
        if len(made) != 1:
            continue
        for judged in judged_under(ROWS, other, base_year=2020):
            zone = judged.facts.zone_code
            if judged.facts.year == 2023 and (judged.rigid, judged.elastic) != (
                before[zone].rigid, before[zone].elastic,
            ):  # fmt: skip
                oracle.add((made[0], str(getattr(other, made[0])), zone))
    assert found == oracle


def test_a_flip_says_both_verdicts():
    net = next(f for f in flips(ROWS, Choices(), base_year=2020, register=False)
               if f.choice == "intensity_basis")  # fmt: skip
    assert (net.rigid, net.elastic) == (("fails", "holds"), ("within", "within"))


def test_a_cap_is_tried_without():
    """248 of the sink leave 5,377; a cap of 1 % of 5,625 leaves 5,568.75."""
    capped = Choices(offset_cap_percent=Decimal(1), intensity_basis=IntensityBasis.NET)
    rows = table(facts(year=2020), facts(total=5400))
    found = flips(rows, capped, base_year=2020, register=False)
    told = next(f for f in found if f.choice == "offset_cap_percent")
    assert (told.option, told.elastic) == ("none", ("exceeds", "within"))


def test_every_choice_and_option_has_words_and_a_basis():
    words = choice_words()
    assert set(words) == set(Choices().said())
    for name, entry in words.items():
        options = [str(option) for option in OPTIONS.get(name, ("none",))]
        assert set(entry) == {"zh", "en", "basis_zh", "basis_en", *options}
        for lang, option in itertools.product(("zh", "en"), options):
            assert entry[option][lang]
        assert "94号文" in entry["basis_zh"]
        assert "94" in entry["basis_en"] or "2024" in entry["basis_en"]
