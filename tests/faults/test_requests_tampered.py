"""What a caller holds and can change: cookies, form tokens, cursors. Changed anywhere, it opens nothing."""

from __future__ import annotations

import base64
import json
import shutil
import time
from itertools import islice
from urllib.parse import urlencode

import pytest
from itsdangerous import TimestampSigner

from qualify.errors import UserError
from qualify.ledger import Ledger, QueueQuery
from serving.pages.flash import FLASH_COOKIE, Flash, read_flash
from tests.ledger.conftest import emptied, postgresql
from tests.ledger.lists import score_list, score_row
from tests.serving.access.conftest import SECRET, build, empty_ledger
from tests.serving.access.house import HERE
from tests.serving.access.test_forms import post

__all__ = ["build", "emptied", "empty_ledger", "postgresql"]

PUBLIC = "https://leads.example.com"
COOKIE = "__Host-qualify_session"
OIDC = {"issuer": "https://id.example.com", "client_id": "qualify"}


def signed(**session) -> str:
    """A session's cookie as the service signs it."""
    packed = base64.b64encode(json.dumps(session).encode())
    return TimestampSigner(SECRET).sign(packed).decode()


def changes(text: str):
    """Each place of a text changed in two ways, and the text cut at each place."""
    for place, letter in enumerate(text):
        for mask in (0x01, 0x20):
            other = chr(ord(letter) ^ mask)
            if other.isprintable() and other not in ' ";,\\':
                yield text[:place] + other + text[place + 1 :]
    yield from (text[:length] for length in range(0, len(text), 7))


def test_no_byte_of_a_session_can_be_changed(build):
    access = {"oidc": OIDC, "roles": {"ada": "sales", "adb": "admin"}}
    client = build(loopback=False, public_url=PUBLIC, access=access).client(PUBLIC, "10.9.9.9")
    good = signed(sid="s", user="ada", until=time.time() + 3600)
    told = {"accept": "application/json"}
    assert client.get("/who", headers={**told, "cookie": f"{COOKIE}={good}"}).json()["name"] == "ada"
    seen = set()
    for changed in islice(changes(good), 0, None, 3):
        answer = client.get("/who", headers={**told, "cookie": f"{COOKIE}={changed}"})
        # The last letter of a signature has two bits that say nothing: such a cookie is the same one.
        assert answer.status_code == 401 or (answer.json()["name"] == "ada" and changed[:-1] == good[:-1]), (
            changed
        )
        seen.add(answer.status_code)
    assert 401 in seen


def test_no_letter_of_a_form_token_can_be_changed(build):
    client = build().client()
    token = client.get("/form").json()
    assert post(client, {"csrf": token}).status_code == 200
    assert {post(client, {"csrf": changed}).status_code for changed in changes(token)} == {403}


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request, tmp_path, empty_ledger):
    shutil.copy(empty_ledger, tmp_path / "ledger.db")
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("emptied")()
    ledger = Ledger.open(url)
    rows = [score_row(f"L{n}", probability=n / 10) for n in range(6)]
    ledger.record_scores(score_list(*rows), origin="api")
    yield ledger
    ledger.close()


def packed(parts) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def unpacked(cursor: str) -> list:
    return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


def page(ledger, cursor):
    return ledger.queue(QueueQuery(limit=2, cursor=cursor))


def test_a_cursor_of_any_letters_is_refused_or_leads_to_leads_of_its_query(ledger):
    cursor = page(ledger, None).next_cursor
    every = {row.lead_id for row in ledger.queue(QueueQuery()).rows}
    assert all(seen(ledger, changed) <= every for changed in changes(cursor))
    assert seen(ledger, cursor)


def seen(ledger, cursor) -> set[str]:
    """The leads of a page; none where the cursor is refused."""
    try:
        return {row.lead_id for row in page(ledger, cursor).rows}
    except UserError:
        return set()


@pytest.mark.parametrize(
    ("place", "value", "taken"),
    [(0, 1e308, True), (0, "x", False), (0, 1, False), (1, "a\x00b", True), (1, "x" * 5_000, True),
     (1, None, False), (2, 2**63, False), (2, -1, False), (2, 10**30, False), (3, "0" * 12, False)],
)  # fmt: skip
def test_a_cursor_of_odd_values_is_refused_or_read(ledger, place, value, taken):
    parts = unpacked(page(ledger, None).next_cursor)
    parts[place] = value
    if taken:
        assert page(ledger, packed(parts)).total == 6
        return
    with pytest.raises(UserError, match="the cursor cannot be read"):
        page(ledger, packed(parts))


class Request:
    """A request with one cookie."""

    def __init__(self, value: str) -> None:
        self.cookies = {FLASH_COOKIE: value}


FLASH = {"done": "accepted", "lead_id": "L1", "name": "n", "answer_id": "a"}


@pytest.mark.parametrize(
    "content",
    [b"[" * 2_000, b"{}", b"[]", b"7", b"\xff", json.dumps({**FLASH, "name": "\ud800"}).encode(),
     json.dumps({**FLASH, "name": 7}).encode(), json.dumps({**FLASH, "more": ""}).encode(), b'{"a":' * 600],
)  # fmt: skip
def test_a_message_that_was_not_ours_is_not_shown(content):
    assert read_flash(Request(base64.urlsafe_b64encode(content).decode())) is None


def test_a_message_of_ours_is_shown_and_no_change_of_it_is_a_fault():
    given = Flash(**FLASH).packed()
    assert read_flash(Request(given)) == Flash(**FLASH)
    for changed in changes(given):
        found = read_flash(Request(changed))
        assert found is None or isinstance(found, Flash)


@pytest.mark.parametrize(
    ("more", "status"),
    [([("a", "b")] * 3, 200), ([("a", "b")] * 200, 403), ([("verdict", "x" * 70_000)], 413)],
)
def test_a_form_too_large_or_of_too_many_fields_is_refused_though_its_token_is_good(build, more, status):
    client = build().client()
    pairs = [("csrf", client.get("/form").json()), *more]
    told = {"content-type": "application/x-www-form-urlencoded", "origin": HERE}
    answer = client.post("/leads/L-1/answer", content=urlencode(pairs), headers=told)
    assert answer.status_code == status
