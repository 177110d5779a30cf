"use strict";
(() => {
  // Decides the queue by keyboard; every act goes to the server and the page is filled anew from there.
  const main = document.querySelector("main[data-review]");
  if (!main) return;
  const tell = (text) => document.dispatchEvent(new CustomEvent("baton:tell", { detail: text }));
  const items = () => [...main.querySelectorAll("[data-item]")].filter((item) => item.offsetParent);
  let at = -1;

  const focus = (index) => {
    const all = items();
    if (!all.length) return;
    at = Math.min(Math.max(index, 0), all.length - 1);
    all[at].focus({ preventScroll: true });
    all[at].scrollIntoView({ block: "nearest" });
  };
  const current = () => {
    const all = items();
    const inside = document.activeElement && document.activeElement.closest("[data-item]");
    if (inside) at = all.indexOf(inside);
    return all[at];
  };

  const send = async (form) => {
    const item = form.closest("[data-item]");
    const index = item ? items().indexOf(item) : -1;
    const place = [...main.querySelectorAll("form")].indexOf(form);
    const answer = await fetch(form.action, {
      method: "POST", credentials: "same-origin", body: new FormData(form), headers: { Accept: "application/json" },
    });
    const said = await answer.json();
    const words = said.error || (said.left === undefined ? "Done" : `Done. ${said.left} left.`);
    if (!answer.ok && answer.status !== 409) { tell(words); return; }
    const part = await fetch(main.dataset.review, { credentials: "same-origin" });
    const open = [...main.querySelectorAll("section > details")].map((each) => each.open);
    document.dispatchEvent(new CustomEvent("baton:fill", { detail: [main, await part.text()] }));
    [...main.querySelectorAll("section > details")].forEach((each, n) => { each.open = Boolean(open[n]); });
    const again = main.querySelectorAll("form")[place];
    if (index >= 0) focus(index);
    else if (again) again.querySelector("button").focus({ preventScroll: true });
    tell(words);
  };

  main.addEventListener("submit", (event) => {
    if (!("act" in event.target.dataset)) return;
    event.preventDefault();
    send(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    if (event.key === "j") focus(current() ? at + 1 : 0);
    else if (event.key === "k") focus(current() ? at - 1 : 0);
    else if (event.key === "s" && current()) {
      const source = current().querySelector("a.cite");
      if (source) source.click();
    } else if ("yeno".includes(event.key) && current()) {
      const button = current().querySelector(`[data-key-act="${event.key}"]`);
      if (!button) return;
      button.click();
      const input = button.closest("details") && button.closest("details").querySelector("input[type=text]");
      if (input) input.focus();
    } else return;
    event.preventDefault();
  });
})();
