"""What an operator may type, and the help that says so."""

import argparse
from datetime import date

from services.booking.operator.plan import MOST_SEATS
from shared.operating import add_act, add_set_aside, new_parser

DESCRIPTION = """The operator's commands. `make operator` finds those of the others as well:
python -m services.notifier texts      texts that could not be sent
python -m services.gateway webhooks    webhooks that could not be read"""
EXAMPLES = """examples:
  quota open "40 morning and 40 afternoon seats at jakarta-pusat on weekdays of January"
  quota open --office jakarta-pusat --service passport --from 2027-01-01 --to 2027-01-31 \\
             --days weekdays --morning 40 --afternoon 40 --opens-at "2026-12-30 09:00"
  quota show --office jakarta-pusat
  quota close --office jakarta-pusat --date 2027-01-29 --reason "Isra Mikraj"
  offices set jakarta-pusat hold_minutes=15 morning=07:30-11:30
  offices offer jakarta-pusat e-passport
  check
  parked list
  parked show 3fa91c02d1
  parked retry 3fa91c02d1
  parked discard 3fa91c02d1 --reason "asked again on the phone"
"""


def parser() -> argparse.ArgumentParser:
    """Describe every command with its options."""
    top = new_parser(DESCRIPTION, EXAMPLES)
    groups = top.add_subparsers(dest="group", required=True, metavar="command")
    _quota(groups.add_parser("quota", help="open, cut, show and close quota"))
    _offices(groups.add_parser("offices", help="offices and their rules"))
    check = add_act(groups, "check", help="compare the whole ledger with itself; repairs nothing")
    check.add_argument("--json", action="store_true")
    check.set_defaults(act="check")
    _parked(groups.add_parser("parked", help="messages that could not be handled"))
    seed = add_act(groups, "seed", help="add every office, and sample quota with --demo")
    seed.add_argument("--demo", action="store_true", help="sample quota for the next 30 days")
    seed.set_defaults(act="seed")
    return top


def _quota(group: argparse.ArgumentParser) -> None:
    acts = group.add_subparsers(dest="what", required=True)
    opens = add_act(acts, "open", help="open seats, or change how many there are")
    opens.add_argument("sentence", nargs="?", help='"40 morning seats at ... on weekdays of May"')
    opens.add_argument("--office")
    opens.add_argument("--service", help="may be left out where the office offers one")
    opens.add_argument("--from", dest="first", type=_day, metavar="DATE")
    opens.add_argument("--to", dest="last", type=_day, metavar="DATE")
    opens.add_argument("--days", help="weekdays (the default), all, or mon,tue,wed")
    opens.add_argument("--morning", type=_seats, metavar="SEATS")
    opens.add_argument("--afternoon", type=_seats, metavar="SEATS")
    opens.add_argument("--opens-at", help='in the office\'s own time: "2026-12-30 09:00", or now')
    opens.add_argument("--dry-run", action="store_true", help="say what would happen")
    opens.add_argument("--partial", action="store_true", help="do the rest if a cut is refused")
    opens.set_defaults(act="quota_open")
    _quota_days(acts)


def _quota_days(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    show = add_act(acts, "show", help="seats of each day")
    show.add_argument("--office", required=True)
    show.add_argument("--from", dest="first", type=_day, metavar="DATE")
    show.add_argument("--to", dest="last", type=_day, metavar="DATE")
    show.add_argument("--json", action="store_true")
    show.set_defaults(act="quota_show")
    for name, needs_reason in (("close", True), ("reopen", False)):
        act = add_act(acts, name, help=f"{name} a day or one session of it")
        act.add_argument("--office", required=True)
        act.add_argument("--date", required=True, type=_day)
        act.add_argument("--session", choices=("morning", "afternoon"))
        if needs_reason:
            act.add_argument("--reason", required=True)
        act.set_defaults(act=f"quota_{name}")


def _offices(group: argparse.ArgumentParser) -> None:
    acts = group.add_subparsers(dest="what", required=True)
    lists = add_act(acts, "list", help="every office")
    lists.add_argument("--json", action="store_true")
    lists.set_defaults(act="offices_list")
    show = add_act(acts, "show", help="one office and its rules")
    show.add_argument("office")
    show.set_defaults(act="offices_show")
    sets = add_act(acts, "set", help="change an office's rules, or hours: morning=08:00-12:00")
    sets.add_argument("office")
    sets.add_argument("rules", nargs="+", metavar="rule=value")
    sets.set_defaults(act="offices_set")
    offer = add_act(acts, "offer", help="let an office offer a service more")
    offer.add_argument("office")
    offer.add_argument("service")
    offer.set_defaults(act="offices_offer")


def _parked(group: argparse.ArgumentParser) -> None:
    acts = add_set_aside(group, "messages that could not be handled")
    acts["retry"].add_argument("--late", action="store_true", help="commands past their time, too")
    for name, act in acts.items():
        act.set_defaults(act=f"parked_{name}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write 2027-01-31") from None


def _seats(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else -1
    if not 0 <= number <= MOST_SEATS:
        raise argparse.ArgumentTypeError(f"seats are 0 to {MOST_SEATS:,}")
    return number
