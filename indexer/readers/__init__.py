"""The table of readers. A new source is one file in this folder and one row here.

Order matters: the first that recognises a file reads it, so the particular stand before the general.
"""

from __future__ import annotations

import importlib

from indexer.readers.base import Reader, Source

READERS: tuple[tuple[str, str], ...] = (
    # module, what it reads (shown in the README)
    ("gong", "Gong API JSON: calls, extensive, transcripts"),
    ("chorus", "Chorus JSON: conversations, engagements"),
    ("fathom", "Fathom JSON, summaries as Markdown"),
    ("tldv", "tl;dv JSON: transcripts, meetings, notes, highlights"),
    ("fireflies", "Fireflies JSON"),
    ("zendesk", "Zendesk tickets: API and export JSON, CSV"),
    ("intercom", "Intercom conversations JSON"),
    ("jira", "Jira issues: search JSON, CSV export"),
    ("teams", "Microsoft Teams chat: Graph and export JSON, HTML pages"),
    ("google_chat", "Google Chat: spaces and messages of a Takeout export"),
    ("salesforce", "Salesforce REST/Bulk JSON, Data Loader CSV, report CSV"),
    ("hubspot", "HubSpot v3 and legacy JSON, CSV exports"),
    ("slack", "Slack export folder or ZIP"),
    ("mail", "E-mail .eml, .mbox, Outlook .msg and mails saved as HTML, with attachments"),
    ("calendar", "Calendar invites .ics"),
    ("vtt", "Zoom, Teams and plain captions: VTT, SRT, SBV"),
    ("zoom_chat", "Zoom chat text"),
    ("transcript_text", "Otter, Google Meet, Fathom and plain transcripts as text"),
    ("pdf", "PDF in one or two columns; scanned pages where tesseract is installed"),
    ("docx_transcript", "Transcripts in Word DOCX: Teams, Google Meet, Otter, Fireflies"),
    ("docx", "Word DOCX with tables, footnotes, tracked changes"),
    ("xlsx", "Excel XLSX"),
    ("pptx", "PowerPoint PPTX with notes"),
    ("rtf", "Rich Text RTF with tracked changes"),
    ("crm_table", "Deals of other CRMs (Dynamics, Pipedrive, Zoho, own tables): CSV, JSON"),
    ("json_records", "Any other JSON: talk as turns or messages, the rest as fields and rows"),
    ("notes", "Notes as Markdown, text, HTML"),
    ("tabular", "Any other CSV"),
)


def load_readers() -> tuple[Reader, ...]:
    """All readers, in the order in which they are asked."""
    return tuple(
        importlib.import_module(f"indexer.readers.{module}").reader for module, _ in READERS
    )


def reader_for(source: Source, readers: tuple[Reader, ...]) -> Reader | None:
    """The first reader that recognises the file, or None."""
    return next((r for r in readers if r.recognises(source)), None)


def versions(readers: tuple[Reader, ...]) -> str:
    """Names and versions in one line, part of an index's fingerprint."""
    return ",".join(f"{r.name}={r.version}" for r in readers)
