"""One message of a citizen, as it lies sealed in the inbox and as it is taken up."""

from dataclasses import dataclass
from datetime import datetime

from services.gateway.channels.payload import Inbound
from shared.db import Row
from shared.keys import Keys
from shared.messages import Contact


@dataclass(frozen=True, slots=True)
class Said:
    """Who wrote, when, what, and to which of our numbers."""

    message_id: str
    contact: Contact
    at: datetime
    kind: str
    text: str
    number_id: str
    shared_phone: str | None
    number: str = ""


def close(keys: Keys, message: Inbound, contact: Contact) -> bytes:
    """Seal a message for its row of the inbox."""
    body = {
        "contact": contact.model_dump(mode="json"),
        "kind": message.kind,
        "text": message.text,
        "number_id": message.number_id,
        "number": message.number,
        "shared_phone": message.shared_phone,
    }
    return keys.seal(body, f"inbox/{message.message_id}")


def open_row(keys: Keys, row: Row) -> Said:
    """Open a row of the inbox."""
    body = keys.unseal(row["sealed"], f"inbox/{row['message_id']}")
    contact = Contact.model_validate(body.pop("contact"))
    return Said(message_id=row["message_id"], at=row["at"], contact=contact, **body)
