"""Which activities are of which kind, by the names that systems give to them, in either language."""

from __future__ import annotations

import pytest

from qualify.decide.activity_kinds import KINDS, types_of

NAMED = {
    "mail_sent": (
        "email_sent",
        "Email Sent",
        "e-mail_sent",
        "mail delivered",
        "E-mail delivered",
        "メール送信",
    ),
    "mail_opened": ("email_open", "E-mail opened", "e-mail-open", "メール開封"),
    "webinar_registered": ("webinar_registered", "Webinar Registration", "ウェビナー申込", "セミナー申込"),
    "webinar_attended": ("webinar_attended", "Webinar attendance", "セミナー参加"),
    "document": ("document_download", "White paper", "資料ダウンロード"),
    "request": ("demo_request", "Contact form", "trial_signup", "follow_up_reply", "問い合わせ", "見積依頼"),
    "sales": ("sales_call", "Phone call", "meeting_held", "Sales email", "架電", "商談"),
}
NONE = ("page_view", "pricing_view", "unsubscribe", "site_visit", "サイト訪問", "call_me_back", "remailed")
ALSO = {"mail_sent": {"mail"}, "mail_opened": {"mail"}}
"""Mails sent and opened are mails."""


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in NAMED.items() for name in names])
def test_an_activity_is_of_the_kinds_that_its_name_says(kind: str, name: str) -> None:
    found = {each for each in KINDS if types_of(each, [name])[0]}
    assert found == {kind} | ALSO.get(kind, set())


@pytest.mark.parametrize("name", NONE)
def test_other_activities_are_of_no_kind(name: str) -> None:
    assert not [each for each in KINDS if types_of(each, [name])[0]]
