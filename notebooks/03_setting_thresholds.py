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
# # Setting thresholds with marketing and sales
#
# From which score on does sales call? Two teams decide that together, and both should see what each choice
# finds and costs before they choose. The leads are simulated; put your own project's folder in their place
# (`qualify cuts` prints the same on the command line).

# %%
from pathlib import Path

import pandas as pd
from IPython.display import Image

from qualify.config import load_config
from qualify.simulate import simulate
from training.cut_choices import Wish, yaml_lines
from training.cuts import find_cuts
from training.cuts_words import lines_of
from training.init import Request, init
from training.plots import png
from training.plots.cuts import plot_cuts
from training.train import train

folder = Path.cwd()
simulate(leads=1_000, seed=2).write("data")
tables = {name: f"data/{name}.parquet" for name in ("leads", "activities", "stages")}
init(Request(**tables, target_stage="SQL", within_days=60), force=True)

# %% [markdown]
# Sales counts wins, and SQLs come first: so the win is a second target, and each choice is told in both.

# %%
text = Path("qualify.yaml").read_text()
win = "  - {name: win, stage: Won, within_days: 120}\n"
Path("qualify.yaml").write_text(text.replace("\ncolumns:", f"\n{win}columns:", 1))
config = load_config("qualify.yaml")
train(config, folder, budget=0, seed=0, force=True).verdict.use

# %% [markdown]
# ## What there is to choose from
#
# Each row is a cut: the leads at and above it are worked. Hits are observed among recent leads whose outcome
# is known, wins are what the model expects. The rules' points stand on the same axes, with the 100 points
# that both teams start from. Where the model has learned from the leads shown, it is told: that flatters it.

# %%
cuts = find_cuts(config, folder, Wish())
print("\n".join(lines_of(cuts)))

# %%
Image(png(plot_cuts(cuts)))

# %% [markdown]
# ## Sales says how many leads it can call
#
# Twelve leads a week. The cut is where so many leads a week lie above it.

# %%
by_capacity = find_cuts(config, folder, Wish(capacity=12))
chosen = by_capacity.choices[by_capacity.chosen]
print(
    f"from {chosen.threshold:.1%} on: {chosen.worked:.1f} leads a week, {chosen.found.value:.1f} SQLs "
    f"({chosen.found.low:.1f} to {chosen.found.high:.1f}), {chosen.wins.value:.1f} wins expected"
)
yaml_lines(by_capacity)

# %% [markdown]
# ## Or the teams name a value and a cost
#
# A win brings 20,000, working a lead costs 300. The cut is where the expected value less the cost is largest:
# beyond it, a lead costs more than it brings on average. It follows from the model's probabilities alone;
# what was observed at a cut plays no part in choosing it, so choosing makes the figures beside it no better.

# %%
by_value = find_cuts(config, folder, Wish(value=20_000, cost=300))
Image(png(plot_cuts(by_value)))

# %% [markdown]
# How sure are the teams of the cost? Halve it and double it, and see how far the cut moves.

# %%
found = {cost: find_cuts(config, folder, Wish(value=20_000, cost=cost)) for cost in (150, 300, 600)}
picked = {cost: each.choices[each.chosen] for cost, each in found.items()}
pd.DataFrame(
    {
        "cut": {cost: f"{each.threshold:.1%}" for cost, each in picked.items()},
        "leads a week": {cost: round(each.worked, 1) for cost, each in picked.items()},
        "SQLs a week": {cost: round(each.found.value, 1) for cost, each in picked.items()},
        "net a week": {cost: round(each.net.value) for cost, each in picked.items()},
    }
)

# %% [markdown]
# ## Write it down
#
# The bands are held in the model, so that batch, service and pages cut alike: the lines go into
# `qualify.yaml`, and the next training takes them.

# %%
print("capacity:", *(f"  {key}: {value}" for key, value in yaml_lines(by_value).items()), sep="\n")
