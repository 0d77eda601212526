"""The batch job: tables in, a score list and its rejects out, in one piece or bucket by bucket."""

from serving.batch.finish import rejects_of
from serving.batch.job import Job, run_job
from serving.batch.whole import Scored, Sources, moments_of, read_sources, score_sources

__all__ = [
    "Job",
    "Scored",
    "Sources",
    "moments_of",
    "read_sources",
    "rejects_of",
    "run_job",
    "score_sources",
]
