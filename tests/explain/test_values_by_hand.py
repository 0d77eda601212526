"""Every kind of field by hand: its sentence, its value alone, and that value in Japanese."""

from __future__ import annotations

import numpy as np
import pytest

from qualify.explain.words import phrasebook
from tests.explain.examples import EXAMPLES, rows_of

EN, JA = phrasebook("en"), phrasebook("ja")

SAID = {
    "activity": [
        ("Viewed the pricing page 4 times in the last 7 days", "4", "4"),
        ("Viewed the pricing page twice in the last 7 days, 9 in all", "2", "2"),
        ("Viewed the pricing page 3 times in the last 30 days, most recently 12 days ago", "3", "3"),
        ("Viewed the pricing page once, 12 days ago", "1", "1"),
        ("Viewed the pricing page twice, most recently 45 days ago", "2", "2"),
        ("No pricing page view so far", "0", "0"),
        ("Viewed the pricing page 4 times, most recently 20 days ago", "4", "4"),
        ("Viewed the pricing page once in the last 7 days", "1", "1"),
        ("Viewed the pricing page 3 times so far", "3", "3"),
        ("Viewed the pricing page once, 1 day ago", "1", "1"),
        ("“W_Nabellen offertes” recorded 4 times in the last 7 days", "4", "4"),
        ("“W_Nabellen offertes” recorded once, 31 days ago", "1", "1"),
        ("No “W_Nabellen offertes” so far", "0", "0"),
    ],
    "category": [
        ("Country: India", "India", "India"),
        ("Country is not given", "not given", "未入力"),
        ("Country: New Zealand", "New Zealand", "New Zealand"),
        ("Country is not given", "not given", "未入力"),
    ],
    "number": [
        ("Total time on website: 1,279", "1,279", "1,279"),
        ("Total time on website is not given", "not given", "未入力"),
        ("Total time on website: 1.23", "1.23", "1.23"),
        ("Total time on website: -0.00123", "-0.00123", "-0.00123"),
        ("Total time on website: 5 billion", "5 billion", "50億"),
        ("Total time on website: 1,279.6", "1,279.6", "1,279.6"),
        ("Total time on website: -3", "-3", "-3"),
        ("Total time on website: 0", "0", "0"),
        ("Company size: 120", "120", "120"),
    ],
    "boolean": [
        ("Do not email: yes", "yes", "はい"),
        ("Do not email: no", "no", "いいえ"),
        ("Do not email is not given", "not given", "未入力"),
    ],
    "multi_select": [
        ("Topics: fair, webinar", "fair, webinar", "fair、webinar"),
        ("Topics: 製品A", "製品A", "製品A"),
        ("Topics is not given", "not given", "未入力"),
    ],
    "date": [
        ("Founded: 12 days ago", "12 days ago", "12日前"),
        ("Founded: in 3 days", "in 3 days", "3日後"),
        ("Founded: less than a day ago", "less than a day ago", "24時間以内"),
        ("Founded: within a day from now", "within a day from now", "24時間以内（予定）"),
        ("Founded: 1 day ago", "1 day ago", "1日前"),
        ("Founded is not given", "not given", "未入力"),
        ("Founded: 17 years ago", "17 years ago", "17年前"),
        ("Founded: 1,095 days ago", "1,095 days ago", "1,095日前"),
        ("Founded: in 10 years", "in 10 years", "10年後"),
    ],
    "text": [
        ("Notes: empty", "empty", "空欄"),
        ("Notes: 1 character", "1 character", "1文字"),
        ("Notes: 1,200 characters", "1,200 characters", "1,200文字"),
        ("Notes is not given", "not given", "未入力"),
    ],
    "email": [
        ("E-mail address: free-mail address", "free-mail address", "フリーメール"),
        ("E-mail address: company address", "company address", "会社のアドレス"),
        (
            "E-mail address: school or university address",
            "school or university address",
            "学校・大学のアドレス",
        ),
        ("E-mail address: no readable address", "none readable", "判読不可"),
    ],
    "job_title": [
        ("Job title: manager, IT", "manager, IT", "課長・マネージャー（情報システム）"),
        ("Job title: owner", "owner", "オーナー・経営者"),
        ("Job title: sales", "sales", "営業"),
        ("Job title is not given or not recognised", "not recognised", "判別不可"),
    ],
    "rule": [
        ("Rule “silent trial”: 8 points on the scorecard", "8 points", "8点"),
        ("Rule “silent trial”: 1 point on the scorecard", "1 point", "1点"),
        ("Rule “silent trial”: -5 points on the scorecard", "-5 points", "-5点"),
        ("Rule “silent trial”: no points on the scorecard", "no points", "0点"),
        ("Rule “silent trial”: 6.5 points on the scorecard", "6.5 points", "6.5点"),
        ("Rule “silent trial”: 1 point on the scorecard", "1 point", "1点"),
        ("Rule “silent trial”: cannot be told", "unknown", "不明"),
    ],
    "points": [
        ("64 points on the scorecard in all", "64 points", "64点"),
        ("1 point on the scorecard in all", "1 point", "1点"),
        ("No scorecard total", "unknown", "不明"),
    ],
    "stage": [
        ("In stage “MQL” for 12 days", "MQL", "MQL"),
        ("In stage “Won”", "Won", "受注"),
        ("In stage “A_B” for 1 day", "A_B", "A_B"),
        ("No stage yet", "none yet", "まだなし"),
    ],
    "age": [
        ("Lead was created less than a day ago", "less than a day", "1日未満"),
        ("Lead was created 1 day ago", "1 day", "1日"),
        ("Lead was created 400 days ago", "400 days", "400日"),
        ("Creation date is not given", "not given", "未入力"),
    ],
    "clock": [
        ("Created on a Tuesday between 14:00 and 15:00", "Tuesday 14:00", "火曜日14時"),
        ("Created on a Sunday between 23:00 and 24:00", "Sunday 23:00", "日曜日23時"),
        ("Time of creation is not given", "not given", "未入力"),
    ],
    "silence": [
        ("Last of 14 activities was 23 days ago", "23 days ago", "23日前"),
        ("Only activity was 1 day ago", "1 day ago", "1日前"),
        ("No activity so far", "none so far", "まだなし"),
        ("Last activity less than a day ago", "less than a day ago", "24時間以内"),
    ],
    "topics": [
        ("No interest in a particular page, offer or webinar so far", "0", "0"),
        ("Interested in one page, offer or webinar", "1", "1"),
        ("Interested in 5 different pages, offers or webinars", "5", "5"),
    ],
}


@pytest.mark.parametrize("kind", SAID)
def test_sentences_and_values(kind: str) -> None:
    found = []
    for field, values in EXAMPLES:
        if field.kind == kind:
            none = np.zeros(rows_of(values))
            sentences = EN.sentences(field, values, none, with_strength=False)
            found += zip(sentences, EN.values(field, values), JA.values(field, values), strict=True)
    assert found == SAID[kind]


def test_every_kind_is_there() -> None:
    assert set(SAID) == {field.kind for field, _ in EXAMPLES}


def test_a_day_without_an_hour_is_a_value_too() -> None:
    (clock,) = (field for field, _ in EXAMPLES if field.kind == "clock")
    values = {"weekday": np.array([0.0, 0.0]), "hour": np.array([np.nan, 0.0])}
    assert EN.values(clock, values).tolist() == ["Monday", "Monday 0:00"]
    assert JA.values(clock, values).tolist() == ["月曜日", "月曜日0時"]
