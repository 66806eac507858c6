// A declaration kept in this browser while the network is down, and sent once when it is back.
// One key names it from its first letter: sent twice, the server declares it once.
(function () {
  "use strict";
  const form = document.getElementById("offline-form");
  const STORE = "vigie.declaration";
  const AGAIN_AFTER = 15000; // milliseconds between two tries
  let sending = false;

  function drawnKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }

  function kept() {
    try { return JSON.parse(localStorage.getItem(STORE)) || null; } catch { return null; }
  }

  function keep(draft) {
    try { localStorage.setItem(STORE, JSON.stringify(draft)); return true; } catch { say("full"); return false; }
  }

  function say(name) {
    for (const line of document.querySelectorAll("[data-says]")) line.hidden = line.dataset.says !== name;
  }

  function typed() {
    return Array.from(new FormData(form).entries()).filter(function (pair) { return pair[1] !== ""; });
  }

  function fill(fields) {
    for (const control of form.elements) {
      if (!control.name) continue;
      const told = fields.filter(function (pair) { return pair[0] === control.name; }).map(function (pair) { return pair[1]; });
      if (control.type === "checkbox") control.checked = told.includes(control.value);
      else if (told.length) control.value = told[0];
    }
  }

  function changed() {
    const before = kept();
    const draft = { key: before ? before.key : drawnKey(), fields: typed(), queued: false };
    if (keep(draft)) say(navigator.onLine ? "kept" : "kept-offline");
  }

  // The server's own page tells what is wrong with an answer: the form goes there as any form does.
  function handOver(draft, token) {
    const carrier = document.createElement("form");
    carrier.method = "post";
    carrier.action = form.action;
    const all = draft.fields.concat([["key", draft.key], ["deed", "declare"], ["csrfmiddlewaretoken", token]]);
    for (const [name, value] of all) {
      const control = document.createElement("textarea");
      control.name = name;
      control.value = value;
      carrier.append(control);
    }
    carrier.hidden = true;
    document.body.append(carrier);
    carrier.submit();
  }

  async function send() {
    const draft = kept();
    if (!draft || !draft.queued || sending) return;
    sending = true;
    say("sending");
    try {
      const given = await fetch(form.dataset.token, { cache: "no-store", redirect: "error" });
      if (!given.ok) throw new Error("no token");
      const token = (await given.json()).token;
      const body = new URLSearchParams(draft.fields);
      body.set("key", draft.key);
      body.set("deed", "declare");
      const answer = await fetch(form.action, { method: "POST", body: body, headers: { "X-CSRFToken": token } });
      if (answer.ok && answer.redirected) {
        localStorage.removeItem(STORE);
        location.assign(answer.url);
        return;
      }
      if (answer.status === 422) {
        keep(Object.assign({}, draft, { queued: false }));
        handOver(draft, token);
        return;
      }
      throw new Error("not taken");
    } catch {
      say("waiting");
    } finally {
      sending = false;
    }
  }

  const before = kept();
  if (before) {
    fill(before.fields);
    say(before.queued ? "waiting" : "found");
  } else {
    say(navigator.onLine ? "empty" : "empty-offline");
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    const draft = kept() || { key: drawnKey() };
    if (keep({ key: draft.key, fields: typed(), queued: true })) send();
  });
  document.getElementById("offline-forget").addEventListener("click", function () {
    localStorage.removeItem(STORE);
    form.reset();
    say("forgotten");
  });
  window.addEventListener("online", send);
  setInterval(send, AGAIN_AFTER);
  send();
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register(form.dataset.worker).then(function () { return navigator.serviceWorker.ready; })
      .then(function () { document.documentElement.dataset.offline = "ready"; }, function () { document.getElementById("offline-none").hidden = false; });
  } else {
    document.getElementById("offline-none").hidden = false;
  }
})();
