"""How many pages a second, beside a bare view of the same server in the same run."""

import asyncio
import time
from dataclasses import dataclass, field
from statistics import quantiles

from bench.site import Server

BASELINE = "/healthz"
PAGES = {
    "bare view": BASELINE,
    "home": "/",
    "list": "/activities/",
    "search 航天": "/activities/?q=%E8%88%AA%E5%A4%A9",
    "one day": "/calendar/2024-09-14/",
    "interface": "/api/v1/activities?page_size=20",
}
WARM_UP = 0.5  # of the time, before counting


@dataclass
class Tally:
    """What one address answered."""

    milliseconds: list[float] = field(default_factory=list)
    failures: int = 0


def measure(server: Server, *, seconds: float, connections: int) -> list[dict[str, object]]:
    """Ask each address for so long on so many connections that stay open."""
    found = []
    for name, address in PAGES.items():
        asyncio.run(_ask(server.port, address, seconds * WARM_UP, connections))
        begun = time.perf_counter()
        tally = asyncio.run(_ask(server.port, address, seconds, connections))
        per_second = len(tally.milliseconds) / (time.perf_counter() - begun)
        cuts = quantiles(tally.milliseconds, n=20) if len(tally.milliseconds) > 1 else [0.0] * 19
        found.append({
            "name": name, "address": address, "per_second": round(per_second, 1), "failures": tally.failures,
            "p50_ms": round(cuts[9], 2), "p95_ms": round(cuts[18], 2),
        })  # fmt: skip
    base = found[0]["per_second"]
    for page in found:
        page["ratio"] = round(page["per_second"] / base, 4)  # type: ignore[operator]
    return found


async def _ask(port: int, address: str, seconds: float, connections: int) -> Tally:
    tally = Tally()
    until = time.perf_counter() + seconds
    await asyncio.gather(*(_one_connection(port, address, until, tally) for _number in range(connections)))
    return tally


async def _one_connection(port: int, address: str, until: float, tally: Tally) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    question = f"GET {address} HTTP/1.1\r\nHost: localhost\r\nAccept-Language: zh-CN\r\n\r\n".encode()
    while time.perf_counter() < until:
        begun = time.perf_counter()
        writer.write(question)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        if head.startswith(b"HTTP/1.1 200"):
            tally.milliseconds.append((time.perf_counter() - begun) * 1000)
        else:
            tally.failures += 1
    writer.close()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise ValueError("an answer without its length")
