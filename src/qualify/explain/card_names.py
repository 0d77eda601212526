"""What a scorecard calls its stages and bands, in one language."""

from __future__ import annotations

from qualify.rules import Scorecard
from qualify.rules.vocabulary import folded

__all__ = ["CardNames"]


class CardNames:
    """The labels of one scorecard.

    Parameters
    ----------
    card
        The scorecard.
    language
        ``en`` or ``ja``.
    """

    def __init__(self, card: Scorecard, language: str) -> None:
        self._stages = {
            folded(name): str(getattr(stage.label, language))
            for stage in card.stages
            for name in (stage.id, *stage.names)
        }
        self._bands: dict[str, str] = {band.id: str(getattr(band.label, language)) for band in card.bands}

    def stage(self, name: str) -> str | None:
        """Return the label of a stage by its id or another of its names, whatever the case and width."""
        return self._stages.get(folded(name))

    def band(self, band: str) -> str | None:
        """Return the label of a band."""
        return self._bands.get(band)
