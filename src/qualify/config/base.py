"""What all sections of `qualify.yaml` share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(gt=0.0, lt=1.0)]


class Strict(BaseModel):
    """A section: fixed once it is read, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
