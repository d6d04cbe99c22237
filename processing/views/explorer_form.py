"""The controls of the explorer: plain form elements, filled and brought to life by its script."""

from __future__ import annotations

from collections.abc import Sequence

from processing.views.html import element, escape, join

LINES = (
    ("total", "All together"),
    ("department", "Each department"),
    ("store", "Each store"),
)


def _button(name: str, text: str) -> str:
    return element("button", text, type="button", data_do=name)


BUTTONS = join(
    [
        _button("copy", "Copy link to this view"),
        _button("reset", "Start over"),
        element("span", "", class_="mp-explorer-word", role="status"),
    ]
)


def form(measures: Sequence[tuple[str, str]]) -> str:
    """A form of labelled controls; `measures` are (column, label). Hidden without scripts."""
    first = [
        _select("measure", "Measure", measures),
        _select("by", "One line for", LINES),
        _select("from", "From the week of", ()),
        _select("to", "To the week of", ()),
    ]
    rows = [
        element("div", join(first), class_="mp-explorer-selects"),
        element("div", join([_list("department"), _list("store")]), class_="mp-explorer-lists"),
        element("div", BUTTONS, class_="mp-explorer-buttons"),
    ]
    return element("form", join(rows), class_="mp-explorer-form", aria_label="Choose what to show")


def _select(name: str, label: str, options: Sequence[tuple[str, str]]) -> str:
    id = f"explorer-{name}"
    inner = join(element("option", escape(text), value=value) for value, text in options)
    chooser = element("select", inner, id=id, name=name)
    return element("div", element("label", label, for_=id) + chooser, class_="mp-field")


def _list(name: str) -> str:
    """A list of boxes to tick, with a field that narrows it; closed until it is wanted."""
    id = f"explorer-{name}-filter"
    find = element("label", f"Find a {name}", for_=id) + element(
        "input", type="search", id=id, autocomplete="off", data_filter=name
    ).removesuffix("</input>")
    legend = element("legend", f"Which {name}s; none ticked means all", class_="mp-explorer-legend")
    boxes = element("div", "", class_="mp-boxes", data_boxes=name)
    clear = _button(f"clear-{name}", f"All {name}s")
    inside = element("fieldset", legend + element("div", find, class_="mp-field") + boxes + clear)
    said = element("span", "all", data_chosen=name)
    summary = element("summary", f"{name.capitalize()}s: {said}")
    return element("details", summary + inside, class_="mp-explorer-list")
