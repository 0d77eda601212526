"""A morning at the desk, in a real browser: by mouse, by thumb, by keyboard, and without script."""

from __future__ import annotations

import re
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from qualify.ledger import QueueQuery

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTHS = (390, 1440)
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


@pytest.fixture(scope="module")
def browser():
    program = next(found for name in BROWSERS if (found := shutil.which(name)))
    with sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, live):
    """Open pages; at the end none of them may have said an error."""
    errors, contexts = [], []

    def make(width=1440, path="/", **options):
        size = {"width": width, "height": 844 if width < 500 else 1000}
        context = browser.new_context(viewport=size, locale="en-GB", base_url=live.address, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


def rows(page):
    return page.locator("[data-row]")


def told(page, text):
    """Wait for a message, and until the page that holds it listens to keys."""
    expect(page.locator(".flash")).to_contain_text(text)
    page.wait_for_load_state("load")


def name_of(page, index):
    return rows(page).nth(index).locator(".row-link").inner_text()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_morning_at_the_desk(open_page, live, width):
    page = open_page(width)
    expect(page.locator("h1")).to_have_text("Call list")

    page.locator(".pill", has_text="B").first.click()
    expect(page).to_have_url(re.compile(r"band=B"))
    expect(rows(page).first.locator(".badge")).to_have_text("B")
    page.get_by_role("link", name="Remove filter: Band B").click()

    lead = rows(page).first.locator(".row-link")
    name = lead.inner_text()
    lead.click()
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator(".headline")).to_contain_text("leads like this one reach SQL within 60 days")
    assert page.locator(".because li").count() >= 2
    expect(page.locator("svg.waterfall")).to_be_visible()

    page.get_by_role("button", name=f"Accept: {name}").click()
    expect(page.locator(".flash")).to_contain_text(f"Accepted: {name}")
    expect(page.locator(".answer-state")).to_contain_text("accepted by local")
    page.locator(".flash").get_by_role("button", name="Undo").click()
    expect(page.locator(".flash")).to_contain_text(f"Answer taken back: {name}")
    expect(page.locator(".answer-state")).to_contain_text("Not answered yet")

    page.get_by_role("link", name="Call list").first.click()
    second, total = name_of(page, 1), page.locator(".lede").inner_text()
    rows(page).nth(1).locator("details.panel > summary").click()
    rows(page).nth(1).get_by_label("No budget").check()
    rows(page).nth(1).locator("form .strong").click()
    expect(page.locator(".flash")).to_contain_text(f"Rejected: {second}")
    assert page.locator(".lede").inner_text() != total, "a rejected lead is off the list"
    page.locator(".flash").get_by_role("button", name="Undo").click()
    expect(page.locator(".flash")).to_contain_text("Answer taken back")

    page.get_by_role("link", name="日本語").click()
    expect(page.locator("h1")).to_have_text("コールリスト")
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Call list")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_same_by_keyboard_alone(open_page, width):
    page = open_page(width)
    keys = page.keyboard
    keys.press("j")
    keys.press("j")
    expect(page.locator(".row.current .row-link")).to_be_focused()
    assert page.locator(".row.current").get_attribute("id") == "lead-2"
    keys.press("k")
    name = page.locator(".row.current .row-link").inner_text()
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text(name)
    page.go_back()

    keys.press("ArrowDown")
    name = page.locator(".row.current .row-link").inner_text()
    keys.press("a")
    told(page, f"Accepted: {name}")
    expect(page.locator(".row.current")).to_have_attribute("id", "lead-1")
    keys.press("u")
    told(page, "Answer taken back")

    keys.press("j")
    name = page.locator(".row.current .row-link").inner_text()
    keys.press("r")
    expect(page.locator(".row.current input[type=radio]").first).to_be_focused()
    keys.press("Escape")
    expect(page.locator(".row.current details.panel > summary")).to_be_focused()
    keys.press("r")
    keys.press("Space")
    keys.press("Enter")
    told(page, f"Rejected: {name}")
    keys.press("u")
    told(page, "Answer taken back")

    keys.press("/")
    expect(page.locator("#q")).to_be_focused()
    keys.type("ja")
    expect(page.locator("#q")).to_have_value("ja")
    keys.press("Escape")
    keys.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    keys.press("Escape")
    expect(page.locator("dialog#keys")).not_to_be_visible()


