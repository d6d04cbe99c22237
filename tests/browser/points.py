"""What a published page must be, by points: words, target, and the tests that measure it."""

from __future__ import annotations

from dataclasses import dataclass

LIGHTHOUSE = "Lighthouse"  # measured by `make quality` alone: it is a matter of time


@dataclass(frozen=True)
class Point:
    """One point; `tests` are names of test functions, or `LIGHTHOUSE` for figures of that program.

    Why one is missed, where it is, says `reasons.py`.
    """

    number: int
    says: str
    target: str
    tests: tuple[str, ...]


def point(number: int, says: str, target: str, *tests: str) -> Point:
    """A point, its tests one after the other."""
    return Point(number, says, target, tests)


CHECKED = "test_the_built_site_passes_its_check"
POINTS = (
    point(1, "requests to other hosts, scripts on", "0", "test_nothing_is_asked_of_another_host"),
    point(2, "charts, numbers and tables that show with scripts off", "all",
          "test_without_scripts_nothing_is_lost", "test_without_scripts_every_chart_shows"),
    point(3, "broken links and errors, from a file and below a sub-path", "0", CHECKED,
          "test_the_console_is_silent"),
    point(4, "messages in the console", "0", "test_the_console_is_silent"),
    point(5, "largest contentful paint, slow 4G, worst page", "1.0 s", LIGHTHOUSE),
    point(6, "layout shift, worst page, charts woken", "0.01", LIGHTHOUSE,
          "test_nothing_moves_when_a_chart_wakes"),
    point(7, "total blocking time, worst page", "50 ms", LIGHTHOUSE),
    point(8, "bytes before interaction, and after all of it, worst page",
          "120 KB; 600 KB", LIGHTHOUSE),
    point(9, "requests before interaction, worst page", "12", LIGHTHOUSE),
    point(10, "Lighthouse: performance, accessibility, best practice, SEO", "100 each", LIGHTHOUSE),
    point(11, "axe, wrong or not to be judged: every mode",
          "0 and 0", "test_axe_finds_nothing_on_any_page"),
    point(12, "charts with a name and a summary that holds a number of their pin", "all",
          "test_every_chart_is_said_in_words", CHECKED),
    point(13, "charts with a data table of the same values", "all", CHECKED,
          "test_every_chart_is_drawn_and_draws_its_rows"),
    point(14, "charts and tables with a CSV whose link says type and size", "all",
          "test_every_unit_can_be_downloaded_and_linked_to", CHECKED),
    point(15, "live formulas in downloads; header, UTF-8, the same numbers", "0",
          "test_no_cell_of_a_download_opens_as_a_formula", CHECKED),
    point(16, "headlines that are true; subtitles with measure, place and period", "all",
          CHECKED, "test_every_subtitle_says_measure_and_period"),
    point(17, "pages that say source, data to, built, next update and release", "all",
          "test_every_page_says_where_it_comes_from"),
    point(18, "a page older than its cadence says so by the reader's clock", "one period late",
          "test_a_page_is_overdue_a_period_after_its_update_was_due"),
    point(19, "controls reached by Tab with the focus in sight; stops within a chart", "all; 3",
          "test_every_control_is_reached_by_tab_and_seen"),
    point(20, "data points reached without a mouse", "all",
          "test_arrow_keys_reach_every_point_and_say_its_cells"),
    point(21, "targets smaller than 24 px, and than 44 px on touch", "0",
          "test_targets_are_large_enough"),
    point(22, "text below 4.5:1, marks below 3:1, in both themes", "0",
          "test_axe_finds_nothing_on_any_page", "test_whatever_is_drawn_can_be_read_as_text",
          "test_chart_text_stands_out_from_its_ground"),
    point(23, "series that look alike to a colour-blind eye or in grey and have no label", "0",
          "test_colours_are_told_apart_or_labelled"),
    point(24, "text in charts at 320 px", "12 px",
          "test_no_label_is_cut_meets_another_or_is_too_small"),
    point(25, "sideways scrolling at 320 px and at 400 %", "none", "test_pages_reflow"),
    point(26, "labels cut or on one another at 320, 768 and 1440 px", "0",
          "test_no_label_is_cut_meets_another_or_is_too_small"),
    point(27, "charts of more than 6 series or 10 grid lines, two axes, or turned text", "0",
          "test_charts_are_plain"),
    point(28, "raw or ungrouped numbers", "0", "test_numbers_and_dates_have_one_form", CHECKED),
    point(29, "key figures with unit, period and a named baseline, recomputed from the raw data",
          "all", "test_every_key_figure_is_set_against_something",
          "test_headline_figures", "test_the_latest_week_against_its_baselines"),
    point(30, "dates in more than one form, or outside `<time>`", "0",
          "test_numbers_and_dates_have_one_form"),
    point(31, "tables with caption, scopes and no empty cell", "all",
          "test_every_table_is_whole", CHECKED),
    point(32, "charts cut on paper, A4 and Letter", "0",
          "test_on_paper_each_chart_is_whole_on_one_page"),
    point(33, "dark, forced colours and reduced motion are followed", "all",
          "test_the_ground_is_dark_in_the_dark_and_light_in_the_light",
          "test_colours_follow_the_theme_and_the_system", "test_nothing_moves_for_who_wants_rest"),
    point(34, "charts, tables and states with an address", "all",
          "test_every_unit_can_be_downloaded_and_linked_to",
          "test_the_state_is_in_the_address_and_comes_back"),
    point(35, "each release keeps an address", "yes",
          "test_every_release_has_an_address_that_shows_what_it_showed"),
    point(36, "what changed, as page, feed and JSON, with revised numbers", "yes",
          "test_a_late_row_is_told_wherever_it_changed_a_number",
          "test_the_feed_holds_what_the_standard_asks_for"),
    point(37, "landmarks, one h1, language, unique titles, summaries below 160 characters", "all",
          "test_every_page_has_its_landmarks", CHECKED),
    point(38, "what the Content-Security-Policy refuses of the site's own", "0",
          "test_the_policy_refuses_nothing_of_ours_and_everything_else"),
    point(39, "hostile strings that fire; published bytes with a secret", "0; 0",
          "test_nothing_fires_in_a_browser", "test_no_secret_of_the_environment_is_in_any_byte"),
    point(40, "same release and code, same bytes; numbers that are not their pin's", "yes; 0",
          CHECKED, "test_another_time_zone_and_locale_give_the_same_bytes"),
)  # fmt: skip
