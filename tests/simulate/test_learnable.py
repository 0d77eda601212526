"""An ordinary learner on obvious columns comes near the truth: the funnel can be learned from."""

import lightgbm as lgb
import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from qualify.simulate.tables import STREAMS
from tests.simulate.funnels import DAY, frame, funnel, happened


def obvious_columns(made) -> pd.DataFrame:
    """Counts by type known one day after creation, numbers, and each other attribute one-hot."""
    leads, history = frame(made.leads), made.history
    activities, types = history.activities, len(STREAMS)
    known = activities.recorded <= (history.created + DAY)[activities.lead]
    cells = activities.lead[known] * types + activities.code[known]
    counts = pd.DataFrame(np.bincount(cells, minlength=len(leads) * types).reshape(-1, types))
    domain = leads.email.str.split("@").str[1]
    words = {
        "industry": leads.industry, "source": leads.source, "rank": leads.job_title.str.split(" ").str[-1],
        "it": leads.job_title.str.contains(r"\bIT\b|CIO|情報"),
        "student": domain.str.contains(r"ac\.jp|\.edu"), "rival": domain.str.endswith(".example"),
        "free": domain.isin(domain.value_counts().index[:5]),
    }  # fmt: skip
    one_hot = pd.get_dummies(pd.DataFrame(words).astype("string").fillna("none"))
    return pd.concat([counts, leads[["employees", "revenue_jpy"]], one_hot], axis=1).astype(float)


def test_shallow_trees_come_near_the_truth():
    made = funnel(32_000, 11)
    columns = obvious_columns(made).to_numpy()
    as_of = made.history.created + DAY
    y, p = happened(made, as_of, "sql", 60), frame(made.truth).p_sql.to_numpy()
    row = np.arange(len(y))
    asked = ~np.isnan(p) & (as_of + 60 * DAY < made.settings.end)
    train, test = asked & (row < 18_000), asked & (row >= 18_000)
    settings = {
        "objective": "binary", "max_depth": 2, "num_leaves": 4, "learning_rate": 0.1, "feature_fraction": 0.3,
        "min_child_samples": 40, "num_threads": 1, "verbose": -1, "seed": 1,
    }  # fmt: skip
    model = lgb.train(settings, lgb.Dataset(columns[train], y[train]), num_boost_round=500)
    found = roc_auc_score(y[test], model.predict(columns[test]))
    best = roc_auc_score(y[test], p[test])
    assert test.sum() > 9_000
    assert found > best - 0.01
