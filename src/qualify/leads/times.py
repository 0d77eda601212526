"""Strings, serial numbers and typed times as int64 microseconds since 1970-01-01 UTC."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualify.errors import ConfigError
from qualify.leads.endless import EARLIEST, LATEST, is_endless
from qualify.leads.few import Few, Values
from qualify.leads.few_times import read_few
from qualify.leads.manner import TimeManner
from qualify.leads.strings import as_text, flat, is_text, without
from qualify.leads.tables import MICROSECONDS_A_DAY, NO_TIME, BoolArray, FloatArray, IntArray
from qualify.leads.written_times import read_written

_ISO = r"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?"
_OFFSET = r"(?:Z|[+-]\d{2}(?::?\d{2})?)$"
_PIECE = 16_384

_EXCEL_DAY_ZERO = 25_569  # 1970-01-01 as an Excel serial
_SERIALS = (  # lowest, highest, microseconds a unit; the ranges are about 1954 to 2119, apart from each other
    (2.0e4, 8.0e4, None),
    (1.0e8, 4.7e9, 1e6),
    (1.0e11, 4.7e12, 1e3),
    (1.0e14, 4.7e15, 1.0),
    (1.0e17, 4.7e18, 1e-3),
)


@dataclass(frozen=True, slots=True)
class Times:
    """Parsed times: int64 with `NO_TIME` where missing, and which rows held something that is no time."""

    micros: IntArray
    unread: BoolArray


def check_timezone(name: str) -> str:
    """Return the name of a time zone.

    Raises
    ------
    ConfigError
        No zone has that name.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(
            "The time zone is not known.", where="data.timezone", got=name,
            expected="a name such as Asia/Tokyo", mend="use a name of the IANA time zone database, or UTC",
        ) from error  # fmt: skip
    return name


def parse_times(
    values: Values,
    *,
    timezone: str = "UTC",
    day_first: bool = False,
    missing: Collection[str] = (),
    manner: TimeManner | None = None,
) -> Times:
    """Read a column as times.

    Parameters
    ----------
    values
        ISO 8601 with or without an offset, year-month-day with other separators (also 2026年4月1日),
        month/day/year, day/month/year with `day_first`, day.month.year, names of months, a.m. and p.m.;
        years of the eras of Japan (令和8年4月1日, R8.4.1), 午前 and 午後;
        where every value of the column is a number in a plausible range, seconds, milliseconds, micro- or
        nanoseconds since 1970, or Excel serials.
    timezone
        The zone of naive times. At the end of summer time the earlier of two readings is taken.
    day_first
        Whether 01/04/2026 is the first of April.
    missing
        Placeholders that stand for a missing value.
    manner
        How the column is written of which these values are a part; None: they are all of it.

    Returns
    -------
    Times
        In UTC. Before 1800 and from 2200 on (0001-01-01, 9999-12-31) counts as not readable.

    Examples
    --------
    >>> parse_times(pa.array(["1970-01-01T01:00+01:00", "1970年1月2日", "soon"])).micros.tolist()
    [0, 86400000000, -9223372036854775808]
    """
    if isinstance(values, Few) and values.kind == "text" and not missing:
        few = read_few(values.values, timezone)
        if few is not None:
            return _plausible(Times(few, np.zeros(len(few), dtype=bool)))
    return _plausible(_parsed(flat(values), timezone, day_first, missing, manner))


def _parsed(
    array: pa.Array, timezone: str, day_first: bool, missing: Collection[str], manner: TimeManner | None
) -> Times:
    if pa.types.is_temporal(array.type) and not pa.types.is_duration(array.type):
        endless = is_endless(array)
        if not endless.any():
            return _finished(_typed(array, timezone), endless)
        kept = array.filter(pa.array(~endless))
        micros = np.full(len(array), NO_TIME, dtype=np.int64)
        micros[~endless] = _finished(_typed(kept, timezone), endless).micros
        return Times(micros, endless)
    if not is_text(array.type):
        return _from_numbers(array, timezone, manner)
    return _from_text(without(as_text(array), missing), timezone, day_first, manner)


