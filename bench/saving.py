"""How long the registration's save takes while many people type and the public reads, beside the same save alone.

Each typist has an activity of its own and saves its first step again and again with another text, as the form does
while one types. Afterwards each form is opened: what was typed last must stand in it.
"""

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

from bench.pages import PAGES
from bench.site import Server

TYPIST = "editor@demo.example"
FIELDS = {"mode": "offline", "summary": "和工程师一起做实验。"}


@dataclass
class Draft:
    """One activity that is being typed."""

    address: str
    version: str
    typed: str = ""


@dataclass
class Tally:
    """What the saves and the readers' pages came to."""

    saves: list[float] = field(default_factory=list)  # milliseconds
    pages: int = 0
    failures: int = 0


class Browser:
    """One connection that stays open, with the cookies of a person who is signed in."""

    def __init__(self, port: int, cookies: dict[str, str]) -> None:
        self.port, self.cookies = port, cookies

    async def __aenter__(self) -> "Browser":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.writer.close()

    async def ask(
        self, address: str, typed: dict[str, str] | None = None, *, from_script: bool = False
    ) -> tuple[int, dict[str, str], str]:
        """(status, heads, text). What is typed goes as a form; `from_script` as the page's own script sends it."""
        body = urlencode(typed or {}).encode()
        heads = {"Host": "localhost", "Accept-Language": "zh-CN", "X-CSRFToken": self.cookies.get("csrftoken", ""),
                 "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}  # fmt: skip
        if typed is not None:
            heads |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        if from_script:
            heads["HX-Request"] = "true"
        lines = [
            f"{'GET' if typed is None else 'POST'} {address} HTTP/1.1",
            *(f"{k}: {v}" for k, v in heads.items()),
        ]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        answered: dict[str, str] = {}
        for line in head.split("\r\n")[1:]:
            name, _colon, value = line.partition(": ")
            if name.lower() == "set-cookie":
                cookie, _equals, text = value.partition(";")[0].partition("=")
                self.cookies[cookie.strip()] = text
            answered[name.lower()] = value
        text = (await self.reader.readexactly(int(answered.get("content-length", 0)))).decode(
            "utf-8", "replace"
        )
        return int(head.split()[1]), answered, text


def measure(server: Server, folder: Path, *, seconds: float, typists: int, readers: int) -> dict[str, object]:
    """The save alone by one typist, then by all of them while as many readers ask for the list."""
    return asyncio.run(_measure(server.port, folder, seconds, typists, readers))


async def _measure(port: int, folder: Path, seconds: float, typists: int, readers: int) -> dict[str, object]:
    cookies = await _sign_in(port, json.loads((folder / "demo-accounts.json").read_text())[TYPIST])
    async with Browser(port, cookies) as browser:
        drafts = [await _begin(browser, number) for number in range(typists)]
    alone, busy = Tally(), Tally()
    await _type(port, cookies, drafts[0], time.perf_counter() + seconds, alone)
    until = time.perf_counter() + seconds
    await asyncio.gather(
        *(_type(port, cookies, draft, until, busy) for draft in drafts),
        *(_read(port, until, busy) for _number in range(readers)),
    )
    async with Browser(port, cookies) as browser:
        lost = [draft for draft in drafts if draft.typed not in (await browser.ask(draft.address))[2]]
    one, many = _percentiles(alone.saves), _percentiles(busy.saves)
    return {
        "typists": typists, "readers": readers, "saves_per_second": round(len(busy.saves) / seconds, 1),
        "pages_per_second": round(busy.pages / seconds, 1), "alone_p50_ms": one[0], "alone_p95_ms": one[1],
        "p50_ms": many[0], "p95_ms": many[1], "ratio": round(many[0] / one[0], 2) if one[0] else 0.0,
        "failures": alone.failures + busy.failures, "lost": len(lost),
    }  # fmt: skip


async def _sign_in(port: int, password: str) -> dict[str, str]:
    async with Browser(port, {}) as browser:
        _status, _heads, page = await browser.ask("/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        typed = {"login": TYPIST, "password": password, "csrfmiddlewaretoken": token[1] if token else ""}
        status, _heads, _page = await browser.ask("/accounts/login/", typed)
        if status != 302:
            raise RuntimeError(f"signing in was answered with {status}")
        return browser.cookies


async def _begin(browser: Browser, number: int) -> Draft:
    _status, _heads, page = await browser.ask("/desk/activities/new/")
    found = {
        name: re.search(rf'name="{name}" value="([^"]+)"', page)
        or re.search(rf'name="{name}"[^>]*>.*?<option value="(\d+)"', page, re.DOTALL)
        for name in ("token", "organization")
    }
    typed = {name: match[1] for name, match in found.items() if match} | {"title": f"边填边存第{number}项"}
    status, heads, _page = await browser.ask("/desk/activities/new/", typed)
    if status != 302:
        raise RuntimeError(f"a new activity was answered with {status}")
    return Draft(heads["location"], "1")


async def _type(port: int, cookies: dict[str, str], draft: Draft, until: float, tally: Tally) -> None:
    async with Browser(port, dict(cookies)) as browser:
        _status, _heads, page = await browser.ask(draft.address)
        draft.version = _version(page) or draft.version
        number = 0
        while time.perf_counter() < until:
            number += 1
            text = f"{FIELDS['summary']}第{number}次"
            typed = FIELDS | {"title": "边填边存的活动", "summary": text, "version": draft.version}
            begun = time.perf_counter()
            status, heads, answer = await browser.ask(draft.address, typed, from_script=True)
            if status == 200 and "saved" in heads.get("hx-trigger", ""):
                tally.saves.append((time.perf_counter() - begun) * 1000)
                draft.version, draft.typed = _version(answer) or draft.version, text
            else:
                tally.failures += 1


async def _read(port: int, until: float, tally: Tally) -> None:
    async with Browser(port, {}) as browser:
        while time.perf_counter() < until:
            status, _heads, _page = await browser.ask(PAGES["list"])
            tally.pages += status == 200
            tally.failures += status != 200


def _version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    return found[1] if found else ""


def _percentiles(milliseconds: list[float]) -> tuple[float, float]:
    cuts = quantiles(milliseconds, n=20) if len(milliseconds) > 1 else [0.0] * 19
    return round(cuts[9], 1), round(cuts[18], 1)
