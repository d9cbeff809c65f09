"""Takes what a webhook brought to disk: while WhatsApp waits, or later, out of the quarantine."""

from pydantic_core import from_json

from services.gateway.channels.payload import Inbound, Parsed, parse
from services.gateway.chat import outbox, store
from services.gateway.chat.said import close
from shared.db import Db
from shared.keys import Keys
from shared.messages import Contact

FAULT_LENGTH = 200


def read(raw: bytes, own_number: str) -> Parsed:
    """Read a webhook's bytes; raises ValueError where they are none of WhatsApp's."""
    return parse(from_json(raw), own_number)


def fault_of(error: ValueError) -> str:
    """Say why a webhook could not be read: the first line, for what follows may quote it."""
    return str(error).partition("\n")[0][:FAULT_LENGTH]


async def keep(db: Db, keys: Keys, parsed: Parsed) -> None:
    """Store messages, each once, and hand receipts on, in the caller's transaction."""
    for message in parsed.inbound:
        await _add(db, keys, message)
    await outbox.put(db, keys, parsed.receipts)


async def _add(db: Db, keys: Keys, message: Inbound) -> None:
    contact = await _known(db, keys, message.contact)
    owner = keys.owner_of(contact.phone, contact.bsuid)
    sealed = close(keys, message, contact)
    await store.add_messages(db, [(message.message_id, owner, sealed, message.at)])


async def _known(db: Db, keys: Keys, contact: Contact) -> Contact:
    """Complete a contact by what was seen before: who hides the phone may have shown it."""
    if not contact.bsuid:
        return contact
    key = keys.hashed("bsuid", contact.bsuid)
    bound = f"link/{key.hex()}"
    if contact.phone:
        await store.link_phone(db, key, keys.seal(contact.phone, bound))
        return contact
    sealed = await store.find_phone(db, key)
    if sealed is None:
        return contact
    return contact.model_copy(update={"phone": keys.unseal(sealed, bound)})
