"""What thousands of accounts cost at the surfaces: the commands and `baton serve`, each as a process of its own."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from eval.bench_commands import OFFLINE
from eval.figures import Figure, median_s
from eval.many_deals import write_deals
from indexer.store import Store

QUESTIONS = (
    "When does the contract renew?", "Who decides on their side?", "What did we promise about the go-live?",
    "How quickly will they be up and running?", "Which integrations are in scope?",
)  # fmt: skip


def baton(home: Path, *args: str | Path) -> str:
    """What a command prints. Raises SystemExit with its last line when it fails."""
    command = [str(Path(sys.executable).parent / "baton"), *map(str, args), "--home", str(home)]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **OFFLINE}, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
        raise SystemExit(f"`baton {args[0]}` failed: {said[-1]}")
    return done.stdout


@contextmanager
def server(home: Path) -> Iterator[tuple[int, httpx.Client, float]]:
    """A running `baton serve`: its process id, a client that is signed in, and how long it took to start."""
    began = time.perf_counter()
    command = [str(Path(sys.executable).parent / "baton"), "serve", "--port", "0", "--home", str(home)]  # fmt: skip
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        address = re.search(r"(http://\S+?)/login\?token=(\S+)", running.stdout.readline())
        if address is None:
            raise SystemExit("The server did not start.")
        bearer = {"Authorization": f"Bearer {address[2]}"}
        with httpx.Client(base_url=address[1], headers=bearer, timeout=600, trust_env=False) as client:  # fmt: skip
            client.get("/docs").raise_for_status()
            yield running.pid, client, time.perf_counter() - began
    finally:
        running.terminate()
        running.wait(30)


def peak_mb(pid: int) -> float:
    """The most memory that a process has held so far."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def serving_figures(home: Path, slugs: Sequence[str]) -> list[Figure]:
    """`baton serve` with whole deals visited in turn: their page, a search, a question."""
    with server(home) as (pid, client, started):
        asked = []
        for n, slug in enumerate(slugs):
            began = time.perf_counter()
            client.get(f"/accounts/{slug}").raise_for_status()
            client.get(f"/api/accounts/{slug}/search", params={"q": QUESTIONS[n % 5]}).raise_for_status()  # fmt: skip
            said = client.post(f"/api/accounts/{slug}/ask", json={"question": QUESTIONS[n % 5]})
            said.raise_for_status()
            asked.append(time.perf_counter() - began)
            if n + 1 in (1, 10, 50, 100, 150) or n + 1 == len(slugs):
                print(f"  {n + 1} accounts visited: peak {peak_mb(pid):.0f} MB", flush=True)
        visited = peak_mb(pid)
        page = median_s(lambda: client.get("/").raise_for_status(), 3)
        listed = median_s(lambda: client.get("/api/accounts").raise_for_status(), 3)
        last = peak_mb(pid)
    return [
        Figure("baton serve starts", started, "s"),
        Figure(f"peak memory, {len(slugs)} whole deals visited in turn", visited, "MB", 1500),
        Figure("  and after the list of accounts", last, "MB", 1500),
        Figure("a visit: page, search, question", statistics.median(asked), "s"),
        Figure("the list of accounts, a page of it", page, "s", 1.0),
        Figure("GET /api/accounts, all of them", listed, "s"),
        Figure("baton accounts", median_s(lambda: baton(home, "accounts"), 1), "s"),
    ]


def deals_figures(root: Path, models: Path, deals: int) -> list[Figure]:
    """`index --each` over many small deals, killed once on the way and run again."""
    folder, home = root / "deals", root / "each"
    write_deals(folder, deals)
    home.mkdir(exist_ok=True)
    if not (home / "models").exists():
        (home / "models").symlink_to(models.resolve())
    command = [str(Path(sys.executable).parent / "baton"), "index", str(folder), "--each", "--home", str(home)]  # fmt: skip
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    kept = [running.stdout.readline().split(":")[0] for _ in range(max(deals // 4, 1))]
    running.kill()
    running.wait()
    began = time.perf_counter()
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    lines = running.stdout.read().splitlines()
    _, status, usage = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    again = {line.split(":")[0] for line in lines if re.search(r": [1-9]\d* read,", line)}
    return [
        Figure(f"index --each of {deals} deals after kill -9: exit code", running.returncode, "", 0),
        Figure("  acknowledged deals that were read again", len(again & set(kept)), "", 0),
        Figure("  deals in the record", len(Store(home).accounts()), "", deals, at_least=True),
        Figure("  seconds a deal", (time.perf_counter() - began) / max(deals - len(kept), 1), "s"),
        Figure("  peak memory", usage.ru_maxrss / 1024, "MB", 1500),
    ]  # fmt: skip
