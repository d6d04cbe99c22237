"""Measure every page against the points of a good page, and write docs/page-quality.md.

Under the embedded renderer, and under Quarto where it is installed; MILLPOND_TEST_RENDERER chooses
one of them (`pandoc` or `quarto`), and the other's part of the document stays as it is. With
arguments for pytest, such as `--lf` or `-k axe`, only what they choose is measured anew: the other
results stay as they were last measured, under `.cache/quality`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.quality_table import (  # noqa: E402
    AFTER,
    AUDITS,
    BEST,
    CATEGORIES,
    LIGHTHOUSE_VERSION,
    LOOKS,
    RENDERERS,
    TIMED,
    Result,
    part,
    with_part,
)

DOCUMENT = ROOT / "docs" / "page-quality.md"
KEPT = ROOT / ".cache" / "quality"


def main() -> int:
    """Measure under each renderer and write its part; 1 when a test failed."""
    failed = [measure_under(renderer, sys.argv[1:]) for renderer in renderers()]
    return int(any(failed))


def renderers() -> list[str]:
    """The one that the environment names, else all that are installed."""
    from processing.site.rendering.quarto import find_quarto

    if named := os.environ.get("MILLPOND_TEST_RENDERER"):
        return [named]
    return [name for name in RENDERERS if name == "pandoc" or find_quarto()]


def measure_under(renderer: str, more: list[str]) -> bool:
    """Run the tests, then Lighthouse, and write the table; whether a test failed."""
    kept = KEPT / renderer
    if not more:
        shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True, exist_ok=True)
    results = measure(renderer, kept, more)
    timed = kept / "lighthouse.json"
    if not (more and timed.is_file()):
        timed.write_text(json.dumps(lighthouse(renderer, kept)), encoding="utf-8")
    lines = part(renderer, results, json.loads(timed.read_text(encoding="utf-8")))
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(with_part(text, renderer, lines), encoding="utf-8")
    print(f"wrote {DOCUMENT}, under {RENDERERS[renderer]}")
    return any(result.failed for result in results.values())


def measure(renderer: str, kept: Path, more: list[str]) -> dict[str, Result]:
    """Run the tests that points name, or some of them; name of the test to what came of it."""
    from tests.browser.points import POINTS

    names = sorted({name for point in POINTS for name in point.tests if name.startswith("test_")})
    files = sorted({str(path) for name in names for path in files_with(name)})
    report = kept / f"{time.time_ns()}.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "--tb=line"]
    # What is tried under either renderer says so in its name.
    others = " and ".join(f"not {name}-" for name in RENDERERS if name != renderer)
    chosen = f"({' or '.join(names)}) and {others}"
    command += [f"--junitxml={report}", "-rfE", "-k", chosen, *files, *more]
    environment = {**os.environ, "MILLPOND_TEST_RENDERER": renderer}
    subprocess.run(command, cwd=ROOT, env=environment, check=False)
    return read_reports(sorted(kept.glob("*.xml")), names)


def files_with(name: str) -> Iterator[Path]:
    """The test files that define that function."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        if f"def {name}(" in path.read_text(encoding="utf-8"):
            yield path


def read_reports(paths: Iterable[Path], names: Iterable[str]) -> dict[str, Result]:
    """The results by test function, from pytest's JUnit reports; of a test the last one counts."""
    cases: dict[tuple[str, str], ElementTree.Element] = {}
    for path in paths:
        for case in ElementTree.parse(path).iter("testcase"):
            cases[str(case.get("classname")), str(case.get("name"))] = case
    found: dict[str, Result] = defaultdict(Result)
    for case in cases.values():
        name, _, rest = str(case.get("name")).partition("[")
        if name not in names:
            continue
        result = found[name]
        if case.find("skipped") is not None:
            result.skipped += 1
        elif case.find("failure") is not None or case.find("error") is not None:
            result.failed.append(rest.rstrip("]") or name)
        else:
            result.held += 1
        for noted in case.iter("property"):
            key, value = str(noted.get("name")), float(str(noted.get("value")))
            result.figures[key] = max(value, result.figures.get(key, value))
    return dict(found)


def lighthouse(renderer: str, kept: Path) -> dict[str, dict[str, float]]:
    """Lighthouse's figures by page, for a phone on slow 4G; empty where it cannot run.

    Other work on the machine only adds to the times: a page that misses is looked at up to three
    times, and the calmest look counts.
    """
    npx, chromium = shutil.which("npx"), os.environ.get("CHROME_PATH") or shutil.which("chromium")
    site = kept / "site"
    render = [sys.executable, "-m", "processing", "render", "--renderer", renderer]
    render += ["--out", str(site)]
    if not (npx and chromium) or subprocess.run(render, cwd=ROOT, check=False).returncode:
        print("no Lighthouse: it needs npm, Chromium and a release (`make site`)")
        return {}
    from scripts.bench_pages import serving, weigh
    from tests.conftest import PUBLIC_PAGES

    found: dict[str, dict[str, float]] = {}
    environment = {**os.environ, "CHROME_PATH": chromium}
    with serving(site) as address:
        for page in [page for page in PUBLIC_PAGES for _ in range(LOOKS)]:
            if page in found and is_calm(found[page]):
                continue
            if look := look_at(npx, address + page, kept / "report.json", environment):
                found[page] = min(found.get(page, look), look, key=unrest)
                print(page, look)
    for page, cost in weigh(site, found).items():
        found[page][AFTER] = round(cost.after.kb, 2)
    return found


def is_calm(look: Mapping[str, float]) -> bool:
    """Whether another look at the page could not be better in what depends on the machine."""
    return look["performance"] == BEST and unrest(look) <= 1


def unrest(look: Mapping[str, float]) -> float:
    """How long the look took, in parts of what it may: the worse of first picture and blocking."""
    return max(look[name] / most for point in (5, 7) for name, most in TIMED[point].items())


def look_at(
    npx: str, address: str, report: Path, environment: Mapping[str, str]
) -> dict[str, float]:
    """One look of Lighthouse at one page; empty, and said so, when it failed."""
    flags = "--headless=new --no-sandbox --disable-background-networking"
    command = [npx, "--yes", f"lighthouse@{LIGHTHOUSE_VERSION}", address, "--quiet"]
    command += ["--output=json", f"--output-path={report}", f"--chrome-flags={flags}"]
    done = subprocess.run(command, env=environment, check=False, capture_output=True)
    if done.returncode:
        print(f"Lighthouse failed on {address}: {done.stderr.decode()[-300:]}")
        return {}
    return figures(json.loads(report.read_text(encoding="utf-8")))


def figures(report: Mapping[str, Any]) -> dict[str, float]:
    """Scores of 100, and the audits in the units of `AUDITS`."""
    found: dict[str, float] = {
        name: round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES
    }
    audits = report["audits"]
    for name, (audit, unit) in AUDITS.items():
        found[name] = round(audits[audit]["numericValue"] / unit, 3 if name == "CLS" else 2)
    asked = audits["network-requests"]["details"]["items"]  # drawings within a style among them
    found["requests"] = sum(not one["url"].startswith("data:") for one in asked)
    return found


if __name__ == "__main__":
    sys.exit(main())
