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
# # A first model
#
# Look at the data, train, and read the explanations. The leads are simulated, so everything here runs as it
# stands (`jupytext --to ipynb 01_first_model.py` makes a notebook of it); put your own tables in their place.

# %%
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
from IPython.display import Image

from qualify import Scorer
from qualify.config import load_config
from qualify.simulate import simulate
from training.drivers import describe_drivers
from training.init import Request, init
from training.plots import plot_dependence, plot_reliability, plot_summary, png
from training.train import train

pd.set_option("display.max_colwidth", None)
simulate(leads=1_000, seed=1).write("data")
leads, activities, stages = (
    pd.read_parquet(f"data/{name}.parquet") for name in ("leads", "activities", "stages")
)

# %% [markdown]
# ## The data
#
# Who the leads are, what they did, and which stages they entered. `recorded_at` is when the CRM knew; a score
# as of a time sees only what was known then.

# %%
leads.head()

# %%
activities["type"].value_counts().to_frame("activities")

# %%
by_stage = stages.groupby("stage")["lead_id"].nunique().sort_values(ascending=False)
(by_stage / len(leads)).round(3).to_frame("share of leads that entered it")

# %% [markdown]
# ## The configuration
#
# `init` looks at the tables and writes `qualify.yaml`, with the evidence as comments. Read it and correct it.

# %%
found = init(
    Request(
        leads="data/leads.parquet",
        activities="data/activities.parquet",
        stages="data/stages.parquet",
        target_stage="SQL",
        within_days=60,
    ),
    force=True,
)
print("\n".join(found.lines))

# %% [markdown]
# ## Training
#
# Rules, naive Bayes, a learned scorecard and the model are judged on the same later leads, with 95 %
# intervals.

# %%
config = load_config("qualify.yaml")
outcome = train(config, Path.cwd(), budget=0, seed=0, force=True)
judged = outcome.trained.judged[0]
figures = pd.DataFrame(
    {
        scorer: {name: f"{m.value:.3f} ({m.low:.3f} to {m.high:.3f})" for name, m in metrics.items()}
        for scorer, metrics in judged.metrics.items()
    }
)
print(f"verdict: {outcome.verdict.use}", *outcome.verdict.reasons, sep="\n  ")
figures

# %% [markdown]
# Do the probabilities keep their promise? On the line, 20 % means that 20 of 100 such leads became SQL.

# %%
Image(png(plot_reliability(judged.label, judged.probabilities["model"], lead=judged.lead)))

# %% [markdown]
# ## What the model looks at
#
# Contributions are exact parts of each lead's log-odds, summed by what a sales person recognises.

# %%
data = outcome.trained.data
drivers = describe_drivers(
    judged, outcome.trained.parts.plan.fields, data.loaded.scorecard, data.points, language="en"
)
drivers = sorted(drivers, key=lambda driver: -driver.strength)
numbers = [None if d.values.dtype == object else d.values for d in drivers]
Image(
    png(plot_summary(np.column_stack([d.contribution for d in drivers]), numbers, [d.label for d in drivers]))
)

# %%
prices = next(driver for driver in drivers if driver.label == "Pricing page views")
Image(png(plot_dependence(prices.values, prices.contribution, prices.label, rule_points=prices.rule_points)))

# %% [markdown]
# ## One lead
#
# The registered model scores tables as they were known at a time. `rank` 1 is the lead to call first.

# %%
bundle = mlflow.artifacts.download_artifacts(f"{outcome.registered.model_uri}/artifacts/bundle")
scorer = Scorer.load(bundle)
scores = scorer.score(leads, activities, stages, as_of="2026-06-30", reasons=50)
scores[["lead_id", "rank", "probability", "band", "rule_points", "recommended_stage"]].head()

# %%
first = scores.iloc[0]
reasons = pd.DataFrame(list(first["reasons"]))
reasons[["text", "contribution"]].head(8)

# %% [markdown]
# Nothing is left unexplained: the base value and all contributions add up to the model's log-odds.
# Calibration turns these into the probability.

# %%
raw = first["base_value"] + reasons["contribution"].sum() + first["other_contribution"]
calibration = outcome.trained.parts.targets[0].calibration
calibrated = float(calibration.probability(np.array([raw]))[0])
print(f"log-odds {raw:.3f}, calibrated {calibrated:.4f}, scored {first['probability']:.4f}")
assert abs(calibrated - first["probability"]) < 1e-9
