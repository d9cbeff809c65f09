"""Furnishes a pretix that was just migrated: an organizer, a token, and an event for each quota.

`python -m bench.peers.pretix_shop 200 400`, by the Python that has pretix; prints JSON.
"""

import json
import os
import sys
from datetime import timedelta
from typing import Any

import django

ORGANIZER, TICKET = "bench", "Contoh"


def furnish(sizes: list[int]) -> dict[str, Any]:
    """Make everything; each event has one free ticket and one quota of so many."""
    # Django's models can be imported only once it is set up.
    from pretix.base.models import Organizer, Team  # noqa: PLC0415

    organizer = Organizer.objects.create(name="Bench", slug=ORGANIZER)
    rights = {"all_events": True, "all_event_permissions": True}
    team = Team.objects.create(organizer=organizer, name="Bench", **rights)
    token = team.tokens.create(name="Bench").token
    events = [_open(organizer, f"e{number}", size) for number, size in enumerate(sizes)]
    return {"organizer": ORGANIZER, "token": token, "events": events}


def _open(organizer: Any, slug: str, size: int) -> dict[str, Any]:
    from django.conf import settings  # noqa: PLC0415
    from django.utils.timezone import now  # noqa: PLC0415

    event = organizer.events.create(
        name=TICKET, slug=slug, currency="IDR", live=True, date_from=now() + timedelta(days=30)
    )
    # As pretix's own pages do where an organiser makes an event.
    event.set_active_plugins(settings.PRETIX_PLUGINS_DEFAULT.split(","))
    event.save()
    event.set_defaults()
    event.get_payment_providers()  # each keeps its first settings; rivals would collide over that
    item = event.items.create(name=TICKET, default_price=0, admission=True)
    quota = event.quotas.create(name=TICKET, size=size)
    quota.items.add(item)
    return {"event": slug, "item": item.pk, "seats": size}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.peers.pretix_settings")
    django.setup()
    from django_scopes import scopes_disabled

    with scopes_disabled():
        print(json.dumps(furnish([int(size) for size in sys.argv[1:]])))
