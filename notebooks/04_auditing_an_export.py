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
# # Auditing an export
#
# A model is as honest as the table it learned from. Here an export is simulated, faults that CRM exports
# really have are planted into it one by one, and `init` and `check` are asked what they see. What each code
# means and what to do about it is listed in `docs/checks.md`.

# %%
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from qualify.config import Config, load_config
from qualify.simulate import simulate
from training.check import find
from training.checks.personal import load_personal
from training.data import load_tables
from training.init import Request, init
from training.initial.label import outcome_of

pd.set_option("display.max_colwidth", None)
FOLDER = Path.cwd()
rng = np.random.default_rng(0)
funnel = simulate(leads=2_000, seed=1)
clean = {name: getattr(funnel, name).to_pandas() for name in ("leads", "activities", "stages")}


def propose(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Write an export, let `init` look at it, and return the columns that it leaves out."""
    Path("data").mkdir(exist_ok=True)
    for name, table in tables.items():
        table.to_csv(f"data/{name}.csv", index=False)
    files = {name: f"data/{name}.csv" for name in tables}
    init(Request(**files, target_stage="SQL", within_days=60), force=True)
    left_out = load_config("qualify.yaml").exclude
    return pd.DataFrame({name: why.model_dump() for name, why in left_out.items()}).T


def audit(config: Config) -> pd.DataFrame:
    """Run the checks of `qualify check` on the configured tables, without its training run."""
    loaded = load_tables(config, FOLDER)
    label = outcome_of(loaded.tables, config.targets[0])
    found = find(loaded, label, load_personal(config, FOLDER, loaded.tables))
    return pd.DataFrame([asdict(finding) for finding in found]).set_index("code")


# %% [markdown]
# ## The export as it should be
#
# A clean table is not a silent one: notes tell what is worth knowing. Warnings put figures in doubt.

# %%
print("left out:", list(propose(clean).index))
audit(load_config("qualify.yaml"))[["level", "subject", "text"]]

# %% [markdown]
# ## Columns that know the outcome
#
# Three columns that look harmless. `close_reason` is written when a lead is decided, so having one gives the
# outcome away. `contract_value` is typed in when the offer goes out. `visits_total` counts to the day of the
# export, also what a lead did after it had become an SQL. A model with these columns looks brilliant in the
# test and is useless on a new lead, where all three are empty or small.

# %%
leads = clean["leads"].copy()
won = leads["lead_id"].isin(clean["stages"].query("stage == 'SQL'")["lead_id"]).to_numpy()
decided = won | (rng.random(len(leads)) < 0.1)
reasons = rng.choice(["budget", "timing", "fit"], len(leads))
leads["close_reason"] = np.where(decided, reasons, "")
leads["contract_value"] = np.where(
    won & (rng.random(len(leads)) < 0.9), rng.lognormal(13, 1, len(leads)).round(), 0
)
leads["visits_total"] = leads["lead_id"].map(clean["activities"]["lead_id"].value_counts()).fillna(0)
propose({**clean, "leads": leads})

# %% [markdown]
# `init` wrote all three under `exclude` in `qualify.yaml`, each with its evidence. It is a proposal: whoever
# knows that a column was there before deletes the line.
#
# Had somebody deleted all of these lines, `check` would still name the columns before anybody trusts a
# figure:

# %%
trusting = load_config("qualify.yaml").model_copy(update={"exclude": {}})
found = audit(trusting)
found[found["level"] == "warning"][["subject", "text", "mend"]]

# %% [markdown]
# ## Rows that are not what they seem
#
# Four faults that no column name gives away:
#
# - 60 leads were entered twice, the second time with the address in capitals;
# - a form offers "Select" where nothing was chosen, and the export keeps it as an industry;
# - a mail scanner opens every mail of 150 leads within seconds of its sending and follows all its links;
# - document downloads reached the CRM by an import on 1 May, which holds everything since November.

# %%
leads, activities = clean["leads"].copy(), clean["activities"].copy()
twins = leads.sample(60, random_state=1)
twins = twins.assign(lead_id="T" + twins["lead_id"], email=twins["email"].str.upper())
twins["created_at"] += pd.to_timedelta(rng.uniform(5, 60, len(twins)), unit="D")
leads.loc[leads.sample(frac=0.15, random_state=2).index, "industry"] = "Select"
leads = pd.concat([leads, twins[twins["created_at"] <= leads["created_at"].max()]])

seen = rng.choice(leads["lead_id"], 150, replace=False)
sent = activities[activities["lead_id"].isin(seen) & (activities["type"] == "email_sent")]
clicks = sent.loc[sent.index.repeat(4)].assign(type="email_click")
clicks["occurred_at"] += pd.to_timedelta(5 + 0.2 * (np.arange(len(clicks)) % 4), unit="s")
clicks["recorded_at"] = clicks["occurred_at"]
imported = (activities["type"] == "document_download") & activities["occurred_at"].between(
    "2025-11-01", "2026-05-01"
)
activities.loc[imported, "recorded_at"] = pd.Timestamp("2026-05-01", tz="UTC")
activities = pd.concat([activities, clicks])

propose({**clean, "leads": leads, "activities": activities})
config = load_config("qualify.yaml")
found = audit(config)
found[found["level"] == "warning"][["subject", "text", "mend"]]

# %% [markdown]
# "Select" is not among them: `init` has seen it, and proposes to read it as a missing value.

# %%
config.columns["industry"].missing

# %% [markdown]
# ## What to do with it
#
# Every line carries its mend. Most mends belong into the CRM or its export rather than into the model: a
# merged twin, a form without "Select" and a mailing tool that filters scanners help everybody who reads
# these tables. `qualify check` prints the same list with the verdict of a quick training run at its end;
# `--json` gives it to a program, and exit code 3 says that the verdict is not `model`, so a nightly export
# can be audited by cron.
