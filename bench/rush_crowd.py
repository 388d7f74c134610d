"""The crowd of a rush: many people on keep-alive connections, in one process, as little work for each as can be.

Reads what to do from standard input, writes what it was answered as one line of JSON.
"""

import asyncio
import gc
import json
import resource
import ssl
import sys
import time
from collections import Counter, deque
from typing import Any

import uvloop

SLOWEST = 60  # seconds that an answer is waited for


class Line(asyncio.Protocol):
    """One connection: one question at a time."""

    def __init__(self) -> None:
        self.told: asyncio.Future[tuple[int, bytes]] | None = None
        self.buffer = b""
        self.is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.is_open = True

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if self.told is not None and not self.told.done():
            self.told.set_result((0, b""))

    def ask(self, question: bytes) -> "asyncio.Future[tuple[int, bytes]]":
        self.told = asyncio.get_running_loop().create_future()
        self.transport.write(question)  # type: ignore[attr-defined]
        return self.told

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        start = self.buffer.lower().find(b"content-length: ")
        length = int(self.buffer[start + 16 : self.buffer.find(b"\r\n", start)])
        if len(self.buffer) < end + 4 + length:
            return
        status, body = int(self.buffer[9:12]), self.buffer[end + 4 : end + 4 + length]
        self.buffer = b""
        if self.told is not None and not self.told.done():
            self.told.set_result((status, body))


# Of a proxy that reached no host, or whose host broke off
NO_ANSWER = (0, 502, 503, 504)


def post(path: str, headers: str, body: bytes, name: str = "localhost") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: {name}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


def network(number: int) -> str:
    """An address for each household of three."""
    home = number // 3
    return f"X-Forwarded-For: 47.{home >> 16 & 255}.{home >> 8 & 255}.{home & 255}\r\n"


