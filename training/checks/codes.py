"""What each code of a check means, why it matters, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from qualify.labels.audit import TITLES
from qualify.labels.audit.suspicion import Code as ColumnCode


@dataclass(frozen=True, slots=True)
class Told:
    """A code in words: what it says, why that matters, and the mend."""

    what: str
    why: str
    mend: str


_LATER = "known only after the outcome, so new leads never have it: the model looks better than it is"
_EXCLUDE = "put the column under `exclude`, unless you know that it was filled in before the lead was scored"

_COLUMNS: dict[ColumnCode, tuple[str, str]] = {
    "L001": (_LATER, _EXCLUDE),
    "L002": ("it is filled in because of the outcome; a new lead has it empty for another reason", _EXCLUDE),
    "L003": (_LATER, "put the date under `exclude`, or export it as it was when the lead came in"),
    "L004": (_LATER, _EXCLUDE),
    "L005": ("an export holds today's state; at scoring the state is another one", _EXCLUDE),
    "L006": ("the model would repeat the answer", "put the column under `exclude`"),
    "L007": ("sales wrote it after they had talked with the lead", _EXCLUDE),
    "L008": ("it came in together with a column that knows the outcome", _EXCLUDE),
    "L009": ("every row's own outcome is part of its value, so the past looks easy and the future is not",
             "put the column under `exclude`; categories are encoded out of fold by the training itself"),
    "L010": ("it counts what the lead did after the moment of scoring too",
             "put the column under `exclude`; the activities are counted as of each moment anyway"),
}  # fmt: skip

_DATA: dict[str, Told] = {
    "P001": Told(
        "an activity sets the target stage", "the model predicts the activity rather than the interest",
        "choose a later stage as target, or leave out the entries that this activity made",
    ),
    "P002": Told(
        "the rules set the outcome", "the model learns the rules, and agrees with them by construction",
        "choose an outcome that sales decide, such as accepted or won",
    ),
    "P003": Told(
        "the target stage is set for many leads at once", "an import or a campaign set it, not the leads",
        "leave out the entries of the import, or give them the dates at which they really happened",
    ),
    "P004": Told(
        "leads in one stretch, or of one import, all have the outcome",
        "customers were imported as leads, or the table is sorted by its outcome: neither comes again",
        "leave out the imported rows; name the column that grows with time as `data.order_by`",
    ),
    "M001": Told(
        "most leads have not been watched long enough", "what is left to learn from is old or small",
        "bring a longer history, or shorten `within_days`",
    ),
    "M002": Told(
        "many outcomes come after the horizon", "slow wins count as lost",
        "lengthen `within_days`, where the history allows it",
    ),
    "M003": Told(
        "the share of outcomes moves", "figures of the past say less about now",
        "find out what changed; retrain often, and read the calibration of the latest month",
    ),
    "Q001": Told(
        "rows that cannot be used", "what is left out is seldom left out by chance",
        "correct these rows in the export",
    ),
    "Q002": Told(
        "a column is mostly empty", "little can be learned from it",
        "fill it in at the source, or put it under `exclude`",
    ),
    "Q003": Told(
        "a column has one value only", "it tells nothing", "put it under `exclude`",
    ),
    "Q004": Told(
        "times in the future", "the end of the data decides which outcomes count as known",
        "correct the times, or the time zone in `data.timezone`",
    ),
    "Q005": Told(
        "activities before the lead's creation", "the creation date may be that of an import",
        "use the date at which the lead first came in as `data.created_at`",
    ),
    "Q006": Told(
        "a placeholder stands for a missing value", "the model reads “not given” as an answer or an amount",
        "add the value to the column's `missing`",
    ),
    "Q007": Told(
        "test records and shared addresses", "they are not leads, and their outcomes mean nothing",
        "leave these rows out of the export",
    ),
    "Q008": Told(
        "no row of a table belongs to a lead", "every lead looks as if it had done nothing",
        "compare the ids of both tables: a contact's id is not a lead's; see `data.*_columns.lead_id`",
    ),
    "V001": Told(
        "few leads with an outcome", "a model seldom beats rules on so few", "bring a longer history",
    ),
    "V002": Told(
        "few outcomes of one kind", "figures are rough, and the model may have learned luck",
        "bring a longer history, or choose an earlier stage as target",
    ),
    "V003": Told(
        "so few new leads that people can read them all", "a score saves nobody time",
        "let sales read each lead; use the scores as a second opinion",
    ),
    "R001": Told(
        "one person stands in several leads", "the later twin is recognised, not predicted",
        "merge the leads of a person in the CRM, or export each person once",
    ),
    "R002": Told(
        "rows that are equal but for the id", "the later twin is recognised, not predicted",
        "leave the copies out of the export",
    ),
    "R003": Told(
        "rows that are equal but for one value", "the later twin is recognised, not predicted",
        "look at the pairs, and leave the copies out of the export",
    ),
    "A001": Told(
        "mail scanners open and click", "a machine's clicks look like interest",
        "let the mailing tool filter them, or leave such clicks out of the export; cap the rules on clicks",
    ),
    "T001": Told(
        "events recorded long after they happened",
        "a score sees what was known: what comes late is missing when it is needed",
        "record events when they happen; where an import wrote them, restore the original `recorded_at`",
    ),
    "S001": Told(
        "earlier and later leads differ as a whole", "the model is used on other leads than it learned from",
        "find out what changed; train on the recent leads, and watch with `qualify monitor`",
    ),
    "S002": Told(
        "a column's values shift", "what was learned about it may no longer hold",
        "find out whether the market or the form changed; exclude the column where its meaning did",
    ),
    "S003": Told(
        "categories that earlier leads did not have", "the model knows nothing about them",
        "map renamed values to one name; train again when the new ones have outcomes",
    ),
    "S004": Told(
        "a column becomes empty", "a value that is missing now meant something else when it was there",
        "find out whether a form or an interface lost the field, and restore it",
    ),
    "K001": Told(
        "a threshold of the scorecard above the most points that can be had",
        "the band or the stage stays empty for ever", "lower the threshold, or raise the points",
    ),
    "K002": Told(
        "a rule about a column that is not used", "the rule never gives points",
        "name the column as the table does, take it out of `exclude`, or delete the rule",
    ),
    "K003": Told(
        "a rule about an activity that does not occur", "the rule never gives points",
        "name the activity as the table does, or delete the rule",
    ),
    "K004": Told(
        "a row of a rule's table about a value that no lead has", "the row never gives points",
        "write the value as the table does, or delete the row",
    ),
    "K005": Told(
        "a pattern that matches no topic", "the rule never gives points",
        "write the pattern after the topics of your activities, or delete the rule",
    ),
    "K006": Told(
        "a row of a rule's table that no lead reaches", "rows above it take all of its leads",
        "put the narrower row first, or delete it",
    ),
    "K007": Told(
        "two groups give points for the same thing", "one act counts twice, so points promise too much",
        "let one rule replace the other (`replaces`), or delete one",
    ),
    "K008": Told(
        "a cap below a single award", "the award never counts in full", "raise the cap, or lower the award",
    ),
    "K009": Told(
        "ranges of a rule's table overlap", "the upper row wins, which readers overlook",
        "let each range end where the next begins",
    ),
    "K010": Told(
        "a label without a translation", "readers of the other language see a foreign word",
        "give the label in both languages",
    ),
    "K011": Told(
        "a stage whose entry criteria no lead meets", "no lead is ever put into that stage",
        "loosen the criteria, or delete the stage",
    ),
    "K012": Told(
        "a rule that gives no points", "it is read and explained for nothing",
        "give it points, or delete it",
    ),
    "K013": Told(
        "stages that the scorecard does not know",
        "points and the stages of the CRM cannot be compared there",
        "add them to `stages` of the scorecard, or to the `names` of a stage",
    ),
}  # fmt: skip

EXPLAINED: dict[str, Told] = {
    **{code: Told(TITLES[code], *_COLUMNS[code]) for code in get_args(ColumnCode)},
    **_DATA,
}
"""Every code in words; codes never change their meaning."""

CODES: dict[str, str] = {code: told.what for code, told in EXPLAINED.items()}
"""What each code says."""


def as_table() -> str:
    """Return the codes as a Markdown table, a line a code."""
    lines = [f"| {code} | {told.what} | {told.why} | {told.mend} |" for code, told in EXPLAINED.items()]
    return "\n".join(["| code | what | why it matters | mend |", "| --- | --- | --- | --- |", *lines])
