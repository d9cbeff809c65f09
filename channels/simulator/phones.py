"""The phones: who has which, what was said, whether they are online. Pure, and bounded."""

import base64
import hashlib
import re
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

MOST_PHONES = 10_000
MOST_MESSAGES = 1_000
WINDOW_S = 24 * 3600
SHARE_CONTACT = "share_contact"  # the button that WhatsApp itself puts under a contact request
SAMPLES = (("+6281200000001", "Contoh Ani"), ("+6281200000002", "Contoh Budi"))


@dataclass(slots=True)
class Message:
    """One bubble. `direction` is the system's: `in` from the citizen, `out` to them."""

    id: str
    direction: str
    channel: str
    type: str
    text: str
    at: str
    status: str
    more: dict[str, Any] = field(default_factory=dict)
    on_delivery: Callable[[], None] | None = None

    def shown(self) -> dict[str, Any]:
        """Give the message as the control API shows it."""
        names = ("direction", "channel", "type", "text", "at", "status", "id")
        return {name: getattr(self, name) for name in names} | self.more


@dataclass(slots=True)
class Phone:
    """A citizen's phone and its switches."""

    number: str
    name: str
    online: bool = True
    on_whatsapp: bool = True
    blocked: bool = False
    bsuid_only: bool = False
    last_inbound_s: float = 0.0
    typing: bool = False
    messages: deque[Message] = field(default_factory=lambda: deque(maxlen=MOST_MESSAGES))

    @property
    def wa_id(self) -> str:
        """The number as WhatsApp writes it, without a plus."""
        return self.number.lstrip("+")

    @property
    def card(self) -> dict[str, Any]:
        """The contact card that this phone's owner shares."""
        name = {"formatted_name": self.name, "first_name": self.name}
        return {"name": name, "phones": [{"phone": self.number, "wa_id": self.wa_id}]}

    @property
    def bsuid(self) -> str:
        """The business-scoped user id: the same for the same phone."""
        digits = int.from_bytes(hashlib.sha256(self.number.encode()).digest()[:8], "big")
        return f"ID.{digits}"

    def shown(self) -> dict[str, Any]:
        """Give the phone as the control API shows it."""
        names = ("number", "name", "online", "on_whatsapp", "blocked", "bsuid_only", "typing")
        shown = {name: getattr(self, name) for name in names}
        return shown | {"bsuid": self.bsuid, "window_until": self.window_until}

    @property
    def window_until(self) -> str | None:
        """Until when anything may be sent to this phone, by the simulator's clock."""
        if not self.last_inbound_s:
            return None
        ends = datetime.fromtimestamp(self.last_inbound_s + WINDOW_S, UTC)
        return ends.isoformat(timespec="seconds")


class Phones:
    """All phones, the one least used forgotten first."""

    def __init__(self) -> None:
        self._phones: OrderedDict[str, Phone] = OrderedDict()
        self._by_bsuid: dict[str, str] = {}

    def get(self, number: str, name: str = "") -> Phone:
        """Find a phone by any notation of its number, or take up a new one."""
        key = e164(number)
        phone = self._phones.get(key)
        if phone is None:
            phone = self._phones[key] = Phone(key, name or key)
            self._by_bsuid[phone.bsuid] = key
            if len(self._phones) > MOST_PHONES:
                _, gone = self._phones.popitem(last=False)
                self._by_bsuid.pop(gone.bsuid, None)
        elif name:
            phone.name = name
        self._phones.move_to_end(key)
        return phone

    def find(self, number: str) -> Phone | None:
        """Find a phone that is there; it does not count as used."""
        return self._phones.get(e164(number))

    def by_bsuid(self, bsuid: str) -> Phone | None:
        """Find a phone by its business-scoped user id."""
        key = self._by_bsuid.get(bsuid)
        return self._phones.get(key) if key else None

    def all(self) -> list[Phone]:
        """List the phones, those used last at the end."""
        return list(self._phones.values())

    def forget(self, phone: Phone) -> None:
        """Forget a phone and what was said on it."""
        self._phones.pop(phone.number, None)
        self._by_bsuid.pop(phone.bsuid, None)

    def start_afresh(self) -> None:
        """Forget every phone, and take up the sample people's."""
        self._phones.clear()
        self._by_bsuid.clear()
        for number, name in SAMPLES:
            self.get(number, name)


def e164(number: str) -> str:
    """Write a phone number in E.164; `08...` and `62...` are Indonesian. Raises ValueError."""
    digits = re.sub(r"\D", "", number)
    if not 8 <= len(digits) <= 15:  # noqa: PLR2004 E.164 has at most 15 digits
        raise ValueError("a phone number has 8 to 15 digits")
    return f"+62{digits[1:]}" if digits.startswith("0") else f"+{digits}"


def wamid(seed: str) -> str:
    """Make a message id in the form of WhatsApp's."""
    return "wamid." + base64.b64encode(seed.encode()).decode()
