"""The sentence that is said of a change, in both languages."""

from decimal import Decimal

import pytest

from sinks.signal import Signal, signal_of, signal_sentence


@pytest.mark.parametrize(
    ("verdict", "sink", "signal"),
    [
        ("signal", Decimal(5), Signal.SINK),
        ("signal", Decimal(-5), Signal.SOURCE),
        ("no_signal", Decimal(5), Signal.NO_SIGNAL),
        ("no_signal", Decimal(-5), Signal.NO_SIGNAL),
        ("one_sided", Decimal(5), Signal.ONE_SIDED),
        ("not_estimated", None, Signal.NOT_ESTIMATED),
    ],
)
def test_a_verdict_and_a_sign_say_what_a_change_shows(verdict, sink, signal):
    assert signal_of(verdict, sink) is signal


def test_a_change_within_its_half_width_is_called_no_sink_in_words():
    """METHOD A10: 11.9 Tg C of growth against 111.4 Tg C."""
    ratio = Decimal("0.106822")
    assert signal_sentence("no_signal", Decimal(12), ratio, lang="zh") == (
        "变化量小于其不确定性（为95%区间半宽的0.10倍），不能据此判断为碳汇。"
    )
    assert signal_sentence("no_signal", Decimal(12), ratio, lang="en") == (
        "The change is smaller than its uncertainty (0.10 times the half-width of its 95 % "
        "interval): no sink can be read from it."
    )


def test_a_sink_and_a_source_are_told_apart():
    assert signal_sentence("signal", Decimal(3), Decimal("2.5"), lang="zh").endswith(
        "2.5倍），可判断为碳汇。"
    )
    assert signal_sentence("signal", Decimal(-3), Decimal("2.5"), lang="zh").endswith(
        "为碳源，不是碳汇。"
    )


@pytest.mark.parametrize(
    ("ratio", "said"), [("0.9999", "0.99"), ("0.003832", "0.0038"), ("1.49", "1.4"), ("123", "120")]
)
def test_a_ratio_is_cut_and_never_rounded_up_to_one(ratio, said):
    sentence = signal_sentence("no_signal", Decimal(1), Decimal(ratio), lang="zh")
    assert f"半宽的{said}倍" in sentence


def test_a_zero_and_a_change_without_error_have_their_own_words():
    assert signal_sentence("no_signal", Decimal(0), None, lang="zh") == "变化量为零，没有碳汇。"
    assert "∞" in signal_sentence("signal", Decimal(3), None, lang="en")


@pytest.mark.parametrize("verdict", ["one_sided", "not_estimated"])
def test_no_ratio_is_said_where_it_would_mislead(verdict):
    sink = None if verdict == "not_estimated" else Decimal(3)
    sentence = signal_sentence(verdict, sink, Decimal(9), lang="en")
    assert "times" not in sentence
