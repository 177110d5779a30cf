"""Owns the words a reader sees for ids: fields, kinds, flags, scope states, sides, statuses."""

from __future__ import annotations

from agent.models import Claim

FIELDS = {
    "summary.why_bought": "Why they bought",
    "summary.success": "What success looks like",
    "account.company": "The company",
    "account.contract": "Contract",
    "account.owners": "Owners",
    "goals.problem": "The problem",
    "goals.first_90_days": "The first 90 days",
    "goals.secondary_use_cases": "Later uses",
    "goals.success_metrics": "How they measure it",
    "goals.user_workflow": "The daily work",
    "goals.first_value": "First value",
    "stakeholders.economic_buyer": "Who pays",
    "stakeholders.champion": "Who carried it inside",
    "stakeholders.end_users": "Who will use it",
    "stakeholders.skeptics": "Who doubts",
    "stakeholders.executive_sponsor": "Executive sponsor",
    "commitments.contract_terms": "Terms",
    "commitments.pricing": "Price",
    "commitments.promised_features": "Promised features and services",
    "commitments.timeline_promises": "Promised dates",
    "technical.integrations": "Integrations",
    "technical.security_compliance": "Security and compliance",
    "technical.configuration": "Configuration",
    "technical.customer_owners": "Owners on their side",
    "technical.risks_dependencies": "Dependencies and limits",
    "objections.raised_and_handled": "Raised and handled",
    "risks.open_risks": "Open risks",
    "timeline.late_stage": "Late stage",
    "timeline.poc": "Trial",
    "timeline.final_negotiation": "Final negotiation",
    "timeline.last_push": "The last push",
    "timeline.implementation": "Implementation",
    "relationship.communication": "How to reach them",
    "relationship.sensitive_topics": "Sensitive topics",
    "relationship.decision_process": "How they decide",
    "next_steps.first_30_days": "The first 30 days",
}

FLAGS = {
    "verbal": "said, not written",
    "custom_promise": "custom promise",
    "internal_only": "internal only",
    "human": "added by a person",
    "custom_timeline": "promised date",
    "scope_note": "scope note",
    "last_push": "last push",
}

SCOPE = {
    "covered": "In scope",
    "excluded": "Excluded",
    "contradicted": "Contradicted",
    "silent": "Scope is silent",
}

SIDES = {"customer": "customer", "vendor": "vendor", "unknown": "side unknown"}

STATUSES = {
    "draft": "Draft",
    "ae_review": "With the AE",
    "csm_review": "With the CSM",
    "accepted": "Accepted",
    "returned": "Returned",
}

SCORES = {
    "completeness": "Completeness",
    "promise_risk": "Promise risk",
    "implementation_complexity": "Implementation complexity",
    "stakeholder_coverage": "Stakeholder coverage",
    "first_value_clarity": "First-value clarity",
}


def asked(role: str) -> str:
    """Whom to ask, as one says it: `the AE`, `the customer`, but `Ines Roth`."""
    roles = ("AE", "SE", "CSM", "CFO", "CTO", "CISO")
    return f"the {role}" if role in roles or role.islower() else role


def words_of(name: str) -> str:
    """An id as words: `decision_maker` -> `Decision maker`."""
    words = name.rsplit(".", 1)[-1].replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def field_title(field: str) -> str:
    """The title of a field; a team's own fields are named by their id."""
    return FIELDS.get(field) or words_of(field)


def without_title(text: str, field: str | None) -> str:
    """A claim's words without its field's title at their end: `Ines Roth on the company` -> `Ines Roth`."""
    title = field_title(field) if field else ""
    return text.removesuffix(f" on {title[:1].lower()}{title[1:]}") if title else text


def is_attribution(claim: Claim) -> bool:
    """True if a claim's words only say who speaks of what, so that its quote must say the rest."""
    return without_title(claim.text, claim.field) != claim.text


def voice(authority: str) -> str:
    """Whose word it is, without how it was given: the place says that (`seller on a call`, `seller in writing`)."""
    for how in (" on a call", " in writing"):
        authority = authority.removesuffix(how)
    return authority
