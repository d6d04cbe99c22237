"""The site's catalog: its pages, units and pins as data, for programs to read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from processing.board.manifest import Manifest, PinEntry
from processing.site.finishing.publish import GENERATOR
from processing.site.finishing.units import RenderedPage, Unit

FORMAT = 1


def catalog(
    site: str,
    manifest: Manifest,
    pages: Sequence[RenderedPage],
    pins: Mapping[str, str],
    downloads: Mapping[str, bytes],
    audience: str,
) -> bytes:
    """The catalog as indented JSON in UTF-8; it says for which `audience` the site is.

    `pins` maps a published pin to its address in the site, `downloads` an address to its bytes.
    """
    content = {
        "generator": GENERATOR,
        "format": FORMAT,
        "site": site,
        "audience": audience,
        "release": {
            "id": manifest.id,
            "created_at": manifest.created_at,
            "as_of": manifest.as_of,
            "clock": manifest.clock,
        },
        "pages": [_page(page, manifest.id) for page in pages],
        "units": [_unit(unit, downloads) for page in pages for unit in page.units],
        "pins": [_pin(manifest.pin(name), href) for name, href in pins.items()],
        "sources": [
            {"name": one.name, "title": one.title, "licence": one.licence, "origin": one.origin}
            for one in manifest.sources
        ],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def unit_download(unit: Unit) -> str:
    """The address of the unit's CSV in the site."""
    return f"data/{unit.id}.csv"


def _page(page: RenderedPage, release: str) -> dict[str, Any]:
    """A page; one that could not be renewed is of an earlier release."""
    return {
        "href": page.href,
        "title": page.title,
        "description": page.description,
        "pins": list(page.pins),
        "units": [unit.id for unit in page.units],
        "release": page.release or release,
    }


def _unit(unit: Unit, downloads: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "id": unit.id,
        "title": unit.title,
        "kind": "chart" if unit.has_figure else "table",
        "href": f"{unit.page}#{unit.id}",
        "pin": unit.pin,
        "columns": list(unit.columns),
        "rows": unit.rows,
        "csv": unit_download(unit),
        "csv_bytes": len(downloads[unit_download(unit)]),
    }


def _pin(entry: PinEntry, href: str) -> dict[str, Any]:
    contract = entry.contract
    return {
        "name": entry.name,
        "title": contract.title,
        "grain": contract.grain,
        "key": list(contract.key),
        "href": href,
        "version": entry.version,
        "rows": entry.rows,
        "bytes": entry.bytes,
        "sha256": entry.sha256,
        "data_to": entry.data_to,
        "columns": [
            {"name": one.name, "type": one.type, "unit": one.unit, "meaning": one.meaning}
            for one in contract.columns
        ],
    }
