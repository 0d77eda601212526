"""Rows as the kernel wants them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qualify.errors import DataError

__all__ = ["checked_rows"]


def checked_rows(X: NDArray[np.generic], features: int) -> NDArray[np.float64]:
    """Check the shape of rows and convert them where necessary.

    Parameters
    ----------
    X : ndarray, shape (rows, features)
        Rows of numbers; in an array of objects, None is missing.
    features : int
        Columns that it must have.

    Returns
    -------
    ndarray of float64, shape (rows, features)
        In C order and read-only: arrays from pandas are, and so the kernel is compiled for one type only.
        A view of `X` where that is possible.

    Raises
    ------
    DataError
        If `X` is no array of numbers of that shape.

    Examples
    --------
    >>> checked_rows(np.array([[1, 2]]), features=2)
    array([[1., 2.]])
    """
    if not isinstance(X, np.ndarray):
        raise DataError(
            "The rows are not a NumPy array.",
            got=type(X).__name__,
            expected=f"an array of shape (rows, {features})",
            mend="Pass the encoded features, as frame.to_numpy(dtype=float) gives them.",
        )
    if X.ndim != 2 or X.shape[1] != features:
        raise DataError(
            "The rows have the wrong shape.",
            got=X.shape,
            expected=f"(rows, {features})",
            mend="Pass one row a lead, with all columns of training in their order.",
        )
    rows = _to_float(X).view()
    rows.flags.writeable = False
    return rows


def _to_float(X: NDArray[np.generic]) -> NDArray[np.float64]:
    try:
        if X.dtype.kind not in "fiubO":
            raise TypeError(f"{X.dtype} is no type of real numbers")
        return np.ascontiguousarray(X.astype(np.float64, copy=False))
    except (TypeError, ValueError) as fault:
        raise DataError(
            "The rows are not numbers.",
            got=str(fault),
            expected="an array of float64",
            mend="Encode texts and times first, as in training.",
        ) from fault
