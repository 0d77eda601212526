"""The batch job: tables in, a score list and its rejects out, in one piece or bucket by bucket."""

from serving.batch.early import Early, split_early
from serving.batch.finish import rejects_of
from serving.batch.job import Job, run_job
from serving.batch.split import Split
from serving.batch.whole import Scored, Sources, moments_of, read_sources, score_sources

__all__ = [
    "Early",
    "Job",
    "Scored",
    "Sources",
    "Split",
    "moments_of",
    "read_sources",
    "rejects_of",
    "run_job",
    "score_sources",
    "split_early",
]
