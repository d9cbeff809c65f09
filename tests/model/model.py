"""The ledger's rules as docs/ tell them, in dictionaries and minutes.

A rule yields pairs of whether it is so and what to say then; the first that is so is the answer,
and nothing below it happens.
"""

from itertools import count
from typing import Any

ACTIVE = {"held", "confirmed"}


class Model:
    def __init__(self, rules: dict[str, int], slots: dict[Any, dict[str, Any]]) -> None:
        self.now, self.rules, self.slots = 0, rules, slots
        self.claims, self.codes, self.done = {}, {}, {}

    def decide(self, batch: list[Any]) -> list[Any]:
        if any(ask.command.id not in self.done for ask in batch):
            self.sweep({key for ask in batch for key in ask.keys})
        return [self.answer(ask.command, ask) for ask in batch]

    def answer(self, c: Any, ask: Any) -> Any:
        body = c.model_dump(exclude={"id", "deadline", "contact", "channel"})
        if c.id not in self.done:
            x = self.claims.get(self.codes.get(body.get("booking_code"), ask.about), {"keys": ()})
            x = x if c.owner in x["keys"] else {"state": "none"}
            so = [(True, "expired")] if ask.is_late else getattr(self, ask.verb)(c, ask, x)
            self.done[c.id] = body, next(tuple(said) for is_so, *said in so if is_so)
        return self.done[c.id][1] if self.done[c.id][0] == body else ("idempotency_conflict",)

    def place(self, c: Any, ask: Any, known: Any) -> Any:
        new = {"state": "held", "keys": ask.keys, "first": ask.person, "moves": 0, "seat": 0}
        new |= {"expires": self.now + self.rules["minutes"], "longer": False}
        old = known if known["state"] == "held" and self.now < known["expires"] else {}
        if (old.get("slot"), old.get("first")) == (c.slot, ask.person):  # a mistake is mended
            new |= {what: old[what] for what in ("seat", "expires", "longer")}
        if c.keeps_seat and not new["seat"]:
            yield from self.missing(c.slot)
            yield known["state"] == "none", "not_found"
            yield known["state"] == "confirmed", "already_booked"
            yield True, "seat_not_kept" if old else "hold_expired"
        yield from self.take(c, old, new)
        yield True, "hold", c.id

    def missing(self, ref: Any) -> Any:
        is_closed = self.slots[ref]["closed"]
        yield self.slots[ref]["seats"] is None, "slot_closed" if is_closed else "unknown_slot"

    def reschedule(self, c: Any, _: Any, old: Any) -> Any:
        yield old["state"] != "confirmed", "not_found"
        yield old["slot"] == c.slot, "booking", old["id"], old["seat"]
        there, here = self.slots[c.slot]["seats"] is not None, self.slots[old["slot"]]
        yield there and (here["days"] < 1 or here["starts"] <= self.now), "too_late"
        yield there and old["moves"] >= self.rules["moves"], "too_many_reschedules"
        yield from self.take(c, old, old | {"moves": old["moves"] + 1, "seat": 0})
        self.codes[c.booking_code] = c.id
        yield True, "booking", c.id, self.claims[c.id]["seat"]

    def take(self, c: Any, old: Any, new: Any) -> Any:
        slot = self.slots[c.slot]
        others = [x for x in self.claims.values() if x["state"] in ACTIVE and x is not old]
        twins = [x for x in others if x["keys"] & new["keys"] - {c.owner}]
        yield from self.missing(c.slot)
        yield any(x["slot"].service == c.slot.service for x in twins), "already_booked"
        yield sum(c.owner in x["keys"] for x in others) >= self.rules["cap"], "too_many_for_phone"
        yield slot["closed"] or slot["closes"] <= self.now, "slot_closed"
        yield self.now < slot["opens"], "not_open_yet"
        yield not new["seat"] and len(self.taken(c.slot)) >= slot["seats"], "slot_full"
        self.end(old, "released" if new["state"] == "held" else "rescheduled", new["seat"])
        seat = new["seat"] or next(n for n in count(1) if n not in self.taken(c.slot))
        self.claims[c.id] = new | {"id": c.id, "slot": c.slot, "seat": seat, "tries": 0, "back": 0}

    def confirm(self, _: Any, ask: Any, x: Any) -> Any:
        yield x["state"] == "none", "not_found"
        is_held, slot = x["state"] == "held", self.slots[x["slot"]]
        yield x["state"] not in ACTIVE or (is_held and x["expires"] <= self.now), "hold_expired"
        x["tries"] += is_held and not ask.is_right
        left = is_held * (self.rules["tries"] - x["tries"])
        is_shut = slot["closed"] or slot["ends"] <= self.now
        if is_held and (is_shut if ask.is_right else not left):
            self.end(x, "released")
        yield not ask.is_right, "wrong_code", left
        yield is_held and is_shut, "slot_closed"
        x["state"] = "confirmed"
        yield True, "booking", x["id"], x["seat"]

    def extend(self, _: Any, __: Any, x: Any) -> Any:
        yield x["state"] not in {"held", "released", "expired"}, "not_found"
        yield x["state"] != "held" or x["expires"] <= self.now, "hold_expired"
        slot = self.slots[x["slot"]]
        yield slot["closed"] or slot["ends"] <= self.now, "slot_closed"
        yield x["longer"], "already_extended"
        x |= {"expires": x["expires"] + self.rules["longer"], "longer": True}
        yield True, "longer", x["id"]

    def give_back(self, c: Any, _: Any, x: Any) -> Any:
        of_hold = {"held", "released", "expired"}
        known = of_hold if c.kind == "hold.release" else {"confirmed", "cancelled"}
        yield x["state"] not in known, "not_found"
        yield x["state"] == "expired", "hold_expired"
        yield x["state"] == "confirmed" and self.slots[x["slot"]]["starts"] <= self.now, "too_late"
        self.end(x, "released" if x["state"] in of_hold else "cancelled")
        yield True, "back", x["id"]

    def end(self, x: Any, state: str, kept: int = 0) -> None:
        if x.get("state") in ACTIVE and not kept and self.rules["withheld"]:
            x["back"] = self.now + self.rules["withheld"]
        x["state"] = state

    def sweep(self, keys: set[Any] | None = None) -> None:
        for x in self.claims.values():
            in_the_way = keys is None or keys & x["keys"]
            if x["state"] == "held" and x["expires"] <= self.now and in_the_way:
                self.end(x, "expired")
            elif keys is None and x["back"] <= self.now:
                x["back"] = 0

    def taken(self, slot: Any) -> set[int]:
        ours = [x for x in self.claims.values() if x["slot"] == slot]
        return {x["seat"] for x in ours if x["state"] in ACTIVE | {"visited"} or x["back"]}
