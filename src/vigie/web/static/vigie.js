// The theme before the first paint, and three habits of tables. Everything works without this file.
(function () {
  "use strict";
  const root = document.documentElement;

  function applyTheme() {
    const chosen = root.dataset.themeChoice || "auto";
    const dark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    root.setAttribute("data-bs-theme", dark ? "dark" : "light");
  }
  applyTheme();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);

  // A filter that changes asks again at once; the button stays for those without scripts.
  document.addEventListener("change", function (event) {
    const form = event.target.closest("form[data-ask-at-once]");
    if (form && event.target.matches("select, input[type=date]")) form.requestSubmit();
  });

  // One box ticks every other of its page; without scripts each is ticked by hand.
  document.addEventListener("change", function (event) {
    const name = event.target.dataset && event.target.dataset.tickAll;
    if (!name) return;
    document.querySelectorAll("input[type=checkbox][name=" + name + "]").forEach(function (box) {
      box.checked = event.target.checked;
    });
  });

  // "/" goes to the search box; arrows walk the rows of a table from link to link.
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing) {
      const box = document.getElementById("search-box");
      if (box) { event.preventDefault(); box.focus(); }
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const row = typing ? null : event.target.closest("tbody tr");
    const results = typing && event.target.id !== "search-box" ? [] : Array.from(document.querySelectorAll(".v-answer-list a"));
    if (!row && results.length && (typing || results.includes(event.target))) {
      // From the search box into what it found, and from one thing found to the next, whatever its kind.
      const at = results.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
      const near = results[at] || (at < 0 && !typing ? document.getElementById("search-box") : null);
      if (near) { event.preventDefault(); near.focus(); }
      return;
    }
    if (!row) return;
    const next = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
    const link = next && next.querySelector("a");
    if (link) { event.preventDefault(); link.focus(); }
  });

  document.addEventListener("submit", function (event) {
    const question = event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  // A file that is too large is told before it travels.
  document.addEventListener("change", function (event) {
    const most = Number(event.target.dataset && event.target.dataset.mostBytes);
    if (!most || !event.target.files) return;
    const large = Array.from(event.target.files).some(function (file) { return file.size > most; });
    event.target.setCustomValidity(large ? event.target.dataset.tooLarge : "");
    event.target.reportValidity();
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) window.print();
  });
})();
