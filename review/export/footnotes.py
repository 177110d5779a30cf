"""Footnotes for a Word document: python-docx has none, so this writes their part (ECMA-376 part 1, 17.11).

A document needs `word/footnotes.xml` with the two separators that Word expects (ids -1 and 0), a relationship to it,
the separators named in `word/settings.xml`, and in the text a run with a reference.
"""

from __future__ import annotations

from typing import Any

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

_SEPARATORS = f"""<w:footnotes {nsdecls("w")}>
<w:footnote w:type="separator" w:id="-1"><w:p><w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr><w:r><w:separator/></w:r></w:p></w:footnote>
<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>
</w:footnotes>"""


class Footnotes:
    """The footnotes of one document; the same words at several places are one note each time, as Word has it."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._root = parse_xml(_SEPARATORS)
        self._count = 0
        _style(document)

    def add(self, paragraph: Any, text: str) -> int:
        """Put a reference at the end of `paragraph` and the note below the page. Returns its number."""
        self._count += 1
        run = paragraph.add_run()
        run.style = self._document.styles["Footnote Reference"]
        reference = OxmlElement("w:footnoteReference")
        reference.set(qn("w:id"), str(self._count))
        run._r.append(reference)
        self._root.append(_note(self._count, text))
        return self._count

    def attach(self) -> None:
        """Write the part into the document; call it once, last."""
        package = self._document.part.package
        blob = serialize_part_xml(self._root)
        part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, blob, package)
        self._document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
        names = OxmlElement("w:footnotePr")
        for number in ("-1", "0"):
            note = OxmlElement("w:footnote")
            note.set(qn("w:id"), number)
            names.append(note)
        settings = self._document.settings.element
        before = settings.find(qn("w:compat"))
        if before is not None:
            before.addprevious(names)
        else:
            settings.append(names)


def _note(number: int, text: str) -> Any:
    """One note: its own number, a space, the words."""
    note = OxmlElement("w:footnote")
    note.set(qn("w:id"), str(number))
    paragraph = OxmlElement("w:p")
    properties = OxmlElement("w:pPr")
    style = OxmlElement("w:pStyle")
    style.set(qn("w:val"), "FootnoteText")
    properties.append(style)
    paragraph.append(properties)
    mark = OxmlElement("w:r")
    mark_properties = OxmlElement("w:rPr")
    mark_style = OxmlElement("w:rStyle")
    mark_style.set(qn("w:val"), "FootnoteReference")
    mark_properties.append(mark_style)
    mark.append(mark_properties)
    mark.append(OxmlElement("w:footnoteRef"))
    paragraph.append(mark)
    words = OxmlElement("w:r")
    content = OxmlElement("w:t")
    content.set(qn("xml:space"), "preserve")
    content.text = f" {text}"
    words.append(content)
    paragraph.append(words)
    note.append(paragraph)
    return note


def _style(document: Any) -> None:
    """The two styles that Word uses for footnotes; the template that python-docx brings lacks them."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    names = {style.name for style in document.styles}
    if "Footnote Text" not in names:
        text = document.styles.add_style("Footnote Text", WD_STYLE_TYPE.PARAGRAPH)
        text.base_style = document.styles["Normal"]
        text.font.size = Pt(8)
        text.paragraph_format.space_after = Pt(0)
    if "Footnote Reference" not in names:
        mark = document.styles.add_style("Footnote Reference", WD_STYLE_TYPE.CHARACTER)
        mark.font.superscript = True
