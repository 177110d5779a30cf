"""Owns the words a reader sees for ids: fields, kinds, flags, scope states, sides, statuses."""

from __future__ import annotations

FIELDS = {
    "summary.why_bought": "Why they bought",
    "summary.success": "What success means",
    "account.company": "Company",
    "account.contract": "Contract",
    "account.owners": "Owners",
    "goals.problem": "The problem",
    "goals.first_90_days": "First 90 days",
    "goals.secondary_use_cases": "Secondary use cases",
    "goals.success_metrics": "Success metrics",
    "goals.user_workflow": "How users will work",
    "goals.first_value": "First value",
    "stakeholders.economic_buyer": "Economic buyer",
    "stakeholders.champion": "Champion",
    "stakeholders.end_users": "End users",
    "stakeholders.skeptics": "Sceptics",
    "stakeholders.executive_sponsor": "Executive sponsor",
    "commitments.contract_terms": "Contract terms",
    "commitments.pricing": "Pricing",
    "commitments.promised_features": "Promised features",
    "commitments.timeline_promises": "Promised dates",
    "technical.integrations": "Integrations",
    "technical.security_compliance": "Security and compliance",
    "technical.configuration": "Configuration",
    "technical.customer_owners": "Technical owners at the customer",
    "technical.risks_dependencies": "Risks and dependencies",
    "objections.raised_and_handled": "Raised and handled",
    "risks.open_risks": "Open risks",
    "timeline.late_stage": "Late stage",
    "timeline.poc": "Proof of concept",
    "timeline.final_negotiation": "Final negotiation",
    "timeline.last_push": "Last push",
    "timeline.implementation": "Implementation",
    "relationship.communication": "How they like to communicate",
    "relationship.sensitive_topics": "Sensitive topics",
    "relationship.decision_process": "How they decide",
    "next_steps.first_30_days": "First 30 days",
}

FLAGS = {
    "verbal": "said, not written",
    "custom_promise": "custom promise",
    "internal_only": "internal only",
    "human": "added by a person",
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
