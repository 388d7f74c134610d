"""People who look at pages and book, at an even pace, while hosts are restarted: every answer that is none is counted.

Reads where to ask from standard input, writes what it was answered as one line of JSON.
"""

import json
import ssl
import sys
import threading
import time
from collections import Counter
from http.client import HTTPException, HTTPSConnection
from typing import Any

PAGES = ("/", "/activities/", "/calendar/", "/healthz", "/honors/")
LOOKERS, BOOKERS = 4, 2
PAUSE = 0.15  # seconds between two questions of one of them
GOOD = (200, 201, 409)


class Visitors:
    """All of them, and what they were answered. Nobody asks twice: whatever fails is a failure."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.asked = asked
        self.until = time.monotonic() + asked["seconds"]
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []
        self.slowest = 0.0
        self.guard = threading.Lock()

    def connection(self) -> HTTPSConnection:
        tls = ssl.create_default_context()
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
        return HTTPSConnection(self.asked["host"], self.asked["port"], timeout=60, context=tls)

    def ask(self, line: HTTPSConnection, method: str, path: str, body: str | None = None,
            **headers: str) -> tuple[int, bytes]:  # fmt: skip
        begun = time.monotonic()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            line.request(method, path, body=body, headers={"Host": self.asked["name"], **named})
            answer = line.getresponse()
            status, said = answer.status, answer.read()
        except (OSError, HTTPException) as error:
            line.close()
            status, said = 0, type(error).__name__.encode()
        with self.guard:
            self.answers[f"{method} {status}"] += 1
            self.slowest = max(self.slowest, time.monotonic() - begun)
            if status not in GOOD:
                self.failures.append(f"{method} {path} {status} {said[:80].decode(errors='replace')}")
        return status, said

    def look(self, number: int) -> None:
        line = self.connection()
        while time.monotonic() < self.until:
            self.ask(line, "GET", PAGES[number % len(PAGES)])
            number += 1
            time.sleep(PAUSE)

    def book(self, first: int) -> None:
        line, sessions = self.connection(), self.asked["sessions"]
        for number in range(first, 1_000_000, BOOKERS):
            if time.monotonic() > self.until:
                return
            path = f"/api/v1/sessions/{sessions[number % len(sessions)]}"
            status, said = self.ask(line, "POST", f"{path}/admission", "")
            if status == 200:
                body = json.dumps(
                    {"attendee": {"name": "观众", "phone": f"+852{90000000 + number}"}, "seats": 1}
                )
                self.ask(line, "POST", f"{path}/bookings", body, Authorization=f"Bearer {json.loads(said)['token']}",
                         Idempotency_Key=f"rolling-{number}", Content_Type="application/json")  # fmt: skip
            time.sleep(PAUSE)

    def visit(self) -> dict[str, Any]:
        work = [(self.look, number) for number in range(LOOKERS)] + [
            (self.book, number) for number in range(BOOKERS)
        ]
        threads = [threading.Thread(target=what, args=(number,)) for what, number in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return {"answered": sum(self.answers.values()), "failed": len(self.failures), "failures": self.failures[:10],
                "answers": dict(self.answers), "slowest_s": round(self.slowest, 2)}  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(Visitors(json.load(sys.stdin)).visit(), ensure_ascii=False))
