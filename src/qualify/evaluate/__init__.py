"""Judging scorers: losses a row first, then their means with intervals over leads; baselines; curves."""

from __future__ import annotations

from qualify.evaluate.bayes import BayesModel, bayes_features, fit_bayes
from qualify.evaluate.compare import paired_difference
from qualify.evaluate.curves import compute_gain, compute_reliability
from qualify.evaluate.draws import Metric
from qualify.evaluate.metrics import METRICS, compute_metrics
from qualify.evaluate.rows import row_brier, row_log_loss
from qualify.evaluate.rules_baseline import PointsMap, fit_points_map
from qualify.evaluate.skill import Skill, has_skill

__all__ = [
    "METRICS",
    "BayesModel",
    "Metric",
    "PointsMap",
    "Skill",
    "bayes_features",
    "compute_gain",
    "compute_metrics",
    "compute_reliability",
    "fit_bayes",
    "fit_points_map",
    "has_skill",
    "paired_difference",
    "row_brier",
    "row_log_loss",
]
