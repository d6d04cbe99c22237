"""What each page of a site shows: from the cache, executed now, or a stand-in while it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from processing.board.excerpt import lay_out
from processing.board.reader import Release, open_release
from processing.build.decision import Decision
from processing.config import Config
from processing.errors import PageError
from processing.faults import reach
from processing.site.failing import Failing, check_stages, stand_in
from processing.site.pages import cache as pagecache
from processing.site.pages import shown
from processing.site.pages.load import Unread
from processing.site.pages.qmd import Page

Tell = Callable[[str], None]


class Superseded(PageError):
    """Pages fail because the board serves another release by now."""


@dataclass
class Made:
    """The pages of a site: `good` notebooks by name, and those that fail.

    A `strict` one has no stand-ins, and keeps nothing for later.
    """

    config: Config
    release: Release
    pages: dict[str, Page | Unread]
    strict: bool = False
    good: dict[str, bytes] = field(default_factory=dict)
    failing: dict[str, Failing] = field(default_factory=dict)
    executed: list[str] = field(default_factory=list)
    cached: list[str] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    @property
    def notebooks(self) -> dict[str, bytes]:
        """What is shown of every page."""
        return self.good | {name: one.notebook for name, one in self.failing.items()}

    def fail(self, errors: dict[str, PageError]) -> None:
        """Put stand-ins in the place of these pages. One PageError for all when none is left."""
        for name in errors:
            self.good.pop(name, None)
        broken = {name: one.error for name, one in self.failing.items()} | errors
        if self.strict or not self.good:
            raise together([broken[name] for name in sorted(broken)])
        audience = self.config.site.audience
        copies = shown.shown_folder(pagecache.cache_folder(self.config.root), audience)
        for name, error in errors.items():
            page = self.pages[name]
            self.failing[name] = stand_in(
                name,
                page if isinstance(page, Page) else None,
                error,
                shown.load_copy(copies, name),
                self.release,
                self.good,
            )

    def keep(self) -> None:
        """Keep what is shown now of each page, for the day on which it fails."""
        pages = pagecache.cache_folder(self.config.root)
        folder = shown.shown_folder(pages, self.config.site.audience)
        for name, notebook in self.good.items():
            shown.keep_copy(folder, name, shown.Copy(self.release.manifest.id, notebook))
        for name, failing in self.failing.items():
            shown.keep_copy(folder, name, failing.copy(shown.load_copy(folder, name)))
        shown.forget_others(folder, self.pages.keys())


def make_pages(
    config: Config,
    pages: Iterable[Page | Unread],
    release: Release,
    tell: Tell,
    *,
    strict: bool = False,
) -> Made:
    """Every page's notebook. PageError when none comes through, or another release is served.

    With `strict` for one that does not; `release` then need not be the served one.
    """
    made = Made(config, release, {page.name: page for page in pages}, strict)
    errors = {one.name: one.error for one in made.pages.values() if isinstance(one, Unread)}
    errors |= _execute(made, tell)
    for name, notebook in made.good.items():
        try:
            check_stages(name, notebook, made.pages, config.site.pages)
        except PageError as error:
            errors[name] = error
    if errors:
        if not strict and open_release(config.board_path).manifest.id != release.manifest.id:
            raise Superseded("The board serves another release by now")
        made.fail(errors)
    return made


def decide(config: Config, page: Page, release: Release) -> tuple[Decision, dict[str, str]]:
    """Whether a page would be executed, why, and the fingerprints that say so."""
    cache = pagecache.cache_folder(config.root, config.site.audience)
    prints = pagecache.page_fingerprints(page, release.manifest, config.root)
    return pagecache.decide(page, prints, pagecache.load(cache, page.name)), prints


def _execute(made: Made, tell: Tell) -> dict[str, PageError]:
    """Take pages from the cache and execute the others; why some did not come through."""
    cache = pagecache.cache_folder(made.config.root, made.config.site.audience)
    prints: dict[str, dict[str, str]] = {}
    todo: list[Page] = []
    for page in made.pages.values():
        if isinstance(page, Unread):
            continue
        decision, prints[page.name] = decide(made.config, page, made.release)
        made.decisions.append(decision)
        stored = pagecache.load(cache, page.name)
        if decision.action == "cached" and stored is not None:
            made.good[page.name] = stored.notebook
            made.cached.append(page.name)
        else:
            tell(f"executing {page.name} ({decision.reason})")
            todo.append(page)
    if not todo:
        return {}
    from processing.site.execution.execute import Failed, execute_pages

    errors: dict[str, PageError] = {}

    def said(name: str, seconds: float) -> None:
        tell(f"executed {name} in {seconds:.1f} s")

    for result in execute_pages(todo, _alone(made), made.config.root, said):
        name = result.page.name
        if isinstance(result, Failed):
            errors[name] = result.error
            continue
        if not made.strict:
            pagecache.store(cache, name, prints[name], result.notebook)
            reach("page kept")
        made.good[name] = result.notebook
        made.executed.append(name)
    return errors


def _alone(made: Made) -> Release:
    """The release that pages are executed on: where it hides something, on a board without it."""
    if not made.release.hidden:
        return made.release
    return lay_out(made.release, made.config.cache_path / "audience" / made.release.audience)


def together(errors: list[PageError]) -> PageError:
    """One error for all pages that failed, so that no run hides the second one."""
    if len(errors) == 1:
        return errors[0]
    return PageError(
        f"{len(errors)} pages fail",
        found="\n" + "\n".join(str(error) for error in errors),
        next_step="mend them one by one",
    )
