"""The audit on real lead data: what is known to leak is found, and what is honest stays."""

from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from qualify.labels.audit import audit_columns, excluded_columns
from qualify.leads.tables import NO_TIME, Column
from tests.labels.audit_tables import category, lead_tables, number

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
X_EDUCATION = DATA / "x_education" / "leads.csv.gz"
BANK = DATA / "bank_marketing" / "bank-additional.csv.gz"
MQLS = DATA / "olist" / "marketing_qualified_leads.csv.gz"
DEALS = DATA / "olist" / "closed_deals.csv.gz"
CASES = DATA / "bpi2012" / "cases.csv.gz"
EVENTS = DATA / "bpi2012" / "events.csv.gz"

SCORES = ("Activity Index", "Activity Score", "Profile Index", "Profile Score")
ASYMMETRIQUE = {f"Asymmetrique {score}" for score in SCORES}
LEAKS = {"Tags", "Lead Quality", "Lead Profile", "Last Activity", "Last Notable Activity"} | ASYMMETRIQUE


def needs(*files):
    missing = [file.name for file in files if not file.is_file()]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)} of the shared data")


def read(file, sep=","):
    return pd.read_csv(file, sep=sep, dtype=str, keep_default_na=False).astype(object)


def micros_of(times):
    micros = times.astype("datetime64[us, UTC]").astype("int64").to_numpy().copy()
    micros[times.isna()] = NO_TIME
    return micros


def as_column(values, missing):
    numbers = pd.to_numeric(values.replace("", None), errors="coerce")
    if numbers.notna().any() and (numbers.notna() == (values != "")).all():
        return number(numbers)
    return category(values, ("", *missing))


def tables_of(frame, missing=(), **more):
    return lead_tables({name: as_column(frame[name], missing) for name in frame}, **more)


def x_education(missing):
    frame = read(X_EDUCATION)
    y = (frame.pop("Converted") == "1").to_numpy(float)
    order = frame["Lead Number"].astype(float).to_numpy()
    return tables_of(frame.drop(columns="Prospect ID"), missing, order=order), y


@needs(X_EDUCATION)
@pytest.mark.parametrize("missing", [("Select",), ()])
def test_x_education_finds_what_sales_filled_in_and_nothing_else(missing):
    tables, y = x_education(missing)
    assert set(excluded_columns(audit_columns(tables, y, {}))) == LEAKS


@needs(X_EDUCATION)
@pytest.mark.parametrize("n", [60, 300, 1_500])
def test_x_education_in_part_excludes_no_honest_column(n):
    tables, y = x_education(("Select",))
    for seed in range(4):
        rows = np.sort(np.random.default_rng(seed).choice(len(y), n, replace=False))
        part = lead_tables({name: column.take(rows) for name, column in tables.columns.items()})
        found = set(excluded_columns(audit_columns(part, y[rows], {})))
        assert found <= LEAKS
        assert n < 1_500 or found == LEAKS


@needs(X_EDUCATION)
def test_x_education_after_exclusion_is_as_predictable_as_it_honestly_is():
    tables, y = x_education(("Select",))
    cut = int(0.8 * len(y))
    early = np.arange(cut)
    past = lead_tables({name: column.take(early) for name, column in tables.columns.items()})
    out = {*excluded_columns(audit_columns(past, y[:cut], {})), "Lead Number"}
    honest = [column for name, column in tables.columns.items() if name not in out]
    features = np.empty((len(y), len(honest)))
    for i, column in enumerate(honest):
        features[:, i] = column.values
    coded = [i for i, column in enumerate(honest) if column.kind == "category"]
    train = lgb.Dataset(features[:cut], y[:cut], categorical_feature=coded)
    options = {"objective": "binary", "learning_rate": 0.07, "num_leaves": 15, "num_threads": 1}
    model = lgb.train({**options, "verbose": -1}, train, num_boost_round=100)
    assert 0.87 <= roc_auc_score(y[cut:], model.predict(features[cut:])) <= 0.90


@needs(BANK)
@pytest.mark.parametrize("missing", [("unknown", "nonexistent"), ()])
def test_bank_finds_the_duration_of_the_call_and_nothing_else(missing):
    frame = read(BANK, sep=";")
    y = (frame.pop("y") == "yes").to_numpy(float)
    tables = tables_of(frame, missing, order=np.arange(len(y), dtype=float))
    assert list(excluded_columns(audit_columns(tables, y, {}))) == ["duration"]


@needs(MQLS, DEALS)
@pytest.mark.parametrize("within_days", [None, 90])
@pytest.mark.parametrize("dated", [True, False])
def test_olist_finds_every_column_of_the_deals(within_days, dated):
    deals = read(DEALS)
    joined = read(MQLS).merge(deals, on="mql_id", how="left").fillna("")
    won = pd.to_datetime(joined.pop("won_date"), utc=True, format="mixed", errors="coerce")
    created = pd.to_datetime(joined.pop("first_contact_date"), utc=True)
    y = (won.notna() if within_days is None else (won - created).dt.days <= within_days).to_numpy(float)
    columns = {name: as_column(joined[name], ()) for name in joined.drop(columns="mql_id")}
    dates = {"won_date": won, "first_contact_date": created}
    columns |= {name: Column("date", micros_of(times)) for name, times in dates.items()}
    tables = lead_tables(columns, created_at=micros_of(created) if dated else None)
    filled = {name for name in deals if name != "mql_id" and (deals[name] != "").any()}
    assert set(excluded_columns(audit_columns(tables, y, {}))) == filled


@needs(CASES, EVENTS)
@pytest.mark.parametrize("stage", ["A_ACCEPTED", "A_APPROVED"])
def test_bpi_the_amount_asked_for_is_honest(stage):
    frame = read(CASES)
    log = pd.read_csv(EVENTS, usecols=["case_id", "activity"], dtype=str)
    y = frame["case_id"].isin(set(log["case_id"][log["activity"] == stage])).to_numpy(float)
    created = micros_of(pd.to_datetime(frame["REG_DATE"], utc=True, format="ISO8601"))
    columns = {"AMOUNT_REQ": as_column(frame["AMOUNT_REQ"], ()), "REG_DATE": Column("date", created)}
    assert audit_columns(lead_tables(columns, created_at=created), y, {}) == []
