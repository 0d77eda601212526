"""A simulated funnel with known truth: tables as a CRM holds them, and the best forecast there can be."""

from __future__ import annotations

from qualify.simulate.funnel import Funnel, true_propensity
from qualify.simulate.large import write_funnel
from qualify.simulate.settings import SimulationError
from qualify.simulate.simulation import simulate

__all__ = ["Funnel", "SimulationError", "simulate", "true_propensity", "write_funnel"]
