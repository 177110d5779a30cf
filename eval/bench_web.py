"""Measures the pages under load: `python -m eval.bench_web`. Readers that click, open sources and ask at once.

Starts `baton serve` on a home that holds at least one account with a brief, and talks to it over HTTP only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

QUESTIONS = (
    "When does the contract renew?", "Who decides on their side?", "What did we promise about the go-live?",
    "What is the first result that counts for them?", "Which integrations are in scope?", "Who is the sceptic?",
)  # fmt: skip
COST_ROUNDS = 40
PAUSE_S = (0.3, 1.5)
"""A reader looks at what came before the next click."""
GOALS_MS = {"brief page": 100, "source pane": 100, "first answer step": 300}


@dataclass
class Tally:
    """What was seen: milliseconds by kind of request, and what went wrong."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def timed(self, kind: str, ask: Callable[[], httpx.Response]) -> httpx.Response | None:
        """Make a request, keep how long it took, keep what went wrong."""
        started = time.perf_counter()
        try:
            answer = ask()
        except httpx.HTTPError as error:
            self.fault(f"{kind}: {type(error).__name__}")
            return None
        self.add(kind, started)
        if answer.status_code != 200:
            self.fault(f"{kind}: status {answer.status_code}")
            return None
        return answer

    def add(self, kind: str, started: float) -> None:
        with self.lock:
            self.times[kind].append((time.perf_counter() - started) * 1000)

    def fault(self, what: str) -> None:
        with self.lock:
            self.errors.append(what)


def ask_in_steps(client: httpx.Client, slug: str, question: str, tally: Tally) -> None:
    """Ask as the page does: the first step, then the answer."""
    started = time.perf_counter()
    try:
        with client.stream("POST", f"/accounts/{slug}/ask", json={"question": question}) as said:
            lines = said.iter_lines()
            next(lines)
            tally.add("first answer step", started)
            last = [json.loads(line) for line in lines][-1]
    except (httpx.HTTPError, StopIteration, IndexError, ValueError) as error:
        tally.fault(f"ask: {type(error).__name__}")
        return
    tally.add("whole answer", started)
    if "html" not in last:
        tally.fault("ask: no answer")


def read(url: str, token: str, slug: str, until: float, tally: Tally) -> None:
    """One reader, until the time is up."""
    choose = random.Random(threading.get_ident())
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:  # fmt: skip
        while time.monotonic() < until:
            page = tally.timed("brief page", lambda: client.get(f"/accounts/{slug}"))
            panes = re.findall(r'data-pane="([^"]+)"', page.text) if page else []
            for pane in choose.sample(panes, min(3, len(panes))):
                address = pane.replace("&amp;", "&")
                tally.timed("source pane", lambda address=address: client.get(address))  # type: ignore[misc]
                time.sleep(choose.uniform(*PAUSE_S))
            ask_in_steps(client, slug, choose.choice(QUESTIONS), tally)
            time.sleep(choose.uniform(*PAUSE_S))


def processor_ms(pid: int) -> float:
    """Processor time that a process has used so far, from /proc (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def cost(pid: int, client: httpx.Client, slug: str) -> None:
    """Print what one request takes of the server's processor time: what it would wait on an idle machine, whatever runs beside it."""
    page = client.get(f"/accounts/{slug}")
    panes = [p.replace("&amp;", "&") for p in re.findall(r'data-pane="([^"]+)"', page.text)][
        :COST_ROUNDS
    ]
    kinds: dict[str, list[Callable[[], object]]] = {
        "brief page": [lambda: client.get(f"/accounts/{slug}")] * COST_ROUNDS,
        "source pane": [lambda pane=pane: client.get(pane) for pane in panes],  # type: ignore[misc]
        "whole answer": [
            lambda q=q: client.post(f"/accounts/{slug}/ask", json={"question": q}) for q in QUESTIONS  # type: ignore[misc]
        ],
    }  # fmt: skip
    for kind, asks in kinds.items():
        before = processor_ms(pid)
        for ask in asks:
            ask()
        print(
            f"{kind:18} {(processor_ms(pid) - before) / max(len(asks), 1):7.1f} ms of processor time"
        )


def report(tally: Tally, users: int) -> int:
    """Print what was seen. Returns how many requests went wrong."""
    for kind, times in tally.times.items():
        cuts = statistics.quantiles(times, n=20) if len(times) > 1 else times * 19
        goal = f"  goal {GOALS_MS[kind]} ms alone" if kind in GOALS_MS else ""
        print(f"{kind:18} {len(times):6}  p50 {cuts[9]:7.1f} ms  p95 {cuts[18]:7.1f} ms{goal}")
    print(f"{users} users, {sum(map(len, tally.times.values()))} requests, {len(tally.errors)} errors")  # fmt: skip
    for error in sorted(set(tally.errors))[:10]:
        print(f"  {error} × {tally.errors.count(error)}")
    return len(tally.errors)


def main() -> None:
    """Serve, let the readers read, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--home", default=os.environ.get("BATON_HOME", ".baton"))
    given = parser.parse_args()
    baton = str(Path(sys.executable).parent / "baton")
    command = [baton, "serve", "--port", "0", "--home", given.home]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = re.search(r"(http://\S+?)/login\?token=(\S+)", server.stdout.readline())
        if address is None:
            sys.exit("The server did not start.")
        url, token = address.groups()
        bearer = {"Authorization": f"Bearer {token}"}
        slugs = [a["slug"] for a in httpx.get(f"{url}/api/accounts", headers=bearer, timeout=60).json()["accounts"]]  # fmt: skip
        ready = [s for s in slugs if httpx.get(f"{url}/api/accounts/{s}/briefs/latest", headers=bearer, timeout=60).status_code == 200]  # fmt: skip
        if not ready:
            sys.exit("No account has a brief yet. Run `make demo` first.")
        for slug in ready:  # warm: a server that has been open for a while
            httpx.post(f"{url}/api/accounts/{slug}/ask", headers=bearer, json={"question": QUESTIONS[0]}, timeout=120)  # fmt: skip
        if Path("/proc/self/stat").exists():
            with httpx.Client(base_url=url, headers=bearer, timeout=120) as client:
                cost(server.pid, client, ready[0])
        for users in (1, given.users):
            tally, seconds = Tally(), given.seconds if users > 1 else min(20, given.seconds)
            until = time.monotonic() + seconds
            readers = [
                threading.Thread(target=read, args=(url, token, ready[n % len(ready)], until, tally))
                for n in range(users)
            ]  # fmt: skip
            for reader in readers:
                reader.start()
            for reader in readers:
                reader.join()
            wrong = report(tally, users)
            print(
                f"load of the machine meanwhile: {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores"
            )
    finally:
        server.terminate()
        server.wait(10)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
