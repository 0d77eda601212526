import pytest

from qualify.labels.audit import lexicon
from qualify.labels.audit.names import is_assigned_value, is_planned, is_state_value, read_name

OUTCOME = """
    Won; won_date; wondate; Closed Lost Reason; closed_at; dealStage; Deal Stages; DEAL_STAGE; converted;
    final status; sales_rating; Lead Quality; lead profile; call_result; invoiceNumber; 失注理由; 受注フラグ;
    成約日; 商談ステージ; 契約日; 契約結果; 担当者評価; 営業ランク; 確度
"""
STATE = """
    Last Activity; Last Notable Activity; lastModified; last_modified_by; latest contact; updated_at;
    Activity Score; current stage; 最終活動; 最終接触日; 最新ステータス; 直近の対応; 更新日;
    days_in_stage; hoursInPhase; Stage Age
"""
VAGUE = """
    status; Tags; rating; duration; num_calls; Result; contract; deal size; 契約形態; 備考; last visit; Owner;
    assigned_to; Sales Rep; 担当者
"""
INNOCENT = """
    last name; Lead Source; Lead Origin; City; marital status; 前回ステータス; 最終学歴; current occupation;
    poutcome; contact; pdays; month; campaign; company size; session duration; Do Not Email; 従業員数;
    流入経路; TotalVisits; owned_by_group; days since founded; age;
    landing_page_id; AMOUNT_REQ; euribor3m; Get updates on DM Content; 業種; statement; wonderful;
    What matters most to you in choosing a course; A free copy of Mastering The Interview
"""


def names(text):
    return [" ".join(name.split()) for name in text.split(";")]


@pytest.mark.parametrize("name", names(OUTCOME))
def test_clear_names_of_the_outcome(name):
    meaning = read_name(name)
    assert meaning is not None
    assert (meaning.subject, meaning.clear) == ("outcome", True)


@pytest.mark.parametrize("name", names(STATE))
def test_clear_names_of_the_state_at_export(name):
    meaning = read_name(name)
    assert meaning is not None
    assert (meaning.subject, meaning.clear) == ("state", True)


@pytest.mark.parametrize("name", names(VAGUE))
def test_vague_names_need_more_power(name):
    meaning = read_name(name)
    assert meaning is not None
    assert not meaning.clear


@pytest.mark.parametrize("name", names(INNOCENT))
def test_innocent_names(name):
    assert read_name(name) is None


HISTORY = [("call result", "prior call result"), ("失注理由", "前回失注理由")]


@pytest.mark.parametrize(("name", "softened"), HISTORY)
def test_history_makes_a_clear_name_vague(name, softened):
    assert read_name(name).clear
    assert not read_name(softened).clear


PLANNED = ["contract_expiry", "wished start", "契約満了日", "event date", "contract_end", "LeaseEndDate"]


@pytest.mark.parametrize("name", [*PLANNED, "契約終了日"])
def test_planned_dates(name):
    assert is_planned(name)


@pytest.mark.parametrize(
    ("name", "subject", "clear"),
    [("Unread By Owner", "state", True), ("未読", "state", True), ("完了フラグ", "outcome", True),
     ("次のステップ", "outcome", False), ("NextStep", "outcome", False)],
)  # fmt: skip
def test_columns_that_every_crm_exports(name, subject, clear):
    assert (read_name(name).subject, read_name(name).clear) == (subject, clear)


@pytest.mark.parametrize("name", ["won_date", "end date", "contract_date", "終了日", "契約日"])
def test_other_dates_are_not_planned(name):
    assert not is_planned(name)


@pytest.mark.parametrize("value", ["Email Opened", "SMS Sent", "Page Visited on Website", "メール開封"])
def test_values_that_name_events(value):
    assert is_state_value(value)


ASSIGNED = ["Ringing", "switched off", "Will revert after reading", "Lost to EINS", "invalid number", "不在"]


@pytest.mark.parametrize("value", ASSIGNED)
def test_values_that_sales_assign(value):
    assert is_assigned_value(value)


@pytest.mark.parametrize("value", ["Google", "Unemployed", "Landing Page Submission", "success", "製造業"])
def test_values_of_honest_columns(value):
    assert not is_assigned_value(value)
    assert not is_state_value(value)


def test_every_entry_of_the_lexicon_can_be_found():
    for entry in (*lexicon.CLEAR_OUTCOME, *lexicon.CLEAR_STATE, *lexicon.VAGUE_OUTCOME, *lexicon.VAGUE_STATE):
        name = " ".join(part.split("|")[0].strip() for part in entry.split("+"))
        if not any(word in name.split() for word in lexicon.INNOCENT):
            assert read_name(name) is not None, entry
