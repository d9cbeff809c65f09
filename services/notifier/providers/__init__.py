"""One file per provider; here is what they have in common."""

from dataclasses import dataclass
from typing import Protocol

from services.notifier.codes import Failure
from shared.messages import Contact, Content


class SendError(Exception):
    """A provider did not take a text; routing decides what follows from the failure."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Parcel:
    """One text as a provider gets it. `tag` is the attempt's id, which its receipts bring back.

    `text_id` is the same at every attempt, for a provider that drops what it has seen.
    `number_id` is the business number that the person last wrote to, where it is known.
    """

    to: Contact
    content: Content
    sms: str
    template: str | None
    parameters: tuple[str, ...]
    tag: str
    text_id: str
    reply_to: str | None = None
    number_id: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider's reference; `segments` is what an SMS is billed by."""

    reference: str
    segments: int | None = None


class Provider(Protocol):
    """A way out for texts of one channel.

    `may_repeat` says whether a call of which nothing was heard may be made once more: because the
    provider drops what it has seen, or because its receipts can be trusted.
    """

    name: str
    channel: str
    may_repeat: bool

    async def send(self, parcel: Parcel) -> Accepted:
        """Hand over one text; raises SendError."""
