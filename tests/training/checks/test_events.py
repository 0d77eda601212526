"""A001 and T001: machines that click, and clocks that are late."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qualify.leads.tables import Activities
from tests.labels.audit_tables import DAY, START
from tests.training.test_check import loaded_of, staged
from training.checks.recording import check_recording
from training.checks.scanners import check_scanners, find_scans, without_scans

LEADS = 60
SECOND = 1_000_000
TYPES = ("email_sent", "email_click", "page_view")


def with_events(rows, late=0):
    """Tables of leads with (lead, type, second) each; `late` days until they are recorded."""
    tables = staged(np.zeros(LEADS), np.where(np.arange(LEADS) % 3 == 0, 20.0, np.nan))
    lead, kind, second = (
        np.array(each) for each in zip(*sorted(rows, key=lambda r: (r[0], r[2])), strict=True)
    )
    at = START + DAY + (second * SECOND).astype(np.int64)
    n = len(at)
    acts = Activities(
        offsets=np.searchsorted(lead, np.arange(LEADS + 1)), type=kind.astype(np.int32), types=TYPES,
        occurred_at=at, known_at=at + late * DAY, topic=np.full(n, -1, np.int32), value=np.full(n, np.nan),
    )  # fmt: skip
    return replace(tables, activities=acts)


def mails(leads, clicks):
    return [(lead, *event) for lead in leads for event in [(0, 0.0), *clicks]]


def test_two_clicks_within_seconds_of_a_mail_are_a_machine():
    scans = find_scans(with_events(mails([3], [(1, 4.0), (1, 9.0), (1, 300.0)])))
    assert scans.scanned.tolist() == [False, True, True, False]


def test_one_quick_reader_is_no_machine():
    assert not find_scans(with_events(mails([3], [(1, 9.0), (1, 300.0)]))).scanned.any()


def test_another_leads_mail_says_nothing():
    assert not find_scans(with_events([(3, 0, 0.0), (4, 1, 4.0), (4, 1, 9.0)])).scanned.any()


def test_many_links_in_one_second_are_a_machine():
    clicks = [(1, 900.0), (1, 900.3), (1, 900.9), (1, 950.0)]
    scans = find_scans(with_events(mails([3], clicks)))
    assert scans.scanned.tolist() == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("clicks", "burst"),
    [
        ([(1, 900.0 + 1.5 * i) for i in range(5)], True),
        ([(1, 900.0 + 2.5 * i) for i in range(5)], True),
        ([(1, 900.0 + 1.5 * i) for i in range(4)], False),
        ([(1, 900.0 + 2.6 * i) for i in range(5)], False),
        ([(2, 900.0 + 1.5 * i) for i in range(6)], False),
    ],
)
def test_clicks_faster_than_one_can_read_are_a_machine_with_no_mail_in_sight(clicks, burst):
    tables = with_events([(3, *click) for click in clicks] + [(4, 1, 900.0)])
    assert find_scans(tables).scanned.tolist() == [burst] * len(clicks) + [False]


def test_what_machines_did_can_be_left_out():
    tables = with_events(mails([3], [(1, 4.0), (1, 9.0), (1, 300.0)]) + mails([5], [(1, 80.0)]))
    people = without_scans(tables, find_scans(tables)).activities
    assert np.diff(people.offsets)[[3, 5]].tolist() == [2, 2]
    assert len(people) == 4


def test_a_machine_is_told_with_the_points_it_earns():
    loaded = loaded_of(
        with_events(mails(range(20), [(1, 4.0), (1, 9.0)]) + mails(range(20, 60), [(1, 80.0)]))
    )
    label = np.where(np.arange(LEADS) % 3 == 0, 1.0, 0.0)
    (found,) = check_scanners(loaded, label)
    assert (found.code, found.level, found.subject) == ("A001", "warning", "email_click")
    assert found.text.startswith("40 opens and clicks of 20 leads (50% of all) come within 30 seconds")


def test_people_are_no_machines():
    loaded = loaded_of(with_events(mails(range(60), [(1, 80.0), (2, 95.0)])))
    assert list(check_scanners(loaded, np.zeros(LEADS))) == []


@pytest.mark.parametrize(("late", "codes"), [(6, []), (20, ["T001"])])
def test_late_records(late, codes):
    found = list(check_recording(loaded_of(with_events(mails(range(40), []), late=late))))
    assert [each.code for each in found] == codes
    if found:
        assert found[0].subject == "activities: email_sent"
        assert (
            "40 of 40 (100%) were recorded more than 7 days after they happened, typically 20 days; 100%"
            in (found[0].text)
        )
