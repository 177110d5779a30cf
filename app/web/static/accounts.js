"use strict";
(() => {
  // A job: its progress as the server tells it; the page is loaded anew at its end.
  const job = document.querySelector("[data-job]");
  if (job) {
    const bar = job.querySelector("[data-job-bar]");
    const events = new EventSource(`/api/jobs/${encodeURIComponent(job.dataset.job)}/events`);
    events.addEventListener("progress", (event) => {
      const now = JSON.parse(event.data);
      job.querySelector("[data-job-said]").textContent = now.total ? `${now.what}, ${now.done} of ${now.total}` : now.what;
      if (now.total) { bar.max = now.total; bar.value = now.done; } else bar.removeAttribute("value");
    });
    events.addEventListener("end", () => { events.close(); location.reload(); });
  }

  // Dropping files, folders or a ZIP; each file keeps its path within what was dropped.
  const form = document.querySelector("[data-upload]");
  if (!form) return;
  const drop = form.querySelector("[data-drop]");
  const input = form.querySelector("input[type=file]");
  const list = form.querySelector("[data-chosen]");
  let chosen = [];

  const choose = (files) => {
    chosen = files;
    input.required = !files.length;
    list.textContent = "";
    const item = document.createElement("li");
    const names = files.slice(0, 4).map((each) => each.path).join(", ");
    item.textContent = files.length ? `${files.length} ${files.length === 1 ? "file" : "files"}: ${names}${files.length > 4 ? " …" : ""}` : "";
    list.append(item);
  };
  const entries = (entry, path) => new Promise((done) => {
    if (entry.isFile) entry.file((file) => done([{ path: path + entry.name, file }]), () => done([]));
    else {
      const reader = entry.createReader();
      const found = [];
      const more = () => reader.readEntries(async (batch) => {
        if (!batch.length) { done(found.flat()); return; }
        for (const each of batch) found.push(await entries(each, `${path}${entry.name}/`));
        more();
      }, () => done(found.flat()));
      more();
    }
  });

  const folder = form.querySelector("[data-choose-folder]");
  form.querySelector("[data-folder]").hidden = false;
  [input, folder].forEach((each) => each.addEventListener("change", () => choose([...each.files].map((file) => ({ path: file.webkitRelativePath || file.name, file })))));
  ["dragover", "dragenter"].forEach((kind) => drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); }));
  ["dragleave", "drop"].forEach((kind) => drop.addEventListener(kind, () => drop.classList.remove("over")));
  drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    const dropped = [...event.dataTransfer.items].map((each) => each.webkitGetAsEntry()).filter(Boolean);
    choose((await Promise.all(dropped.map((each) => entries(each, "")))).flat());
  });

  form.addEventListener("submit", (event) => {
    if (!chosen.length) return;
    event.preventDefault();
    const body = new FormData();
    chosen.forEach(({ path, file }) => { body.append("files", file, file.name); body.append("paths", path); });
    body.append("account", form.elements.account.value);
    if (form.elements.replace.checked) body.append("replace", "true");
    const sent = form.querySelector("[data-sent]");
    sent.hidden = false;
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (now) => { sent.value = (100 * now.loaded) / (now.total || 1); });
    request.addEventListener("load", () => {
      const said = JSON.parse(request.responseText || "{}");
      if (said.page) { location.assign(said.page); return; }
      sent.hidden = true;
      list.textContent = said.error || "The files could not be sent. Try again.";
    });
    request.addEventListener("error", () => { sent.hidden = true; list.textContent = "The server can't be reached. Is `baton serve` still running?"; });
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  });
})();
