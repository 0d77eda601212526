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
# # Where rules and model disagree
#
# Rules and model look at the same lead and sometimes say different things. Neither is right by office: what
# became of the leads decides. This notebook prepares the weekly meeting of marketing and sales: where the
# two differ, who was right, and which points of the scorecard the data would have chosen otherwise.

# %%
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pyarrow as pa
from IPython.display import Image, display

from qualify import Scorer
from qualify.config import load_config
from qualify.decide.agreement import compute_agreement
from qualify.simulate import simulate
from training.drivers import describe_drivers
from training.init import Request, init
from training.learned_points import learn_points
from training.plots import plot_dependence, plot_points, png
from training.train import train

pd.set_option("display.max_colwidth", None)
CUT = pd.Timestamp("2026-02-01", tz="UTC")
Path("data").mkdir(exist_ok=True)
funnel = simulate(leads=1_600, seed=2)
leads, activities, stages = (table.to_pandas() for table in (funnel.leads, funnel.activities, funnel.stages))
leads[leads["created_at"] <= CUT].to_parquet("data/leads.parquet")
activities[activities["recorded_at"] <= CUT].to_parquet("data/activities.parquet")
stages[stages["recorded_at"] <= CUT].to_parquet("data/stages.parquet")

files = {name: f"data/{name}.parquet" for name in ("leads", "activities", "stages")}
init(Request(**files, target_stage="SQL", within_days=60), force=True)
path = Path("qualify.yaml")
path.write_text(path.read_text(encoding="utf-8").replace("bags: 4", "bags: 2"), encoding="utf-8")
config = load_config(path)
outcome = train(config, Path.cwd(), budget=0, seed=0)
print(f"verdict: {outcome.verdict.use}")

# %% [markdown]
# ## Who was right
#
# The model has learned from what was known on 1 February. Leads that came in later are scored on the third
# day of their life, by rules and model alike; those whose 60 days are over by the end of June have an
# outcome that neither has seen. Rows are the model's bands, columns the rules'. Each cell: how many leads,
# and how many per cent of them became an SQL.

# %%
bundle = mlflow.artifacts.download_artifacts(f"{outcome.registered.model_uri}/artifacts/bundle")
end = stages["recorded_at"].max()
horizon = pd.Timedelta(days=60)
late = leads[(leads["created_at"] > CUT) & (leads["created_at"] + pd.Timedelta(days=3) + horizon <= end)]
scores = Scorer.load(bundle).score(late, activities, stages, as_of="created+3d", reasons=1)

entered = stages[stages["stage"] == "SQL"].groupby("lead_id")["entered_at"].min()
days = scores["lead_id"].map(entered) - scores["as_of"]
open_yet = ~(days <= pd.Timedelta(0))
scores, days = scores[open_yet], days[open_yet]
reached = dict(zip(scores["lead_id"], days <= horizon, strict=True))
columns = ["lead_id", "band", "rule_band", "probability", "rule_points", "disagreement"]
found = compute_agreement(pa.Table.from_pandas(scores[columns], preserve_index=False), reached)
cells = pd.DataFrame(
    [(c.band, c.rule_band, c.leads, c.outcome.value) for c in found.cells],
    columns=["model", "rules", "leads", "share"],
)
cells["cell"] = [
    f"{n}: {share:.0%}" if n else "" for n, share in zip(cells["leads"], cells["share"], strict=True)
]
cells.pivot_table(index="model", columns="rules", values="cell", aggfunc="first")

# %% [markdown]
# Two bands apart is worth a talk. If the model is right where it is higher, those leads do better than the
# ones that only the rules like. Intervals are 95 %; where they overlap widely, wait for more leads before
# anybody is told to have been wrong.

# %%
pd.DataFrame(
    {
        name: {"leads": f.denominator, "became SQL": f.value, "low": f.low, "high": f.high}
        for name, f in found.outcomes.items()
    }
).T

# %% [markdown]
# The leads themselves, for the talk. `qualify explain LEAD_ID` has the whole story of each.

# %%
differing = pd.DataFrame([(d.lead_id, d.disagreement, d.reached) for d in found.differing[:8]])
differing.columns = ["lead_id", "disagreement", "became SQL"]
reason = {row.lead_id: row.reasons[0]["text"] for row in scores.itertuples()}
differing.assign(first_reason=differing["lead_id"].map(reason))

# %% [markdown]
# ## Points as written, points as learned
#
# A logistic model takes the rules' own points and may stretch, shrink or turn round each of them; its answer
# is brought back to the scale of points. A bar that is much shorter than its neighbour says that a rule pays
# more than it brings. A learned bar is an association in these leads, not an order: few points for a fact
# may also mean that other rules pay for it already.

# %%
judged, data = outcome.trained.judged[0], outcome.trained.data
rules = data.loaded.scorecard.rules
learned = learn_points(data.points.points[judged.chosen], judged.label, judged.weight)
names = [rules[at].label.en for at in learned.rule]
Image(png(plot_points(names, learned.learned, learned.written)))

# %% [markdown]
# ## Value by value
#
# The same for the two fields of the scorecard that move the model most: dots are the model's contribution in
# log-odds (+0.7 about doubles the odds), the line is what the rules pay. Where the dots flatten and the line
# climbs on, the rule pays for more of the same.

# %%
drivers = describe_drivers(
    judged, outcome.trained.parts.plan.fields, data.loaded.scorecard, data.points, language="en"
)
paid = sorted((d for d in drivers if d.rule_points is not None), key=lambda d: -d.strength)
for driver in paid[:2]:
    plot = plot_dependence(driver.values, driver.contribution, driver.label, rule_points=driver.rule_points)
    display(Image(png(plot)))

# %% [markdown]
# ## What to take to the meeting
#
# The rules whose points are furthest from what the data would have chosen, each with its owner and
# rationale: ask the owner first. Change one or two, raise `version` in `scorecard.yaml`, train, and look
# again in a month.

# %%
apart = np.abs(np.array(learned.learned) - np.array(learned.written))
order = np.argsort(-apart)[:4]
pd.DataFrame(
    [
        (rules[learned.rule[k]].id, learned.written[k], learned.learned[k], rules[learned.rule[k]].owner)
        for k in order
    ],
    columns=["rule", "points as written", "as learned", "owner"],
).round(1)
