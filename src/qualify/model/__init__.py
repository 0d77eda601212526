"""The learned scorecard, the shallow trees, their blend, calibration, and the bundle that holds them."""
