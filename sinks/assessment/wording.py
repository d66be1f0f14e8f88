"""What is said of an assessment beside its figures: choices, remarks, notes, sensitivity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sinks.units import wan

from .choices import OPTIONS, choice_words
from .texts import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .judge import Judged
    from .result import AssessmentResult
    from .sensitivity import Flip

__all__ = ["choice_lines", "flip_lines", "notes", "remark"]


def choice_lines(result: AssessmentResult, lang: str) -> Iterator[str]:
    """Yield how every open choice was made, with its basis."""
    for name, value in result.choices.said().items():
        words = choice_words()[name]
        yield text(
            "choice_line",
            lang,
            title=words[lang],
            value=_option(name, value, lang),
            basis=words[f"basis_{lang}"],
        )


def flip_lines(result: AssessmentResult, lang: str) -> Iterator[str]:
    """Yield which choice, made otherwise, changes which verdict of which league."""
    by_option: dict[tuple[str, str], list[Flip]] = {}
    for flip in result.flips:
        by_option.setdefault((flip.choice, flip.option), []).append(flip)
    if not by_option:
        yield text("no_flip", lang)
    for (name, option), flips in by_option.items():
        yield text(
            "flip_line",
            lang,
            title=choice_words()[name][lang],
            option=_option(name, option, lang),
            zones=_BETWEEN[lang].join(_changes(result, flips, lang)),
        )


def notes(result: AssessmentResult, lang: str) -> Iterator[str]:
    """Yield what a reader must know of the table."""
    yield text("formula_note", lang)
    yield text("annual_note", lang)
    if not result.register:
        yield text("no_register_note", lang)
    if result.choices.elastic_tolerance_percent is None:
        yield text("no_tolerance_note", lang)
    else:
        yield text("tolerance_note", lang, source=result.tolerance_source)


def remark(result: AssessmentResult, judged: Judged, lang: str) -> str:
    """Return what is to be said of one row."""
    facts, said = judged.facts, list[str]()
    if facts.year == result.terms.base_year:
        said.append(text("base_remark", lang))
    sink = facts.sinks.get(result.choices.sink_year)
    if sink is not None:
        said.append(text("sink_remark", lang, period=sink.period))
        if sink.gained is not None or sink.lost is not None:
            parts = {"gained": _shown(sink.gained), "lost": _shown(sink.lost)}
            said.append(text("crossing_remark", lang, **parts))
        if sink.verdict == "no_signal":
            said.append(text("signal_remark", lang))
    if judged.account.limited:
        said.append(text(f"{judged.account.limited}_remark", lang))
    if facts.missing:
        said.append(_missing(result, judged, lang))
    return _BETWEEN[lang].join(said)


_KINDS = ("rigid", "elastic")
_BETWEEN, _AND = {"zh": "；", "en": "; "}, {"zh": "、", "en": ", "}


def _changes(result: AssessmentResult, flips: Sequence[Flip], lang: str) -> Iterator[str]:
    """Yield every change of a verdict with the leagues and years that it happens in."""
    found: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for flip in flips:
        for kind in _KINDS:
            before, after = getattr(flip, kind)
            if before != after:
                zones = found.setdefault((kind, before, after), {})
                zones.setdefault(flip.zone_code, []).append(str(flip.year))
    for (kind, before, after), zones in found.items():
        yield text(
            "flip_change",
            lang,
            kind=text(kind, lang),
            before=text(f"{kind}_{before}", lang),
            after=text(f"{kind}_{after}", lang),
            zones=_AND[lang].join(
                f"{result.name(zone, lang)} {'/'.join(years)}" for zone, years in zones.items()
            ),
        )


def _missing(result: AssessmentResult, judged: Judged, lang: str) -> str:
    """Return what was not filled in; of the region only in how many leagues."""
    facts = judged.facts
    if facts.zone_code == result.region.code:
        leagues = {each.split()[0] for each in facts.missing}
        return text("missing_leagues", lang, count=len(leagues))
    what = [text(each.split()[1], lang) for each in facts.missing]
    return text("missing_remark", lang, what=_AND[lang].join(what))


def _option(name: str, value: str, lang: str) -> str:
    """Return an option in words, a number with its sign of percent."""
    words = choice_words()[name]
    if name in OPTIONS or value == "none":
        return str(words[value][lang])
    return f"{value} %"


def _shown(value: object) -> str:
    """Return an amount in 10^4 t."""
    return "0" if value is None else f"{wan(float(value)):,.2f}"  # type: ignore[arg-type]
