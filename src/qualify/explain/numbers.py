"""Numbers, counts and spans of time as a language writes them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from qualify.explain.catalogue import Catalogue, load_catalogue
from qualify.leads.durations import seconds_each, two_largest
from qualify.leads.units import with_unit

_A_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a language writes numbers: signs, and the sizes from which a number is said in words."""

    thousands: str
    decimal: str
    minus: str
    infinite: str
    scales: tuple[tuple[float, str], ...]

    def write(self, value: float) -> str:
        """Write a number with thousands separators and at most three decimals that matter.

        Large numbers are said in words ("5 billion", 「50億」).
        """
        size = abs(float(value))
        large = size >= self.scales[-1][0]
        written = self._write_large(size) if large else self._write_digits(size)
        below_zero = value < 0 and written.strip("0,.") != ""
        return self.minus + written if below_zero else written

    def _write_large(self, size: float) -> str:
        if math.isinf(size):
            return self.infinite
        limit, template = next(scale for scale in self.scales if size >= scale[0])
        return template.format(n=self._write_digits(size / limit))

    def _write_digits(self, size: float) -> str:
        if size.is_integer():
            written = f"{size:,.0f}"
        elif size >= 100:
            written = f"{size:,.1f}".removesuffix(".0")
        else:
            written = f"{size:.{_decimals(size)}f}".rstrip("0").removesuffix(".")
        if self.thousands == "," and self.decimal == ".":
            return written
        whole, _, decimals = written.partition(".")
        whole = whole.replace(",", self.thousands)
        return f"{whole}{self.decimal}{decimals}" if decimals else whole


def _decimals(size: float) -> int:
    """Return how many decimals keep three digits that matter: 2 for 1.279, 5 for 0.00123."""
    return min(12, max(2, 2 - math.floor(math.log10(size))))


@lru_cache
def number_style(language: str) -> NumberStyle:
    """Return the number style that a language's catalogue describes."""
    texts = load_catalogue(language)
    scales = tuple(
        (10.0 ** int(texts[f"number.{size}_from"]), texts[f"number.{size}"]) for size in ("large", "medium")
    )
    return NumberStyle(
        thousands=texts["number.thousands"],
        decimal=texts["number.decimal"],
        minus=texts["number.minus"],
        infinite=texts["number.infinite"],
        scales=scales,
    )


def say_number(texts: Catalogue, value: float) -> str:
    """Write a number.

    Examples
    --------
    >>> say_number(load_catalogue("en"), 1279.0), say_number(load_catalogue("ja"), 5e9)
    ('1,279', '50億')
    """
    return number_style(texts.language).write(value)


def say_counted(texts: Catalogue, stem: str, count: float) -> str:
    """Say a count with the right form of the noun: ``stem.none``, ``.one``, ``.two`` or ``.many``."""
    key = f"{stem}.{_FORMS.get(float(count), 'many')}"
    if key not in texts:
        key = f"{stem}.many"
    return texts.say(key, n=say_number(texts, count))


_FORMS = {0.0: "none", 1.0: "one", 2.0: "two"}


def say_days(texts: Catalogue, stem: str, days: float) -> str:
    """Say a span in whole days, rounded down: ``stem.today`` below one, then ``.one`` and ``.many``."""
    whole = math.floor(days) if math.isfinite(days) else days
    return texts[f"{stem}.today"] if whole < 1 else say_counted(texts, stem, whole)


def say_span(texts: Catalogue, seconds: float) -> str:
    """Say a span of time in its two largest units, rounded to the smaller one.

    Examples
    --------
    >>> [say_span(load_catalogue("en"), each) for each in (205_200.0, 2_110.0, 3_599.9, 18_000.0, -0.25)]
    ['2 d 9 h', '35 min 10 s', '1 h', '5 h', '-0.25 s']
    >>> say_span(load_catalogue("ja"), 5_400.0)
    '1時間30分'
    """
    said = [texts.say(f"span.{unit}", n=say_number(texts, n)) for unit, n in two_largest(abs(seconds))]
    span = said[0] if len(said) == 1 else texts.say("span.pair", large=said[0], small=said[1])
    return (texts["number.minus"] if seconds < 0 else "") + span


def say_amount(texts: Catalogue, value: float, unit: str) -> str:
    """Say a number with its unit (see `qualify.config.ColumnSpec`); up to days, a span of time as such.

    Examples
    --------
    >>> say_amount(load_catalogue("ja"), 5.0, "徒歩#分"), say_amount(load_catalogue("en"), 2.5, "h")
    ('徒歩5分', '2 h 30 min')
    """
    seconds = seconds_each(unit)
    if seconds is not None and seconds <= _A_DAY:
        return say_span(texts, value * seconds)
    return with_unit(say_number(texts, value), unit)


def say_ago(texts: Catalogue, days: float) -> str:
    """Say how long ago something was."""
    return say_days(texts, "ago", days)


def say_percent(texts: Catalogue, share: float) -> str:
    """Write a probability as a percentage: whole from 10 %, one decimal below; never 0 % or 100 %.

    Examples
    --------
    >>> [say_percent(load_catalogue("en"), p) for p in (0.4237, 0.0712, 0.0, 0.9999)]
    ['42%', '7.1%', 'under 0.1%', 'over 99.9%']
    """
    percent = 100.0 * share
    if percent < 0.1:
        return texts["number.percent_tiny"]
    if percent > 99.9:
        return texts["number.percent_huge"]
    decimals = 0 if 10.0 <= percent < 99.0 else 1
    return texts.say("number.percent", n=f"{percent:.{decimals}f}".replace(".", texts["number.decimal"]))
