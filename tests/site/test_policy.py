"""The Content-Security-Policy: what it allows is what the page holds."""

from __future__ import annotations

import base64
import hashlib
import re

from processing.site.finishing.policy import with_policy

PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><title>T</title>
<script src="assets/millpond.js" defer></script>
<script>let own = 1;</script>
<script type="module">let two = 2;</script>
<script type="application/json">{"data": "<b>"}</script>
</head><body><a href="javascript:void(0)" onclick="toggle(&quot;x&quot;)">x</a></body></html>
"""


def allowed(page: str) -> list[str]:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', with_policy(page))
    assert policy
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy[1].split("; ")}
    assert rules["default-src"] == ["'none'"]
    return rules["script-src"]


def hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_a_page_without_inline_scripts_allows_files_alone() -> None:
    page = '<html><head><meta charset="utf-8"></head><body><script src="a.js"></script></body>'
    assert allowed(page) == ["'self'"]


def test_inline_scripts_and_handlers_are_allowed_by_their_hashes_and_data_is_not() -> None:
    found = allowed(PAGE)
    assert set(found) == {
        "'self'",
        "'unsafe-hashes'",
        hashed("let own = 1;"),
        hashed("let two = 2;"),
        hashed('toggle("x")'),
        hashed("void(0)"),
    }


def test_the_policy_stands_after_the_character_set_and_before_any_script() -> None:
    made = with_policy(PAGE)
    assert '<meta charset="utf-8"><meta http-equiv="Content-Security-Policy"' in made
    assert re.sub(r'<meta http-equiv="Content[^>]*>', "", made) == PAGE


def test_a_second_time_changes_nothing_and_line_ends_do_not_count() -> None:
    made = with_policy(PAGE)
    assert with_policy(made) == made
    windows = PAGE.replace("let own", "\r\nlet own")
    assert hashed("\nlet own = 1;") in allowed(windows)


def test_a_page_without_a_head_stays_as_it_is() -> None:
    refresh = "<meta http-equiv=refresh content='0; url=a'>"
    assert with_policy(refresh) == refresh
