"""The stampede, as people feel it: B6 and B7 beside the peers, B8 on a quiet day."""

from contextlib import AbstractAsyncContextManager

from bench import ledger
from bench.bench import Bench
from bench.crowd import Crowd
from bench.figures import per_bucket, percentile, steady
from bench.load import Answers, Load
from bench.rivals import DIRECT, FLASK, Peer, Shape, direct, flask
from shared.messages import SlotRef

CONNECTIONS = 64
TUNING, LONGEST_S, WARM = 1_000, 60.0, 200
RUSH_S, CURVE_S = 6.0, 2.0
UNKNOWN_RATE = 1_300.0  # before anything is known, everybody's rush is not to take long
PART = 4  # of the rush in which a few get a seat, Flask gets a fourth: it takes as long
WHOLE = ("simulator", "gateway", "booking", "notifier")
Run = AbstractAsyncContextManager[Peer]  # it starts when it is entered


async def tune(bench: Bench) -> None:
    """Try each peer's shapes on a short rush and keep the best of each."""
    await bench.world.run_only()
    slot = await bench.world.open_slot(1)
    found: dict[str, dict[Shape, float]] = {"flask": {}, "direct": {}}
    for shape in FLASK:
        peer = flask(bench.peers, shape)
        found["flask"][shape] = await _tried(bench, slot, TUNING // 2, peer)
    for shape in DIRECT:
        peer = direct(bench.peers, shape)
        found["direct"][shape] = await _tried(bench, slot, TUNING, peer)
    bench.flask = max(found["flask"], key=lambda shape: found["flask"][shape])
    bench.direct = max(found["direct"], key=lambda shape: found["direct"][shape])
    for name, tried in found.items():
        bench.raw["peers"].append({name: {str(s): round(rate) for s, rate in tried.items()}})
        best = max(tried, key=lambda shape: tried[shape])
        bench.say(f"    {name}: {best} is best, {tried[best]:,.0f}/s")


async def _tried(bench: Bench, slot: SlotRef, count: int, run: Run) -> float:
    await bench.peers.reset(slot, count)
    async with run as peer:
        return (await bench.play(Load(peer.port, Crowd(1, count, (slot,)), CONNECTIONS))).rate


async def stampede(bench: Bench) -> None:
    """B6: many more people than seats."""
    await _rush(bench, "stampede", bench.sizes.seats)


async def everybody(bench: Bench) -> None:
    """B7: a seat for each."""
    await _rush(bench, "all succeed", bench.sizes.stampede)


async def _rush(bench: Bench, name: str, seats: int) -> None:
    """Let the whole system, then each peer, face the same rush."""
    await ours(bench, name, seats)
    slot = await bench.world.open_slot(1)
    await bench.world.run_only()
    count = bench.sizes.stampede
    await _theirs(bench, f"{name}, direct", slot, (count, seats), direct(bench.peers, bench.direct))
    if bench.is_quick and seats > bench.sizes.seats:
        return  # it was seen to work already
    part = 1 if seats >= count else PART
    size = (count // part, seats // part)
    await _theirs(bench, f"{name}, flask", slot, size, flask(bench.peers, bench.flask))


async def ours(bench: Bench, name: str, seats: int) -> Answers:
    """Rush at the whole system; everybody is answered with the final result."""
    world, count = bench.world, bench.sizes.stampede
    if seats >= count:
        count = bench.enough(name, count, RUSH_S, UNKNOWN_RATE)
    await world.run_only(*WHOLE)
    slot = await world.open_slot(seats)
    await bench.settle()
    crowd = Crowd(world.take_people(count), count, (slot,), bench.secret)
    before = {one: world.cpu_s(one) for one in WHOLE}
    answers = await bench.play(Load(bench.port, crowd, CONNECTIONS))
    used = {one: round(world.cpu_s(one) - before[one], 2) for one in WHOLE}
    final = answers.count(201, 409)
    bench.note(
        name,
        final / answers.seconds,
        granted=answers.count(201),
        others=len(answers.status) - final,
        p50=percentile(answers.times(), 0.5),
        p99=percentile(answers.times(), 0.99),
        cpu_s=used,
        curve=_curve(answers, seats),
    )
    await bench.settle()
    await ledger.check_told(world.admin, crowd, answers)
    await ledger.check(world.admin)
    await check_sold(bench, slot, min(seats, count), is_exact=final == count)
    return answers


async def check_sold(bench: Bench, slot: SlotRef, most: int, *, is_exact: bool) -> None:
    """Count what was sold of a slot: never more than `most`, and not less where all were served."""
    row = await bench.world.admin.fetchrow(
        """
        SELECT capacity - remaining AS sold FROM booking.slot WHERE id = $1
        """,
        slot.slot_id,
    )
    sold = row["sold"] if row else -1
    if sold > most or (is_exact and sold < most):
        raise ledger.LedgerError(f"{most} seats were to be sold, {sold} were")


async def _theirs(bench: Bench, name: str, slot: SlotRef, size: tuple[int, int], run: Run) -> None:
    """Let so many people rush at so many seats of a peer."""
    count, seats = size
    await bench.peers.reset(slot, seats)
    async with run as peer:
        # A rush must be seen to its end; where all succeed, some seconds show the rate.
        longest = bench.sizes.peer_s if seats >= count else LONGEST_S
        load = Load(peer.port, Crowd(1, count, (slot,)), CONNECTIONS, longest)
        answers = await bench.play(load)
    if await bench.peers.sold() != answers.count(201):
        raise RuntimeError(f"{name}: the peer's own count is wrong")
    bench.note(
        name,
        answers.count(201, 409) / answers.seconds,
        asked=len(answers.status),
        granted=answers.count(201),
        p50=percentile(answers.times(), 0.5),
        p99=percentile(answers.times(), 0.99),
    )


def _curve(answers: Answers, seats: int) -> dict[str, list[float]]:
    """Give answers and remaining seats over time, in 40 steps at most."""
    width = max(0.05, answers.seconds / 40)
    done = [s + t for s, t in zip(answers.sent, answers.took, strict=True)]
    granted = [m for m, status in zip(done, answers.status, strict=True) if status == 201]
    left, remaining = seats, []
    for number in per_bucket(granted, width, answers.seconds):
        left -= number
        remaining.append(left)
    rates = [number / width for number in per_bucket(done, width, answers.seconds)]
    moments = [round((n + 1) * width, 3) for n in range(len(rates))]
    return {"seconds": moments, "answers": rates, "remaining": list(map(float, remaining))}


async def quiet(bench: Bench) -> None:
    """B8: a hundred people a second, each of whom gets a seat."""
    answers = await at_rate(bench, bench.sizes.steady_rate, bench.sizes.steady_s)
    bench.note(
        "p99 at a quiet rate",
        1000 * percentile(answers.times(201), 0.99),
        p50=1000 * percentile(answers.times(201), 0.5),
        client_late=1000 * percentile(answers.lateness, 0.99),
    )
    arrivals = steady(bench.sizes.steady_rate, bench.sizes.steady_s)
    slot = await bench.world.open_slot(1)
    await bench.world.run_only()
    await bench.peers.reset(slot, len(arrivals) + WARM)
    async with direct(bench.peers, bench.direct) as peer:
        await bench.play(Load(peer.port, Crowd(1, WARM, (slot,)), CONNECTIONS))
        crowd = Crowd(1 + WARM, len(arrivals), (slot,))
        answers = await bench.play(Load(peer.port, crowd, CONNECTIONS, arrivals=arrivals))
    bench.note(
        "p99 at a quiet rate, direct",
        1000 * percentile(answers.times(201), 0.99),
        p50=1000 * percentile(answers.times(201), 0.5),
    )


async def at_rate(bench: Bench, rate: float, seconds: float) -> Answers:
    """Let people come at a fixed rate, with a seat for each; all is checked afterwards."""
    world, arrivals = bench.world, steady(rate, seconds)
    count = len(arrivals)
    await world.run_only(*WHOLE)
    slot = await world.open_slot(count + WARM)
    await bench.settle()
    warm = Crowd(world.take_people(WARM), WARM, (slot,), bench.secret)
    await bench.play(Load(bench.port, warm, CONNECTIONS))
    crowd = Crowd(world.take_people(count), count, (slot,), bench.secret)
    answers = await bench.play(Load(bench.port, crowd, 512, arrivals=arrivals))
    await bench.settle()
    await ledger.check_told(world.admin, crowd, answers)
    await ledger.check(world.admin)
    return answers


async def curve(bench: Bench) -> None:
    """Measure latency against load, for the picture."""
    best = bench.best("all succeed", 1000.0)
    for share in (0.05, 0.1, 0.2, 0.4, 0.8):
        rate = max(20.0, round(best * share))
        answers = await at_rate(bench, rate, CURVE_S)
        times = answers.times()
        point = {"rate": rate, "p50": percentile(times, 0.5), "p99": percentile(times, 0.99)}
        bench.raw["latency against load"].append(point)
        p50, p99 = 1000 * point["p50"], 1000 * point["p99"]
        bench.say(f"    at {rate:,.0f}/s: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
