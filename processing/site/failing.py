"""What stands in the place of a page that fails: its last good copy, or a notice of that name."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from processing.board.manifest import Manifest
from processing.board.publish import other_release
from processing.board.reader import Release, verified_bytes
from processing.errors import BoardError, PageError
from processing.site.pages.qmd import Page
from processing.site.pages.shown import Copy
from processing.site.rendering.stage import Standing, pins_on, staged_notebook
from processing.views.standing import standing_notice

_UNIT = re.compile(rb'\\"unit\\":\s*\\"([a-z0-9-]+)\\"')  # as it stands in the JSON of a notebook


@dataclass(frozen=True)
class Failing:
    """A page that fails, and the notebook that is shown instead.

    `since` is when the first release was made that it failed with. `shows` is the release of the
    copy, None for a notice alone.
    """

    name: str
    error: PageError
    since: str
    shows: Manifest | None
    notebook: bytes

    def __str__(self) -> str:
        said = f"{self.name}: fails since the release of {self.since}; readers see "
        if self.shows is None:
            return said + "a notice, there is no copy"
        return said + f"the copy from release {self.shows.id}, with data to {self.shows.as_of}"

    def noted(self) -> dict[str, str | None]:
        """As plain values, for programs."""
        shows = self.shows.id if self.shows else None
        return {"name": self.name, "what": self.error.what, "since": self.since, "shows": shows}

    def standing(self, now: Manifest) -> Standing:
        """How it stands on the site of release `now`."""
        said = standing_notice(self.error.told, self.since, self.shows, now)
        return Standing(said._repr_markdown_(), self.shows)

    def copy(self, before: Copy | None) -> Copy:
        """What to keep of it: what was shown stays, and since when it fails."""
        kept = before or Copy(None, None)
        return Copy(kept.release, kept.notebook, self.since)


def stand_in(
    name: str,
    page: Page | None,
    error: PageError,
    before: Copy | None,
    release: Release,
    others: Mapping[str, bytes],
) -> Failing:
    """The stand-in for a page; `before` is what was shown of it last, `others` the good pages."""
    since = (before.failing_since if before else None) or release.manifest.created_at
    shows = _shown(before, release, others) if before else None
    if shows is not None and before is not None and before.notebook is not None:
        names = {*others, name}
        if _stages(name, before.notebook, names):
            return Failing(name, error, since, shows, before.notebook)
    return Failing(name, error, since, None, notice(name, page))


def _shown(before: Copy, release: Release, others: Mapping[str, bytes]) -> Manifest | None:
    """The release of a copy that may be shown: its pins are as released, and still for readers."""
    if before.release is None or before.notebook is None:
        return None
    used = pins_on(before.notebook)
    try:
        then = other_release(release, before.release)
        for name in sorted(used):
            verified_bytes(then.path(name), then.manifest.pin(name))
    except BoardError:
        return None
    units = {*_UNIT.findall(before.notebook)}
    if any(units & {*_UNIT.findall(notebook)} for notebook in others.values()):
        return None  # a chart has moved to another page
    turned = release.hidden - then.hidden
    wide = b"mp-fact" in before.notebook  # it tells of the release as a whole
    if turned if wide else turned & used:
        return None
    return then.manifest


def _stages(name: str, notebook: bytes, names: Collection[str]) -> bool:
    try:
        check_stages(name, notebook, names)
    except PageError:
        return False
    return True


def check_stages(name: str, notebook: bytes, names: Collection[str], folder: str = "") -> None:
    """PageError for what no renderer takes, such as a link to a page that is not there."""
    try:
        staged_notebook(name, notebook, ("", ""), names, folder)
    except PageError as error:
        error.page = name
        raise


def notice(name: str, page: Page | None) -> bytes:
    """A notebook of nothing but the page's title and description."""
    front = page.front_matter if page else {}
    title = str(front.get("title") or name.replace("-", " ").replace("_", " ").capitalize())
    said = str(front.get("description") or f"{title}: this page cannot be shown at the moment.")
    head = yaml.safe_dump({"title": title, "description": said}, allow_unicode=True, width=1000)
    cell: dict[str, Any] = {
        "cell_type": "raw",
        "id": "cell-0",
        "metadata": {},
        "source": f"---\n{head}---",
    }
    content = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1).encode() + b"\n"


def published_with(failing: Sequence[Failing]) -> PageError:
    """The one reason why a run fails that published: every page that fails, and what stands there.

    The other pages are those of the newest release.
    """
    stands = "\n  ".join(str(one) for one in failing)
    errors = [one.error for one in failing]
    what = errors[0].what if len(errors) == 1 else f"{len(errors)} pages fail"
    found = errors[0].found if len(errors) == 1 else "\n" + "\n".join(map(str, errors))
    advice = errors[0].next_step if len(errors) == 1 else "mend them one by one"
    return PageError(
        what,
        found=found,
        expected=errors[0].expected if len(errors) == 1 else None,
        next_step=f"{advice or 'mend the page'}; the other pages are published\n  {stands}",
    )
