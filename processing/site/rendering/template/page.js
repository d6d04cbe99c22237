// The page's own manners: theme, contents, tabs. Everything is readable and reachable without it.
(() => {
  "use strict";
  const KEY = "millpond-theme";
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  const remembered = () => {
    try { return localStorage.getItem(KEY); } catch { return null; }
  };
  const remember = (theme) => {
    try {
      if (theme) localStorage.setItem(KEY, theme);
      else localStorage.removeItem(KEY);
    } catch { /* a page opened as a file may have no store: the choice then lasts as long as the page */ }
  };

  const isDark = () => root.dataset.bsTheme === "dark";
  const apply = (dark) => {
    root.dataset.bsTheme = dark ? "dark" : "light";
    // Quarto's own classes, so that one stylesheet of ours serves both renderers.
    document.body.classList.toggle("quarto-dark", dark);
    document.body.classList.toggle("quarto-light", !dark);
    document.querySelector(".theme-toggle")?.setAttribute("aria-pressed", String(dark));
  };
  apply(isDark()); // as the page's own first script found it
  system.addEventListener("change", (event) => { if (!remembered()) apply(event.matches); });

  const startToggle = () => {
    const button = document.querySelector(".theme-toggle");
    button.hidden = false;
    button.setAttribute("aria-pressed", String(isDark()));
    button.addEventListener("click", () => {
      const dark = !isDark();
      apply(dark);
      remember(dark === system.matches ? null : dark ? "dark" : "light");
    });
  };

  const startContents = () => {
    const contents = document.querySelector("details.toc");
    if (!contents) return;
    const wide = window.matchMedia("(min-width: 72rem)");
    const fit = () => { contents.open = wide.matches; };
    fit();
    wide.addEventListener("change", fit);
    contents.addEventListener("click", (event) => {
      if (event.target.closest("a") && !wide.matches) contents.open = false;
    });
    followReading(contents);
  };

  const followReading = (contents) => {
    const links = new Map();
    for (const link of contents.querySelectorAll("a[href^='#']")) {
      const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (section) links.set(section, link);
    }
    const seen = new Set();
    const observer = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) seen.add(entry.target);
        else seen.delete(entry.target);
      }
      let deepest = null;
      for (const section of links.keys()) if (seen.has(section)) deepest = section;
      for (const [section, link] of links) {
        if (section === deepest) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    }, { rootMargin: "-10% 0px -75% 0px" });
    for (const section of links.keys()) observer.observe(section);
  };

  // A set of panels becomes tabs: arrow keys, Home and End move; only the chosen tab is a tab stop.
  const startTabs = (set, index) => {
    const panels = [...set.querySelectorAll(":scope > .tab-pane")];
    const list = document.createElement("div");
    list.setAttribute("role", "tablist");
    list.className = "tab-list";
    const tabs = panels.map((panel, at) => {
      const title = panel.querySelector(":scope > .tab-title");
      const tab = document.createElement("button");
      tab.type = "button";
      tab.id = `tabset-${index}-${at + 1}-tab`;
      tab.textContent = title.textContent;
      tab.setAttribute("role", "tab");
      panel.id ||= `tabset-${index}-${at + 1}`;
      tab.setAttribute("aria-controls", panel.id);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      title.hidden = true;
      list.append(tab);
      return tab;
    });
    if (!tabs.length) return;
    const choose = (at) => {
      tabs.forEach((tab, other) => {
        tab.setAttribute("aria-selected", String(other === at));
        tab.tabIndex = other === at ? 0 : -1;
        panels[other].hidden = other !== at;
      });
      window.dispatchEvent(new Event("resize")); // a chart drawn while hidden learns its width
    };
    list.addEventListener("click", (event) => {
      const at = tabs.indexOf(event.target.closest("[role=tab]"));
      if (at >= 0) choose(at);
    });
    list.addEventListener("keydown", (event) => {
      const at = tabs.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const next = (to + tabs.length) % tabs.length;
      choose(next);
      tabs[next].focus();
    });
    const reveal = () => {
      const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
      const at = target ? panels.findIndex((panel) => panel.contains(target)) : -1;
      if (at < 0 || !panels[at].hidden) return;
      choose(at);
      target.scrollIntoView();
    };
    set.prepend(list);
    choose(0);
    reveal();
    window.addEventListener("hashchange", reveal);
  };

  // The search is fetched when it is wanted: a pointer or the focus on its button comes first.
  const here = document.currentScript.src;
  const startSearch = () => {
    const button = document.querySelector(".search-open");
    if (!button) return;
    let loading = null;
    const load = () => loading ||= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL("search.js", here).href;
      script.onload = () => window.millpondSearch.prepare().then(resolve, reject);
      script.onerror = reject;
      document.head.append(script);
    }).catch((error) => { loading = null; throw error; });
    for (const sign of ["pointerenter", "focus"]) button.addEventListener(sign, () => load().catch(() => {}));
    button.addEventListener("click", () => {
      load().then(() => window.millpondSearch.open(button), () => { button.hidden = true; });
    });
    button.hidden = false;
  };

  const startPrint = () => {
    let opened = [];
    let dark = false;
    window.addEventListener("beforeprint", () => {
      dark = isDark();
      apply(false); // paper is light, charts that follow the theme included
      opened = [...document.querySelectorAll("details.callout:not([open])")];
      opened.forEach((one) => { one.open = true; });
    });
    window.addEventListener("afterprint", () => {
      apply(dark);
      opened.forEach((one) => { one.open = false; });
    });
  };

  const start = () => {
    startToggle();
    startContents();
    startSearch();
    document.querySelectorAll(".panel-tabset").forEach((set, at) => startTabs(set, at + 1));
    startPrint();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
