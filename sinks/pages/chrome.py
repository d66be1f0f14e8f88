"""What stands around every page: the run, the choices of the sidebar, the address.

The address is the choice: a link, the back button and a reload all show what it says. What a
reader picks is written to it; an address that was not written here is read anew. The state of the
session keeps it across pages, since a change of page empties the address.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from sinks.categories import Ecosystem
from sinks.screen.choice import read_choice, written
from sinks.screen.display_units import AreaUnit, MassUnit, Substance
from sinks.screen.figures import Measure, periods, scopes, years
from sinks.screen.names import draws_of, level_name, methods_of, products_of
from sinks.screen.shelf import Run, runs

from .markup import escaped, paragraph
from .words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sinks.results import Results
    from sinks.screen.choice import Choice

__all__ = [
    "choose",
    "headline",
    "language",
    "opened_run",
    "results_root",
    "review_number",
    "scope_name",
    "select_zone",
    "selected_zone",
    "source_strip",
]

_ECOSYSTEMS = {str(member): member for member in Ecosystem}
_LANGUAGES = {"zh": "中文", "en": "English"}


def results_root() -> Path:
    """Return the folder whose runs are shown."""
    return Path(os.environ.get("TANHUI_RESULTS", "results/demo"))


def review_number() -> str:
    """Return the review number of the map; blank where none was given."""
    return os.environ.get("TANHUI_REVIEW_NUMBER", "")


def language() -> str:
    """Return the language of the screen, Chinese where nothing names one."""
    named = _address().get("lang", "zh")
    if _address() == st.session_state.get("address"):
        named = st.session_state.get("choice_lang", named)
    return named if named in _LANGUAGES else "zh"


def opened_run() -> Run | None:
    """Return the run of the address, else the newest; None where there is none, and say so."""
    found = {run.key: run for run in runs(results_root())}
    if not found:
        st.info(say("no_results", language()))
        return None
    with st.sidebar:
        named = _picked(
            "run", tuple(found), _address().get("run", ""), language(), lambda k: found[k].title,
            hidden=len(found) == 1,
        )  # fmt: skip
    return found[named]


def choose(results: Results, run: Run, *, shown: Collection[str]) -> Choice:
    """Show the choices of the sidebar and return what is chosen; the address follows.

    Parameters
    ----------
    results, run
        What is looked at.
    shown
        The choices that the page has a use for, of measure, level, scope, period and units.

    """
    lang = language()
    choice = read_choice(_address(), results, lang=lang)
    if choice.dropped:
        st.info(say("dropped", lang, names=", ".join(choice.dropped)))
    if _address() != st.session_state.get("address"):
        st.session_state["zone"] = choice.zone
    with st.sidebar:
        words = _widgets(results, written(choice), lang, shown)
    zone = selected_zone()
    words |= {"zone": zone} if zone else {}
    chosen = read_choice(words, results, lang=lang)
    _write({"run": run.key, **written(chosen)})
    return chosen


def selected_zone() -> str | None:
    """Return the zone that is looked at, of any level."""
    zone = st.session_state.get("zone")
    return str(zone) if zone else None


def select_zone(zone: str | None) -> None:
    """Look at a zone, None for the whole; the address follows."""
    st.session_state["zone"] = zone
    words = {name: word for name, word in _address().items() if name != "zone"}
    _write(words | ({"zone": zone} if zone else {}))


def headline(results: Results, choice: Choice, title: str, *, at_year: bool = False) -> None:
    """Show the title with the period or its last year, and whether the data are synthetic."""
    lang = choice.lang
    first, last = choice.period
    span = str(last) if at_year or first == last else f"{first}–{last}"
    mark = f"<mark>{escaped(say('synthetic', lang))}</mark>" if _synthetic(results) else ""
    st.html(
        f'<h1 class="tanhui-title">{escaped(results.region_name(lang))} · {escaped(title)}'
        f"<small>{escaped(span)} · {escaped(say('confidence', lang))}</small>{mark}</h1>"
    )


def source_strip(run: Run, results: Results, lang: str) -> None:
    """Show where the figures come from."""
    paragraph(
        say(
            "source_strip",
            lang,
            products="、".join(products_of(results)) or "–",
            methods=" + ".join(methods_of(results)) or "–",
            draws=f"{draws_of(results):,}",
            run=run.key,
        )
        + (f" · {review_number()}" if review_number() else ""),
        "strip",
    )


def scope_name(scope: str, lang: str) -> str:
    """Return the name of a scope: an ecosystem, or a set of them."""
    if scope in _ECOSYSTEMS:
        return _ECOSYSTEMS[scope].label(lang)
    return say(f"scope_{scope}", lang)


def _synthetic(results: Results) -> bool:
    """Whether the figures are of the demonstration."""
    return str(results.manifest.status) == "demo"


def _address() -> dict[str, str]:
    """Return the words of the address; those of the page before where it has none."""
    words = st.query_params.to_dict()
    return words or dict(st.session_state.get("address", {}))


def _write(words: dict[str, str]) -> None:
    """Write the address."""
    if st.query_params.to_dict() != words:
        st.query_params.from_dict(words)
    st.session_state["address"] = words


def _widgets(
    results: Results, words: dict[str, str], lang: str, shown: Collection[str]
) -> dict[str, str]:
    """Show the widgets of the choices and return what they say."""
    pairs = periods(results) or tuple((year, year) for year in years(results))
    spans = tuple(f"{a}-{b}" for a, b in pairs)
    measures = [str(m) for m in Measure if periods(results) or not m.is_change]

    def ask(name: str, options: Sequence[str], label: Callable[[str], str], *, line: bool) -> str:
        return _picked(name, options, words[name], lang, label, hidden=name not in shown, line=line)

    made = {
        "measure": ask("measure", measures, lambda m: say(f"measure_{m}", lang), line=False),
        "level": ask("level", results.levels, lambda x: level_name(results, x, lang), line=True),
        "scope": ask("scope", scopes(results), lambda s: scope_name(s, lang), line=False),
        "period": ask("period", spans, lambda p: p.replace("-", "–"), line=False),
    }
    if "units" in shown:
        with st.expander(say("units", lang)):
            for name, kind in (("substance", Substance), ("mass", MassUnit), ("area", AreaUnit)):
                made[name] = _picked(
                    name, [str(m) for m in kind], words[name], lang,
                    partial(_unit_name, name, lang), line=True,
                )  # fmt: skip
    else:
        made |= {name: words[name] for name in ("substance", "mass", "area")}
    made["lang"] = _picked(
        "lang", tuple(_LANGUAGES), words["lang"], lang, _LANGUAGES.__getitem__, line=True
    )
    return made


def _unit_name(family: str, lang: str, word: str) -> str:
    """Return the name of a unit."""
    return say(f"{family}_{word}", lang)


def _picked(
    name: str,
    options: Sequence[str],
    word: str,
    lang: str,
    label: Callable[[str], str],
    *,
    hidden: bool = False,
    line: bool = False,
) -> str:
    """Show one choice, few options as buttons and many as a list, and return what is picked."""
    default = word if word in options else options[0]
    if hidden:
        return default
    key = f"choice_{name}"
    written_here = _address() == st.session_state.get("address")
    kept = st.session_state.get(key)
    # set in every run: a change of the language makes the widget anew and would reset it
    st.session_state[key] = kept if written_here and kept in options else default
    if name in ("scope", "period", "run"):
        picked = st.selectbox(say(f"label_{name}", lang), options, format_func=label, key=key)
    else:
        picked = st.radio(
            say(f"label_{name}", lang), options, format_func=label, key=key, horizontal=line
        )
    return str(picked)
