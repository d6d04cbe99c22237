"""Write what takes its look from `_brand.yml`: a brand for the night, the stylesheets, the palette.

The stylesheets are written between two marks only; everything else in them is by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
BRAND = "_brand.yml"
NIGHT = "reports/theme/brand-dark.yml"
PALETTE = "processing/views/palette.py"
VIEWS_CSS = "reports/assets/millpond.css"
PAGE_CSS = "processing/site/rendering/template/page.css"
ICON = "reports/assets/favicon.svg"

# Role in `_brand.yml` -> custom property, in the order of each sheet.
SERIES = ("teal", "rust", "green", "violet", "ochre", "slate")
PICTURES = ("ground", "ink", "muted", "grid", *SERIES, "middle")
VIEWS = {name: f"--mp-{name}" for name in PICTURES}
CHROME = {"ground": "--page-bg", "ink": "--page-text", "grid": "--page-rule"}
CHROME |= {name: f"--page-{name}" for name in ("raised", "muted", "edge", "accent", "focus")}
CHROME |= {f"callout-{k}": f"--{k}" for k in ("note", "tip", "important", "warning", "caution")}
CHROME |= {f"code-{k}": f"--code-{k}" for k in ("word", "text", "number", "remark")}

BEGIN, END = "/* colours: begin ({0}), from _brand.yml */", "/* colours: end */"
WARNING = "Written from _brand.yml by scripts/brand.py; `make fix` writes it anew."
ROLES = ("background", "foreground", "primary")


class Brand:
    """`_brand.yml` as read: a colour for each role by day, by night and on paper; font stacks."""

    def __init__(self, text: str) -> None:
        self.content: dict[str, Any] = yaml.safe_load(text)
        self.palette: dict[str, str] = self.content["color"]["palette"]
        typography = self.content["typography"]
        self.fonts = {
            "--page-sans": typography["base"]["family"],
            "--page-serif": self.content["defaults"]["bootstrap"]["defaults"]["page-serif"],
            "--page-mono": typography["monospace"]["family"],
        }

    @property
    def names(self) -> list[str]:
        """The roles, without the colours of the night and of paper."""
        return [name for name in self.palette if not name.endswith(("-dark", "-print"))]

    def day(self, name: str) -> str:
        """The colour of a role by day. KeyError for a role that is not there."""
        return self.palette[name]

    def night(self, name: str) -> str:
        """The colour of a role by night."""
        return self.palette[f"{name}-dark"]

    def paper(self, name: str) -> str:
        """The colour of a role on paper: that of the day unless another is written."""
        return self.palette.get(f"{name}-print", self.day(name))


def written(root: Path = ROOT) -> dict[str, str]:
    """Every file that takes its look from the brand below `root`, as it has to be."""
    brand = Brand((root / BRAND).read_text("utf-8"))
    views, chrome = ((root / name).read_text("utf-8") for name in (VIEWS_CSS, PAGE_CSS))
    icon = (root / ICON).read_text("utf-8")
    return {
        NIGHT: night_brand(brand),
        PALETTE: palette_module(brand),
        VIEWS_CSS: with_colours(views, blocks(brand, VIEWS)),
        PAGE_CSS: with_colours(chrome, {**blocks(brand, CHROME), "fonts": brand.fonts}),
        ICON: re.sub(r'(<rect [^>]*fill=")[^"]*', rf"\g<1>{brand.day('accent')}", icon),
    }


def blocks(brand: Brand, names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Custom properties and their values for each block of a sheet, by the mark of the block."""
    ways = {"day": brand.day, "night": brand.night, "paper": brand.paper}
    return {key: {to: way(name) for name, to in names.items()} for key, way in ways.items()}


def with_colours(sheet: str, values: Mapping[str, Mapping[str, str]]) -> str:
    """`sheet` with each marked block written anew. ValueError for a block that nobody marked."""
    for key, block in values.items():
        begin = BEGIN.format(key)
        marked = re.compile(rf"( *){re.escape(begin)}\n.*?{re.escape(END)}", re.DOTALL)
        if not marked.search(sheet):
            raise ValueError(f"no `{begin}` in the stylesheet")
        lines = [begin, *(f"{name}: {value};" for name, value in block.items()), END]
        sheet = marked.sub("\n".join(rf"\1{line}" for line in lines), sheet)
    return sheet


def night_brand(brand: Brand) -> str:
    """The brand that Quarto takes by night: the same roles, each with its colour by night."""
    colours = {name: brand.night(name) for name in brand.names}
    color = {"palette": colours, **{role: brand.content["color"][role] for role in ROLES}}
    content = {**brand.content, "color": color}
    return f"# {WARNING}\n" + yaml.safe_dump(content, sort_keys=False, width=1000)


def palette_module(brand: Brand) -> str:
    """The Python module that views take their colours from."""
    return "\n".join(python_lines(brand)) + "\n"


def python_lines(brand: Brand) -> Iterator[str]:
    """The lines of that module."""
    yield '"""The colours of pictures, role by role."""'
    yield ""
    yield f"# {WARNING}"
    yield "from __future__ import annotations"
    yield ""
    yield "# Role -> (by day, by night)."
    yield "PALETTE: dict[str, tuple[str, str]] = {"
    for name in PICTURES:
        yield f'    "{name}": ("{brand.day(name)}", "{brand.night(name)}"),'
    yield "}"
    yield "SERIES = (" + ", ".join(f'"{name}"' for name in SERIES) + ")"


def main() -> None:
    """Write what is not as it has to be, and name it."""
    for name, text in written().items():
        file = ROOT / name
        if not file.is_file() or file.read_text("utf-8") != text:
            file.write_text(text, "utf-8")
            print(f"brand: {name}")


if __name__ == "__main__":
    main()
