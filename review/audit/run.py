"""Audits one handoff document against one account: reads it, weighs every statement, finds what it leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from indexer.heads import Heads
from indexer.models import RawArtifact
from indexer.search import AccountIndex
from prompts.template import load_template, template_names
from review.audit.document import statements_of
from review.audit.evidence import Evidence
from review.audit.left_out import LeftOuts
from review.audit.models import VERDICTS, Audit, Counts
from review.models import Brief


def audit(
    index: AccountIndex, heads: Heads, brief: Brief, document: Sequence[RawArtifact], file: str
) -> Audit:  # fmt: skip
    """The audit of `document` (as its reader found it) against an account's evidence and latest brief.

    Nothing of the document enters the record; its statements are weighed like claims and never cited.
    """
    statements = statements_of(document)
    evidence = Evidence(index, heads, brief.conflicts)
    audited = tuple(evidence.weigh(s) for s in statements if not s.asks)
    specs = load_template(brief.template).fields() if brief.template in template_names() else {}
    compared = LeftOuts(brief, specs, statements, index.embedder, heads)
    left_out = compared.find()
    verdicts, kinds = Counter(a.verdict for a in audited), Counter(x.kind for x in left_out)
    return Audit(
        account=index.account.slug, file=file, template=brief.template, index=brief.provenance.index,
        statements=audited, left_out=left_out, answered=compared.answered(), asked=len(specs),
        counts=Counts(
            statements=len(audited), **{v: verdicts[v] for v in VERDICTS},
            promises=kinds["promise"], conflicts=kinds["conflict"], gaps=kinds["gap"], fields=kinds["field"],
        ),
    )  # fmt: skip
