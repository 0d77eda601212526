import re
import time

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qualify.explain.words import CLEAR, STRONG, phrasebook
from qualify.features.fields import Field
from tests.explain.examples import COUNTRY, EXAMPLES, FOREIGN, PRICING, SECONDS, SIZE, rows_of, texts, views

EN, JA = phrasebook("en"), phrasebook("ja")
NAN = float("nan")
CLOCK = Field("clock", "clock", "", "history")

GOLDEN = [
    (
        PRICING,
        views((4, 4, 4, 0.2)),
        "Viewed the pricing page 4 times in the last 7 days",
        "直近7日間に価格ページを4回閲覧",
    ),
    (
        PRICING,
        views((1, 3, 9, 0.2)),
        "Viewed the pricing page once in the last 7 days, 9 in all",
        "直近7日間に価格ページを1回閲覧、累計9回",
    ),
    (
        PRICING,
        views((0, 3, 5, 12.3)),
        "Viewed the pricing page 3 times in the last 30 days, most recently 12 days ago",
        "直近30日間に価格ページを3回閲覧、最後は12日前",
    ),
    (
        PRICING,
        views((0, 2, 5, 29.9)),
        "Viewed the pricing page twice in the last 30 days, most recently 29 days ago",
        "直近30日間に価格ページを2回閲覧、最後は29日前",
    ),
    (PRICING, views((0, 0, 0, NAN)), "No pricing page view so far", "価格ページの閲覧はまだなし"),
    (
        PRICING,
        views((0, 0, 1, 45.0)),
        "Viewed the pricing page once, 45 days ago",
        "45日前に価格ページを1回閲覧",
    ),
    (
        FOREIGN,
        views((2, 2, 2, 1.0)),
        "“W_Nabellen offertes” recorded twice in the last 7 days",
        "直近7日間に「W_Nabellen offertes」を2回記録",
    ),
    (CLOCK, {"weekday": np.array([1.0]), "hour": np.array([NAN])}, "Created on a Tuesday", "火曜日に登録"),
    (COUNTRY, {"value": texts("India")}, "Country: India", "国：India"),
    (COUNTRY, {"value": texts(None)}, "Country is not given", "国は未入力"),
    (SECONDS, {"value": np.array([1279.0])}, "Total time on website: 1,279", "サイト滞在時間：1,279"),
    (SIZE, {"value": np.array([120.0])}, "Company size: 120", "Company size：120"),
    (
        Field("silence", "silence", "", "engagement"),
        {"days_since": np.array([23.9]), "count_all": np.array([14.0])},
        "Last of 14 activities was 23 days ago",
        "全14件の行動のうち最後は23日前",
    ),
    (
        Field("column:t", "job_title", "t", "fit"),
        {"rank": texts("head"), "department": texts("sales")},
        "T: head of department, sales",
        "T：部長クラス（営業）",
    ),
]


@pytest.mark.parametrize(("field", "values", "english", "japanese"), GOLDEN)
def test_golden_sentences(field, values, english, japanese):
    contribution = np.array([0.3])
    assert EN.sentences(field, values, contribution, with_strength=False).tolist() == [english]
    assert JA.sentences(field, values, contribution, with_strength=False).tolist() == [japanese]
    assert EN.sentences(field, values, contribution).tolist() == [f"{english} (raises the chance)"]
    assert JA.sentences(field, values, contribution).tolist() == [f"{japanese}（確度を上げる）"]


@pytest.mark.parametrize(
    ("field", "label"),
    [
        (PRICING, "Pricing page views"),
        (FOREIGN, "“W_Nabellen offertes”"),
        (SIZE, "company size"),
        (Field("column:TotalVisits", "number", "TotalVisits", "fit"), "TotalVisits"),
        (SECONDS, "Total time on website"),
        (Field("points", "points", "", "history"), "Scorecard total"),
        (Field("rule:silent_trial", "rule", "silent_trial", "fit"), "Rule “silent trial”"),
    ],
)
def test_labels(field, label):
    assert EN.label(field) == label


def test_values_alone():
    assert EN.values(PRICING, views((4, 5, 9, 0.2), (0, 0, 0, NAN))).tolist() == ["4", "0"]
    assert EN.values(COUNTRY, {"value": texts("Google", None)}).tolist() == ["Google", "not given"]
    assert JA.values(COUNTRY, {"value": texts(None)}).tolist() == ["未入力"]


