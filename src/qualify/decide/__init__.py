"""What follows from a score: bands, disagreement, recommended stage."""

from qualify.decide.disagreement import DISAGREEMENTS, disagreement

__all__ = ["DISAGREEMENTS", "disagreement"]
