"""Who sees what: sales their own leads and nobody's, managers all, admins the service."""

from __future__ import annotations

import shutil

import pytest

from qualify.ledger import QueueQuery
from tests.serving.pages.desk import running
from tests.serving.pages.test_http import fields

PROXY = """  access:
    proxy: {addresses: ["127.0.0.1"]}
    roles: {Tokyo: sales, boss: manager, root: admin}
"""


@pytest.fixture(scope="module")
def office(filled, tmp_path_factory):
    """A service behind a proxy. Regions own the leads: one of them signs in as a sales person."""
    folder = tmp_path_factory.mktemp("office") / "project"
    shutil.copytree(filled, folder)
    path = folder / "qualify.yaml"
    path.write_text(path.read_text(encoding="utf-8") + PROXY, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUALIFY_SESSION_SECRET", "a-key-for-tests-that-is-long-enough-0123456789")
        with running(folder) as service:
            yield service


def as_user(office, name):
    return office.client(**{"X-Forwarded-User": name})


def one_of(office, owner):
    return office.runtime.ledger.queue(QueueQuery(owner=owner, answered=None)).rows[0]


def test_sales_people_see_their_own_leads_and_no_other_owner(office):
    with as_user(office, "Tokyo") as client:
        page = client.get("/?answered=all").text
        foreign = client.get(f"/leads/{one_of(office, 'Osaka').lead_id}")
        own = client.get(f"/leads/{one_of(office, 'Tokyo').lead_id}")
    assert "Osaka" not in page
    assert (foreign.status_code, own.status_code) == (404, 200)


def test_a_lead_of_somebody_else_looks_like_one_that_there_is_not(office):
    with as_user(office, "Tokyo") as client:
        foreign, none = (
            client.get(f"/leads/{lead}").text for lead in (one_of(office, "Osaka").lead_id, "there-is-none")
        )
    assert "No such lead, or not one of yours" in foreign
    assert "No such lead, or not one of yours" in none


def test_sales_people_can_answer_only_what_they_see(office):
    own, foreign = one_of(office, "Tokyo"), one_of(office, "Osaka")
    with as_user(office, "Tokyo") as client:
        form = fields(client.get(f"/leads/{own.lead_id}").text, f"/leads/{own.lead_id}/answer")
        refused = client.post(f"/leads/{foreign.lead_id}/answer", data={**form, "key": "k-foreign"})
        given = client.post(f"/leads/{own.lead_id}/assign", data={"csrf": form["csrf"], "owner": "Osaka"})
    assert (refused.status_code, given.status_code) == (404, 400)
    assert office.runtime.ledger.lead(foreign.lead_id).last_answer is None
    assert office.runtime.ledger.lead(own.lead_id).facts.owner == "Tokyo"


@pytest.mark.parametrize(("user", "status"), [("Tokyo", 403), ("boss", 403), ("root", 200)])
@pytest.mark.parametrize("path", ["/alerts", "/audit"])
def test_alerts_and_audit_are_for_admins(office, user, status, path):
    with as_user(office, user) as client:
        assert client.get(path, headers={"Accept": "text/html"}).status_code == status
        assert (f'href="{path}"' in client.get("/").text) == (status == 200)


def test_a_manager_sees_all_and_gives_leads_away(office):
    lead = one_of(office, "Osaka")
    with as_user(office, "boss") as client:
        page = client.get(f"/leads/{lead.lead_id}").text
        csrf = fields(page, f"/leads/{lead.lead_id}/assign")["csrf"]
        assert (
            client.post(f"/leads/{lead.lead_id}/assign", data={"csrf": csrf, "owner": "Tokyo"}).status_code
            == 303
        )
    assert office.runtime.ledger.lead(lead.lead_id).facts.owner == "Tokyo"
