"""The ground of all that an edition states as data."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """An unknown key is an error: it is a slip, and what it meant would be lost."""

    model_config = ConfigDict(extra="forbid")
