"""A model's run as text: why did it say that, and what did it cost?"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from agent.llm.steps import Run, SectionRun, ToolCall

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
        _state(run),
        *_totals(run),
    ]
    parts = ["\n".join(line for line in head if line)]
    return _printable("\n\n".join([*parts, *(_section(s, run, prompts) for s in run.sections)]))


def _state(run: Run) -> str:
    if run.complete:
        return "complete"
    if run.what == "answer":
        return "NOT complete: the model did not finish; what the extractive engine found stands"
    return "NOT complete: the next brief writes only the sections that are missing or fell back"


def _totals(run: Run) -> list[str]:
    """What the whole run took: time beside the model, tools, tokens."""
    calls = [c for s in run.sections for c in s.calls]
    seconds, own = sum(s.seconds for s in run.sections), sum(s.own_seconds for s in run.sections)
    read = sum(c.prompt_tokens or c.estimate for c in calls)
    lines = [
        f"took {seconds:.1f} s, of it {own:.1f} s beside the model; {len(calls)} requests, {read} tokens read, "
        f"{sum(c.reply_tokens or 0 for c in calls)} written"
    ]
    tools = [t for s in run.sections for t in s.tools]
    if tools:
        lines.append(f"tools: {_tools(tools)}")
    if calls:
        largest = max(c.estimate for c in calls)
        room = f" of {run.context}" if run.context else ""
        lines.append(f"largest prompt: {largest} tokens by our count{room}")
    return lines


def _tools(calls: Sequence[ToolCall]) -> str:
    """Every tool with its calls, the mean and the slowest in milliseconds."""
    by_name: dict[str, list[float]] = {}
    for call in calls:
        by_name.setdefault(call.name, []).append(1000 * call.seconds)
    return ", ".join(
        f"{name} {len(ms)} × {mean(ms):.0f} ms (at most {max(ms):.0f})"
        for name, ms in sorted(by_name.items())
    )


def _section(section: SectionRun, run: Run, prompts: bool) -> str:
    lines = [
        f"{section.id}: {len(section.claims)} recorded, {len(section.refusals)} refused, "
        f"{len(section.gaps) + len(section.details)} gaps; "
        f"{section.seconds:.1f} s, of it {section.own_seconds:.1f} s beside the model; {len(section.calls)} requests ({section.way})"
    ]
    if section.calls:
        lines.append(f"  prompts: {_prompts(section, run.context)}")
    if section.tools:
        lines.append(f"  tools: {_tools(section.tools)}")
    if section.fault:
        lines.append(f"  fell back to the extractive result: {section.fault}")
    for step in section.steps:
        why = f"  ({step.why})" if step.why else ""
        lines.append(f"  {step.seconds:7.1f} s  {_WORDS[step.kind]:<8}  {step.text}{why}")
    if prompts:
        lines += ["", *(f"    | {line}" for line in section.prompt.splitlines())]
    return "\n".join(lines)


def _prompts(section: SectionRun, context: int) -> str:
    """Sizes of a section's prompts by our count, by the server's where it tells."""
    counted = [c.prompt_tokens for c in section.calls if c.prompt_tokens]
    said = f"first {section.calls[0].estimate} tokens, largest {max(c.estimate for c in section.calls)}"
    said += f" of {context}" if context else ""
    said += f"; the server counted at most {max(counted)}" if counted else ""
    if section.left_out:
        said += f"; {section.left_out} pieces of evidence had no room"
    return said


def _printable(text: str) -> str:
    """Without control characters: a run holds words of sources."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)
