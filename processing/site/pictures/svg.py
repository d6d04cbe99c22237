"""Plotly's SVG made small, inert and equal every time: shapes and text, coloured by variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from processing.site.pictures import attributes as at
from processing.site.pictures.attributes import Offset, rounded, tag
from processing.site.pictures.cells import cells
from processing.site.pictures.drawing import Drawing
from processing.views.html import escape

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_SHAPES = {
    "path": ("d",),
    "rect": ("x", "y", "width", "height"),
    "circle": ("cx", "cy", "r"),
    "line": ("x1", "y1", "x2", "y2"),
}
_PAINT = ("fill", "stroke")
_LOOKS = ("fill-opacity", "stroke-opacity", "opacity", "stroke-width", "stroke-dasharray")


def picture(source: bytes, drawing: Drawing) -> str:
    """The SVG that `source`, written by Plotly for `drawing`, becomes inside a page.

    ValueError for what is no SVG. Nothing is copied that is not known to be a shape or text.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"no SVG: {error}") from error
    writer = _Writer(root, drawing)
    body = writer.inside(root, (0.0, 0.0))
    box = f'viewBox="0 0 {drawing.width} {drawing.height}"'
    marks = f'class="mp-svg mp-svg-{drawing.variant}" {box} aria-hidden="true" focusable="false"'
    marks += f' data-figure="{drawing.mark}"'
    return f"<svg {marks}>{writer.definitions()}{body}</svg>"


