"""The model in use, watched between trainings: drift, calibration, expected performance, staleness."""

from __future__ import annotations

from training.monitor.look import Watched, look

__all__ = ["Watched", "look"]
