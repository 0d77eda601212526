"""Alerts: sales are told when a lead passes into band A or into the SQL criteria."""

from serving.alerts.signature import HEADER, sign, verify
from serving.alerts.worker import Delivered, run_once, watch

__all__ = ["HEADER", "Delivered", "run_once", "sign", "verify", "watch"]
