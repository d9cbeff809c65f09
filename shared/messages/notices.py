"""What the gateway tells the notifier: texts to send, who wrote, what became of a text."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, TypeAdapter

from shared.messages.terms import Contact, Message


class Button(Message):
    """A reply button: its id is the command that a tap types. Title <= 20 characters."""

    id: str = Field(max_length=256)
    title: str = Field(max_length=20)


class Row(Message):
    """A row of a list: title <= 24, description <= 72 characters; its id is a command."""

    id: str = Field(max_length=200)
    title: str = Field(max_length=24)
    description: str = Field(default="", max_length=72)


class Content(Message):
    """What one text says. A channel without lists or buttons sends the body alone.

    Limits are WhatsApp's: 3 buttons; 10 rows in all; a body of 4,096 characters, 1,024 where
    buttons or rows go with it.
    """

    body: str = Field(min_length=1, max_length=4096)
    buttons: tuple[Button, ...] = Field(default=(), max_length=3)
    rows: tuple[Row, ...] = Field(default=(), max_length=10)
    rows_button: str = Field(default="Pilih", max_length=20)
    ask_contact: bool = False


class SendText(Message):
    """Send one text. `id` is the notifier's key for sending it once.

    `by` names the channels to try, in order. `inbound_at` is when the person last wrote, if
    this answers them: it opens WhatsApp's 24-hour window. `number_id` is the business number they
    wrote to. After `valid_until` the text is worth nothing and is not sent.
    """

    kind: Literal["text.send"] = "text.send"
    id: UUID
    to: Contact
    content: Content
    purpose: str
    by: tuple[Literal["whatsapp", "sms"], ...] = ("whatsapp",)
    inbound_at: AwareDatetime | None = None
    number_id: str | None = None
    reply_to: str | None = None
    valid_until: AwareDatetime | None = None


class ContactSeen(Message):
    """A person wrote to us, or said that they want no more texts (or want them again).

    `number_id` is the business number they wrote to: they are answered from it.
    """

    kind: Literal["contact.seen"] = "contact.seen"
    to: Contact
    at: AwareDatetime
    opted_out: bool | None = None
    number_id: str | None = None


class Receipt(Message):
    """A provider's word on what became of a text; `tag` is the attempt id we gave it.

    `status` is `sent`, `delivered`, `read`, `played` or `failed`.
    """

    kind: Literal["receipt.record"] = "receipt.record"
    provider: str
    provider_ref: str
    tag: str | None = None
    status: Literal["accepted", "sent", "delivered", "read", "played", "failed"]
    at: AwareDatetime
    error_code: int | None = None
    error: dict[str, Any] | None = None
    billable: bool | None = None
    category: str | None = None


SomeNotice = SendText | ContactSeen | Receipt
AnyNotice = Annotated[SomeNotice, Field(discriminator="kind")]

NOTICES: TypeAdapter[SomeNotice] = TypeAdapter(AnyNotice)
