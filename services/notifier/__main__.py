"""Wire a notifier and run it; the operator's commands for texts start here too."""

import sys
from collections.abc import Mapping, Sequence

import aiohttp
import uvloop

from services.notifier.handlers import Notices, decode, encode
from services.notifier.providers import Provider
from services.notifier.providers.console import Console
from services.notifier.providers.http import Caller
from services.notifier.providers.meta import Meta
from services.notifier.providers.sms_http import SmsHttp
from services.notifier.providers.twilio import Twilio
from services.notifier.sender import Sender
from services.notifier.settings import NotifierSettings
from shared import log, service, settings
from shared.broker import NOTIFIER_QUEUE, Broker
from shared.db import open_pool
from shared.keys import Keys
from shared.worker import Work, Worker


def providers(config: NotifierSettings, caller: Caller) -> Mapping[str, Sequence[Provider]]:
    """Make the providers that the settings name, by channel and in order."""
    base = f"{config.whatsapp_api_url.rstrip('/')}/{config.whatsapp_api_version}"
    meta = Meta(caller, base, config.whatsapp_phone_number_id, config.whatsapp_token)
    back = f"{config.gateway_url.rstrip('/')}/v1/channels/sms/twilio/receipts"
    account = (config.twilio_sid, config.twilio_token)
    url, token = config.sms_generic_url, config.sms_generic_token
    made: dict[str, Provider] = {
        "generic": SmsHttp(caller, url, token, config.sms_sender),
        "twilio": Twilio(caller, config.twilio_url, account, config.twilio_from, back),
        "console": Console(),
    }
    return {"whatsapp": [meta], "sms": [made[name] for name in config.sms_providers]}


GROWING = (
    *("booking.hold", "booking.booking", "booking.command"),
    *("notifier.text", "notifier.attempt", "notifier.contact"),
)


async def serve(config: NotifierSettings) -> None:
    """Run until SIGTERM: the calls under way end, the rest waits in the database."""
    pool = await open_pool(
        config.database_url, name="notifier", size=config.database_pool, once_grown=GROWING
    )
    broker = Broker(config.amqp_url, "notifier")
    keys = Keys.from_secret(config.secret)
    async with aiohttp.ClientSession() as http:
        sender = Sender(
            pool,
            keys,
            providers(config, Caller(http, config.call_timeout_s)),
            config.send_together,
            config.receipt_wait_s,
            broker.hearing_s,
        )
        notices = Notices(pool, keys, sender.wake, sender.rest)
        worker = Worker(broker, Work(NOTIFIER_QUEUE, decode, notices.handle, encode, batch=50))
        await service.run(broker, pool, worker, (sender.run(),), (config.host, config.port))
        await sender.drain()
        await pool.close()


def main(words: list[str]) -> int:
    """Read the settings and serve, or do what an operator asks."""
    if words:
        from services.notifier.operator import main as operate  # noqa: PLC0415 a sender needs none

        return operate(words)
    config = settings.read(NotifierSettings)
    log.set_up("notifier", config.log_level)
    uvloop.run(serve(config))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
