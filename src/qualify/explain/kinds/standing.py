"""Where a lead stands: rules and points, stage, age, time of creation, silence and breadth of interest."""

from __future__ import annotations

import math

import numpy as np

from qualify.explain.catalogue import Catalogue
from qualify.explain.kinds.wording import Shown, Values, Wording, texts_or_none, whole_counts, whole_days
from qualify.explain.numbers import say_ago, say_counted, say_days, say_number
from qualify.explain.speech import Subject, clean_text


def _points_shown(values: Values) -> Shown:
    # Aged points are fractions; a tenth is what people read, and the noun must fit the rounded number.
    return (np.round(np.asarray(values["points"], dtype=np.float64), 1),)


def _rule(subject: Subject, points: float) -> str:
    if math.isnan(points):
        return subject.texts.say("rule.unknown", label=subject.label)
    said = say_counted(subject.texts, "points", points)
    return subject.texts.say("rule.sentence", label=subject.label, points=said)


def _rule_value(subject: Subject, points: float) -> str:
    unknown = math.isnan(points)
    return subject.texts["rule.unknown_value"] if unknown else say_counted(subject.texts, "points", points)


def _total(subject: Subject, points: float) -> str:
    if math.isnan(points):
        return subject.texts["total.missing"]
    return subject.texts.say("total.sentence", points=say_counted(subject.texts, "points", points))


def _stage_shown(values: Values) -> Shown:
    return texts_or_none(values["value"]), whole_days(values["days_since"])


def _stage(subject: Subject, stage: str | None, days: float) -> str:
    texts = subject.texts
    if stage is None:
        return texts["lead_stage.none"]
    name = say_stage(subject.texts, stage)
    if math.isnan(days):
        return texts.say("lead_stage.plain", stage=name)
    return texts.say("lead_stage.since", stage=name, lasting=say_days(texts, "lasting", days))


def _stage_value(subject: Subject, stage: str | None, days: float) -> str:
    return subject.texts["lead_stage.none_value"] if stage is None else say_stage(subject.texts, stage)


def say_stage(texts: Catalogue, stage: str) -> str:
    """Name a stage: in the reader's words where the catalogue knows it, else as the user wrote it."""
    known = f"stage.{stage}.name"
    return texts[known] if known in texts else clean_text(texts, str(stage))


def _age_shown(values: Values) -> Shown:
    return (whole_days(values["days"]),)


def _age(subject: Subject, days: float) -> str:
    if math.isnan(days):
        return subject.texts["age.missing"]
    return subject.texts.say("age.sentence", ago=say_ago(subject.texts, days))


def _age_value(subject: Subject, days: float) -> str:
    return subject.texts["missing.value"] if math.isnan(days) else say_days(subject.texts, "lasting", days)


def _clock_shown(values: Values) -> Shown:
    weekday, hour = (np.asarray(values[name], dtype=np.float64) for name in ("weekday", "hour"))
    return tuple(np.where(np.isnan(each), -1, each).astype(np.int64) for each in (weekday, hour))


def _clock(subject: Subject, weekday: int, hour: int) -> str:
    texts = subject.texts
    if weekday < 0:
        return texts["clock.missing"]
    if hour < 0:
        return texts.say("clock.day", weekday=texts[f"weekday.{weekday}"])
    return texts.say("clock.sentence", weekday=texts[f"weekday.{weekday}"], hour=hour, next=hour + 1)


def _clock_value(subject: Subject, weekday: int, hour: int) -> str:
    texts = subject.texts
    if weekday < 0:
        return texts["missing.value"]
    if hour < 0:
        return texts[f"weekday.{weekday}"]
    return texts.say("clock.value", weekday=texts[f"weekday.{weekday}"], hour=hour)


def _silence_shown(values: Values) -> Shown:
    return whole_days(values["days_since"]), whole_counts(values["count_all"])


def _silence(subject: Subject, days: float, count: float) -> str:
    if math.isnan(days):
        return subject.texts["silence.none"]
    form = "plain" if count < 1 else "one" if count == 1 else "many"
    ago = say_ago(subject.texts, days)
    return subject.texts.say(f"silence.{form}", ago=ago, n=say_number(subject.texts, count))


def _silence_value(subject: Subject, days: float, count: float) -> str:
    never = math.isnan(days)
    return subject.texts["silence.none_value"] if never else say_ago(subject.texts, days)


def _topics_shown(values: Values) -> Shown:
    return (whole_counts(values["distinct"]),)


def _topics(subject: Subject, distinct: float) -> str:
    return say_counted(subject.texts, "topics", distinct)


def _topics_value(subject: Subject, distinct: float) -> str:
    return say_number(subject.texts, distinct)


STANDING_KINDS = {
    "rule": Wording(_points_shown, _rule, _rule_value),
    "points": Wording(_points_shown, _total, _rule_value),
    "stage": Wording(_stage_shown, _stage, _stage_value),
    "age": Wording(_age_shown, _age, _age_value),
    "clock": Wording(_clock_shown, _clock, _clock_value),
    "silence": Wording(_silence_shown, _silence, _silence_value),
    "topics": Wording(_topics_shown, _topics, _topics_value),
}
