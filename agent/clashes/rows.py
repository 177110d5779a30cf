"""Fields and rows that answer one question in words: `Billing contact`, `Deployment: cloud`, `Auto-renew: yes`, in a record and in a signed paper."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from agent.clashes.stated import Place, Stated
from agent.clashes.things import subject_of
from agent.clashes.typed import Typed
from agent.verification.plain import make_plain, tokens
from agent.verification.words import is_content, stem

_ROW = re.compile(r"(?P<label>[^\W\d][^:\t.]{2,40})(?::[ \t]+|\t)(?P<value>[^\W\d][^:\t\d]{1,40})")
_GENERIC = frozenset(
    stem(w)
    for w in "name title status stage type owner account company source industry city country region department description note notes text subject category priority id next step role contact email phone address date reason other comment remark value answer question level product item scope service services module modules feature task responsible party".split()
)
LONGEST = 5
"""Words of the longest value that is a choice and no sentence."""


def row_values(found: Sequence[Place]) -> Iterator[Stated]:
    """Each short row in words with its label as the thing that is chosen; labels that a source repeats name lists."""
    rows = [
        (p, m)
        for p in found
        if p.voice in ("record", "signed") and (m := _ROW.fullmatch(p.words.strip()))
    ]
    told = Counter((p.source, _label(m["label"])) for p, m in rows)
    for p, m in rows:
        label = _label(m["label"])
        if not label or told[p.source, label] > 1 or len(m["value"].split()) > LONGEST:
            continue
        name = " ".join(sorted(stem(t.text) for t in tokens(make_plain(m["value"]).text)))
        value = Typed("choice", *m.span("value"), m["value"], unit=label, name=name)
        yield p.stated(value, subject_of(p.words, p.around))


def _label(words: str) -> str:
    """A label's telling words, lower-case and in order; empty for one that could stand over anything."""
    told = [t.text for t in tokens(make_plain(re.sub(r"[_.]+", " ", words)).text) if is_content(t)]
    return "" if all(stem(w) in _GENERIC for w in told) else " ".join(told).lower()
