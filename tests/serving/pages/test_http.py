"""The pages as a browser without script gets them."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import quote

import pytest

from qualify.ledger import LeadFacts, QueueQuery

PAGES = (
    "/", "/grid", "/kpi", "/kpi?by=source", "/kpi?by=month", "/agreement", "/model", "/alerts", "/audit",
    "/?band=A&waiting=over_limit&answered=all", "/?fit=3&engagement=3", "/?q=nobody-is-called-so",
)  # fmt: skip
INTERNAL = re.compile(
    r"\bnan\b|\bNone\b|column:|activity:|recommended_stage|probability_low|rule_points|\{[a-z_]+\}"
)


def visible(html):
    return re.sub(r"<[^>]+>", " ", re.sub(r"<(pre|code)>.*?</\1>", " ", html))


def first_lead(live, **query):
    return live.runtime.ledger.queue(QueueQuery(**query)).rows[0]


def fields(html, action):
    """Return the hidden fields of the first form with this action."""
    form = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', html, re.S)
    assert form, f"no form for {action}"
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[0]))


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_in_both_languages_and_shows_no_internal_name(live, path, language):
    with live.client(language) as client:
        answer = client.get(path)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert not INTERNAL.search(visible(answer.text))


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("part", ["", "/handoff"])
def test_a_lead_and_its_package_open_in_both_languages(live, part, language):
    with live.client(language) as client:
        answer = client.get(f"/leads/{first_lead(live).lead_id}{part}")
    assert answer.status_code == 200
    assert not re.search(r"\bnan\b|column:|activity:", visible(answer.text))


def test_a_stage_that_rests_on_a_stale_score_is_not_recommended_without_a_warning(live):
    """The desk's scores are of a fixed day; the scorecard allows a week."""
    rows = live.runtime.ledger.queue(QueueQuery(limit=200, answered=None)).rows
    lead = next(row.lead_id for row in rows if row.recommended_stage)
    with live.client() as client:
        for path in (f"/leads/{lead}", f"/leads/{lead}/handoff"):
            assert "score the lead again before you call it" in client.get(path).text
    assert live.runtime.fresh_days == 7


@pytest.mark.parametrize(("language", "said"), [
    ("en", "made by another model than the one in use"), ("ja", "使用中のモデルとは別のモデル"),
])  # fmt: skip
def test_a_list_of_another_models_scores_says_so(live, monkeypatch, language, said):
    """An earlier version's after a promotion, or those of a ledger that belongs to another project."""
    with live.client(language) as client:
        assert said not in client.get("/").text
        monkeypatch.setattr(live.runtime.models.scorer, "version", "of-another-model")
        page = client.get("/").text
    assert said in page
    assert re.search(rf'class="alarm">[^<]*{said}', page)


def test_no_page_needs_what_the_policy_forbids(live):
    """The policy allows no inline script or style, and nothing from elsewhere."""
    with live.client() as client:
        for path in (*PAGES, f"/leads/{first_lead(live).lead_id}"):
            answer = client.get(path)
            assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
            assert not re.search(
                r"<style|\sstyle=|\son[a-z]+=|<script(?! src=)|javascript:|//[a-z]+\.[a-z]+/", answer.text
            )


def test_the_list_is_by_chance_and_turns_page_by_page(live):
    with live.client() as client:
        first = client.get("/").text
        link = re.search(r'rel="next" href="([^"]+)"', first)
        assert link
        second = client.get(link[1].replace("&amp;", "&")).text
    rows = [re.findall(r'class="row-link" href="/leads/([^"]+)"', page) for page in (first, second)]
    chances = [float(live.runtime.ledger.lead(lead).score["probability"]) for lead in rows[0] + rows[1]]
    assert len(rows[0]) == 40
    assert not set(rows[0]) & set(rows[1])
    assert chances == sorted(chances, reverse=True)


def test_the_reasons_are_told_in_the_readers_language(live):
    """The scores were stored in English: a Japanese reader gets them told again."""
    with live.client("ja") as client:
        page = client.get("/").text
    reasons = re.findall(r'<li class="(?:raises|lowers)">.*?</span><span>([^<]+)', page)
    assert len(reasons) > 50
    assert all(re.search(r"[ぁ-んァ-ン一-龥]|：", text) for text in reasons)


