"""What mails, invites and titles say of the account's head: the kickoff's date, who the CSM is.

The CRM and deal.yaml come first; this fills what they leave open, and only where the sources are of one voice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.days import day_of
from indexer.models import Artifact, Person

_KICKOFF = re.compile(r"kick[- ]?off|kickoff", re.I)
_CSM = re.compile(r"customer success|\bCSM\b|client success", re.I)


def noticed(artifacts: Sequence[Artifact], people: Sequence[Person]) -> dict[str, str]:
    """`kickoff_date` from the earliest kickoff invite that stands, `csm` from the one vendor title that says so."""
    found: dict[str, str] = {}
    invites = [
        a
        for a in artifacts
        if a.kind == "invite"
        and _KICKOFF.search(a.title)
        and a.date
        and not a.meta.get("cancelled")
    ]
    if invites:
        days = [day_of(a.date) for a in invites]
        found["kickoff_date"] = min(d for d in days if d).isoformat()
    managers = [p for p in people if p.side == "vendor" and p.title and _CSM.search(p.title)]
    if len(managers) == 1:
        found["csm"] = managers[0].name
    return found
