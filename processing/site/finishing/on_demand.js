// What of Quarto's scripts only some readers use, loaded when one does: most of what its pages load is
// for the search, and for the navigation where it is folded.
(() => {
  "use strict";
  const loads = new Map();

  const load = (address) => {
    if (!loads.has(address)) {
      loads.set(address, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.async = false;
        script.src = address;
        script.onload = resolve;
        script.onerror = (error) => { loads.delete(address); reject(error); };
        document.head.append(script);
      }));
    }
    return loads.get(address);
  };
  const loadAll = (button) => Promise.all(button.dataset.scripts.split(" ").map(load));

  // Whatever folds: Bootstrap listens once it is there, so the press that asked for it is done again.
  for (const folder of document.querySelectorAll("[data-bs-toggle][data-scripts]")) {
    const early = () => { loadAll(folder).catch(() => {}); };
    const press = (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      loadAll(folder).then(() => {
        folder.removeEventListener("click", press, true);
        folder.click();
      }).catch(() => {});
    };
    folder.addEventListener("pointerenter", early, { once: true });
    folder.addEventListener("focus", early, { once: true });
    folder.addEventListener("click", press, true);
  }

  const place = document.getElementById("quarto-search");
  const button = place && place.querySelector("[data-scripts]");
  if (!button) return;
  let coming = null;

  // Quarto asks for its index at every letter until the first answer is there; once is enough. And a
  // browser lets no page that was opened as a file read another file, but a script may be loaded.
  const serveIndex = async (address) => {
    const fetched = window.fetch;
    let index = null;
    if (location.protocol === "file:") {
      await load(address);
      window.shownWarning = true; // what Quarto would say of files
      index = Promise.resolve(new Response(JSON.stringify(window.millpondSearch)));
    }
    window.fetch = (what, ...ways) => {
      if (!String(what).endsWith("search.json")) return fetched(what, ...ways);
      index = index || fetched(what, ...ways);
      return index.then((answer) => answer.clone(), (error) => { index = null; throw error; });
    };
  };

  // Quarto asks its library for words in a row; places that hold each of them somewhere come behind.
  const findWordsApart = () => {
    if (!window.Fuse) return;
    const fields = ["title", "section", "text"]; // of Quarto's index
    window.Fuse = class extends window.Fuse {
      search(asked, ways = {}) {
        const found = super.search(asked, ways);
        const words = typeof asked === "string" ? asked.split(/\s+/).filter(Boolean) : [];
        if (words.length < 2) return found;
        const anywhere = (word) => ({ $or: fields.map((field) => ({ [field]: word })) });
        const there = new Set(found.map((one) => one.item));
        const apart = super.search({ $and: words.map(anywhere) }, ways);
        return [...found, ...apart.filter((one) => !there.has(one.item))].slice(0, ways.limit);
      }
    };
  };

  // Quarto's script waits for an event that is over: what it would do then is done now.
  const start = async () => {
    const waiting = [];
    document.addEventListener = (kind, listener, ...ways) => {
      if (kind === "DOMContentLoaded") waiting.push(listener);
      else EventTarget.prototype.addEventListener.call(document, kind, listener, ...ways);
    };
    try {
      await loadAll(button);
    } finally {
      delete document.addEventListener;
    }
    await serveIndex(button.dataset.file);
    findWordsApart();
    document.removeEventListener("keyup", onKey);
    place.replaceChildren();
    waiting.forEach((listener) => listener.call(document, new Event("DOMContentLoaded")));
    for (const part of place.querySelectorAll(".aa-Autocomplete, button")) {
      part.setAttribute("aria-label", button.getAttribute("aria-label"));
    }
    new MutationObserver(giveBack).observe(document.body, { childList: true });
  };

  // Closed, Quarto's search leaves the focus nowhere; with an answer on its way it closes late.
  function giveBack(changes) {
    const gone = changes.flatMap((change) => [...change.removedNodes]);
    const closed = gone.some((node) => node.classList?.contains("aa-DetachedOverlay"));
    if (closed && document.activeElement === document.body) place.querySelector("button").focus();
  }

  const bring = () => {
    coming = coming || start().catch((error) => { coming = null; throw error; });
    return coming;
  };
  const open = () => bring().then(() => window.quartoOpenSearch()).catch(() => {});

  function onKey(event) {
    const options = JSON.parse(document.getElementById("quarto-search-options").textContent);
    const at = document.activeElement;
    const types = at.isContentEditable || at.matches("input, select, textarea, button, option");
    if (types || !(options["keyboard-shortcut"] || []).includes(event.key)) return;
    event.preventDefault();
    open();
  }

  button.addEventListener("click", open);
  document.addEventListener("keyup", onKey);
  // Who comes from a result is shown its words.
  const asked = new URLSearchParams(location.search);
  if (asked.has("q") || asked.has("show-results")) bring().catch(() => {});
})();
