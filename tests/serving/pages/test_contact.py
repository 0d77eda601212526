"""Telephone and mail on the lead's page: as links, nowhere else, and gone with the lead."""

from __future__ import annotations

import logging
import re
import shutil
from html import unescape

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qualify.config import ColumnSpec, Desk
from qualify.errors import ConfigError
from qualify.ledger import QueueQuery
from serving.lead_facts import check_desk, contacts_of
from serving.pages.contact import list_contacts
from tests.serving.pages.desk import running
from tests.serving.pages.test_http import first_lead
from tests.serving.pages.test_moves import EN
from tests.world import call, sources

PHONE, MAIL = "+81 3-5555-0199", "naoki.yamamoto@acme.example"
COLUMNS = {"mail": ColumnSpec(type="email"), "size": ColumnSpec(type="number")}


def links(attributes, desk=None, columns=COLUMNS):
    found = list_contacts({"lead_id": "a", "attributes": attributes}, desk or Desk(), columns, EN)
    return [(each.kind, each.text, each.link) for each in found]


def test_the_desk_names_the_columns():
    given = {"a": PHONE, "b": MAIL, "phone": "03-1111-2222", "mail": "other@x.example"}
    assert links(given, Desk(phone="a", email="b")) == [
        ("phone", PHONE, "tel:+81355550199"), ("email", MAIL, f"mailto:{MAIL}"),
    ]  # fmt: skip


def test_without_the_desk_type_and_name_tell():
    assert links({"mail": MAIL, "携帯電話": "０９０−１２３４−５６７８", "size": 900000001}) == [
        ("phone", "０９０−１２３４−５６７８", "tel:09012345678"), ("email", MAIL, f"mailto:{MAIL}"),
    ]  # fmt: skip


def test_a_number_given_twice_is_shown_once_and_none_not_at_all():
    assert len(links({"phone": PHONE, "mobile": PHONE})) == 1
    assert links({"phone": None, "mail": " "}) == []
    assert list_contacts(None, Desk(), COLUMNS, EN) == []


@pytest.mark.parametrize(
    ("value", "link"),
    [
        ("+44 (0)20 7946 0958", "tel:+442079460958"),
        ("+81(0)3-1234-5678", "tel:+81312345678"),
        ("555-0199 / 555-0198", "tel:5550199"),
        ("555-0199\n555-0198", "tel:5550199"),
        ("٠٣-١٢٣٤-٥٦٧٨", "tel:0312345678"),
        ("03(0)1234-567", "tel:0301234567"),
        ("2026-4321-99", "tel:2026432199"),
    ],
)
def test_the_first_number_of_a_text_is_dialled_and_nothing_else(value, link):
    assert [each[2] for each in links({"phone": value})] == [link]


@pytest.mark.parametrize("value", ["2026-04-02", "2026-04-02T10:00:00Z", "2026.04.02 10:00", "030/1234567"])
def test_a_date_or_half_a_number_is_not_dialled(value):
    assert links({"phone": value}) == []
    assert [link for _, _, link in links({"a": value}, Desk(phone="a"))] == [""]


def test_columns_about_calls_are_no_telephones():
    about = {"phone_calls": 3, "phone_verified": True, "Fax": PHONE, "mobile": True, "phone_id": 123456789}
    assert links(about) == []
    assert links({"a": True}, Desk(phone="a")) == []


def test_a_number_is_found_behind_columns_that_hold_none():
    flags = {"mobile": "no", "tel": 1, "work_phone": "yes", "home phone": "-"}
    about = {"mobile_visits": 1, "mobile_app": "no", "phone_opt_in": "yes"}
    assert links({**flags, **about, "phone": "03-1234-5678"}) == [("phone", "03-1234-5678", "tel:0312345678")]


@pytest.mark.parametrize(
    "value", ["ask at the desk", "12345", "1" * 16, "", "javascript:alert(1)", "--------"]
)
def test_what_is_no_number_is_no_link(value):
    assert [link for _, _, link in links({"phone": value})] in ([], [""])


@pytest.mark.parametrize(
    "value",
    [
        "unknown",
        "a@b.example, c@d.example",
        "<a@b.example>",
        "a@b@c",
        "javascript:alert(1)//@x",
        "a b@c.example",
    ],
)
def test_what_is_no_single_address_is_no_link(value):
    assert [link for _, _, link in links({"mail": value})] == [""]


@pytest.mark.parametrize(
    "value", ["a@b.example?bcc=c&body=x", "a@b.example#x", "a@b.example%0Abcc=c", "ａ＠ｂ.example"]
)
def test_an_address_cannot_add_fields_to_the_mail(value):
    ((_, _, link),) = links({"mail": value})
    assert re.fullmatch(r"mailto:[\w@.+%-]+", link)
    assert not re.search(r"%0[AaDd]", link)


@pytest.fixture
def called(filled, world, tmp_path):
    """A desk with telephone numbers that no model knows, scored once more: folder, numbers, what was said."""
    folder = tmp_path / "project"
    shutil.copytree(filled, folder)
    leads = pq.read_table(folder / "leads.parquet")
    numbers = [f"03-5555-{number:04}" for number in range(leads.num_rows)]
    pq.write_table(leads.append_column("Direct line", pa.array(numbers)), folder / "leads.parquet")
    text = (folder / "qualify.yaml").read_text(encoding="utf-8")
    text = text.replace("desk: {", 'desk: {phone: "Direct line", ')
    (folder / "qualify.yaml").write_text(text, encoding="utf-8")
    done = call("score", *sources(folder), "--as-of", "2026-04-02T00:00:00Z", "--out", tmp_path / "t.parquet",
                "--ledger", "--model", world.bundle, folder=folder)  # fmt: skip
    assert done.code == 0, done.err
    return folder, dict(zip(leads["lead_id"].to_pylist(), numbers, strict=True)), done.out + done.err


def test_a_column_that_no_model_reads_is_on_the_page_and_in_the_package_only(called, caplog):
    folder, numbers, said = called
    with running(folder) as service, service.client() as client, caplog.at_level(logging.DEBUG):
        ledger = service.runtime.ledger
        lead = ledger.queue(QueueQuery()).rows[0].lead_id
        number = numbers[lead]
        page = unescape(client.get(f"/leads/{lead}").text)
        assert f'<a class="button plain" href="tel:{number.replace("-", "")}"' in page
        assert re.search(r'href="mailto:[^"]+@[^"]+"', page)
        assert number in client.get(f"/leads/{lead}/handoff").text
        for path in ("/", "/grid", "/alerts", "/audit", "/v1/leads", f"/v1/leads/{lead}"):
            assert number not in client.get(path).text, path
        assert ledger.queue(QueueQuery(q=number)).total == 0
        assert number not in caplog.text + said
        ledger.forget(lead, actor="officer")
        assert ledger.document(lead) is None
    assert not any(number.encode() in each.read_bytes() for each in folder.glob("ledger*") if each.is_file())


def test_a_column_that_is_not_there_is_told_before_anything_is_stored(world):
    with pytest.raises(ConfigError, match=r"(?s)service\.desk\.phone.*telephon"):
        check_desk(Desk(phone="telephon"), world.arrow["leads"])
    assert contacts_of(world.tables, world.arrow["leads"], Desk()) == {}


@pytest.mark.parametrize(("language", "said"), [("en", "Write to "), ("ja", "メール：")])
def test_the_links_have_names_in_both_languages(live, language, said):
    with live.client(language) as client:
        page = client.get(f"/leads/{first_lead(live, answered=None).lead_id}").text
    assert re.search(rf'href="mailto:[^"]+" aria-label="{said}[^"]+@', unescape(page))