class _Writer:
    """Writes the known elements of one SVG; collects the definitions that are in use."""

    def __init__(self, root: Element, drawing: Drawing) -> None:
        self._drawing = drawing
        self._by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
        self._names: dict[str, str] = {}
        self._colours = {at.rgb(light): name for light, name in drawing.colours.items()}
        self._writers: dict[str, Callable[[Element, Offset], str]] = {
            "g": self._group,
            "text": self._text,
            "image": self._image,
            **dict.fromkeys(_SHAPES, self._shape),
        }

    def inside(self, parent: Element, offset: Offset) -> str:
        """All known children, moved by `offset`."""
        return "".join(
            self._writers[tag(child)](child, offset)
            for child in parent
            if tag(child) in self._writers
        )

    def definitions(self) -> str:
        """The clips and gradients that were referred to."""
        made = "".join(
            self._definition(self._by_id[old], new)
            for old, new in self._names.items()
            if old in self._by_id
        )
        return f"<defs>{made}</defs>" if made else ""

    def _definition(self, element: Element, name: str) -> str:
        if tag(element) == "clipPath":
            return f'<clipPath id="{name}">{self.inside(element, (0.0, 0.0))}</clipPath>'
        if tag(element) != "linearGradient":
            return ""
        ends = "".join(
            f' {end}="{rounded(element.get(end, "0"))}"' for end in ("x1", "y1", "x2", "y2")
        )
        stops = "".join(
            f'<stop offset="{rounded(stop.get("offset", "0").rstrip("%"))}%" '
            f'stop-color="{self._variable(stop.get("stop-color", "none"))}"/>'
            for stop in element
            if tag(stop) == "stop"
        )
        return f'<linearGradient id="{name}"{ends}>{stops}</linearGradient>'

    def _group(self, group: Element, offset: Offset) -> str:
        """Groups that only move what is in them vanish; those that clip stay."""
        if _hidden(at.style(group)):
            return ""
        by = at.moved(group)
        clip = self._reference(group)
        if by is not None and not clip:
            return self.inside(group, (offset[0] + by[0], offset[1] + by[1]))
        inner = self.inside(group, (0.0, 0.0))
        return f"<g{at.transform(group, offset)}{clip}>{inner}</g>" if inner else ""

    def _shape(self, shape: Element, offset: Offset) -> str:
        looks = at.style(shape)
        if _unseen(shape, looks):
            return ""
        values = {name: shape.get(name) or "" for name in _SHAPES[tag(shape)]}
        geometry = "".join(
            f' {name}="{rounded(value)}"'
            for name, value in values.items()
            if value and at.NUMBERS.fullmatch(value)
        )
        crisp = ' class="mp-crisp"' if "crisp" in (shape.get("class") or "").split() else ""
        where = at.transform(shape, offset)
        clip = self._reference(shape)
        return f"<{tag(shape)}{crisp}{geometry}{where}{self._paint(looks)}{clip}/>"

    def _text(self, text: Element, offset: Offset) -> str:
        looks = at.style(text)
        if not "".join(text.itertext()).strip() or _hidden(looks):
            return ""
        by = at.moved(text)
        shift = (0.0, 0.0) if by is None else (offset[0] + by[0], offset[1] + by[1])
        turned = at.transform(text, offset) if by is None else ""
        anchor = text.get("text-anchor")
        anchored = f' text-anchor="{anchor}"' if anchor in ("middle", "end") else ""
        marks = f"{at.place(text, shift)}{turned}{anchored}{at.font(looks)}{self._paint(looks)}"
        return f"<text{marks}>{self._words(text, shift)}</text>"

    def _words(self, parent: Element, shift: Offset) -> str:
        words = escape(parent.text or "")
        for child in parent:
            if tag(child) == "tspan":
                is_line = "line" in (child.get("class") or "").split()
                down = rounded((child.get("dy") or "0").removesuffix("em"), 2)
                marks = f'{at.place(child, shift)} dy="{down}em"' if is_line else ""
                marks += at.font({**at.style(child), "font-size": ""})
                words += f"<tspan{marks}>{self._words(child, shift)}</tspan>"
            words += escape(child.tail or "")
        return words

    def _image(self, image: Element, offset: Offset) -> str:
        """Plotly paints a heat map as an image; here it becomes cells that follow the theme."""
        x, y, width, height = (
            float(image.get(name) or 0) for name in ("x", "y", "width", "height")
        )
        box = (x + offset[0], y + offset[1], width, height)
        return "".join(
            f'<path class="mp-cells" d="{line.path}" stroke="{self._variable(line.colour)}" '
            f'stroke-width="{at.short(line.width, 2)}"'
            + (f' stroke-opacity="{line.opacity:g}"' if line.opacity < 1 else "")
            + "/>"
            for line in cells(self._drawing.figure, box)
        )

    def _paint(self, looks: Mapping[str, str]) -> str:
        made = ""
        for name in _PAINT:
            value = looks.get(name, "")
            if gradient := at.REFERENCE.fullmatch(value):
                made += f' {name}="url(#{self._name(gradient[1])})"'
            elif at.COLOUR.fullmatch(value):
                made += f' {name}="{self._variable(value)}"'
        painted = {name for name in _PAINT if looks.get(name, "none") != "none"} | {"opacity"}
        for name in _LOOKS:
            value = looks.get(name, "").replace("px", "")
            plain = value in ("", "1", "none")
            if name.partition("-")[0] in painted and not plain and at.NUMBERS.fullmatch(value):
                made += f' {name}="{rounded(value, 2)}"'
        return made

    def _variable(self, colour: str) -> str:
        name = self._colours.get(at.rgb(colour))
        return f"var({name})" if name else escape(colour)

    def _reference(self, element: Element) -> str:
        found = at.REFERENCE.fullmatch(element.get("clip-path") or "")
        return f' clip-path="url(#{self._name(found[1])})"' if found else ""

    def _name(self, old: str) -> str:
        """The page's own id of a definition: those in use are counted."""
        return self._names.setdefault(old, f"{self._drawing.prefix}-{len(self._names) + 1}")


def _hidden(looks: Mapping[str, str]) -> bool:
    return looks.get("display") == "none" or looks.get("opacity") == "0"


def _unseen(shape: Element, looks: Mapping[str, str]) -> bool:
    """Whether nothing would be seen: no geometry, or neither fill nor line."""
    if tag(shape.getparent()) == "clipPath":
        return False
    empty = tag(shape) == "path" and (shape.get("d") or "M0,0") == "M0,0"
    no_fill = looks.get("fill") == "none" or looks.get("fill-opacity") == "0"
    width = looks.get("stroke-width", "1").removesuffix("px")
    no_line = looks.get("stroke", "none") == "none" or width == "0"
    no_line = no_line or looks.get("stroke-opacity") == "0"
    return empty or _hidden(looks) or (no_fill and no_line)
