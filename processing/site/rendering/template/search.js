// The search over the pages: a dialog with a field and a list of links. Texts stand as text only.
(() => {
  "use strict";
  const here = document.currentScript.src;
  const MOST = 12; // results
  const AROUND = 70; // letters before the first word found
  const LENGTH = 190; // letters of an excerpt
  let index = null;
  let dialog = null;

  const add = (tag, attributes) => new Promise((resolve, reject) => {
    const element = document.createElement(tag);
    Object.assign(element, attributes);
    element.onload = resolve;
    element.onerror = reject;
    document.head.append(element);
  });

  const beside = (name) => new URL(name, here).href;

  // Fetches the library, the sections and the style, and makes the index; once.
  const prepare = async () => {
    if (index) return;
    await Promise.all([
      add("script", { src: beside("minisearch.js") }),
      add("script", { src: beside("search-index.js") }),
      add("link", { rel: "stylesheet", href: beside("search.css") }),
    ]);
    const made = new MiniSearch({
      fields: ["heading", "page", "text"],
      storeFields: ["href", "page", "heading", "text"],
      searchOptions: {
        boost: { heading: 4, page: 2 },
        combineWith: "AND",
        prefix: true,
        fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      },
    });
    made.addAll(window.millpondSections);
    index = made;
  };

  const make = (tag, name, text) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text) element.textContent = text;
    return element;
  };

  const build = () => {
    dialog = make("dialog", "search");
    dialog.setAttribute("aria-labelledby", "search-title");
    const title = make("h2", "search-title", "Search the site");
    title.id = "search-title";
    const close = make("button", "search-close", "Close");
    close.type = "button";
    close.addEventListener("click", () => dialog.close());
    const bar = make("div", "search-bar");
    bar.append(title, close);
    const label = make("label", "search-field", "Words to look for");
    const field = make("input");
    Object.assign(field, { type: "search", autocomplete: "off", spellcheck: false, maxLength: 200 });
    label.append(field);
    const said = make("p", "search-said");
    said.setAttribute("role", "status");
    const list = make("ol", "search-results");
    dialog.append(bar, label, said, list);
    field.addEventListener("input", () => show(field.value, said, list));
    dialog.addEventListener("keydown", (event) => step(event, field, list));
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    list.addEventListener("click", (event) => { if (event.target.closest("a")) dialog.close(); });
    document.body.append(dialog);
  };

  const open = (button) => {
    if (!dialog) build();
    dialog.addEventListener("close", () => button.focus(), { once: true });
    dialog.showModal();
    dialog.querySelector("input").select();
  };

  const show = (asked, said, list) => {
    const found = asked.trim() ? index.search(asked) : [];
    list.replaceChildren(...found.slice(0, MOST).map(result));
    said.textContent = !asked.trim() ? "" : words(found.length);
  };

  const words = (count) => {
    if (!count) return "Nothing on this site holds these words.";
    if (count > MOST) return `${count} places, the best ${MOST} of them:`;
    return count === 1 ? "1 place:" : `${count} places:`;
  };

  const result = (one) => {
    const item = make("li");
    const link = make("a", "", one.heading || one.page);
    link.href = one.href;
    item.append(link);
    if (one.heading) item.append(make("span", "search-page", one.page));
    item.append(excerpt(one));
    return item;
  };

  // The words around the first one found, each found word marked.
  const excerpt = ({ text, terms }) => {
    const escaped = terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const pattern = new RegExp(`(${escaped.join("|")})`, "giu");
    const at = Math.max(0, text.search(pattern));
    const start = at > AROUND ? text.indexOf(" ", at - AROUND) + 1 : 0;
    const piece = text.slice(start, start + LENGTH);
    const shown = make("p");
    if (start) shown.append("… ");
    piece.split(pattern).forEach((part, number) => shown.append(number % 2 ? make("mark", "", part) : part));
    if (start + LENGTH < text.length) shown.append(" …");
    return shown;
  };

  // Arrow keys walk from the field through the results; Enter in the field opens the first.
  const step = (event, field, list) => {
    const stops = [field, ...list.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    if (event.key === "Enter" && at === 0 && stops[1]) stops[1].click();
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || at < 0 || !stops[at + by]) return;
    event.preventDefault();
    stops[at + by].focus();
  };

  window.millpondSearch = { prepare, open };
})();
