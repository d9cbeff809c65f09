"""What one gateway process takes in, refuses and shows, per second of its CPU: B3, B4, B5.

Each is measured against the bare handler by requests per second of CPU, since client, gateway and
servers share the machine; plain rates are kept beside.
"""

import asyncio
from collections.abc import Callable

from bench import ledger
from bench.bench import Bench
from bench.crowd import Crowd, get
from bench.load import Answers, Load
from bench.rivals import bare, echo
from shared.messages import SlotRef

CONNECTIONS = 64
WARM_S = 0.5
WARM = 200
STILL = 5  # looks, over more than the second that the gateway keeps what it read


class OddAnswersError(RuntimeError):
    """A load was answered otherwise than it is about."""


async def raw_client(bench: Bench) -> None:
    """Measure what the client itself can do, against the least that answers."""
    await bench.world.run_only()
    async with echo() as peer:
        load = Load(peer.port, [get("/")], CONNECTIONS, bench.sizes.bare_s, repeat=True)
        answers = await bench.play(load)
    bench.note("raw client", answers.rate, client_us=_per(answers.cpu_s, answers))


async def bare_handler(bench: Bench) -> None:
    """Measure the bare handler."""
    await bench.world.run_only()
    slot = await bench.world.open_slot(1)
    async with bare() as peer:
        load = Load(peer.port, Crowd(1, 1000, (slot,)), CONNECTIONS, WARM_S, repeat=True)
        await bench.play(load)
        load = Load(
            peer.port, Crowd(1, 1000, (slot,)), CONNECTIONS, bench.sizes.bare_s, repeat=True
        )
        await _measure(bench, "bare handler", peer.cpu_s, load, {201})


async def intake(bench: Bench) -> None:
    """B3: commands accepted while a worker decides them: without one nobody is let in for long."""
    world, count = bench.world, bench.enough("intake", bench.sizes.intake)
    await world.run_only("gateway", "booking")
    slot = await world.open_slot(count + WARM)
    await bench.settle()
    await _warm(bench, slot)
    crowd = Crowd(world.take_people(count), count, (slot,), bench.secret, wait_s=0)
    load = Load(bench.port, crowd, CONNECTIONS)
    answers = await _measure(bench, "intake", lambda: world.cpu_s("gateway"), load, {202, 201})
    await bench.settle()
    await ledger.check_told(world.admin, crowd, answers)
    await ledger.check(world.admin)
    await world.sweep_out()


async def refusals(bench: Bench) -> None:
    """B4: a slot that is known to be full."""
    await bench.world.run_only("gateway", "booking")
    await refuse(bench, "refusal")


async def refuse(bench: Bench, name: str) -> None:
    """Measure refusals of the gateway that runs."""
    world = bench.world
    slot = await _full_slot(bench)
    crowd = Crowd(world.take_people(4000), 4000, (slot,), bench.secret)
    load = Load(bench.port, crowd, CONNECTIONS, bench.sizes.reads_s, repeat=True)
    await _measure(bench, name, lambda: world.cpu_s("gateway"), load, {409})


async def availability(bench: Bench) -> None:
    """B5: the days of an office, unchanged (304) and in full (200)."""
    await bench.world.run_only("gateway", "booking")
    await show(bench, {"availability unchanged": 304, "availability in full": 200})


async def show(bench: Bench, wanted: dict[str, int]) -> None:
    """Measure how the gateway that runs shows availability, by the status that is wanted."""
    world, slot = bench.world, await bench.world.open_slot(5)
    path = f"/v1/offices/{slot.office}/availability?service=passport"
    tag = await _tag_of(bench.port, path)
    for name, status in wanted.items():
        request = get(path, If_None_Match=tag) if status == 304 else get(path)
        load = Load(bench.port, [request], CONNECTIONS, bench.sizes.reads_s, repeat=True)
        await _measure(bench, name, lambda: world.cpu_s("gateway"), load, {status})


async def _measure(
    bench: Bench, name: str, cpu_s: Callable[[], float], load: Load, wanted: set[int]
) -> Answers:
    """Play a load and keep what a second of CPU answered; every answer must be the wanted one."""
    before = cpu_s()
    answers = await bench.play(load)
    used = cpu_s() - before
    odd = {s: n for s in set(answers.status) - wanted if (n := answers.count(s))}
    if sum(odd.values()) > 0.01 * len(answers.status):
        raise OddAnswersError(f"{name}: answers other than {wanted}: {odd}")
    bench.note(
        name,
        answers.count(*wanted) / used,
        rate=answers.rate,
        cores=used / answers.seconds,
        us=1e6 * used / len(answers.status),
        client_us=_per(answers.cpu_s, answers),
        odd=odd,
    )
    return answers


async def _full_slot(bench: Bench) -> SlotRef:
    """Give a slot whose one seat is taken, and which the gateway knows to be full."""
    slot = await bench.world.open_slot(1)
    await bench.settle()
    await asyncio.sleep(0.3)
    await _warm(bench, slot, 20)
    await asyncio.sleep(0.7)
    return slot


async def _warm(bench: Bench, slot: SlotRef, count: int = WARM) -> None:
    crowd = Crowd(bench.world.take_people(count), count, (slot,), bench.secret, wait_s=0)
    await bench.play(Load(bench.port, crowd, 16))


async def _tag_of(port: int, path: str) -> str:
    """Ask for the tag of what is shown, once it has been the same for a while."""
    tags: list[str] = []
    while len(tags) < STILL or len(set(tags[-STILL:])) > 1:
        tags.append(await _one_tag(port, path))
        await asyncio.sleep(0.4)
    return tags[-1]


async def _one_tag(port: int, path: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(get(path))
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    writer.close()
    lines = (line.partition(":") for line in head.splitlines())
    return next(value.strip() for name, _, value in lines if name.lower() == "etag")


def _per(seconds: float, answers: Answers) -> float:
    return 1e6 * seconds / max(1, len(answers.status))