def test_a_key_that_is_held_down_answers_one_lead_and_walks_on_over_the_list(open_page):
    page = open_page()
    held = """key => document.body.dispatchEvent(
        new KeyboardEvent("keydown", {key, repeat: true, bubbles: true, cancelable: true}))"""
    page.keyboard.press("j")
    page.evaluate(held, "j")
    assert page.locator(".row.current").get_attribute("id") == "lead-2"
    for key in ("a", "r", "?", "/"):
        page.evaluate(held, key)
    assert page.locator(".flash, dialog[open], details.panel[open]").count() == 0
    expect(page.locator("h1")).to_have_text("Call list")


def test_the_undo_key_is_in_the_help(open_page):
    page = open_page()
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_contain_text("undo the last answer")


def test_tab_reaches_the_content_first_and_then_every_action(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                "document.activeElement.closest('[data-row]') ? document.activeElement.tagName : ''"
            )
        )
    assert {"A", "BUTTON", "SUMMARY"} <= seen


def test_everything_works_without_script(open_page):
    page = open_page(390, java_script_enabled=False)
    page.locator("#q").fill("zzzz")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("h2").first).to_have_text("No lead matches these filters")
    page.get_by_role("link", name="Clear all").first.click()
    name = name_of(page, 0)
    row = rows(page).first
    row.locator("details.panel > summary").click()
    row.get_by_label("Too early").check()
    row.locator("form .strong").click()
    expect(page.locator(".flash")).to_contain_text(f"Rejected: {name}")
    page.locator(".flash").get_by_role("button", name="Undo").click()
    expect(page.locator(".flash")).to_contain_text("Answer taken back")


def test_a_reason_has_to_be_chosen(open_page):
    page = open_page()
    rows(page).first.locator("details.panel > summary").click()
    rows(page).first.locator("form .strong").click()
    assert page.locator(".flash").count() == 0
    assert (
        page.evaluate("document.querySelector('[data-row] form:has(input[type=radio])').checkValidity()")
        is False
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_a_second_tab_is_asked_before_it_answers_over_another(open_page, live, width):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(width)
    rows(page).first.locator(".row-link").click()
    name = page.locator("h1").inner_text()
    second = page.context.new_page()
    second.goto(page.url)
    page.get_by_role("button", name=f"Accept: {name}").click()
    told(page, f"Accepted: {name}")
    second.get_by_role("button", name=f"Meeting booked: {name}").click()
    expect(second.locator("main")).to_contain_text("local answered just now: accepted.")
    assert second.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert Axe().run(second).response["violations"] == []
    second.get_by_role("button", name="Answer all the same: Meeting booked").click()
    told(second, f"Meeting booked: {name}")
    lead = live.runtime.ledger.lead(live.runtime.ledger.queue(QueueQuery(answered=True)).rows[0].lead_id)
    assert lead.last_answer.verdict == "meeting_booked"
    for _ in range(2):
        last = live.runtime.ledger.lead(lead.lead_id).last_answer
        live.runtime.ledger.undo(lead.lead_id, last.id, actor="tests")


def test_a_lead_is_given_to_the_reader_and_the_event_is_told(open_page):
    page = open_page()
    rows(page).nth(2).locator(".row-link").click()
    page.get_by_role("button", name="Assign to me").click()
    expect(page.locator(".flash")).to_contain_text("New owner: local")
    expect(page.locator(".tags")).to_contain_text("Owner: local")
    expect(page.get_by_text("New owner: local").last).to_be_visible()


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
