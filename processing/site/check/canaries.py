"""What must not be found on a public site: internal names, sentences and distinctive values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec
import numpy as np
import pyarrow as pa

from processing.board.audience import hidden_sources, internal_names
from processing.board.manifest import PinEntry
from processing.board.parquet import parse
from processing.board.reader import Release, verified_bytes

MIN_DIGITS = 7  # fewer significant digits may be the coordinate of a chart, or chance
PLACES = (2, 1, 0)  # that a view may round a number to
MIN_LETTERS = 6  # of a text; a shorter one stands in other words
MIN_WORDS = 5  # of a sentence in prose
_NUMBER = re.compile(r"\d[\d.]{6,}")
_GROUPED = re.compile(r"\d{1,3}(?:[,\u00a0\u202f\u2009']\d{3})+(?:\.\d+)?")
_MARKS = re.compile(r"[\[\](){}<>*`\"|#]|(?<!\w)_|_(?!\w)")


@dataclass
class Canaries:
    """Numbers (as `plain_number` writes them) and texts, each with what it is."""

    numbers: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def canaries(release: Release, prose: Mapping[str, str]) -> Canaries:
    """What of `release` only the internal audience may know, and no public pin says too.

    `prose` is what pages say to that audience alone: by `name.html` where the whole page is
    internal, by `name` where a part of it is.
    """
    found = Canaries()
    manifest = release.manifest
    for name in internal_names(manifest):
        _add_names(found, manifest.pin(name))
        _add_values(found, release, name)
    for name in hidden_sources(manifest):
        found.texts |= {name: f"source {name}"} if "_" in name else {}
    for page, text in prose.items():
        _add_prose(found, page, text)
    return _distinctive(found, release)


def numbers_in(text: str) -> set[str]:
    """The numbers of a text, as digits alone: `12,345.60` and `12345.6` are the same."""
    grouped = (re.sub(r"[^\d.]", "", number) for number in _GROUPED.findall(text))
    return {_plain(number) for number in {*_NUMBER.findall(text), *grouped}}


def squeezed(text: str) -> str:
    """The text in small letters and with single blanks."""
    return " ".join(text.split()).casefold()


def _add_names(found: Canaries, entry: PinEntry) -> None:
    """The pin's name, and every word and sentence of its contract."""
    found.texts[entry.name] = f"pin {entry.name}"
    contract = entry.contract
    said = [contract.title, contract.grain, *contract.treatment]
    said += [text for column in contract.columns for text in (column.name, column.meaning)]
    said += [check.says for check in contract.checks]
    for text in said:
        if " " in text or "_" in text:
            found.texts[squeezed(text)] = f"contract of {entry.name}"


def _add_values(found: Canaries, release: Release, name: str) -> None:
    for column, values in _columns(release, name):
        what = f"a value of {name}.{column}"
        if pa.types.is_string(values.type):
            texts = {squeezed(text) for text in values.to_pylist() if len(text) >= MIN_LETTERS}
            found.texts |= dict.fromkeys(texts, what)
        elif _is_number(values.type):
            numbers = {plain for value in values.to_pylist() for plain in _written(value)}
            found.numbers |= dict.fromkeys(numbers, what)


def _columns(release: Release, name: str) -> Iterator[tuple[str, pa.Array]]:
    """The values of each column of a pin, each once, none empty."""
    entry = release.manifest.pin(name)
    table = parse(verified_bytes(release.path(name), entry), entry)
    for column in table.column_names:
        yield column, table[column].unique().drop_null()


def _is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_floating(kind)
    )


def _add_prose(found: Canaries, name: str, text: str) -> None:
    """What an internal page (`name.html`) or an internal part of another page says."""
    stem = name.removesuffix(".html")
    what = f"the page {stem}" if name != stem else f"a part of the page {stem}"
    if name != stem:
        found.texts |= dict.fromkeys((f"{stem}{end}" for end in (".html", ".qmd", ".ipynb")), what)
    found.texts |= dict.fromkeys(_sentences(text), what)


def _sentences(text: str) -> Iterator[str]:
    """Runs of words without markup between them, long enough to be nobody else's."""
    for run in re.split(r"\n\s*\n|[.!?:;]\s", text):
        for part in _MARKS.split(run):
            if len(words := squeezed(part).strip(" .,").split(" ")) >= MIN_WORDS:
                yield " ".join(words)


def _written(value: Decimal | float) -> Iterator[str]:
    """A number as it may be written: with all its digits, to the cent, the tenth and the whole."""
    for text in (f"{value:f}", *(f"{float(value):.{places}f}" for places in PLACES)):
        plain = _plain(text.lstrip("-"))
        if len(plain.replace(".", "").strip("0")) >= MIN_DIGITS:
            yield plain


def _plain(number: str) -> str:
    whole, _, part = number.partition(".")
    part = part.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{part}" if part else "")


def _distinctive(found: Canaries, release: Release) -> Canaries:
    """Without what the public may know anyway, from a public pin or its contract.

    Not by the manifest that the public site is made from: what slips into that is to be found.
    """
    if not found.numbers and not found.texts:
        return found
    numbers = {float(number): number for number in found.numbers}
    wanted, known = np.array(sorted(numbers)), set[str]()
    texts: set[str] = set()
    public = [one for one in release.manifest.pins if one.contract.audience == "public"]
    for entry in public:
        for _, values in _columns(release, entry.name):
            if pa.types.is_string(values.type):
                texts |= {squeezed(text) for text in values.to_pylist()}
            elif _is_number(values.type):
                told = np.abs(values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))
                for written in (told, *(np.round(told, places) for places in PLACES)):
                    known |= {numbers[one] for one in _among(written, wanted)}
    contracts = [msgspec.structs.replace(one.contract, discloses=()) for one in public]
    told = msgspec.json.encode([[one.name for one in public], contracts])
    said = squeezed(told.decode())
    return Canaries(
        {number: what for number, what in found.numbers.items() if number not in known},
        {t: what for t, what in found.texts.items() if t not in texts and t not in said},
    )


def _among(values: np.ndarray, few: np.ndarray) -> set[float]:
    """Which of the few sorted numbers are among the values."""
    if not len(few):
        return set()
    places = np.searchsorted(few, values).clip(max=len(few) - 1)
    return set(values[few[places] == values].tolist())
