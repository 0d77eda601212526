"""Leads picked by lot: a few are worked whatever their score, so that what the scores leave out is seen too.

Sales work what the scores select, and only worked leads show what becomes of them. A model that learns from
those alone is taught its own opinion. A lot that no score decides, with a known chance, undoes this.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualify.leads.tables import BoolArray, FloatArray
from qualify.model.parts import Lot

__all__ = ["draw_numbers", "in_lot", "lot_columns", "work_probability"]

_BYTES = 8
_RANGE = 2.0**53
"""Steps between 0 and 1: what a float64 holds exactly."""


def draw_numbers(lead_id: NDArray[Any], salt: str) -> FloatArray:
    """Return each lead's number between 0 (included) and 1, evenly spread and the same on every machine.

    Parameters
    ----------
    lead_id
        Ids as the score list gives them, shape (leads,).
    salt
        Another salt gives numbers that have nothing to do with these.

    Notes
    -----
    The first 53 bits of the keyed BLAKE2b hash (RFC 7693) of the id in UTF-8: 0.8 s for a million ids.

    Examples
    --------
    >>> draw_numbers(np.array(["L1", "L2"], dtype=object), "qualify").round(4).tolist()
    [0.4159, 0.2108]
    """
    # Copies of one keyed state: setting the key anew for each id would double the time.
    keyed = hashlib.blake2b(digest_size=_BYTES, key=salt.encode("utf-8"))

    def digest(lead: str) -> bytes:
        own = keyed.copy()
        own.update(lead.encode("utf-8", "surrogatepass"))
        return own.digest()

    words = np.frombuffer(b"".join([digest(lead) for lead in lead_id.tolist()]), dtype="<u8")
    return np.asarray((words >> np.uint64(11)) / _RANGE, dtype=np.float64)


def in_lot(lead_id: NDArray[Any], lot: Lot) -> BoolArray:
    """Return which leads are picked; a larger share with the same salt keeps all that a smaller one picks."""
    return draw_numbers(lead_id, lot.salt) < lot.share


def work_probability(band: NDArray[Any], lot: Lot) -> FloatArray:
    """Return the chance, before the lot is drawn, that a lead is to be worked: 1 in band A, else the share.

    Parameters
    ----------
    band
        0 for A to 3 for D, shape (leads,).

    Notes
    -----
    A lead is to be worked when it is in band A or in the lot, and the lot does not look at it: so this is
    ``P(A or lot | lead) = 1 if A else share``, the inclusion probability by whose inverse outcomes are
    weighted (Horvitz and Thompson 1952).

    Examples
    --------
    >>> work_probability(np.array([0, 1, 3], dtype=np.int8), Lot(0.05, "salt")).tolist()
    [1.0, 0.05, 0.05]
    """
    return np.where(band == 0, 1.0, lot.share)


def lot_columns(lot: Lot | None, lead_id: NDArray[Any], band: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return what the score list says of the lot: who is picked, each one's chance; nothing without a lot.

    Who is picked follows from the id alone, so it is the same in a batch, in a call and on every machine.
    """
    if lot is None:
        return {}
    return {"picked_by_lot": in_lot(lead_id, lot), "work_probability": work_probability(band, lot)}
