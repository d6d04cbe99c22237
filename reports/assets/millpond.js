// Draws the pictures of the page: Plotly is loaded once, from this site, when the first comes into view.
(function () {
  "use strict";

  const NARROW = 560; // px of width below which a figure takes its narrow layout
  const here = document.currentScript ? document.currentScript.src : document.baseURI;
  const library = new URL("vendor/plotly.min.js", here).href;
  const drawn = new Map(); // picture -> its figure
  let loading = null;

  const start = () => {
    document.querySelectorAll("details.mp-table").forEach(fold);
    const pictures = Array.from(document.querySelectorAll(".mp-unit-chart .mp-picture"));
    if (!pictures.length) return;
    watchTheme();
    watchPrinting(pictures);
    const watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        watcher.unobserve(entry.target);
        show(entry.target);
      }
    }, { rootMargin: "200px 0px" });
    pictures.forEach((picture) => watcher.observe(picture));
  };

  // Tables under pictures are open in the page itself, for readers without scripts.
  function fold(details) {
    const wanted = details.closest("figure").id;
    details.open = location.hash === "#" + wanted + "-table";
    details.dataset.ready = "";
  }

  function show(picture) {
    loadLibrary().then(() => draw(remember(picture))).catch(() => fallBack(picture));
  }

  // Paper has no scrolling: what was not drawn yet is drawn now, or its table is opened.
  function watchPrinting(pictures) {
    let opened = [];
    addEventListener("beforeprint", () => {
      const missing = pictures.filter((picture) => !drawn.has(picture));
      if (window.Plotly) missing.forEach((picture) => draw(remember(picture)));
      else opened = missing.map((picture) => tableOf(picture)).filter((table) => !table.open);
      opened.forEach((table) => { table.open = true; });
    });
    addEventListener("keydown", (event) => {
      const asked = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "p";
      if (!asked || window.Plotly) return;
      event.preventDefault(); // the pictures first: once printing has begun nothing can be loaded
      loadLibrary().catch(() => {}).then(() => print());
    });
    addEventListener("afterprint", () => {
      opened.forEach((table) => { table.open = false; });
      opened = [];
    });
  }

  function remember(picture) {
    drawn.set(picture, readFigure(picture));
    sizes.observe(picture);
    return picture;
  }

  const tableOf = (picture) => picture.closest("figure").querySelector("details.mp-table");

  function loadLibrary() {
    loading = loading || new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = library;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
    return loading;
  }

  function fallBack(picture) {
    picture.hidden = true;
    tableOf(picture).open = true;
  }

  function readFigure(picture) {
    const block = picture.closest("figure").querySelector("script.mp-data");
    return JSON.parse(block.textContent).figure;
  }

  function draw(picture) {
    const figure = drawn.get(picture);
    const width = picture.clientWidth;
    if (!width) return;
    const style = getComputedStyle(picture);
    const layout = width < NARROW ? merge(figure.layout, figure.narrow) : figure.layout;
    const own = { width, height: picture.clientHeight, autosize: false };
    own.font = { family: style.fontFamily };
    own.hoverlabel = hoverLabel(style);
    const colours = coloursNow(picture, figure.colours);
    const themed = recolour(merge(layout, own), colours);
    const config = { displayModeBar: false, responsive: false, typesetMath: false, showTips: false };
    window.Plotly.react(picture, recolour(figure.data, colours), themed, config);
    picture.dataset.drawn = width;
  }

  function hoverLabel(style) {
    const probe = (name) => colourOf(document.body, name);
    const font = { family: style.fontFamily, size: 14, color: probe("--mp-ink") };
    return { bgcolor: probe("--mp-ground"), bordercolor: probe("--mp-muted"), font, align: "left" };
  }

  // What a CSS variable comes to as a colour, system colours of forced-colors mode included.
  function colourOf(parent, variable) {
    const probe = document.createElement("span");
    probe.hidden = true;
    probe.style.color = "var(" + variable + ")";
    parent.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  }

  function coloursNow(picture, variables) {
    const now = {};
    for (const light of Object.keys(variables)) {
      now[light] = colourOf(picture.parentElement, variables[light]);
    }
    return now;
  }

  // A copy of `base` with `over` laid on it; lists are replaced whole.
  function merge(base, over) {
    const result = Object.assign({}, base);
    for (const key of Object.keys(over || {})) {
      const both = isPlain(base && base[key]) && isPlain(over[key]);
      result[key] = both ? merge(base[key], over[key]) : over[key];
    }
    return result;
  }

  function isPlain(value) {
    return value !== null && typeof value === "object" && !Array.isArray(value);
  }

  // A deep copy in which each colour of the palette is the one of the reader's theme.
  function recolour(value, colours) {
    if (typeof value === "string") return Object.hasOwn(colours, value) ? colours[value] : value;
    if (Array.isArray(value)) return value.map((item) => recolour(item, colours));
    if (!isPlain(value)) return value;
    const copy = {};
    for (const key of Object.keys(value)) copy[key] = recolour(value[key], colours);
    return copy;
  }

  const redrawAll = () => drawn.forEach((_, picture) => draw(picture));

  const sizes = new ResizeObserver((entries) => {
    requestAnimationFrame(() => {
      for (const entry of entries) {
        const picture = entry.target;
        if (String(picture.clientWidth) !== picture.dataset.drawn) draw(picture);
      }
    });
  });

  function watchTheme() {
    const later = () => requestAnimationFrame(redrawAll);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", later);
    matchMedia("(forced-colors: active)").addEventListener("change", later);
    matchMedia("print").addEventListener("change", redrawAll);
    const watcher = new MutationObserver(later);
    for (const element of [document.documentElement, document.body]) {
      watcher.observe(element, { attributes: true, attributeFilter: ["class", "data-bs-theme"] });
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
