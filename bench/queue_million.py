"""Measures a million waiting launches: whether the put slows down, the process grows, and a claim is still quick.

Run: `make bench-queue`, or `.venv/bin/python -m bench.queue_million [rows]`. Prints put rates beside two ceilings (raw inserts of the same
bytes, same groups, same disk, same settings, in the same run: as one blob, and into the queue's own table), so that ratios can be read on any machine.

The full queue and a new one are filled in turn, so that both meet the same disk: after a gigabyte written in a minute it is often slower,
whatever is in the queue.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import psutil

from tieline.domain.launch import FlowExecutionRequest, Launch
from tieline.queue.attest import connect
from tieline.queue.options import QueueOptions
from tieline.queue.rows import insert_row
from tieline.queue.schema import INSERT
from tieline.queue.sqlite import SqliteQueue

BATCH = 100
CALLERS = 16
MEASURED = 50_000
SETTLED = 200_000
"""Launches after which the caches are full: from there on the process is not to grow."""
ROUNDS = 5
PAIRED = 100_000
"""Launches of a round, into each: enough that a new queue, too, writes request ids into its tables (from 32,768 on)."""
BODY = b'{"flowId":"6c1b0d1e-4a50-4a0e-9d52-0d8e3a6d2f11","inputData":{"Flow.orderId":"%s","Flow.note":"%s"}}'


def launch(n: int) -> Launch:
    """Make a launch of about 700 bytes with a random request id."""
    inputs = {"orderId": f"{n:012d}", "note": "x" * 200}
    return Launch(
        id=f"{n:020d}",
        request_id=f"https://shop.example/{os.urandom(16).hex()}",
        fingerprint=os.urandom(16),
        environment="prod",
        create_time=1_800_000_000_000 + n,
        update_time=1_800_000_000_000 + n,
        schedule_time=1_800_000_000_000 + n,
        route="orders",
        flow="Order flow",
        request=FlowExecutionRequest(flow="Order flow", inputs=inputs),
        body=BODY % (str(n).encode(), b"x" * 200),
    )


async def put(queue: SqliteQueue, first: int, count: int) -> float:
    """Put `count` launches in batches from several callers at once; gives launches a second."""
    batches = [[launch(n) for n in range(at, at + BATCH)] for at in range(first, first + count, BATCH)]
    waiting = iter(batches)

    async def caller() -> None:
        for batch in waiting:
            await queue.put(batch)

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return count / (time.perf_counter() - began)


def ceiling(folder: Path, count: int, *, schema: bool) -> float:
    """Insert the same bytes raw, in groups as large as the writer's; gives rows a second.

    With `schema`, into the queue's own table and indexes; without, into a table of one blob with no index at all.
    """
    db = connect(folder / "raw.db")
    db.execute("CREATE TABLE raw (seq INTEGER PRIMARY KEY, content BLOB)")
    rows = [insert_row(n, launch(n), 0) if schema else (n, msgspec.msgpack.encode(launch(n))) for n in range(count)]
    statement = INSERT if schema else "INSERT INTO raw VALUES (?, ?)"
    group = BATCH * CALLERS
    began = time.perf_counter()
    for at in range(0, count, group):
        db.execute("BEGIN IMMEDIATE")
        db.executemany(statement, rows[at : at + group])
        db.execute("COMMIT")
    rate = count / (time.perf_counter() - began)
    db.close()
    return rate


async def claims(queue: SqliteQueue) -> float:
    """Claim and give back 32 launches, 50 times; gives the median in milliseconds."""
    took = []
    for _ in range(50):
        began = time.perf_counter()
        held = await queue.claim("prod", now=1_900_000_000_000, lease_ms=60_000, limit=32)
        took.append((time.perf_counter() - began) * 1_000)
        await asyncio.gather(*(queue.release(claim, schedule_time=claim.launch.create_time) for claim in held))
    return statistics.median(took)


async def beside_a_new_one(queue: SqliteQueue, folder: Path, at: int) -> tuple[float, float, float]:
    """Put into the queue and into a new one in turn, several rounds; gives the medians of both rates and of their ratio."""
    pairs = []
    for number in range(ROUNDS):
        new = SqliteQueue.open(QueueOptions(path=str(_fresh(folder, f"new-{number}") / "queue.db")), lambda: 0)
        into_new = await put(new, 0, PAIRED)
        await new.close()
        pairs.append((await put(queue, at + number * PAIRED, PAIRED), into_new))
    return (
        statistics.median(full for full, _ in pairs),
        statistics.median(new for _, new in pairs),
        statistics.median(full / new for full, new in pairs),
    )


async def main(total: int) -> None:
    """Measure at nothing, fill up, measure again."""
    process = psutil.Process()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare = statistics.median(ceiling(_fresh(folder, f"raw-{at}"), MEASURED, schema=False) for at in range(3))
        raw = statistics.median(ceiling(_fresh(folder, f"raw-{at}"), MEASURED, schema=True) for at in range(3, 6))
        queue = SqliteQueue.open(QueueOptions(path=str(folder / "queue.db")), lambda: 0)
        for at in range(0, SETTLED, MEASURED):
            await put(queue, at, MEASURED)
        rss_before, claim_before = process.memory_info().rss, await claims(queue)
        for at in range(SETTLED, total, MEASURED):
            await put(queue, at, MEASURED)
        rss_after = process.memory_info().rss
        full, new, ratio = await beside_a_new_one(queue, folder, max(total, SETTLED))
        report = {
            "rows": max(total, SETTLED),
            "raw_blobs_per_s": round(bare),
            "raw_rows_per_s": round(raw),
            "put_per_s_new_queue": round(new),
            "put_per_s_at_rows": round(full),
            "put_to_raw_blobs": round(new / bare, 2),
            "put_to_raw_rows": round(new / raw, 2),
            "full_to_new": round(ratio, 2),
            "claim_32_ms_near_empty": round(claim_before, 2),
            "claim_32_ms_at_rows": round(await claims(queue), 2),
            "rss_growth_mb": round((rss_after - rss_before) / 1e6),
        }
        await queue.close()
    print(json.dumps(report, indent=2))


def _fresh(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    return made


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
