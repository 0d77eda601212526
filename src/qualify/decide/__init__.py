"""What follows from a score: bands, disagreement, recommended stage, hand-off package, shared figures."""

from qualify.decide.agreement import Agreement, compute_agreement
from qualify.decide.disagreement import DISAGREEMENTS, disagreement

__all__ = ["DISAGREEMENTS", "Agreement", "compute_agreement", "disagreement"]
