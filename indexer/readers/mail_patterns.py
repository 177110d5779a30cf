"""How mail programs mark quotes, forwards and signatures, in English, German, French and Spanish.

Owns no format and no logic: only the patterns that `mail_text` looks for.
"""

from __future__ import annotations

import re

ATTRIBUTION = re.compile(
    r"^\s*(?:On\b.{5,200}\bwrote|Am\b.{5,200}\bschrieb.{0,100}|Le\b.{5,200}\ba écrit"
    r"|El\b.{5,200}\bescribió|.{3,100}\bwrote(?: on\b.{3,60})?"
    r"|.{3,100}\bschrieb am\b.{3,60})\s*:\s*$",
    re.I,
)
OPENING = re.compile(r"^\s*(?:On|Am|Le|El)\b.*\d", re.I)
ORIGINAL = re.compile(
    r"^\s*[-_]{2,}\s*(?:Original(?:[ -]?(?:Message|Appointment))?|Ursprüngliche Nachricht"
    r"|Originalnachricht|Message d'origine|Mensaje original|Reply message)\s*[-_]{2,}\s*$",
    re.I,
)
FORWARD = re.compile(
    r"^\s*(?:[-_]{2,}\s*(?:Forwarded message|Weitergeleitete Nachricht|Message transféré"
    r"|Mensaje reenviado)\b.*|Begin forwarded message:|Anfang der weitergeleiteten Nachricht:"
    r"|Début du message (?:réexpédié|transféré)\s*:)\s*$",
    re.I,
)
HEAD = re.compile(
    r"^\*?(From|Von|De|Sent|Gesendet|Envoyé|Enviado|Date|Datum|Fecha|To|An|À|Para|Cc|Kopie"
    r"|Subject|Betreff|Objet|Asunto)\s*:\*?\s*(.*)$",
    re.I,
)
HEAD_FROM = ("from", "von", "de")
FORWARD_SUBJECT = re.compile(r"^\s*(?:fwd?|wg|tr|rv|i)\s*:", re.I)
SEPARATOR = re.compile(r"^(?:-- ?|—|_{5,})$")
PHONE_SIGNATURE = re.compile(
    r"^\s*(?:Sent from my\b|Sent (?:from|via) (?:Outlook|Mail|Yahoo)|Get Outlook for\b"
    r"|Von meinem \w+ gesendet|Gesendet von\b|Envoyé de(?:puis)? mon\b|Enviado desde mi\b)",
    re.I,
)
DISCLAIMER = re.compile(
    r"^\s*(?:Confidential(?:ity)?\b.{0,40}[:.]|This (?:e-?mail|message|communication)\b.*"
    r"(?:privileged|confidential|intended)|Diese (?:E-?Mail|Nachricht).*vertraulich)",
    re.I,
)
ITEM = re.compile(r"^\s*(?:[-*•–·]\s|\(?\d{1,3}[.)]\s|\(?[a-z][.)]\s|\d{1,2}\s+\w)")
HTML_QUOTES = {
    "div.gmail_quote": "quote",
    "blockquote[type=cite]": "quote",
    "blockquote.gmail_quote": "quote",
    "div.yahoo_quoted": "quote",
    "div.moz-cite-prefix": "tail",
    "#divRplyFwdMsg": "tail",
    "#appendonsend": "tail",
    "div[style*='border-top:solid #B5C4DF']": "tail",
    "div[style*='border-top:solid #E1E1E1']": "tail",
    "div.gmail_signature": "signature",
    "div.moz-signature": "signature",
}


NAME_AND_ADDRESS = re.compile(
    r"([^,<>:\d]{2,60}?)\s*[<\[(](?:mailto:)?([^\s<>\[\]()]+@[^\s<>\[\]()]+)[>\])]"
)
