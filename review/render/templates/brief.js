"use strict";
(() => {
  const panel = document.getElementById("panel");
  const body = panel.querySelector("[data-panel-body]");
  const count = panel.querySelector("[data-panel-count]");
  const sources = [...document.querySelectorAll("[data-cite]")];
  const links = [...document.querySelectorAll("a.cite")];
  const narrow = matchMedia("(max-width: 46rem)");
  let at = -1;
  let opener = null;

  const mark = (link) => {
    links.forEach((one) => one.removeAttribute("aria-current"));
    if (link) link.setAttribute("aria-current", "true");
  };

  const open = (index, link) => {
    if (index < 0 || index >= sources.length) return;
    at = index;
    const number = sources[at].dataset.cite;
    count.textContent = `Source ${number} of ${sources.length}`;
    body.replaceChildren(...[...sources[at].childNodes].map((node) => node.cloneNode(true)));
    panel.hidden = false;
    document.body.classList.add("with-panel");
    body.scrollTop = 0;
    const quote = body.querySelector("mark");
    if (quote) body.scrollTop = Math.max(0, quote.offsetTop - body.clientHeight / 3);
    const same = links.filter((one) => one.getAttribute("href") === `#cite-${number}`);
    const here = link || same.find((one) => one.offsetParent) || same[0] || null;
    mark(here);
    if (here) {
      opener = here;
      const low = narrow.matches ? panel.getBoundingClientRect().top : innerHeight;
      const box = here.getBoundingClientRect();
      if (box.top < 60 || box.bottom > low) {
        here.scrollIntoView({ block: narrow.matches ? "start" : "center" });
      }
    }
  };

  const close = () => {
    panel.hidden = true;
    document.body.classList.remove("with-panel");
    mark(null);
    if (opener) opener.focus({ preventScroll: true });
  };

  const step = (by) => open(Math.min(Math.max(at + by, 0), sources.length - 1), null);

  const reveal = (id) => {
    const target = id && document.getElementById(id);
    if (!target) return;
    for (let up = target.parentElement; up; up = up.parentElement) {
      if (up.tagName === "DETAILS") up.open = true;
    }
    if (target.tagName === "DETAILS") target.open = true;
    target.scrollIntoView();
  };

  const copy = async (button) => {
    const scope = button.closest(".panel") || button.closest(".gap");
    const text = scope.querySelector("[data-copy-text]").textContent;
    const said = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(scope.querySelector("[data-copy-text]"));
      button.textContent = "Selected, press Ctrl+C";
    }
    setTimeout(() => { button.textContent = said; }, 1600);
  };

  document.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && "copy" in button.dataset) { copy(button); return; }
    if (button && button.dataset.panel) {
      const by = Number(button.dataset.panel);
      if (by) step(by); else close();
      return;
    }
    const link = event.target.closest('a[href^="#"]');
    if (!link || event.metaKey || event.ctrlKey) return;
    const id = decodeURIComponent(link.getAttribute("href").slice(1));
    const index = sources.findIndex((one) => one.id === id);
    if (index >= 0) {
      event.preventDefault();
      open(index, link);
      panel.focus({ preventScroll: true });
    } else {
      reveal(id);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    const shown = !panel.hidden;
    if (event.key === "Escape" && shown) close();
    else if (event.key === "j" || (shown && event.key === "ArrowRight")) step(1);
    else if (event.key === "k" || (shown && event.key === "ArrowLeft")) step(-1);
    else return;
    event.preventDefault();
  });

  const nav = [...document.querySelectorAll(".contents a")];
  if ("IntersectionObserver" in window) {
    const seen = new IntersectionObserver((entries) => {
      entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
        nav.forEach((one) => {
          const here = one.getAttribute("href") === `#${entry.target.id}`;
          one.classList.toggle("here", here);
        });
      });
    }, { rootMargin: "-10% 0px -80% 0px" });
    document.querySelectorAll("main > section").forEach((section) => seen.observe(section));
  }

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    folded.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((one) => { one.open = false; }));
  addEventListener("hashchange", () => reveal(decodeURIComponent(location.hash.slice(1))));
  if (location.hash.startsWith("#cite-")) {
    open(sources.findIndex((one) => `#${one.id}` === location.hash), null);
  } else if (location.hash) {
    reveal(decodeURIComponent(location.hash.slice(1)));
  }
})();
