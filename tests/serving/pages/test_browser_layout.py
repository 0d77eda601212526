"""Every page in a real browser, as it is laid out: for readers, thumbs, narrow screens and paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.serving.pages.desk import BROWSERS, rows

PATHS = (
    "/",
    "/grid",
    "/kpi",
    "/kpi?by=source",
    "/agreement",
    "/model",
    "/alerts",
    "/audit",
    "/?q=nobody-at-all",
)
pytestmark = pytest.mark.needs(*BROWSERS)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_nothing_that_hinders_a_reader_is_found(open_page, live, width, scheme):
    """WCAG 2.2 A and AA by axe, on every page, with a panel open where there is one."""
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(width, color_scheme=scheme)
    lead = rows(page).first.locator(".row-link").get_attribute("href")
    found = {}
    for path in (*PATHS, lead, f"{lead}/handoff"):
        page.goto(path)
        panel = page.locator("details.panel > summary").first
        if panel.count():
            panel.click()
        result = Axe().run(page).response["violations"]
        found[path] = [(each["id"], each["nodes"][0]["html"][:150]) for each in result]
    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_no_page_is_wider_than_the_screen(open_page, width):
    page = open_page(width)
    lead = rows(page).first.locator(".row-link").get_attribute("href")
    wider = {}
    for path in (*PATHS, lead, f"{lead}/handoff"):
        page.goto(path)
        wider[path] = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    assert {path: by for path, by in wider.items() if by > 0} == {}


def test_what_is_touched_is_large_enough_for_a_thumb(open_page):
    page = open_page(390)
    lead = rows(page).first.locator(".row-link").get_attribute("href")
    small = []
    for path in ("/", lead):
        page.goto(path)
        for box in page.locator("main button:visible, main summary.button:visible, .tabs a, .pill").all():
            size = box.bounding_box()
            if size and size["height"] < 44:
                small.append((path, box.inner_text(), size["height"]))
    assert small == []


@pytest.mark.parametrize("width", [390, 1440])
def test_links_that_stand_alone_are_24_pixels_high(open_page, width):
    page = open_page(width)
    lead = rows(page).first.locator(".row-link").get_attribute("href")
    small = []
    for path in ("/", lead, "/alerts", "/audit"):
        page.goto(path)
        for box in page.locator(".row-link, .handoff-link a, td > a").all()[:12]:
            size = box.bounding_box()
            if size and size["height"] < 24:
                small.append((path, box.inner_text(), size["height"]))
    assert small == []


def test_the_package_is_printed_without_the_site_around_it(open_page):
    page = open_page()
    lead = rows(page).first.locator(".row-link").get_attribute("href")
    page.goto(f"{lead}/handoff")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("header.top")).not_to_be_visible()
    expect(page.locator(".tools")).not_to_be_visible()
    expect(page.locator("article.handoff h1")).to_be_visible()
