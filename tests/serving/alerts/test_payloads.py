"""What leaves the house, form by form."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualify.ledger import AlertRecord
from serving.alerts.payloads import alert_of, render
from tests.ledger.lists import REASON, T0

TEMPLATES = ["json", "slack", "hubspot", "salesforce", "dynamics365"]
SCORE = {
    "as_of": "2026-04-01T09:00:00Z", "probability": 0.634, "score": 97, "band": "A", "rule_points": 40.0,
    "recommended_stage": "SQL", "rule_band": "B", "model_version": "7", "scorecard_version": "2026-04",
    "name": "Ada Lovelace", "company": "Analytical Engines", "owner": "boss@example.com",
    "reasons": [
        {**REASON, "text": text}
        for text in ("Asked for a demo", "Wrote from ada@example.com", "<!channel> & co", "A fourth")
    ],
}  # fmt: skip


def alert(lead_id: str = "L-7", language: str = "en", kind: str = "band_a", **score: object):
    record = AlertRecord("id-1", "crm", kind, lead_id, {**SCORE, **score}, "waiting", T0, 0, T0, None, None)
    return alert_of(record, "https://leads.example.com/", language)


def test_json():
    assert render("json", alert()) == {
        "id": "id-1", "type": "lead.band_a", "lead_id": "L-7", "band": "A", "probability": 0.634, "score": 97,
        "reasons": ["Asked for a demo", "Wrote from …@example.com", "<!channel> & co"],
        "link": "https://leads.example.com/leads/L-7", "headline": "Lead L-7 has passed into band A",
        "as_of": "2026-04-01T09:00:00Z", "recommended_stage": "SQL", "rule_points": 40.0, "rule_band": "B",
        "model_version": "7", "scorecard_version": "2026-04",
    }  # fmt: skip


def test_slack_gets_text_in_which_nothing_is_a_command():
    told = render("slack", alert())
    assert told["text"] == "Lead L-7 has passed into band A"
    assert told["blocks"][0]["text"] == {"type": "mrkdwn", "text": (
        "*Lead L-7 has passed into band A*\nProbability 63%, score 97 of 100, band A\n"
        "• Asked for a demo\n• Wrote from …@example.com\n• &lt;!channel&gt; &amp; co\n"
        "<https://leads.example.com/leads/L-7|Open the lead>"
    )}  # fmt: skip


def test_hubspot_gets_an_upsert():
    (given,) = render("hubspot", alert())["inputs"]
    assert (given["idProperty"], given["id"]) == ("qualify_lead_id", "L-7")
    assert given["properties"]["qualify_score"] == 97
    assert set(given["properties"]) == {f"qualify_{name}" for name in (
        "band", "probability", "score", "reasons", "link", "alert", "scored_at")}  # fmt: skip


def test_salesforce_gets_an_upsert_whose_place_the_id_cannot_leave():
    (request,) = render("salesforce", alert("../../Account/1?x"))["compositeRequest"]
    assert request["url"].endswith("/sobjects/Lead/Qualify_Lead_Id__c/..%2F..%2FAccount%2F1%3Fx")
    assert request["body"]["Qualify_Scored_At__c"] == "2026-04-01T09:00:00Z"


@pytest.mark.parametrize(("band", "grade"), [("A", 0), ("B", 1), ("C", 2), ("D", 3)])
def test_dynamics_gets_a_predictive_score(band, grade):
    lead = "00aa00aa-bb11-cc22-dd33-44ee44ee44ee"
    assert render("dynamics365", alert(lead, band=band)) == {
        "msdyn_score": 97, "msdyn_scoretrend": 3, "msdyn_grade": grade, "msdyn_entityid": lead,
        "msdyn_entitytype": "lead",
    }  # fmt: skip


def test_japanese():
    told = render("slack", alert(language="ja", kind="sql"))
    assert told["text"] == "リード L-7 が SQL の条件を満たしました"
    assert "確率 63%、スコア 97/100、バンド A" in told["blocks"][0]["text"]["text"]


@pytest.mark.parametrize("template", TEMPLATES)
@given(local=st.from_regex(r"[A-Za-z0-9._+-]{1,20}", fullmatch=True), around=st.text(max_size=20))
def test_no_name_and_no_mail_address_leaves(template, local, around):
    reasons = [{**REASON, "text": f"{around} {local}@example.com {around}"}]
    told = json.dumps(render(template, alert(reasons=reasons)), ensure_ascii=False)
    assert f" {local}@example.com" not in told
    assert not [word for word in ("Lovelace", "Analytical", "boss@example.com") if word in told]


@pytest.mark.parametrize("template", TEMPLATES)
@given(lead_id=st.text(min_size=1, max_size=60))
def test_every_id_gives_a_body_and_a_link_within_the_pages(template, lead_id):
    made = alert(lead_id)
    assert json.loads(json.dumps(render(template, made)))
    assert made.link.startswith("https://leads.example.com/leads/")
    assert made.link.count("/") == 4


def test_without_an_address_of_the_pages_there_is_no_link():
    record = AlertRecord("id-1", "crm", "sql", "L-7", SCORE, "waiting", T0, 0, T0, None, None)
    made = alert_of(record, None, "en")
    assert render("json", made)["link"] is None
    assert "Open the lead" not in render("slack", made)["blocks"][0]["text"]["text"]
