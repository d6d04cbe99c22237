"""The site's own scripts are fetched after the first picture, and their addresses stay checked."""

from __future__ import annotations

from processing.site.finishing.late import with_late_scripts
from processing.site.finishing.policy import with_policy

OURS = '<script src="assets/millpond.js" defer></script>'
EMBEDDED = '<script src="site_libs/millpond/page.js" defer=""></script>'
QUARTO = '<script src="site_libs/together-0123456789ab.js" defer></script>'
PAGE = f"<html><head>\n{OURS}\n{QUARTO}\n{EMBEDDED}\n</head><body><p>Text.</p>{OURS}</body></html>"


def test_our_scripts_wait_in_their_order_and_quartos_do_not() -> None:
    page = with_late_scripts(PAGE)
    head, body = page.split("</head>")
    assert head.count("<script") == 1 and QUARTO in head
    template = body.partition("</template>")[0].partition('<template id="late-scripts">')[2]
    assert template == OURS + '<script src="site_libs/millpond/page.js" defer></script>'
    assert body.endswith("</script>\n</body></html>")


def test_a_page_that_went_through_stays_as_it_is() -> None:
    page = with_late_scripts(PAGE)
    assert with_late_scripts(page) == page


def test_a_page_without_our_scripts_stays_as_it_is() -> None:
    for page in (f"<html><head>{QUARTO}</head><body></body></html>", f"{OURS}<p>A part.</p>"):
        assert with_late_scripts(page) == page


def test_the_policy_allows_the_script_that_asks() -> None:
    page = with_policy(with_late_scripts("<html><head>" + OURS + "</head><body></body></html>"))
    assert page.count("'sha256-") == 1
