"use strict";
(() => {
  // The one place where markup becomes elements: parts of pages that our own server escaped.
  const policy = window.trustedTypes
    ? trustedTypes.createPolicy("baton", { createHTML: (html) => html })
    : { createHTML: (html) => html };
  const fill = (element, html) => { element.innerHTML = policy.createHTML(html); };
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Tells and copies.
  const toast = one(".toast");
  let toastTimer = 0;
  const tell = (text) => {
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { toast.hidden = true; }, 2000);
  };
  document.addEventListener("baton:tell", (event) => tell(event.detail));
  document.addEventListener("baton:fill", (event) => fill(...event.detail));
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      tell("Copied");
    } catch {
      const box = document.createElement("textarea");
      box.value = text;
      document.body.append(box);
      box.select();
      tell(document.execCommand("copy") ? "Copied" : "This browser doesn't let pages copy");
      box.remove();
    }
  };

  // Parts of a page that are fetched: a citation's surroundings, a painted page.
  const parts = new Map();
  const part = (url) => {
    if (!parts.has(url)) {
      parts.set(url, fetch(url, { credentials: "same-origin" }).then((answer) => answer.text()));
      if (parts.size > 60) parts.delete(parts.keys().next().value);
    }
    return parts.get(url);
  };
  const center = (body) => {
    const target = one("rect.quoted", body) || one("mark", body);
    if (!target) return;
    const box = target.getBoundingClientRect();
    const frame = body.getBoundingClientRect();
    if (box.height) body.scrollTop += box.top - frame.top - frame.height / 3;
  };
  const fillParts = (root, then) => all("[data-part]", root).forEach(async (frame) => {
    fill(frame, await part(frame.dataset.part));
    if (!one("rect.quoted", frame)) {
      const text = one("details.as-text", root);
      if (text) text.open = true;
    }
    if (then) then();
  });

  // The pane with a citation in its surroundings.
  const pane = one("#pane");
  const askPane = one("#ask-pane");
  const sources = all("[data-cite]");
  let at = -1;
  let opener = null;

  const links = () => all("a.cite");
  const close = () => {
    if (!pane || pane.hidden) return false;
    pane.hidden = true;
    links().forEach((link) => link.removeAttribute("aria-current"));
    if (askPane && !askPane.hidden) one("input[name=q]", askPane).focus();
    else if (opener) opener.focus({ preventScroll: true });
    document.body.classList.toggle("with-pane", Boolean(askPane && !askPane.hidden));
    return true;
  };
  const show = async (url, count, link) => {
    const body = one("[data-pane-body]", pane);
    const wanted = url;
    pane.dataset.shows = url;
    one("[data-pane-count]", pane).textContent = count;
    pane.hidden = false;
    document.body.classList.add("with-pane");
    links().forEach((each) => each.removeAttribute("aria-current"));
    if (link) {
      link.setAttribute("aria-current", "true");
      opener = link;
      const box = link.getBoundingClientRect();
      if (box.top < 100 || box.bottom > innerHeight * (innerWidth < 736 ? 0.28 : 1)) {
        link.scrollIntoView({ block: innerWidth < 736 ? "start" : "center" });
      }
    }
    const html = await part(url);
    if (pane.dataset.shows !== wanted) return;
    fill(body, html);
    body.scrollTop = 0;
    center(body);
    fillParts(body, () => { if (pane.dataset.shows === wanted) center(body); });
  };
  const showNumber = (index, link) => {
    if (index < 0 || index >= sources.length) return;
    at = index;
    const number = sources[at].dataset.cite;
    const same = links().filter((each) => each.getAttribute("href") === `#cite-${number}`);
    const visible = same.find((each) => each.offsetParent);
    show(sources[at].dataset.pane, `Citation ${number} of ${sources.length}`, link || visible || null);
    [at + 1, at - 1].forEach((near) => { if (sources[near]) part(sources[near].dataset.pane); });
  };
  const step = (by) => showNumber(Math.min(Math.max(at + by, 0), sources.length - 1), null);

  const reveal = (id) => {
    const target = id && document.getElementById(id);
    if (!target) return;
    for (let up = target; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    target.scrollIntoView();
  };

  // Which engines can write now: what isn't there can't be chosen, what is says its name.
  const learnEngines = async (root) => {
    const boxes = all("[data-engines]", root).filter((box) => !box.dataset.known);
    if (!boxes.length) return;
    boxes.forEach((box) => { box.dataset.known = "1"; });
    const answer = await fetch("/api/engines", { credentials: "same-origin" });
    if (!answer.ok) return;
    const { engines, models } = await answer.json();
    boxes.forEach((box) => {
      engines.forEach(({ id, ready, said }) => {
        const option = one(`option[value="${id}"]`, box);
        option.disabled = !ready;
        option.title = said;
        if (ready && id === "auto") option.textContent += ` (${said.split(":")[0]})`;
      });
      const choice = one("[data-models]", box.closest(".engine-choice"));
      models.forEach((name) => one("select", choice).append(new Option(name, name)));
      const shown = () => { choice.hidden = !models.length || !["auto", "ollama"].includes(box.value); };
      box.addEventListener("change", shown);
      shown();
    });
  };

  // An answer that is good becomes a claim of the brief, through the same door.
  const add = async (form) => {
    const answer = await fetch(form.action, {
      method: "POST", credentials: "same-origin", body: new FormData(form), headers: { Accept: "application/json" },
    });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) { tell(said.error || "This could not be added. Try again."); return; }
    const field = one("select[name=field]", form);
    const link = document.createElement("a");
    link.href = `${form.action.replace(/\/review\/found$/, "")}#field-${field.value}`;
    link.textContent = `In the brief: ${field.selectedOptions[0].textContent}`;
    const line = document.createElement("p");
    line.className = "meta added";
    line.append(link);
    form.closest("details").replaceWith(line);
    tell("Added to the brief");
    link.focus();
  };

  // What a reader finds missing or wrong; the server looks at once why, and says it.
  const flag = async (form) => {
    const answer = await fetch(form.action, {
      method: "POST", credentials: "same-origin", body: new FormData(form), headers: { Accept: "application/json" },
    });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) { tell(said.error || "This could not be flagged. Try again."); return; }
    const line = document.createElement("p");
    line.className = "meta flagged";
    line.tabIndex = -1;
    line.textContent = `Flagged. ${said.cause}`;
    form.closest("details").replaceWith(line);
    line.focus();
  };

  // Questions beside the brief, answered step by step.
  const openAsk = () => {
    if (!askPane) return;
    close();
    askPane.hidden = false;
    document.body.classList.add("with-pane");
    one("input[name=q]", askPane).focus();
    learnEngines(askPane);
  };
  const closeAsk = () => {
    if (!askPane || askPane.hidden) return false;
    askPane.hidden = true;
    document.body.classList.remove("with-pane");
    const button = one("[data-ask-open]");
    if (button) button.focus();
    return true;
  };
  const asked = [];
  const ask = async (form) => {
    const box = one("input[name=q]", form);
    const by = new FormData(form);
    const question = box.value.trim();
    if (!question) return;
    const list = one("[data-answers]", form.parentElement);
    all(".hint, .starters", list).forEach((each) => each.remove());
    const steps = document.createElement("ol");
    steps.className = "steps";
    list.append(steps);
    const line = (text) => {
      const item = document.createElement("li");
      item.textContent = text;
      steps.append(item);
      list.scrollTop = list.scrollHeight;
    };
    line(question);
    box.value = "";
    const answer = await fetch(form.dataset.ask, {
      method: "POST", credentials: "same-origin", body: JSON.stringify({ question, after: asked.slice(-3), engine: by.get("engine") || "auto", model: by.get("model") || null }),
      headers: { "Content-Type": "application/json", Accept: "application/json" },
    });
    if (!answer.ok || !answer.body) {
      line((await answer.json().catch(() => ({}))).error || "This question could not be asked. Try again.");
      return;
    }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      rest += value || "";
      const lines = rest.split("\n");
      rest = lines.pop();
      lines.filter(Boolean).map((text) => JSON.parse(text)).forEach((said) => {
        if (said.step || said.error) line(said.step || said.error);
        if (said.html) {
          asked.push(said.number);
          const holder = document.createElement("div");
          fill(holder, said.html);
          steps.replaceWith(...holder.childNodes);
          const last = all(".answer", list).pop();
          if (last) list.scrollTop += last.getBoundingClientRect().top - list.getBoundingClientRect().top - 16;
        }
      });
      if (done) break;
    }
    box.focus();
  };

  // Gaps: the question, or a mail that is ready to send.
  all("[data-copy], [data-starters]").forEach((each) => { each.hidden = false; });
  all("[data-mail]").forEach((mail) => {
    const gap = document.getElementById(mail.dataset.mail);
    const button = gap && one("button[data-copy]", gap);
    if (!button) return;
    const more = document.createElement("button");
    more.type = "button";
    more.textContent = "Copy as mail";
    more.dataset.copyMail = mail.dataset.mail;
    const acts = document.createElement("span");
    acts.className = "gap-acts";
    button.replaceWith(acts);
    acts.append(button, more);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) {
      const data = button.dataset;
      if ("copy" in data) copy(one("[data-copy-text]", button.closest(".gap")).textContent);
      else if (data.copyMail) copy(one(`[data-mail="${data.copyMail}"]`).textContent);
      else if ("copyCitation" in data) copy(one("[data-copied]", button.closest(".source")).textContent);
      else if ("starter" in data) {
        const form = one("form[data-ask]", button.closest(".answers").parentElement);
        one("input[name=q]", form).value = button.textContent;
        ask(form);
      } else if (data.step) step(Number(data.step));
      else if ("paneClose" in data) close();
      else if ("askOpen" in data) openAsk();
      else if ("askClose" in data) closeAsk();
      return;
    }
    const link = event.target.closest("a");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    if (link.dataset.pane && pane) {
      event.preventDefault();
      show(link.dataset.pane, "Source", link);
      pane.focus({ preventScroll: true });
      return;
    }
    const href = link.getAttribute("href") || "";
    if (!href.startsWith("#")) return;
    const index = sources.findIndex((each) => each.id === href.slice(1));
    if (index >= 0 && pane) {
      event.preventDefault();
      showNumber(index, link);
      pane.focus({ preventScroll: true });
    } else reveal(decodeURIComponent(href.slice(1)));
  });
  document.addEventListener("submit", (event) => {
    if ("add" in event.target.dataset) { event.preventDefault(); add(event.target); return; }
    if ("flag" in event.target.dataset) { event.preventDefault(); flag(event.target); return; }
    if (!event.target.dataset.ask) return;
    event.preventDefault();
    ask(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key === "Escape") {
      if (close() || closeAsk()) event.preventDefault();
      return;
    }
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    if (one("main[data-review]")) return;
    if (event.key === "j" && sources.length && pane) step(1);
    else if (event.key === "k" && sources.length && pane) step(-1);
    else if (event.key === "c" && pane && !pane.hidden) copy(one("[data-copied]", pane).textContent);
    else if (event.key === "a" && askPane) openAsk();
    else return;
    event.preventDefault();
  });

  // Where one is in the brief; folds open for printing.
  const nav = all(".contents a");
  const seen = new IntersectionObserver((entries) => {
    entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
      nav.forEach((link) => link.classList.toggle("here", link.getAttribute("href") === `#${entry.target.id}`));
    });
  }, { rootMargin: "-15% 0px -75% 0px" });
  if (nav.length) all("main section[id]").forEach((section) => seen.observe(section));
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("main details:not([open])");
    folded.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((each) => { each.open = false; }));

  // A whole source opens at the words it was opened for.
  if (one("main.ask-page")) learnEngines(document);
  document.addEventListener("focusin", (event) => { if ("engines" in event.target.dataset) learnEngines(event.target.parentElement); });
  if (one("main.source-page")) {
    const mark = one("mark");
    if (location.hash === "#quote" && mark) mark.scrollIntoView({ block: "center" });
    fillParts(document);
  } else if (location.hash.startsWith("#cite-")) {
    showNumber(sources.findIndex((each) => `#${each.id}` === location.hash), null);
  } else if (location.hash) reveal(decodeURIComponent(location.hash.slice(1)));
  addEventListener("hashchange", () => reveal(decodeURIComponent(location.hash.slice(1))));
})();
