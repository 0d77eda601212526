"""What the probability is a probability of, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qualify.config import Target
    from qualify.scorer import Scorer
    from serving.pages.words import Words

__all__ = ["say_aim", "say_headline", "say_target"]


def say_target(scorer: Scorer | None, words: Words) -> str:
    """Say the first target of the model in use: "SQL within 60 days"; empty where there is no model."""
    return "" if scorer is None else say_aim(scorer.parts.schema.targets[0], words)


def say_aim(target: Target, words: Words) -> str:
    """Say one target."""
    if target.label is not None:
        return words.book.clean(getattr(target.label, words.language))
    if target.stage is not None and target.within_days is not None:
        days = words.number(target.within_days)
        return words.text("target.stage", stage=words.book.stage_in_short(target.stage), days=days)
    column = words.book.clean(str(target.column).replace("_", " "))
    return words.text("target.column", column=column, value=words.book.clean(str(target.positive)))


def say_headline(scorer: Scorer | None, share: float, words: Words) -> str:
    """Say a chance as a sentence: "About 4 in 10 leads like this one reach SQL within 60 days."."""
    chance = words.chance(share)
    chance = chance[:1].upper() + chance[1:]
    if scorer is None:
        return words.text("lead.headline_plain", chance=chance)
    target = scorer.parts.schema.targets[0]
    if target.label is None and target.stage is not None and target.within_days is not None:
        days = words.number(target.within_days)
        stage = words.book.stage_in_short(target.stage)
        return words.text("lead.headline_stage", chance=chance, stage=stage, days=days)
    return words.text("lead.headline", chance=chance, target=say_aim(target, words))
