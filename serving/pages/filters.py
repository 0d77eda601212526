"""The filters of the queue: read from the address, written back into links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from qualify.errors import UserError

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

__all__ = ["ANSWERED", "DISAGREEMENTS", "WAITING", "Filters", "read_filters"]

BANDS = ("A", "B", "C", "D")
WAITING = ("over_limit", "within_limit")
DISAGREEMENTS = ("model_higher", "rules_higher")
ANSWERED = ("todo", "answered", "all")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader wants to see; the address of the page is its only state.

    Parameters
    ----------
    band
        Bands; empty: all.
    stage, recommended, owner, source, q
        Empty: all. `stage` is that of the lead, `recommended` what the scorecard recommends.
    waiting, disagreement
        One of `WAITING` and `DISAGREEMENTS`; empty: all.
    answered
        One of `ANSWERED`.
    fit, engagement
        A cell of the grid, 0 to 3.
    """

    band: tuple[str, ...] = ()
    stage: str = ""
    recommended: str = ""
    owner: str = ""
    source: str = ""
    waiting: str = ""
    disagreement: str = ""
    answered: str = "todo"
    fit: int | None = None
    engagement: int | None = None
    q: str = ""

    def link(self, cursor: str | None = None) -> str:
        """Return the address of the queue with these filters."""
        pairs: list[tuple[str, str]] = []
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                pairs += [(field.name, str(v)) for v in (value if isinstance(value, tuple) else (value,))]
        if cursor:
            pairs.append(("cursor", cursor))
        return "/?" + urlencode(pairs) if pairs else "/"

    def without(self, name: str) -> Filters:
        """Return these filters without one of them; the two sides of a grid cell go together."""
        plain = Filters()
        gone = ("fit", "engagement") if name == "fit" else (name,)
        return replace(self, **{each: getattr(plain, each) for each in gone})

    def toggled(self, band: str) -> Filters:
        """Return these filters with a band switched on or off."""
        chosen = set(self.band) ^ {band}
        return replace(self, band=tuple(each for each in BANDS if each in chosen))

    @property
    def set_names(self) -> tuple[str, ...]:
        """The filters that are set, those of a grid cell as one."""
        plain = Filters()
        names = [f.name for f in fields(self) if getattr(self, f.name) != getattr(plain, f.name)]
        return tuple(name for name in names if not (name == "engagement" and "fit" in names))

    @property
    def hidden_count(self) -> int:
        """How many filters are set that stand in the folded part of the form."""
        folded = {"stage", "recommended", "owner", "source", "waiting", "disagreement", "answered"}
        return sum(name in folded for name in self.set_names)


def read_filters(query: QueryParams) -> Filters:
    """Read the filters of an address; empty values are no filter.

    Raises
    ------
    UserError
        A filter has a value that there is not.
    """
    known: Mapping[str, tuple[str, ...]] = {
        "waiting": WAITING, "disagreement": DISAGREEMENTS, "answered": ANSWERED,
    }  # fmt: skip
    one = {name: _one_of(query.get(name, ""), name, values) for name, values in known.items()}
    bands = {_one_of(band, "band", BANDS) for band in query.getlist("band")}
    return Filters(
        band=tuple(band for band in BANDS if band in bands),
        stage=query.get("stage", "")[:_LONGEST],
        recommended=query.get("recommended", "")[:_LONGEST],
        owner=query.get("owner", "")[:_LONGEST],
        source=query.get("source", "")[:_LONGEST],
        waiting=one["waiting"],
        disagreement=one["disagreement"],
        answered=one["answered"] or "todo",
        fit=_bin(query.get("fit", ""), "fit"),
        engagement=_bin(query.get("engagement", ""), "engagement"),
        q=query.get("q", "").strip()[:_LONGEST],
    )


def _one_of(value: str, name: str, known: tuple[str, ...]) -> str:
    if value and value not in known:
        raise UserError(
            "this filter has no such value", where=name, got=value, expected=", ".join(known),
            mend="choose the filters on the page",
        )  # fmt: skip
    return value


def _bin(value: str, name: str) -> int | None:
    return int(_one_of(value, name, ("0", "1", "2", "3"))) if value else None
