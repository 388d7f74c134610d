"""Running a coroutine where a loop may be under way already: a browser that was driven before leaves one in the thread."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What it gives; in a thread and a loop of its own, by the clock of the test."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(copy_context().run, asyncio.run, coroutine).result()
