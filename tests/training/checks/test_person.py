"""One person under several spellings."""

from __future__ import annotations

import numpy as np
import pytest

from tests.labels.audit_tables import category
from training.checks.person import person_keys, plain_address, plain_name, plain_phone

SAME = ["jo.doe@example.co.jp", " Jo.Doe@Example.co.jp ", "jo.doe+news@example.co.jp",
        "ＪＯ.doe＠example.co.jp",
        "<jo.doe@example.co.jp>", "mailto:jo.doe@example.co.jp"]  # fmt: skip


def test_spellings_of_an_address():
    assert {plain_address(each) for each in SAME} == {"jo.doe@example.co.jp"}
    assert plain_address("jane.doe@example.co.jp") != plain_address(SAME[0])


@pytest.mark.parametrize("text", ["", "n/a", "doe@", "@example.com", "a@b"])
def test_no_address_is_no_key(text):
    assert plain_address(text) == ""


def test_spellings_of_a_phone_number():
    assert (
        len({plain_phone(each) for each in ("03-1234-5678", "+81 3 1234 5678", "０３（１２３４）５６７８")})
        == 1
    )
    assert plain_phone("12345") == ""


def test_spellings_of_a_company():
    assert {plain_name(each) for each in ("ACME Inc.", "acme, inc", "Acme  Inc")} == {"acme"}


def test_a_name_is_a_key_only_with_a_company():
    columns = {"full name": category(["Jo Doe", "JO DOE", "Jo Doe", ""]), "color": category(list("abca"))}
    assert person_keys(columns) == {}
    columns["company"] = category(["Acme Inc", "acme", "Other", "Acme"])
    (key,) = person_keys(columns).values()
    assert key[0] == key[1] != key[2]
    assert key[3] == -1


def test_columns_are_known_by_their_values():
    columns = {
        "contact": category([f"p{k}@x.org" for k in range(9)]),
        "mobile": category([f"090-1234-00{k}0" for k in range(9)]),
        "order no": category([f"090-1234-00{k}0" for k in range(9)]),
    }
    keys = person_keys(columns)
    assert list(keys) == ["contact", "mobile"]
    assert all(len(np.unique(key)) == 9 for key in keys.values())