def _plausible(times: Times) -> Times:
    """Count what no lead can have lived through, such as 9999-12-31, among what cannot be read."""
    micros = times.micros
    if len(micros) and micros.min() >= EARLIEST and micros.max() < LATEST:
        return times
    odd = (times.micros != NO_TIME) & ((times.micros < EARLIEST) | (times.micros >= LATEST))
    if not odd.any():
        return times
    return Times(np.where(odd, NO_TIME, times.micros), times.unread | odd)


def look_at_times(values: Values, missing: Collection[str] = ()) -> TimeManner:
    """Return whether a column's times are serial numbers, and their range; of times proper, nothing.

    Examples
    --------
    >>> look_at_times(pa.array(["46000", "46000.5"])).lowest
    46000.0
    """
    array = flat(values)
    if not is_text(array.type):
        return TimeManner() if pa.types.is_temporal(array.type) else _range(_as_numbers(array))
    text = without(as_text(array), missing)
    given = text.is_valid().to_numpy(zero_copy_only=False)
    if not given.any():
        return TimeManner()
    serial = _serials(text, given)
    return TimeManner(serial=False) if serial is None else _range(serial)


def _range(numbers: FloatArray) -> TimeManner:
    given = numbers[~np.isnan(numbers)]
    if not len(given):
        return TimeManner()
    return TimeManner(True, float(given.min()), float(given.max()), bool(np.all(given == np.round(given))))


def _finished(stamps: pa.Array, unread: BoolArray) -> Times:
    micros = stamps.cast(pa.int64()).fill_null(NO_TIME).to_numpy(zero_copy_only=False)
    return Times(np.asarray(micros, dtype=np.int64), unread)


def _typed(array: pa.Array, timezone: str) -> pa.Array:
    if pa.types.is_time(array.type):
        return pa.nulls(len(array), pa.timestamp("us", tz="UTC"))
    zone = getattr(array.type, "tz", None)
    if zone is not None:
        return array.cast(pa.timestamp("us", tz="UTC"), safe=False)
    return _in_zone(array.cast(pa.timestamp("us"), safe=False), timezone)


def _in_zone(naive: pa.Array, timezone: str) -> pa.Array:
    local = pc.assume_timezone(naive, timezone, ambiguous="earliest", nonexistent="latest")
    return local.cast(pa.timestamp("us", tz="UTC"))


def _from_text(text: pa.Array, timezone: str, day_first: bool, manner: TimeManner | None) -> Times:
    given = text.is_valid().to_numpy(zero_copy_only=False)
    if not given.any():
        return Times(np.full(len(text), NO_TIME, dtype=np.int64), given)
    serial = _serials(text, given) if manner is None or manner.serial else None
    if serial is not None:
        return _from_serials(serial, timezone, manner)
    micros = np.full(len(text), NO_TIME, dtype=np.int64)
    naive = np.zeros(len(text), dtype=bool)
    for read in (_read_alike, _read_iso, partial(read_written, day_first=day_first)):
        left = np.flatnonzero(given & (micros == NO_TIME))
        if len(left):
            part = text if len(left) == len(text) else text.take(pa.array(left))
            micros[left], naive[left] = read(part)
    _shift_naive(micros, naive & (micros != NO_TIME), timezone)
    return Times(micros, given & (micros == NO_TIME))


def _read_alike(text: pa.Array) -> tuple[IntArray, BoolArray]:
    """Read text as ISO of the kind that its first value is of; the whole pieces where all values are so."""
    first = text[0].as_py()
    zoned = re.match(_ISO + _OFFSET, first) is not None
    if not zoned and not re.match(_ISO + "$", first):
        return np.full(len(text), NO_TIME, dtype=np.int64), np.zeros(len(text), dtype=bool)
    kind = pa.timestamp("us", tz="UTC" if zoned else None)
    return _cast_by_pieces(text, kind), np.full(len(text), not zoned)


def _read_iso(text: pa.Array) -> tuple[IntArray, BoolArray]:
    """Read what has the shape of ISO 8601, with an offset and without, mixed with anything else."""
    text = pc.replace_substring(text, "/", "-")
    micros = np.full(len(text), NO_TIME, dtype=np.int64)
    naive = np.zeros(len(text), dtype=bool)
    for shape, zone in ((_ISO + _OFFSET, "UTC"), (_ISO + "$", None)):
        shaped = pc.match_substring_regex(text, shape)
        rows: BoolArray = shaped.to_numpy(zero_copy_only=False)
        micros[rows] = _cast_by_pieces(text.filter(shaped), pa.timestamp("us", tz=zone))
        naive |= rows & (zone is None)
    return micros, naive


