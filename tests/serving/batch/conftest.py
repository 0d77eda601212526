"""Jobs on the small world, with any number of buckets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qualify.moments import parse_as_of
from serving.batch import Job, Sources, run_job
from serving.batch.summary import Summary
from tests.world import AS_OF, World

Run = Callable[..., Summary]


@pytest.fixture
def run(world: World) -> Run:
    """Score tables (those of the world where none are named) into a file."""

    def score(
        out: Path | str, buckets: int | None, sources: Sources | None = None, **changed: object
    ) -> Summary:
        named = sources or Sources(
            *(str(world.folder / f"{n}.parquet") for n in ("leads", "activities", "stages"))
        )
        words = {
            "as_of": parse_as_of(AS_OF, "UTC"),
            "reasons": 3,
            "language": "en",
            "memory": 2 << 30,
        } | changed
        return run_job(Job(world.scorer, named, str(out), buckets=buckets, **words))  # type: ignore[arg-type]

    return score
