// The page's charts and tables: folds the tables, walks the points by keyboard, and wakes a chart
// (live.js and Plotly, from this site) when a reader points at it, touches it or gives it the focus.
(function () {
  "use strict";

  const here = document.currentScript ? document.currentScript.src : document.baseURI;
  const DWELL = 120; // ms over a chart before it counts as pointing at it, not as passing by
  const blocks = new WeakMap(); // picture -> its JSON block
  const walks = new WeakMap(); // picture -> { series, at, point }
  let live = null;

  const start = () => {
    document.querySelectorAll("details.mp-table").forEach(fold);
    foldLong();
    reveal();
    addEventListener("hashchange", reveal);
    layOut();
    if (document.readyState === "complete") nameSearch();
    else addEventListener("load", nameSearch);
    const pictures = Array.from(document.querySelectorAll(".mp-unit-chart .mp-picture"));
    if (!pictures.length) return;
    makeStatus();
    pictures.forEach(listen);
    const bare = pictures.filter((picture) => !isDrawn(picture));
    if (!bare.length) return;
    watchPrinting(bare);
    const watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        watcher.unobserve(entry.target);
        wake(entry.target);
      }
    }, { rootMargin: "200px 0px" });
    bare.forEach((picture) => watcher.observe(picture));
  };

  // Sections below the first are laid out one by one while nothing else is to be done, long tables in
  // them part by part, and all at once for who goes to a place in the page or prints it.
  function layOut() {
    const waiting = Array.from(document.querySelectorAll(":is(.content, main) > section ~ section"));
    const lay = (part) => {
      if (Array.isArray(part)) return part.forEach((row) => { row.hidden = false; });
      waiting.unshift(...heldBack(part));
      part.dataset.laidOut = "";
    };
    const all = () => { while (waiting.length) lay(waiting.shift()); };
    const soon = window.requestIdleCallback || ((then) => setTimeout(then, 50));
    const next = () => {
      if (waiting.length) lay(waiting.shift());
      if (waiting.length) requestAnimationFrame(() => soon(next));
    };
    if (location.hash) {
      all();
      return stayAt(document.querySelector(":target"));
    }
    addEventListener("beforeprint", all);
    document.addEventListener("click", (event) => { if (event.target.closest("a[href*='#']")) all(); }, true);
    requestAnimationFrame(() => soon(next));
  }

  // Long lists would bury on a phone what follows: there they are folded. Without scripts, on paper and
  // where there is room they stand open.
  function foldLong() {
    const narrow = matchMedia("(max-width: 40rem)");
    const lists = Array.from(document.querySelectorAll("details.mp-fold"));
    const open = (wanted) => lists.forEach((one) => { one.open = wanted; });
    open(!narrow.matches);
    narrow.addEventListener("change", () => open(!narrow.matches));
    addEventListener("beforeprint", () => open(true));
    addEventListener("afterprint", () => open(!narrow.matches));
  }

  // What an address names is opened, and so is whatever holds it.
  function reveal() {
    const place = document.querySelector(":target");
    for (let one = place && place.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
  }

  // Who comes by an address with a place in it is led there once more, and again while the page still
  // grows: the browser went there before tables were folded and sections laid out. Back and reload
  // return to where the reader was.
  function stayAt(place) {
    const [visit] = performance.getEntriesByType("navigation");
    if (!place || (visit && visit.type !== "navigate")) return;
    const watcher = new ResizeObserver(() => place.scrollIntoView({ behavior: "instant" }));
    const leave = () => watcher.disconnect();
    watcher.observe(document.body);
    for (const act of ["wheel", "touchstart", "pointerdown", "keydown", "hashchange"]) addEventListener(act, leave, { once: true, passive: true });
    setTimeout(leave, SETTLED);
  }

  const SETTLED = 3000; // ms after which a page grows only by what its reader does
  const ROWS = 40;  // a slow phone lays out so many in the time of a blink

  // Rows of tables that scroll within a height of their own: the page does not grow by them.
  function heldBack(section) {
    const parts = [];
    for (const box of section.querySelectorAll(".mp-long")) {
      const rows = Array.from(box.querySelectorAll("tbody tr")).slice(ROWS);
      rows.forEach((row) => { row.hidden = true; });
      while (rows.length) parts.push(rows.splice(0, ROWS));
    }
    return parts;
  }

  // Quarto makes its search by a script and gives it no name.
  function nameSearch() {
    for (const part of document.querySelectorAll("#quarto-search .aa-Autocomplete[role], .aa-DetachedSearchButton")) {
      part.setAttribute("aria-label", "Search");
    }
  }

  const isDrawn = (picture) => Boolean(picture.querySelector(".mp-svg"));
  const tableOf = (picture) => picture.closest("figure").querySelector("details.mp-table");

  // Tables under pictures are open in the page itself, for readers without scripts.
  function fold(details) {
    const wanted = details.closest("figure").id;
    details.open = location.hash === "#" + wanted + "-table";
    details.dataset.ready = "";
  }

  function listen(picture) {
    let waiting = 0;
    picture.tabIndex = 0;
    picture.setAttribute("role", "application");
    picture.setAttribute("aria-roledescription", "chart");
    picture.setAttribute("aria-describedby", "mp-keys");
    picture.addEventListener("pointerenter", () => {
      waiting = setTimeout(() => wake(picture), DWELL);
    });
    picture.addEventListener("pointerleave", () => clearTimeout(waiting));
    picture.addEventListener("pointerdown", () => wake(picture));
    picture.addEventListener("focus", () => wake(picture));
    picture.addEventListener("keydown", (event) => walk(picture, event));
    picture.addEventListener("blur", () => leave(picture));
  }

  function wake(picture) {
    return loadLive()
      .then((loaded) => loaded.show(picture, blockOf(picture)))
      .catch(() => { if (!isDrawn(picture)) fallBack(picture); });
  }

  function loadLive() {
    live = live || Promise.all(["vendor/plotly.min.js", "live.js"].map(load)).then(
      () => window.millpondLive,
    );
    return live;
  }

  function load(name) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL(name, here).href;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
  }

  function fallBack(picture) {
    picture.hidden = true;
    tableOf(picture).open = true;
  }

  function blockOf(picture) {
    if (!blocks.has(picture)) {
      const block = picture.closest("figure").querySelector("script.mp-data");
      blocks.set(picture, JSON.parse(block.textContent));
    }
    return blocks.get(picture);
  }

  // Paper has no scrolling: a chart without a picture is drawn now, or its table is opened.
  function watchPrinting(bare) {
    let opened = [];
    addEventListener("beforeprint", () => {
      if (window.millpondLive) bare.forEach((one) => window.millpondLive.show(one, blockOf(one)));
      else opened = bare.map(tableOf).filter((table) => !table.open);
      opened.forEach((table) => { table.open = true; });
    });
    addEventListener("keydown", (event) => {
      const asked = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "p";
      if (!asked || window.millpondLive) return;
      event.preventDefault(); // the pictures first: once printing has begun nothing can be loaded
      loadLive().catch(() => {}).then(() => print());
    });
    addEventListener("afterprint", () => {
      opened.forEach((table) => { table.open = false; });
      opened = [];
    });
  }

  // What is said to those who do not see the chart: each point as its cells stand in the table.

  function makeStatus() {
    const main = document.querySelector("main") || document.body;
    const keys = document.createElement("p");
    keys.id = "mp-keys";
    keys.hidden = true;
    keys.textContent = "Left and right arrow keys go from point to point, up and down from series " +
      "to series, Home and End to the first and the last point.";
    const said = document.createElement("p");
    said.className = "mp-said";
    said.setAttribute("role", "status");
    main.append(keys, said);
  }

  function walk(picture, event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return leave(picture);
    const now = walks.get(picture) || { series: seriesOf(blockOf(picture)), at: 0, point: -1 };
    const to = step(now, event.key);
    if (!to) return;
    event.preventDefault();
    walks.set(picture, Object.assign(now, to));
    const series = now.series[now.at];
    const point = series.points[now.point];
    document.querySelector(".mp-said").textContent = tell(picture, series, now);
    if (live) live.then((loaded) => loaded.point(picture, series.trace, point.number, point.row));
  }

  function step(now, key) {
    const last = now.series[now.at].points.length - 1;
    const along = { ArrowRight: now.point + 1, ArrowLeft: Math.max(now.point - 1, 0), Home: 0, End: last };
    if (key in along) return { point: Math.min(along[key], last) };
    const by = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (!by) return null;
    const at = (now.at + by + now.series.length) % now.series.length;
    const most = now.series[at].points.length - 1;
    return { at, point: Math.min(Math.max(now.point, 0), most) };
  }

  // The points of each trace as numbers of rows; a heat map has one series for each of its lines.
  function seriesOf(block) {
    const series = [];
    for (const encoding of block.encoding) {
      const groups = new Map();
      rowsOf(block, encoding).forEach((row, number) => {
        const group = encoding.z ? block.rows[row][block.columns.indexOf(encoding.y)] : "";
        if (!groups.has(group)) groups.set(group, []);
        const value = block.rows[row][block.columns.indexOf(encoding.z || encoding.y)];
        if (value !== null) groups.get(group).push({ row, number }); // what is missing is not drawn
      });
      groups.forEach((points) => series.push({ trace: encoding.trace, encoding, points }));
    }
    return series.filter((one) => one.points.length);
  }

  function rowsOf(block, encoding) {
    const wanted = Object.entries(encoding.where || {}).map(([name, value]) => [block.columns.indexOf(name), value]);
    const numbers = [];
    block.rows.forEach((row, number) => {
      if (wanted.every(([at, value]) => row[at] === value)) numbers.push(number);
    });
    return numbers;
  }

  function tell(picture, series, now) {
    const block = blockOf(picture);
    const table = picture.closest("figure").querySelector("table");
    const labels = table.tHead.rows[table.tHead.rows.length - 1].cells;
    const cells = table.tBodies[0].rows[series.points[now.point].row].cells;
    const picked = Object.entries(series.encoding.where || {})
      .filter(([, value]) => typeof value !== "boolean").map(([name]) => name);
    const drawn = ["y", "x", "z"].map((axis) => series.encoding[axis]);
    const names = Array.from(new Set([...picked, ...drawn])).filter(Boolean);
    const parts = names.map((name) => block.columns.indexOf(name))
      .map((at) => labels[at].textContent.trim() + ": " + cells[at].textContent.trim());
    return parts.join(". ") + ". Point " + (now.point + 1) + " of " + series.points.length + ".";
  }

  function leave(picture) {
    if (live && walks.has(picture)) live.then((loaded) => loaded.leave(picture));
  }

  window.millpond = { rowsOf };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