def test_a_filter_of_the_address_is_told_and_can_be_taken_away(live):
    with live.client() as client:
        page = client.get("/?disagreement=model_higher&answered=all").text
    assert "Model rates it above the rules" in page
    assert 'href="/?answered=all" aria-label="Remove filter: Model rates it above the rules"' in page


def test_a_grid_cell_leads_to_as_many_leads_as_it_says(live):
    with live.client() as client:
        cell = re.search(
            r'<a href="(/\?fit=\d&amp;engagement=\d)" aria-label="[^"]*"><b>([\d,]+)</b>',
            client.get("/grid").text,
        )
        assert cell
        listed = client.get(cell[1].replace("&amp;", "&")).text
    assert re.search(rf"{cell[2]} leads?, best chance first", listed)


def test_an_answer_is_kept_told_and_taken_back(live):
    lead = first_lead(live, answered=False)
    action = f"/leads/{quote(lead.lead_id)}/answer"

    def answers() -> int:
        return sum(event.kind == "answer" for event in live.runtime.ledger.events(lead.lead_id))

    before = answers()
    with live.client() as client:
        form = fields(client.get("/").text, action)
        sent = client.post(action, data=form)
        assert (sent.status_code, sent.headers["location"]) == (303, form["next"])
        shown = client.get("/")
        assert "Accepted: " in shown.text
        assert live.runtime.ledger.lead(lead.lead_id).last_answer.verdict == "accepted"
        assert client.post(action, data=form).status_code == 303, "the same form again is the same answer"
        assert answers() == before + 1
        undo = fields(shown.text, f"/leads/{quote(lead.lead_id)}/undo")
        assert client.post(f"/leads/{quote(lead.lead_id)}/undo", data=undo).status_code == 303
        assert "Accepted: " not in client.get("/grid").text, "a message is shown once"
    assert live.runtime.ledger.lead(lead.lead_id).last_answer is None


def test_a_key_with_another_content_is_refused(live):
    lead = first_lead(live, answered=False)
    action = f"/leads/{quote(lead.lead_id)}/answer"
    with live.client() as client:
        form = fields(client.get("/").text, action)
        client.post(action, data=form)
        again = client.post(action, data={**form, "verdict": "rejected", "reason": "no_need"})
        client.post(f"/leads/{lead.lead_id}/undo", data={
            "csrf": form["csrf"], "answer_id": live.runtime.ledger.lead(lead.lead_id).last_answer.id,
        })  # fmt: skip
    assert again.status_code == 409
    assert "already sent with different content" in again.text


@pytest.mark.parametrize("data", [{}, {"csrf": "forged"}])
def test_a_form_without_the_pages_token_is_refused(live, data):
    lead = first_lead(live)
    with live.client() as client:
        answer = client.post(
            f"/leads/{lead.lead_id}/answer", data={"verdict": "won", "key": "k-forged", **data}
        )
    assert answer.status_code == 403
    assert live.runtime.ledger.lead(lead.lead_id).last_answer is None


@pytest.mark.parametrize(("path", "status", "said"), [
    ("/leads/there-is-none", 404, "No such lead"), ("/?waiting=long", 400, "over_limit, within_limit"),
    ("/?cursor=nonsense", 400, "could not be understood"),
])  # fmt: skip
def test_what_is_wrong_is_told_on_a_page_with_a_way_back(live, path, status, said):
    with live.client() as client:
        answer = client.get(path)
    assert answer.status_code == status
    assert said in answer.text
    assert 'href="/"' in answer.text


