"""Owns the values of a PDF's form fields, which are not part of the page text.

Read through PDFium's form interface; buttons and signatures have no text value.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2.raw as pdfium

_TICKED = frozenset({"Off", ""})


def field_values(document: Any) -> tuple[tuple[int, str, str], ...]:
    """Page, name and value of every filled field."""
    if document.get_formtype() == pdfium.FORMTYPE_NONE:
        return ()
    document.init_forms()
    form = document.formenv
    if form is None:
        return ()
    found = [
        (number + 1, name, value)
        for number in range(len(document))
        for name, value in _page_fields(document[number], form)
    ]
    return tuple(dict.fromkeys(found))


def _page_fields(page: Any, form: Any) -> Iterator[tuple[str, str]]:
    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            if pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_WIDGET:
                name = _text(pdfium.FPDFAnnot_GetFormFieldName, form, annotation)
                value = _text(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation)
                if name and value not in _TICKED:
                    yield name, " ".join(value.split())
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)


def _text(ask: Callable[..., int], form: Any, annotation: Any) -> str:
    size = ask(form, annotation, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    kind = ctypes.POINTER(ctypes.c_ushort)
    ask(form, annotation, ctypes.cast(buffer, kind), size)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\x00").strip()
