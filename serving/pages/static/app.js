"use strict";
/* The pages work without this file. It adds keys, copying and printing. */
(() => {
  const rows = [...document.querySelectorAll("[data-row]")];
  let current = -1;

  const typing = (element) => element.closest("input:not([type=radio]), textarea, select, [contenteditable]");
  const marked = () => rows[current];

  function mark(index, move) {
    if (!rows.length) return;
    marked()?.classList.remove("current");
    current = Math.max(0, Math.min(rows.length - 1, index));
    marked().classList.add("current");
    if (move) {
      marked().querySelector(".row-link").focus({ preventScroll: true });
      marked().scrollIntoView({ block: "nearest" });
    }
  }

  function press(letter) {
    const scope = rows.length ? marked() : document;
    const target = scope?.querySelector(`[data-key="${letter}"]`);
    if (!target) return false;
    if (target.tagName === "DETAILS") {
      target.open = true;
      target.scrollIntoView({ block: "nearest" });
      target.querySelector("input[type=radio], textarea, button")?.focus();
    } else {
      target.click();
    }
    return true;
  }

  function closePanels(except) {
    let closed = null;
    for (const panel of document.querySelectorAll("details.panel[open]")) {
      if (panel !== except) {
        panel.open = false;
        closed = panel;
      }
    }
    return closed;
  }

  /* Says whether there was anything to act on: only then is the key ours. */
  function use(element, act) {
    if (element) act(element);
    return element !== null;
  }

  const actions = {
    j: () => mark(current + 1, true),
    ArrowDown: () => mark(current + 1, true),
    k: () => mark(current - 1, true),
    ArrowUp: () => mark(current - 1, true),
    a: () => press("a"),
    r: () => press("r"),
    u: () => use(document.querySelector('.flash [data-key="u"]'), (button) => button.click()),
    "/": () => use(document.getElementById("q"), (field) => field.focus()),
    "?": () => use(document.getElementById("keys"), (dialog) => dialog.showModal()),
  };

  /* A key that is held down moves on and on, but answers once: the page after an answer hears it as well. */
  const repeating = new Set(["j", "k", "ArrowDown", "ArrowUp"]);

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const closed = closePanels(null);
      if (closed) closed.querySelector("summary").focus();
      else if (typing(event.target)) event.target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    const inPanel = event.target.closest("details.panel form");
    if (inPanel) return;
    if (event.repeat && !repeating.has(event.key)) return;
    if (event.key === "Enter" && rows.length && current >= 0 && event.target === document.body) {
      marked().querySelector(".row-link").click();
      return;
    }
    const arrows = event.key.startsWith("Arrow");
    const act = actions[event.key];
    if (!act || (arrows && !rows.length)) return;
    if (act() !== false) event.preventDefault();
  });

  rows.forEach((row, index) => row.addEventListener("focusin", () => mark(index, false)));

  document.addEventListener("click", (event) => {
    const inside = event.target.closest("details.panel");
    closePanels(inside);
    const opener = event.target.closest("[data-open]");
    if (opener) document.getElementById(opener.dataset.open)?.showModal();
    if (event.target.closest("[data-print]")) window.print();
  });

  for (const opener of document.querySelectorAll("[data-open], [data-print]")) opener.hidden = false;

  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
      const said = button.textContent;
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = said; }, 2000);
    });
  }

  /* One press, one answer: a second click on the same form would only be told that it was sent before. */
  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", () => {
      setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
    });
  }

  /* The address of the list names only the filters that are set. */
  for (const form of document.querySelectorAll("form.filters")) {
    form.addEventListener("submit", () => {
      for (const field of form.querySelectorAll("select, input")) if (!field.value) field.disabled = true;
    });
  }
  window.addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("form :disabled")) field.disabled = false;
  });

  const wanted = location.hash && document.getElementById(location.hash.slice(1));
  if (wanted?.tagName === "DETAILS") wanted.open = true;
  const row = rows.indexOf(wanted);
  if (row >= 0) mark(row, true);
})();
