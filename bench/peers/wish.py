"""The body that every peer reads: the same shape as `POST /v1/holds`, an own copy of it."""

import hashlib
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]


class Applicant(BaseModel):
    """Who will come."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=2, max_length=80)
    birth_date: date
    nik: Annotated[str, StringConstraints(pattern=r"^[0-9]{16}$")] | None = None

    @property
    def key(self) -> bytes:
        """What may be active once."""
        text = f"{self.name.casefold()}|{self.birth_date.isoformat()}"
        return hashlib.sha256(text.encode()).digest()


class Wish(BaseModel):
    """A seat that is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    office: Slug
    service: Slug | None = None
    date: date
    session: Literal["morning", "afternoon"]
    applicant: Applicant

    @property
    def slot(self) -> str:
        """The slot's key."""
        return f"{self.office}/{self.service}/{self.date.isoformat()}/{self.session}"