def _cast_by_pieces(text: pa.Array, kind: pa.DataType) -> IntArray:
    parts = [_cast_or_nothing(text.slice(at, _PIECE), kind) for at in range(0, len(text), _PIECE)]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def _cast_or_nothing(piece: pa.Array, kind: pa.DataType) -> IntArray:
    """Cast at the speed of Arrow; a piece with an impossible date in it is left to the slower reading."""
    try:
        micros = piece.cast(kind).cast(pa.int64()).fill_null(NO_TIME)
        return np.asarray(micros.to_numpy(zero_copy_only=False))
    except pa.ArrowInvalid:
        return np.full(len(piece), NO_TIME, dtype=np.int64)


def _shift_naive(micros: IntArray, local: BoolArray, timezone: str) -> None:
    """Take local times to UTC, in place."""
    if timezone == "UTC" or not local.any():
        return
    stamps = pa.array(micros[local]).cast(pa.timestamp("us"))
    micros[local] = _in_zone(stamps, timezone).cast(pa.int64()).to_numpy()


def _serials(text: pa.Array, given: BoolArray) -> FloatArray | None:
    """Return the column as numbers when every given value is one, else None.

    Digits that begin with a zero, such as 0030012345, are keys and codes: no serial is written so.
    """
    first = text[int(np.argmax(given))].as_py()
    if not first.replace(".", "", 1).isdecimal():
        return None
    if not pc.all(pc.match_substring_regex(text, r"^(0|[1-9]\d*)(\.\d+)?$")).as_py():
        return None
    return np.asarray(text.cast(pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False))


def _from_numbers(array: pa.Array, timezone: str, manner: TimeManner | None) -> Times:
    if pa.types.is_boolean(array.type) or pa.types.is_duration(array.type) or pa.types.is_binary(array.type):
        given = array.is_valid().to_numpy(zero_copy_only=False)
        return Times(np.full(len(array), NO_TIME, dtype=np.int64), given)
    return _from_serials(_as_numbers(array), timezone, manner)


def _as_numbers(array: pa.Array) -> FloatArray:
    if not (
        pa.types.is_integer(array.type) or pa.types.is_floating(array.type) or pa.types.is_decimal(array.type)
    ):
        return np.full(len(array), np.nan)
    return np.asarray(array.cast(pa.float64(), safe=False).fill_null(np.nan).to_numpy(zero_copy_only=False))


def _from_serials(numbers: FloatArray, timezone: str, manner: TimeManner | None) -> Times:
    """Read numbers that all lie in one range as Excel serials, epoch times or dense dates (20260401)."""
    given = ~np.isnan(numbers)
    if not given.any():
        return Times(np.full(len(numbers), NO_TIME, dtype=np.int64), np.zeros(len(numbers), dtype=bool))
    manner = manner or _range(numbers)
    lowest, highest = manner.lowest, manner.highest
    filled = np.where(given, numbers, 0.0)
    for low, high, unit in _SERIALS:
        if low <= lowest and highest <= high:
            if unit is None:
                days = np.round((filled - _EXCEL_DAY_ZERO) * MICROSECONDS_A_DAY)
                local = pa.array(days.astype(np.int64), mask=~given).cast(pa.timestamp("us"))
                return _finished(_in_zone(local, timezone), np.zeros(len(numbers), dtype=bool))
            micros = np.round(filled * unit).astype(np.int64)
            return Times(np.where(given, micros, NO_TIME), np.zeros(len(numbers), dtype=bool))
    if manner.whole and lowest >= 1.0e7 and highest < 1.0e8:
        digits = pa.array(filled.astype(np.int64), mask=~given).cast(pa.string())
        return _from_dense(digits, timezone, given)
    return Times(np.full(len(numbers), NO_TIME, dtype=np.int64), given)


def _from_dense(digits: pa.Array, timezone: str, given: BoolArray) -> Times:
    """Read 20260401."""
    micros = read_written(digits, day_first=False).micros
    stamps = pa.array(micros, mask=micros == NO_TIME).cast(pa.timestamp("us"))
    done = _finished(_in_zone(stamps, timezone), np.zeros(len(micros), dtype=bool))
    return Times(done.micros, given & (done.micros == NO_TIME))
