"""Takes the pictures of the pages in `docs/`: `make screenshots`, after `make demo`.

Run as `python -m tests.screenshots`; not a test.
"""

from __future__ import annotations

import os
import shutil
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from app.session import Session
from tests.web_fixtures import serve

DOCS = Path(__file__).resolve().parent.parent / "docs"
DEMO = "brightwater-utilities"
COLOURS = 200
WIDE, PHONE = {"width": 1360, "height": 860}, {"width": 390, "height": 780}


def keep(name: str, picture: bytes) -> None:
    """Keep a picture with few colours: the pages have few, and the file stays small."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(DOCS / f"page-{name}.png", optimize=True)


def open_citation(page: Any, ending: str) -> None:
    """Click the first citation in sight whose source's path has this part; else the first one."""
    numbers = page.evaluate(
        "(end) => [...document.querySelectorAll('[data-cite]')].filter(e => new URL(e.dataset.pane, location).searchParams.get('artifact').includes(end)).map(e => e.dataset.cite)",
        ending,
    )
    links = (page.locator(f"main a.cite[href='#cite-{n}']:visible") for n in numbers)
    found = next((link for link in links if link.count()), page.locator("main a.cite:visible"))
    found.first.click()
    page.wait_for_selector("#pane rect.quoted, #pane mark:visible", timeout=60_000)
    page.wait_for_timeout(900)


def main() -> None:
    """Serve the demo home and take every picture."""
    session = Session(Path(os.environ.get("BATON_HOME", ".baton")))
    if DEMO not in [a.slug for a in session.store.accounts()]:
        sys.exit("The demo deals are not indexed. Run `make demo` first.")
    session.latest_brief(DEMO)
    running = serve(session)
    served = next(running)
    chromium = os.environ.get("BATON_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])

        def tab(size: dict[str, int], scheme: str = "light") -> Any:
            page = browser.new_context(viewport=size, color_scheme=scheme).new_page()
            page.goto(served.sign_in)
            return page

        page = tab(WIDE)
        keep("accounts", page.screenshot())
        for name, path in (("review", "/review"), ("sources", "/sources"), ("exports", "/exports")):
            page.goto(f"{served.url}/accounts/{DEMO}{path}")
            keep(name, page.screenshot())
        page.goto(f"{served.url}/accounts/{DEMO}")
        open_citation(page, ".pdf")
        keep("brief", page.screenshot())
        page.keyboard.press("Escape")
        page.goto(f"{served.url}/accounts/{DEMO}#section-stakeholders")
        page.wait_for_timeout(300)
        keep("people", page.screenshot())
        page.goto(f"{served.url}/accounts/{DEMO}")
        page.keyboard.press("a")
        page.keyboard.type("What did we promise about the price increase?")
        page.keyboard.press("Enter")
        page.wait_for_selector(".answer")
        page.wait_for_timeout(300)
        keep("ask", page.screenshot())
        page.keyboard.press("Escape")
        open_citation(page, ".eml")
        page.locator("#pane .as-sent summary").click()
        page.frame_locator(".as-sent iframe").locator("body > *").first.wait_for(timeout=60_000)
        page.wait_for_timeout(300)
        page.locator("#pane .as-sent").scroll_into_view_if_needed()
        keep("mail", page.screenshot())
        dark = tab(WIDE, "dark")
        dark.goto(f"{served.url}/accounts/{DEMO}")
        open_citation(dark, "gong")
        keep("dark", dark.screenshot())
        phone = tab(PHONE)
        phone.goto(f"{served.url}/accounts/{DEMO}")
        keep("phone", phone.screenshot())
        browser.close()
    next(running, None)


if __name__ == "__main__":
    main()