def test_unknown_keys_of_titles_and_stages_are_shown_as_words():
    title = Field("column:t", "job_title", "Title", "fit")
    said = EN.values(title, {"rank": texts("vice_president"), "department": texts("it")})
    assert said.tolist() == ["vice president, IT"]
    assert EN.stage("A_SUBMITTED") == "A_SUBMITTED"
    assert JA.stage("Won") == "受注"


def test_a_category_that_cannot_be_seen_is_not_given():
    assert EN.values(COUNTRY, {"value": texts("\x00", "\u202e")}).tolist() == ["not given", "not given"]


def test_a_users_text_is_kept_short_and_on_one_line():
    said = EN.values(COUNTRY, {"value": texts("a\n b\x00\u202ec", "x" * 500, "{value} {0}", "👩‍💻")}).tolist()
    assert said == ["a bc", "x" * 79 + "…", "{value} {0}", "👩‍💻"]
    braces = Field("column:{label}", "category", "{label}", "fit")
    assert (
        EN.sentences(braces, {"value": texts("{x}")}, np.array([1.0]), with_strength=False)[0]
        == "{label}: {x}"
    )


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(("field", "values"), EXAMPLES, ids=[field.kind for field, _ in EXAMPLES])
def test_no_example_shows_what_is_internal(field, values, language):
    book = phrasebook(language)
    for said in (book.sentences(field, values, np.ones(rows_of(values))), book.values(field, values)):
        assert_readable(field, said)


@pytest.mark.parametrize(("field", "values"), EXAMPLES, ids=[field.kind for field, _ in EXAMPLES])
def test_many_rows_say_what_single_rows_say(field, values):
    many = {name: np.tile(column, 20) for name, column in values.items()}
    rows = rows_of(values)
    single = [
        EN.sentences(field, {name: column[i : i + 1] for name, column in values.items()}, np.ones(1))[0]
        for i in range(rows)
    ]
    assert EN.sentences(field, many, np.ones(20 * rows)).tolist() == single * 20
    told, values_told = EN.tell(field, many, np.ones(20 * rows))
    assert told[:].tolist() == single * 20
    assert values_told[:].tolist() == EN.values(field, many).tolist()


INTERNAL = r"\b(pricing_view|count_|days_since)\b"


def assert_readable(field, said):
    for text in said:
        assert isinstance(text, str)
        assert text.strip()
        assert not re.search(r"\bnan\b|\bNone\b|\bNaN\b|<NA>|[{}]", text), text
        assert field.name not in text or field.name in {"points", "age", "stage"}
        assert not re.search(
            r"(?<![\d.,-])1 (times|days|points|characters|pages)\b|\b[02-9] (day|point|character)\b", text
        ), text
        assert not re.search(INTERNAL, text)


counts = st.one_of(st.integers(0, 3), st.integers(0, 4000))


@st.composite
def histories(draw):
    week, month, older = draw(st.tuples(counts, counts, counts))
    total = week + month + older
    low, high = (0, 7) if week else (7, 30) if month else (30, 3000)
    return week, week + month, total, draw(st.floats(low, high, exclude_max=True)) if total else NAN


@given(st.lists(histories(), min_size=1, max_size=50), st.sampled_from(["en", "ja"]))
def test_a_sentence_about_activities_agrees_with_the_counts(rows, language):
    values = views(*rows)
    for field in (PRICING, FOREIGN):
        facts = phrasebook(language).sentences(field, values, np.ones(len(rows)), with_strength=False)
        assert_readable(field, facts)
        for (week, month, total, _), fact in zip(rows, facts, strict=True):
            says_none = fact.startswith("No ") or fact.endswith("まだなし")
            assert says_none == (total == 0)
            assert ("last 7 days" in fact or "直近7日間" in fact) == (week > 0)
            leading = week or (month if month > 1 else total)
            word = {1: "once", 2: "twice"}.get(leading, f"{leading:,} times")
            assert total == 0 or word in fact or f"{leading:,}回" in fact


numbers = st.one_of(st.floats(allow_infinity=False), st.sampled_from([0.0, -0.0, 1.0, NAN]))
words = st.text(min_size=1, max_size=30).filter(lambda text: text.isprintable() and not text.isspace())
printable = words.filter(lambda text: not re.search(rf"nan|none|na>|[{{}}]|{INTERNAL}", text, re.IGNORECASE))


