"""What is counted, and how much of it is fair."""

from collections import OrderedDict
from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from services.gateway.fair.limiter import Draw, Limiter
from services.gateway.limits import Rate
from services.gateway.settings import GatewaySettings
from shared.keys import Keys
from shared.messages import Applicant

KEY_BYTES = 16
REMEMBERED = 10_000  # calls that were counted: who repeats one does so within seconds
REPEATS = 10  # of one call that are not counted again


class Bucket(StrEnum):
    """What a bucket counts.

    An act is a hold, its extension, confirmation or release, a cancellation, a move.
    """

    PHONE = "phone"
    LOGIN = "login"
    ADDRESS = "address"
    APPLICANT = "applicant"
    NIK = "nik"
    LOGINS_OF_ADDRESS = "logins_of_address"
    SMS_OF_ADDRESS = "sms_of_address"
    LISTS_OF_ADDRESS = "lists_of_address"
    LISTS_OF_PHONE = "lists_of_phone"
    FINDS_OF_ADDRESS = "finds_of_address"
    FINDS_OF_CODE = "finds_of_code"


def rates(config: GatewaySettings) -> dict[Bucket, Rate]:
    """Say how much of each is fair; addresses are shared by many (CGNAT), theirs are generous."""
    lookups = Rate.per_minute(config.lookups_per_minute)
    person = Rate.per_minute(config.applicant_per_minute)
    return {
        Bucket.PHONE: Rate.per_minute(config.acts_per_minute),
        Bucket.LOGIN: Rate.per_minute(config.login_per_minute),
        Bucket.ADDRESS: Rate.per_minute(config.address_per_minute),
        Bucket.APPLICANT: person,
        Bucket.NIK: person,
        Bucket.LOGINS_OF_ADDRESS: lookups,
        Bucket.SMS_OF_ADDRESS: Rate.per_minute(config.sms_per_address),
        Bucket.LISTS_OF_ADDRESS: lookups,
        Bucket.LISTS_OF_PHONE: lookups,
        Bucket.FINDS_OF_ADDRESS: lookups,
        Bucket.FINDS_OF_CODE: Rate(5, 5 / 600),
    }


class FairUse:
    """The buckets of all gateways, as one of them sees them."""

    def __init__(self, config: GatewaySettings, keys: Keys, limiter: Limiter) -> None:
        self._rates, self._keys, self.limiter = rates(config), keys, limiter
        self._counted: OrderedDict[UUID, int] = OrderedDict()

    async def take(self, wanted: Mapping[Bucket, str], call: UUID | None = None) -> float:
        """Take a token for each value, or none at all: 0, or the seconds until there may be one.

        Who repeats a `call` as they were told to, because we had no answer, has paid for it.
        Raises SilentError, which is a 503, where that is not known.
        """
        if call is not None and self._is_paid(call):
            return 0.0
        wait_s = await self.limiter.take([self._draw(*one) for one in wanted.items()])
        if call is not None and wait_s == 0:
            self._counted[call] = 0
            if len(self._counted) > REMEMBERED:
                self._counted.popitem(last=False)
        return wait_s

    def _is_paid(self, call: UUID) -> bool:
        repeats = self._counted.get(call, REPEATS)
        if repeats >= REPEATS:
            return False
        self._counted[call] = repeats + 1
        return True

    def person(self, who: Applicant) -> dict[Bucket, str]:
        """Say what a hold counts to besides its caller: whom it is for, by name and by NIK."""
        found = {Bucket.APPLICANT: self._keys.person_key(who.name, who.birth_date).hex()}
        return found | ({Bucket.NIK: who.nik} if who.nik else {})

    def _draw(self, bucket: Bucket, value: str) -> Draw:
        key = self._keys.hashed(f"bucket/{bucket}", value)[:KEY_BYTES]
        return Draw(bucket, key, self._rates[bucket])
