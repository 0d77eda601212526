"""A morning at the desk, in a real browser: by mouse, by thumb, by keyboard, and without script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from qualify.ledger import QueueQuery
from tests.serving.pages.desk import BROWSERS, rows

WIDTHS = (390, 1440)
pytestmark = pytest.mark.needs(*BROWSERS)


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
