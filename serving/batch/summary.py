"""What a job did, in figures: however it was done, in one piece or in buckets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from qualify.errors import DataError
from qualify.leads.joined import rows_of_events
from qualify.leads.part import refuse_unread
from qualify.leads.rejects import Note, Rejects
from qualify.leads.tables import LeadTables
from serving.batch.bucket import Told

__all__ = ["Summary", "join_told"]

_EVENTS = ("ragged_row", "missing_id", "missing_type", "missing_name", "bad_time", "unknown_lead",
           "bad_recorded_at", "bad_value")  # fmt: skip
_ORDER = [f"{kind}_{code}" for kind in ("activity", "stage") for code in _EVENTS]

_MENDS = {
    "not_yet_created": "take a later --as-of, or correct the dates of creation",
    "no_creation_date": "name the time of scoring with --as-of, or fill in the dates of creation",
}
"""What helps, by the code of the reject."""


@dataclass(frozen=True)
class Summary:
    """Figures of a job.

    Parameters
    ----------
    scored
        Leads in the list.
    rejects
        Leads that were left out, by code.
    notes
        What was counted and cost no lead.
    unchanged
        Leads whose rows of an earlier run still hold.
    why_all
        Of a run of changes that could go on with no row: why, in words.
    events
        How many rows the leads have of each table of events.
    """

    scored: int
    rejects: dict[str, int]
    notes: tuple[Note, ...]
    unchanged: int = 0
    why_all: str = ""
    events: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, scored: int, rejects: Rejects, tables: LeadTables) -> Summary:
        """Return the summary of a job in one piece."""
        codes = dict(Counter(rejects.frame["code"].tolist()))
        return cls(scored, codes, rejects.notes, events=rows_of_events(tables))

    @property
    def rejected(self) -> int:
        """How many leads were left out."""
        return sum(self.rejects.values())

    def counts(self) -> dict[str, int]:
        """Return how many rows each code stands for, leads first."""
        found = Counter(self.rejects)
        for note in self.notes:
            found[note.code] += note.count
        return dict(found)

    def lines(self) -> list[str]:
        """Return one line for each code, for people; last that no lead was scored, where none was."""
        return (
            [f"every lead was scored: {self.why_all}"] * bool(self.why_all)
            + [f"{code}: {count} rows of leads" for code, count in sorted(self.rejects.items())]
            + [f"{note.code}: {note.count}: {note.message}" for note in self.notes]
            + self._nobody()
        )

    def _nobody(self) -> list[str]:
        """Return a line where every lead was left out: an empty list looks like a quiet night."""
        if self.scored or self.unchanged or not self.rejects:
            return []
        code, count = max(self.rejects.items(), key=lambda each: (each[1], each[0]))
        mend = f"; {_MENDS[code]}" if code in _MENDS else ""
        return [f"NO LEAD WAS SCORED: {count} of {self.rejected} were left out as {code}{mend}"]


def join_told(told: Sequence[Told], columns: Iterable[str], origin: str) -> Summary:
    """Return the summary of all buckets.

    Raises
    ------
    DataError
        No lead can be used, or a column cannot be read in any row of any bucket.
    """
    refuse_unread(tally for each in told for tally in each.tallies)
    rejects: Counter[str] = Counter()
    for each in told:
        rejects.update(each.rejected)
    if not any(each.usable for each in told):
        raise DataError("No lead can be used.", where=origin, got=dict(rejects), mend="correct the table")
    joined: dict[tuple[str, str], Note] = {}
    for note in (note for each in told for note in each.notes):
        key = note.code, note.about
        joined[key] = joined[key].plus(note) if key in joined else note
    names = [f"column {name!r}: " for name in columns]
    notes = sorted(joined.values(), key=lambda note: _place(note, names))
    events: Counter[str] = Counter()
    for each in told:
        events.update(each.events)
    return Summary(sum(each.scored for each in told), dict(rejects), tuple(notes), events=dict(events))


def _place(note: Note, columns: Sequence[str]) -> tuple[int, int]:
    """Return where a note stands in a job in one piece: by column, then activities, then stages."""
    if note.code in _ORDER:
        return 1, _ORDER.index(note.code)
    return 0, next((i for i, name in enumerate(columns) if note.about.startswith(name)), len(columns))
