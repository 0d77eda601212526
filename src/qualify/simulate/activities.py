"""What leads do: draws the streams of activities and the bursts of mail scanners."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.simulate.arrays import DAY, NEVER, BoolArray, FloatArray, IntArray, select, stack
from qualify.simulate.streams import CODES, MAIL_REACTIONS, MAIL_STARTS, WINDOW, Rates
from qualify.simulate.tables import BURST_DAYS, SCANNER, STREAMS, TAIL_DAYS

__all__ = ["Activities", "draw_activities", "first_stop"]

_SENT, _OPEN, _CLICK, _STOP = (
    CODES[name] for name in ("email_sent", "email_open", "email_click", "unsubscribe")
)
_WELCOME = (60.0, 300.0)  # seconds after creation
_SECOND = DAY // 86_400


@dataclass(frozen=True, eq=False)
class Activities:
    """Activities in columns, one row an activity.

    Attributes
    ----------
    lead : (rows,) int64
        Row of the lead.
    code : (rows,) int64
        Type: row of `tables.STREAMS`.
    occurred, recorded : (rows,) int64
        Microseconds, since 1970 UTC or (while they are drawn) since the lead's creation.
    scanner : (rows,) bool
        True where a machine did it.
    """

    lead: IntArray
    code: IntArray
    occurred: IntArray
    recorded: IntArray
    scanner: BoolArray

    def since(self, created: IntArray) -> Activities:
        """Move times that count from the lead's creation to the clock."""
        start = created[self.lead]
        return Activities(self.lead, self.code, self.occurred + start, self.recorded + start, self.scanner)


def draw_activities(
    rng: np.random.Generator, created: IntArray, intent: BoolArray, scanned: BoolArray, rates: Rates
) -> Activities:
    """Draw all activities of some leads, in no order.

    Nothing goes by mail after an unsubscribe, and neither a second mail nor a person's reaction comes within
    `WINDOW` after a mail: so what a scanner does can be told apart, and says nothing about the lead.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the randomness comes from.
    created : (leads,) int64
        Creation, microseconds since 1970 UTC.
    intent : (leads,) bool
        Who means to buy.
    scanned : (leads,) bool
        Whose mails pass a scanner.
    rates : Rates
        Mean counts by type.

    Returns
    -------
    Activities
        With times since 1970 UTC.
    """
    drawn = stack([_draw_welcome(rng, len(created)), _draw_streams(rng, intent, rates)])
    is_mail = drawn.code == _SENT
    sent, rest = select(drawn, is_mail), select(drawn, ~is_mail)
    sent = select(sent, ~_after_mail(sent, sent))
    rest = select(rest, ~(np.isin(rest.code, MAIL_REACTIONS) & _after_mail(rest, sent)))
    # Only an unsubscribe that is left stops the mail; otherwise nobody could know why it stopped.
    stop = first_stop(rest, len(created))
    sent = select(sent, sent.occurred <= stop[sent.lead])
    rest = select(rest, ~np.isin(rest.code, MAIL_REACTIONS) | (rest.occurred <= stop[rest.lead]))
    return stack([sent, rest, _draw_scans(rng, select(sent, scanned[sent.lead]))]).since(created)


def first_stop(activities: Activities, leads: int) -> IntArray:
    """Give the time of each lead's first unsubscribe, `NEVER` where there is none; (leads,) int64."""
    stops = select(activities, activities.code == _STOP)
    first = np.full(leads, NEVER, dtype=np.int64)
    np.minimum.at(first, stops.lead, stops.occurred)
    return first


def _draw_welcome(rng: np.random.Generator, leads: int) -> Activities:
    """Send each lead one mail a few minutes after its creation."""
    age = np.rint(rng.uniform(*_WELCOME, leads) * _SECOND).astype(np.int64)
    return _by_people(np.arange(leads), np.full(leads, _SENT), age, age)


def _draw_streams(rng: np.random.Generator, intent: BoolArray, rates: Rates) -> Activities:
    """Draw every Poisson stream; times count from creation."""
    means = np.where(intent[:, None], rates.warm, rates.cold)
    counts = rng.poisson(means)
    leads, types = counts.shape
    each = counts.ravel()
    lead = np.repeat(np.repeat(np.arange(leads), types), each)
    code = np.repeat(np.tile(np.arange(types), leads), each)
    burst = np.array([stream.burst for stream in STREAMS])[code]
    age = rng.standard_exponential(len(code)) * np.where(rng.random(len(code)) < burst, BURST_DAYS, TAIL_DAYS)
    age += np.where(np.isin(code, MAIL_REACTIONS), MAIL_STARTS, 0.0)
    lag = rng.standard_exponential(len(code)) * np.array([stream.lag for stream in STREAMS])[code]
    occurred = _microseconds(age)
    return _by_people(lead, code, occurred, occurred + _microseconds(lag))


def _draw_scans(rng: np.random.Generator, sent: Activities) -> Activities:
    """Let machines open mails and follow their links within seconds."""
    sent = select(sent, rng.random(len(sent.lead)) < SCANNER["scanned"])
    links = 1 + rng.poisson(SCANNER["links"] - 1, len(sent.lead))
    mail = np.concatenate([np.arange(len(links)), np.repeat(np.arange(len(links)), links)])
    code = np.where(np.arange(len(mail)) < len(links), _OPEN, _CLICK)
    seconds = rng.uniform(1.0, SCANNER["seconds"], len(mail))
    time = sent.occurred[mail] + np.rint(seconds * _SECOND).astype(np.int64)
    return Activities(sent.lead[mail], code, time, time, np.ones(len(mail), dtype=np.bool_))


def _after_mail(rows: Activities, sent: Activities) -> BoolArray:
    """Tell which rows come within `WINDOW` after another mail to the same lead."""
    if not len(sent.lead) or not len(rows.lead):
        return np.zeros(len(rows.lead), dtype=np.bool_)
    span = 1 + max(int(sent.occurred.max()), int(rows.occurred.max()))
    mails = np.sort(sent.lead * span + sent.occurred)
    keys = rows.lead * span + rows.occurred
    before = np.searchsorted(mails, keys, side="left") - 1
    previous = mails[np.maximum(before, 0)]
    same = (before >= 0) & (previous // span == rows.lead)
    return np.asarray(same & (keys - previous <= round(WINDOW * DAY)), dtype=np.bool_)


def _by_people(lead: IntArray, code: IntArray, occurred: IntArray, recorded: IntArray) -> Activities:
    return Activities(lead, code, occurred, recorded, np.zeros(len(lead), dtype=np.bool_))


def _microseconds(days: FloatArray) -> IntArray:
    return np.rint(days * DAY).astype(np.int64)
