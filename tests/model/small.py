"""A whole small model, quickly made, and leads that it can score."""

from __future__ import annotations

import numpy as np

from qualify.config import ColumnSpec, Data, Target
from qualify.features.plan import FeaturePlan
from qualify.leads.tables import Activities, Column, LeadTables, Stages
from qualify.model.fit import fit_target
from qualify.model.parts import ModelParts, Schema, Window, bands_of, reference_of
from qualify.model.rows import Rows
from qualify.rules.load import dump_yaml
from tests.model.rows import QUICK, WORDS, make_rows
from tests.rules.build import activity, content

NUMBERS = ("visits", "minutes", "noise")


def tables_of(rows: Rows) -> LeadTables:
    """Leads with the attributes of the rows."""
    count = rows.frame.rows
    columns = {name: Column("number", rows.frame.numeric[j].values) for j, name in enumerate(NUMBERS)}
    columns["source"] = Column("category", rows.frame.categorical[0].values, WORDS)
    return LeadTables(
        lead_id=np.array([f"L{i}" for i in range(count)], dtype=object),
        created_at=rows.as_of + 1,
        columns=columns,
        activities=Activities.none(count),
        stages=Stages.none(count),
        source_row=np.arange(count),
    )


def make_parts(*, seed: int = 0, threads: int = 1) -> ModelParts:
    """Fit a flat model of 400 leads."""
    rows = make_rows(400)
    specs = {name: ColumnSpec(type="number") for name in NUMBERS} | {"source": ColumnSpec(type="category")}
    tables = tables_of(rows)
    model, forward = fit_target("won", rows, QUICK, bags=2, seed=seed, threads=threads)
    raw = model.blend.log_odds(forward.linear, forward.trees)
    reference = reference_of(model.calibration.probability(raw), forward.population, forward.label)
    target = Target(name="won", column="Won", positive="yes")
    return ModelParts(
        schema=Schema(Data(leads="leads", lead_id="lead_id"), specs, (target,), (), True),
        plan=FeaturePlan.fit(tables, specs, None, "UTC", np.arange(len(tables))),
        scorecard_text=dump_yaml(content(activity())),
        targets=(model,),
        bands=bands_of(reference, (0.1, 0.3, 0.6)),
        reference=reference,
        window=Window("2026-01-01T00:00:00", "2026-06-30T00:00:00", 400, 400, int(rows.label.sum())),
        seed=seed,
    )