def test_what_users_wrote_is_shown_and_never_run(live):
    lead = first_lead(live, answered=None)
    evil = '<script>alert(1)</script>"><img src=x>'
    table = live_scores(live, lead.lead_id)
    live.runtime.ledger.record_scores(
        table, origin="batch", facts={lead.lead_id: LeadFacts(name=evil, company=evil)}
    )
    with live.client() as client:
        pages = [
            client.get(path).text
            for path in ("/", f"/leads/{lead.lead_id}", f"/leads/{lead.lead_id}/handoff")
        ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert "&lt;script&gt;" in pages[1]


def live_scores(live, lead_id):
    """Score one stored lead again, a day later."""
    from qualify.leads.documents import document_times, tables_from_documents

    scorer = live.runtime.models.scorer
    document = {**live.runtime.ledger.document(lead_id), "as_of": "2026-04-02T00:00:00Z"}
    schema = scorer.parts.schema
    tables, _ = tables_from_documents([document], schema.data, schema.columns)
    return scorer.score_tables(tables, document_times([document], tables, schema.data))[0]


def test_the_package_can_be_downloaded(live):
    with live.client() as client:
        answer = client.get(f"/leads/{first_lead(live).lead_id}/handoff?format=md")
    assert answer.headers["content-type"].startswith("text/markdown")
    assert answer.headers["content-disposition"].startswith('attachment; filename="handoff-')
    assert answer.text.startswith("# ")


def test_the_figures_as_a_file_have_a_row_a_figure_and_group(live):
    with live.client() as client:
        text = client.get("/kpi.csv?by=source").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {"figure", "group", "value", "low", "high", "numerator", "denominator"} <= set(rows[0])
    assert len({row["group"] for row in rows}) > 3
    assert not any(cell[:1] in {"=", "+", "-", "@", "\t"} for row in rows for cell in row.values() if cell)


def test_the_choice_of_a_language_is_kept_and_leads_back(live):
    with live.client("en") as client:
        answer = client.get("/language", params={"to": "ja", "next": "/grid"})
        assert answer.headers["location"] == "/grid"
        assert "適合度と関心度" in client.get("/grid").text
        assert (
            client.get("/language", params={"to": "en", "next": "//evil.example"}).headers["location"] == "/"
        )


def test_static_files_are_kept_by_browsers_only_under_the_mark_of_their_content(live):
    with live.client() as client:
        marked = re.search(r'href="(/static/app\.css\?v=[0-9a-f]{10})"', client.get("/").text)
        assert marked
        assert "immutable" in client.get(marked[1]).headers["cache-control"]
        assert "immutable" not in client.get("/static/app.css").headers["cache-control"]


def test_a_stored_score_without_its_document_shows_its_stored_reasons(live):
    lead = first_lead(live, answered=None)
    table = live_scores(live, lead.lead_id).set_column(0, "lead_id", [["bare-lead"]])
    live.runtime.ledger.record_scores(table, origin="api")
    with live.client() as client:
        page = client.get("/leads/bare-lead").text
        package = client.get("/leads/bare-lead/handoff").text
    assert "These are the reasons that were stored" in page
    assert "What speaks for it" in page
    assert "no hand-off package" in package
    live.runtime.ledger.forget("bare-lead", actor="test")


def test_the_model_page_puts_every_scorer_beside_the_model_with_intervals(live):
    with live.client() as client:
        page = client.get("/model").text
        assert all(
            name in page for name in ("This model", "Your rules (points)", "Naive Bayes", "Ranking (AUC)")
        )
        picture = client.get("/model/pictures/calibration.png")
        assert picture.content.startswith(b"\x89PNG")
        assert client.get("/model/pictures/..%2Fverdict.png").status_code == 404


def test_a_ledger_that_is_away_is_told_with_a_way_to_try_again(live):
    from serving.door import LedgerDoor

    door, live.runtime.door = live.runtime.door, LedgerDoor("postgresql+psycopg://nobody@127.0.0.1:1/none")
    try:
        with live.client() as client:
            answer = client.get("/?band=A")
    finally:
        live.runtime.door = door
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "The ledger cannot be reached right now" in answer.text
    assert 'href="/?band=A">Load again' in answer.text


def test_an_address_that_leads_nowhere_is_told_as_it_is_asked(live):
    with live.client() as client:
        page = client.get("/no-such", headers={"accept": "text/html"})
        told = client.get("/no-such", headers={"accept": "application/json"})
    assert page.status_code == 404
    assert "There is no such page" in page.text
    assert told.status_code == 404
    assert told.headers["content-type"] == "application/problem+json"