class Crowd:
    """What everybody does, and what they were answered."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.port, self.sessions = asked["port"], asked["sessions"]
        self.host, self.name = asked.get("host", "127.0.0.1"), asked.get("name", "localhost")
        self.tls: ssl.SSLContext | None = None
        if asked.get("tls"):
            # A certificate that was made for a moment: it is the proxy that is tried, not whether it is the right one
            self.tls = ssl.create_default_context()
            self.tls.check_hostname, self.tls.verify_mode = False, ssl.CERT_NONE
        self.attempts, self.concurrency, self.museum = (
            asked["attempts"],
            asked["concurrency"],
            asked["museum"],
        )
        # Whom the crowd begins with: those of another morning have booked on the same days
        self.first = asked.get("first", 0)
        # So many answers after which somebody breaks something
        self.break_at = asked.get("break_at", 0)
        self.milliseconds: list[float] = []
        self.sold_out_ms: list[float] = []
        self.answers: Counter[str] = Counter()
        self.confirmed: list[str] = []
        self.waiting: list[str] = []
        self.tokens: list[str] = []
        self.all_lines: list[Line] = []
        self.last_confirmed = self.begun = 0.0
        # Since something was broken: the longest time in which nobody was answered
        self.silence = self.last_answer = self.broken_at = 0.0
        self.lines: deque[Line] = deque()

    async def connect(self) -> Line:
        loop = asyncio.get_running_loop()
        _transport, line = await loop.create_connection(Line, self.host, self.port, ssl=self.tls)
        return line

    async def reach(self) -> Line:
        """A connection, however often it is refused: a browser tries again, and the wait counts."""
        until = time.perf_counter() + SLOWEST
        while True:
            try:
                return await self.connect()
            except OSError as error:
                if time.perf_counter() > until:
                    raise
                self.answers[f"no connection: {error.strerror}"] += 1
                await asyncio.sleep(0.2)

    async def token(self, line: Line, number: int) -> tuple[str, float, str]:
        session = self.sessions[number % len(self.sessions)]
        status, body = await line.ask(
            post(f"/api/v1/sessions/{session}/admission", network(number), b"", self.name)
        )
        if status != 200:
            self.answers[f"admission {status}"] += 1
            return "", 0.0, ""
        said = json.loads(body)
        return said["token"], said["wait_seconds"], said["availability"]

    async def book(self, line: Line, number: int, token: str, key: str) -> tuple[int, bytes]:
        session = self.sessions[number % len(self.sessions)]
        headers = (
            f"Authorization: Bearer {token}\r\nIdempotency-Key: {key}\r\nContent-Type: application/json\r\n"
        )
        body = b'{"attendee":{"name":"\xe8\xa7\x82\xe4\xbc\x97","phone":"+852%08d"},"seats":1}' % (
            self.first + number
        )
        return await line.ask(
            post(f"/api/v1/sessions/{session}/bookings", headers + network(number), body, self.name)
        )

    async def insist(self, number: int, token: str, key: str, place: int) -> tuple[int, bytes]:
        """Ask until there is an answer, always with the same key, as somebody does whose connection breaks."""
        until = time.perf_counter() + SLOWEST
        while True:
            line = self.all_lines[place]
            if not line.is_open:
                try:
                    line = self.all_lines[place] = await self.connect()
                except OSError:
                    if time.perf_counter() > until:
                        return 0, b""
                    await asyncio.sleep(0.2)
                    continue
            status, body = await self.book(line, number, token, key)
            if status not in NO_ANSWER or time.perf_counter() > until:
                return status, body
            self.answers["asked again for an answer"] += 1
            self.answers[f"asked again after {status or 'a broken connection'}"] += 1
            # "Not yet" says how long to wait (Retry-After); a broken connection says nothing
            await asyncio.sleep(2 if status == 503 else 0.2)

    def note(self, status: int, body: bytes, began: float) -> str:
        moment = time.perf_counter()
        took = (moment - began) * 1e3
        if self.broken_at and status not in NO_ANSWER:
            self.silence = max(self.silence, moment - max(self.last_answer, self.broken_at))
        self.last_answer = moment
        if status == 201:
            said = json.loads(body)
            what = said["status"]
            (self.confirmed if what == "confirmed" else self.waiting).append(said["code"])
            self.last_confirmed = moment
        elif status in NO_ANSWER:
            what = "no answer"
        else:
            what = json.loads(body)["type"]
            if what == "sold-out":
                self.sold_out_ms.append(took)
        self.milliseconds.append(took)
        self.answers[what] += 1
        if len(self.milliseconds) == self.break_at:
            self.broken_at = moment
            print("break", flush=True)
        return str(what)

    async def rush(self) -> None:
        """Everybody has a token; as many as there are connections ask at a time."""
        lines = list(await asyncio.gather(*(self.connect() for _one in range(self.concurrency))))
        self.tokens = [""] * self.attempts
        numbers = iter(range(self.attempts))

        async def queue(line: Line) -> None:
            for number in numbers:
                self.tokens[number], _wait, _free = await self.token(line, number)

        began = time.perf_counter()
        await asyncio.gather(*(queue(line) for line in lines))
        self.admissions_per_s = self.attempts / (time.perf_counter() - began)
        numbers = iter(range(self.attempts))

        async def go(place: int) -> None:
            for number in numbers:
                began = time.perf_counter()
                status, body = await self.insist(number, self.tokens[number], f"k{number}", place)
                self.note(status, body, began)

        self.all_lines = lines
        self.begun = time.perf_counter()
        await asyncio.gather(*(go(place) for place in range(len(lines))))

    async def morning(self) -> None:
        """The museum: arrivals in a minute at an even pace, each joins the queue, waits for the turn and books."""
        wanted = self.museum
        self.waits: list[float] = []
        pause = wanted["seconds"] / self.attempts
        tasks: set[asyncio.Task[None]] = set()
        self.begun = time.perf_counter()
        for number in range(self.attempts):
            due = self.begun + number * pause
            if (early := due - time.perf_counter()) > 0.001:
                await asyncio.sleep(early)
            task = asyncio.create_task(self.visit(number, due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        self.arrived = time.perf_counter()
        while tasks:
            await asyncio.wait(set(tasks))

    async def visit(self, number: int, due: float) -> None:
        line = self.lines.pop() if self.lines else await self.reach()
        kind = number % 1000 / 1000
        try:
            token, wait, free = await self.token(line, number)
            if not token:
                return
            if free == "sold-out":
                # The page says so as it comes, and nobody books what is said to be gone
                self.note(409, b'{"type":"sold-out"}', due)
                return
            if wait > 0:
                self.waits.append(wait)
                await asyncio.sleep(wait)
            # Who holds a second token tries with another key, and who saw nothing tries again with the same
            times = [f"k{number}"]
            if kind < self.museum["duplicates"]:
                times.append(f"second{number}")
            elif kind < self.museum["duplicates"] + self.museum["retries"]:
                times.append(f"k{number}")
            for place, key in enumerate(times):
                status, body = await self.book(line, number, token, key)
                while status == 429 and json.loads(body)["type"] == "too-early":
                    # By a hair: this clock and the server's are read at two moments
                    await asyncio.sleep(json.loads(body)["wait_seconds"])
                    status, body = await self.book(line, number, token, key)
                if place == 0:
                    self.note(status, body, due)
                else:
                    self.again(number, status, body, is_same=key == times[0])
        finally:
            if line.is_open:
                self.lines.append(line)

    def again(self, number: int, status: int, body: bytes, *, is_same: bool) -> None:
        said = json.loads(body) if body else {}
        if is_same and status == 201 and said["code"] not in self.codes():
            self.answers["other answer to the same key"] += 1
        if not is_same and status == 201:
            self.answers["second booking of one person"] += 1
        self.answers["asked again"] += 1

    def codes(self) -> set[str]:
        return set(self.confirmed[-5000:]) | set(self.waiting)

    def result(self) -> dict[str, Any]:
        over = time.perf_counter()
        found = {
            "attempts_per_s": round(len(self.milliseconds) / (over - self.begun), 1),
            "confirmed": len(self.confirmed),
            "confirmed_per_s": round(len(self.confirmed) / max(self.last_confirmed - self.begun, 1e-9), 1),
            **percentiles(self.milliseconds, ""),
            **percentiles(self.sold_out_ms, "sold_out_"),
            "answers": dict(self.answers),
        }
        if self.museum:
            found |= {"last_answer_after_s": round(over - self.arrived, 2), "arrivals_took_s": round(self.arrived -
            self.begun, 2),
                      "longest_wait_s": round(max(self.waits, default=0.0), 2)}  # fmt: skip
        else:
            found["admissions_per_s"] = round(self.admissions_per_s, 1)
            found["silence_s"] = round(self.silence, 2)
            found["slowest_s"] = round(max(self.milliseconds, default=0.0) / 1e3, 2)
        return found


def percentiles(milliseconds: list[float], of: str) -> dict[str, float]:
    ordered = sorted(milliseconds) or [0.0]
    return {f"{of}p{share}_ms": round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)], 1)
            for share in (50, 95, 99)}  # fmt: skip


async def main() -> None:
    # Each of the crowd has a connection; as many as the system lets one process have
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    crowd = Crowd(json.load(sys.stdin))
    gc.freeze()
    gc.disable()
    await (crowd.morning() if crowd.museum else crowd.rush())
    print(json.dumps({**crowd.result(), "codes": crowd.confirmed, "waiting": crowd.waiting}))


if __name__ == "__main__":
    uvloop.run(main())
