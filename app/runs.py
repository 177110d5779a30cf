"""A model's run as text: why did it say that?"""

from __future__ import annotations

from agent.llm.steps import Run, SectionRun

_WORDS = {
    "section": "begins", "searching": "searches", "reading": "reads", "claim_recorded": "RECORDED",
    "claim_refused": "REFUSED", "gap_marked": "gap", "fault": "FAULT", "note": "note",
}  # fmt: skip


def run_text(content: str, prompts: bool = False) -> str:
    """A run's record, section by section: steps, refusals with reasons, tokens, times; with `prompts` its prompts."""
    run = Run.model_validate_json(content)
    head = [
        f"{run.id}: {run.what} for {run.account}, {run.engine} {run.model}, {run.started[:19]}",
        f"question: {run.question}" if run.question else "",
        f"prompts: {', '.join(f'{k} {v}' for k, v in sorted(run.prompts.items()))}",
        f"index: {run.index}",
        "complete"
        if run.complete
        else "NOT complete: broken off; the next brief carries on from here",
    ]
    parts = ["\n".join(line for line in head if line)]
    return _printable("\n\n".join([*parts, *(_section(s, prompts) for s in run.sections)]))


def _section(section: SectionRun, prompts: bool) -> str:
    tokens = sum(c.prompt_tokens or c.estimate for c in section.calls)
    replied = sum(c.reply_tokens or 0 for c in section.calls)
    first = f", first prompt about {section.calls[0].estimate}" if section.calls else ""
    lines = [
        f"{section.id}: {len(section.claims)} recorded, {len(section.refusals)} refused, {len(section.gaps)} gaps; "
        f"{section.seconds:.1f} s, {len(section.calls)} requests ({section.way}), {tokens} tokens read{first}, {replied} written"
        + (f"; {section.left_out} pieces of evidence had no room" if section.left_out else "")
    ]
    if section.fault:
        lines.append(f"  fell back to the extractive result: {section.fault}")
    for step in section.steps:
        why = f"  ({step.why})" if step.why else ""
        lines.append(f"  {step.seconds:7.1f} s  {_WORDS[step.kind]:<8}  {step.text}{why}")
    if prompts:
        lines += ["", *(f"    | {line}" for line in section.prompt.splitlines())]
    return "\n".join(lines)


def _printable(text: str) -> str:
    """Without control characters: a run holds words of sources."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)
