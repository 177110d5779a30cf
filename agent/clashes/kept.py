"""What an account's sources contradict each other on, found once and kept beside the account's evidence.

Looking takes longer than all else that a question needs. What was found holds for one state of the evidence, one pair of
heads and one state of the rules; where any of these is another, it is looked for again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter

from agent.clashes.clash import Clash
from agent.relatedness import Relatedness
from indexer.heads import Heads
from indexer.search import AccountIndex

WHAT = "clashes"
_CLASHES = TypeAdapter(list[Clash], config=ConfigDict(ser_json_inf_nan="constants"))
"""`unlimited` is a number, too: infinity, which plain JSON would make null."""
_ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = ("agent", "indexer", "prompts")
_RULES = {".py", ".json", ".yaml"}


def clashes_of(
    index: AccountIndex, heads: Heads, related: Callable[[], Relatedness]
) -> list[Clash]:
    """The account's clashes, as `find_clashes` finds them; `related` is only asked for where they are not kept yet."""
    mark = " ".join((index.mark, heads.reading.name, heads.answers.name, rules_mark()))
    kept = index.derived(WHAT, mark)
    if kept is not None:
        return _CLASHES.validate_json(kept)
    from agent.clashes.find import find_clashes

    found = find_clashes(index, related())
    index.keep_derived(WHAT, mark, _CLASHES.dump_json(found).decode())
    return found


@cache
def rules_mark() -> str:
    """Changes with every file of the code, the words and the weights that decide what is found."""
    files = sorted(
        (str(path.relative_to(_ROOT)), stat.st_size, stat.st_mtime_ns)
        for package in _PACKAGES
        for path in (_ROOT / package).rglob("*")
        if path.suffix in _RULES
        for stat in (path.stat(),)
    )
    return hashlib.sha256(repr(files).encode()).hexdigest()[:16]
