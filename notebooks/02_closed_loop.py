# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The closed loop
#
# A model makes a list, sales work the list and answer, the answers teach the next model, and a gate decides
# whether it may take over. Here five months of that pass in one go: the leads, and what sales found out
# about them, are simulated; everything between is what a company would run.

# %%
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from qualify.cli import main
from qualify.config import load_config
from qualify.ledger import Ledger
from qualify.simulate import simulate
from training.init import Request, init
from training.loop_words import lines_of
from training.monitor.look import look
from training.monitor.words import figure_rows
from training.retrain import retrain
from training.train import train

FIRST, LAST = pd.Timestamp("2026-01-31", tz="UTC"), pd.Timestamp("2026-06-30", tz="UTC")
FOLDER = Path.cwd()
funnel = simulate(leads=1_200, seed=1)
leads, activities, stages = (table.to_pandas() for table in (funnel.leads, funnel.activities, funnel.stages))

# %% [markdown]
# ## What the CRM exports
#
# In this company a lead is an SQL once sales have booked a first meeting. Until the end of January they
# wrote that into the CRM. From then on they say it on the desk, and the CRM does not hear of it: its exports
# lack these stage entries.

# %%
VERDICTS = {"SQL": "meeting_booked", "Won": "won", "Lost": "lost"}
on_the_desk = stages["stage"].isin(VERDICTS) & (stages["recorded_at"] > FIRST)


def export(until: pd.Timestamp) -> None:
    """Write the three tables as the CRM knew them at a moment."""
    Path("data").mkdir(exist_ok=True)
    leads[leads["created_at"] <= until].to_parquet("data/leads.parquet")
    activities[activities["recorded_at"] <= until].to_parquet("data/activities.parquet")
    stages[(stages["recorded_at"] <= until) & ~on_the_desk].to_parquet("data/stages.parquet")


export(FIRST)
request = Request(
    leads="data/leads.parquet",
    activities="data/activities.parquet",
    stages="data/stages.parquet",
    target_stage="SQL",
    within_days=60,
)
init(request, force=True)
path = Path("qualify.yaml")
text = path.read_text(encoding="utf-8")
text = text.replace("\nstages:\n", "\nstages:\n  roles: {meeting: SQL}\n", 1).replace("bags: 4", "bags: 2")
path.write_text(text, encoding="utf-8")
config = load_config(path)
config.stages.roles

# %% [markdown]
# `roles` says which stage a booked meeting stands for. Without that line the answer would be kept and shown,
# but teach nothing.
#
# ## The first model

# %%
first = train(config, FOLDER, budget=0, seed=0)
print(f"verdict: {first.verdict.use}; version {first.registered.version} is {first.registered.alias}")

# %% [markdown]
# ## Five months on the desk
#
# Every four weeks the leads are scored as they were known that day (`--as-of` hides what came later), the
# list goes to the ledger, and sales answer about what they found out in between. In daily use the first line
# is a job in cron, and the answers are the buttons of the desk or `POST /v1/leads/{id}/feedback` from the
# CRM.

# %%
export(LAST)
days = pd.date_range(FIRST, LAST, freq="28D", inclusive="right")
for before, today in zip([FIRST, *days[:-1]], days, strict=True):
    assert main(["score", "--as-of", today.isoformat(), "--out", "scores.parquet", "--ledger"]) == 0
    found_out = stages[on_the_desk & stages["recorded_at"].between(before, today, inclusive="right")]
    with closing(Ledger.open(config.service.ledger_url(FOLDER))) as ledger:
        for lead, stage in zip(found_out["lead_id"], found_out["stage"], strict=True):
            ledger.answer(
                lead,
                VERDICTS[stage],
                actor="sato",
                reason=None,
                comment=None,
                key=f"{lead} {stage}",
                at=today,
            )

with closing(Ledger.open(config.service.ledger_url(FOLDER))) as ledger:
    answers = ledger.answers().to_pandas()
answers["verdict"].value_counts().to_frame("answers")

# %% [markdown]
# ## Is the model still good?
#
# `monitor` looks at the model in use. Its promise comes from the training run; what came true is counted on
# leads whose 60 days are over by now, with the answers of sales among the outcomes. Intervals are 95 %.

# %%
watched = look(config, FOLDER, as_of=LAST.isoformat())
kinds = ("promised", "expected, matured", "observed, matured")
pd.DataFrame(
    {name: [" ".join(cell) for cell in cells[:3]] for name, cells in figure_rows(watched)}, index=kinds
).T

# %%
print(*([f"{a.level}: {a.code} {a.about}" for a in watched.alarms] or ["no alarm"]), sep="\n")

# %% [markdown]
# ## Retraining
#
# One command. It joins the answers with the tables (an answer that the CRM contradicts is told, not taken in
# silence), trains, and lets champion and challenger judge the same later leads, which neither has learned
# from where that can be had.

# %%
done = retrain(config, FOLDER, budget=0, seed=0)
print(*lines_of(done), sep="\n")
{name: done.joined.as_json()[name] for name in ("given", "used", "later_than_tables", "in_crm_too")}

# %% [markdown]
# The gate is a list of checks; each has a figure, and all have to pass. These are the challenger's. A new
# model that is merely as good stays a challenger: every change of model costs sales some trust. Where it is
# refused and only the promised rates are off, as the watch says above, the version in use can get a new
# calibration instead, behind the same gate: the same trees and reasons, other probabilities. Failing both, it
# takes more outcomes, or a person with a reason (`qualify promote 2 --force --reason TEXT`).

# %%
checks = done.attempt.decision.checks
pd.DataFrame([asdict(check) for check in checks]).set_index("name")[["passed", "value", "low", "high"]]

# %% [markdown]
# Nothing new, nothing done: so `qualify retrain` can stand in cron, every week or every night.

# %%
again = retrain(config, FOLDER, budget=0, seed=0)
print(again.status, *again.reasons, sep="\n  ")
assert again.status == "unchanged"