@given(st.lists(numbers, min_size=1, max_size=40), st.sampled_from(["en", "ja"]))
def test_numbers_of_every_kind_are_readable(values, language):
    book, column = phrasebook(language), np.array(values)
    rows = len(values)
    size = np.minimum(np.abs(column), 1e6)
    cases = [
        (SIZE, {"value": column}),
        (Field("column:d", "date", "founded", "fit"), {"days_before": np.clip(column, -1e6, 1e6)}),
        (Field("column:x", "text", "notes", "fit"), {"length": np.floor(size)}),
        (Field("rule:r", "rule", "some_rule", "fit"), {"points": np.clip(column, -500, 500)}),
        (Field("points", "points", "", "history"), {"points": np.clip(column, -500, 500)}),
        (Field("age", "age", "", "history"), {"days": size}),
        (Field("silence", "silence", "", "history"), {"days_since": size, "count_all": np.floor(size)}),
    ]
    for field, given_values in cases:
        assert_readable(field, book.sentences(field, given_values, np.ones(rows)))
        assert_readable(field, book.values(field, given_values))


@given(st.lists(st.one_of(st.none(), printable), min_size=1, max_size=40), st.sampled_from(["en", "ja"]))
def test_texts_of_every_kind_are_readable(values, language):
    book, column = phrasebook(language), texts(*values)
    ones = np.ones(len(values))
    for field, given_values in (
        (COUNTRY, {"value": column}),
        (Field("stage", "stage", "", "history"), {"value": column, "days_since": ones}),
        (Field("column:t", "job_title", "Title", "fit"), {"rank": column, "department": column}),
    ):
        assert_readable(field, book.sentences(field, given_values, ones))
        assert_readable(field, book.values(field, given_values))


@given(st.floats(-20, 20))
@example(CLEAR)
@example(-CLEAR)
@example(STRONG)
@example(-STRONG)
@example(0.0)
def test_the_sign_of_the_words_is_the_sign_of_the_number(contribution):
    english, japanese = str(EN.strength(contribution)), str(JA.strength(contribution))
    assert ("raises" in english, "上げる" in japanese) == (contribution > 0,) * 2
    assert ("lowers" in english, "下げる" in japanese) == (contribution < 0,) * 2
    assert ("strongly" in english, "大きく" in japanese) == (abs(contribution) >= STRONG,) * 2
    assert ("slightly" in english, "わずかに" in japanese) == (0 < abs(contribution) < CLEAR,) * 2


@given(st.floats(-5, 5), st.sampled_from(["en", "ja"]))
def test_the_fact_is_the_sentence_without_its_ending(contribution, language):
    book = phrasebook(language)
    sizes, values = np.array([contribution]), {"value": texts("India")}
    fact = book.sentences(COUNTRY, values, sizes, with_strength=False)[0]
    assert book.fact(book.sentences(COUNTRY, values, sizes)[0], contribution) == fact
    assert book.fact("something else", contribution) == "something else"


def test_decisions_in_words():
    assert EN.recommended("SQL") == "The scorecard's entry criteria say: SQL (qualified by sales)"
    assert EN.recommended("Demo done") == "The scorecard's entry criteria say: Demo done"
    assert EN.recommended(None) == "The scorecard's entry criteria recommend no stage yet"
    assert JA.band("A") == "最優先で電話"
    assert EN.disagreement("model_higher").startswith("The model rates this lead clearly higher")
    assert EN.event("pricing_view", "/pricing") == "Viewed the pricing page: /pricing"
    assert EN.event("W_Nabellen offertes") == "“W_Nabellen offertes”"
    assert EN.stage_entered("MQL") == "Entered stage “MQL”"
    assert EN.opener("W_Nabellen offertes") == ""


def test_three_hundred_thousand_sentences_take_seconds_not_minutes():
    rng = np.random.default_rng(0)
    rows = 300_000
    week, older = rng.poisson(2, rows), rng.poisson(3, rows)
    month, total = week + older, week + 2 * older
    values = {"count_7d": week, "count_30d": month, "count_all": total, "days_since": older * 1.0}
    start = time.process_time()
    said = EN.sentences(PRICING, values, rng.normal(size=rows))
    # About a quarter of a second of processor time; the limit leaves no room for a loop over rows.
    assert time.process_time() - start < 1.5
    assert len(said) == rows


def test_monday_and_midnight_are_days_and_hours_like_others():
    """Both are 0."""
    effect = np.array([0.5])
    hour = {"weekday": np.array([0.0]), "hour": np.array([0.0])}
    for values in (hour, {"weekday": np.array([0.0]), "hour": np.array([NAN])}):
        (said,) = EN.sentences(CLOCK, values, effect, with_strength=False).tolist()
        assert said.startswith("Created on a Monday")
        assert ("0:00" in said) == (values is hour), said
