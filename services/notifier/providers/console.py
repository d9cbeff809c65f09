"""A provider that only logs that a text would have gone out, and how long it was."""

from uuid import uuid4

import structlog

from services.notifier.providers import Accepted, Parcel

log = structlog.get_logger(__name__)


class Console:
    """Takes SMS where no provider is to be had."""

    name = "console"
    channel = "sms"
    may_repeat = True

    async def send(self, parcel: Parcel) -> Accepted:
        """Log the length; never a word or a number."""
        log.info("sms_not_sent", length=len(parcel.sms), tag=parcel.tag)
        return Accepted(uuid4().hex, 1)
