"""Fair use in the chat: what is typed counts to the same phone and applicant as on the web."""

from collections import OrderedDict

from services.gateway.fair.use import Bucket, FairUse
from shared.messages import PlaceHold, SomeCommand

REMEMBERED = 10_000


class FairTalk:
    """Counts the commands of the chat, each message once."""

    def __init__(self, fair_use: FairUse) -> None:
        self._fair_use = fair_use
        self._counted: OrderedDict[str, None] = OrderedDict()

    async def wait_s(self, message_id: str, owner: str, command: SomeCommand) -> float:
        """Count a message's command: 0, or the seconds after which it may be sent again.

        A message whose transaction failed comes here again, and is not counted twice.
        """
        if message_id in self._counted:
            return 0.0
        wanted = {Bucket.PHONE: owner}
        if isinstance(command, PlaceHold):
            wanted |= self._fair_use.person(command.applicant)
        wait_s = await self._fair_use.take(wanted)
        if wait_s == 0:
            self._counted[message_id] = None
            if len(self._counted) > REMEMBERED:
                self._counted.popitem(last=False)
        return wait_s
