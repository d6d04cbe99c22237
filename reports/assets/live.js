// Draws a chart with Plotly over its picture: same place, same size. Loaded when one is woken.
(function () {
  "use strict";

  const NARROW = 560; // px of width below which a figure without a picture takes its narrow layout
  const CONFIG = { displayModeBar: false, responsive: false, typesetMath: false, showTips: false };
  const LETTER = 8; // px, a broad one of the labels
  const DAY = 24 * 60 * 60 * 1000; // ms
  const CLEAR = 10; // px between a point and what is told of it
  const MOVES = { childList: true, subtree: true, attributeFilter: ["transform"] };
  const watched = new WeakSet(); // layers of labels that are kept within their chart
  const shown = new Map(); // picture -> its figure, whole

  function show(picture, block) {
    if (shown.has(picture)) return;
    shown.set(picture, whole(picture, block));
    sizes.observe(picture);
    draw(picture);
  }

  // Traces travel without what the rows say already: columns by the encoding, words by the table.
  function whole(picture, block) {
    const data = block.figure.data.map((trace) => Object.assign({}, trace));
    const table = picture.closest("figure").querySelector("table");
    for (const encoding of block.encoding) {
      const trace = data[encoding.trace];
      const rows = window.millpond.rowsOf(block, encoding);
      for (const axis of ["x", "y", "z"]) {
        if (!encoding[axis] || trace[axis]) continue;
        const at = block.columns.indexOf(encoding[axis]);
        trace[axis] = rows.map((row) => block.rows[row][at]);
      }
      if (encoding.hover) trace.hovertext = rows.map((row) => words(encoding.hover, block, table, row));
    }
    return Object.assign({}, block.figure, { data });
  }

  // "{name}: {sales_usd}" with the cells of the table in the places of their columns, as plain text.
  function words(template, block, table, row) {
    const cells = table.tBodies[0].rows[row].cells;
    const text = template.replace(/\{(\w+)\}/g, (_, name) => cells[block.columns.indexOf(name)].textContent.trim());
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }

  // A heat map over days as bars of a timeline, one to a field: then Plotly's smallest bundle draws it.
  // Bars are told their colours; the scale above them is that of a trace without points.
  function fields(map, width, ink, ground) {
    const days = Array.from(new Set(map.x)).map(Date.parse).sort((one, other) => one - other);
    const step = days.length > 1 ? Math.min(...days.slice(1).map((day, at) => day - days[at])) : DAY;
    const [low, middle, high] = map.colorscale.map((stop) => stop[1]);
    const share = (value) => Math.min(Math.abs(value) / map.zmax, 1);
    const bars = {
      type: "bar",
      orientation: "h",
      y: map.y,
      base: map.x.map((day) => new Date(Date.parse(day) - step / 2).toISOString().slice(0, 16)),
      x: map.z.map((value) => (value === null ? null : step)),
      width: 1,
      marker: {
        color: map.z.map((value) => mixed(middle, value < 0 ? low : high, share(value))),
        line: { color: ground, width: map.xgap },
      },
      text: map.text,
      textfont: {
        color: map.z.map((value) => (share(value) < 0.5 ? ink : ground)),
        size: Math.min(width / days.length, 14), // a field is about two thirds of that wide
      },
      textposition: "inside",
      insidetextanchor: "middle",
      constraintext: "none",
      textangle: 0,
      hoverinfo: map.hoverinfo,
      hovertext: map.hovertext,
    };
    const { zmin: cmin, zmax: cmax, colorscale, colorbar } = map;
    const marker = { color: [0], cmin, cmax, colorscale, colorbar, showscale: true };
    return [bars, { type: "scatter", mode: "markers", x: [null], y: [null], hoverinfo: "skip", marker }];
  }

  // So much of `other` in `one`; both as browsers write colours: rgb(1, 2, 3).
  function mixed(one, other, share) {
    const [from, to] = [one, other].map((colour) => colour.match(/\d+/g).map(Number));
    return "rgb(" + from.map((part, at) => Math.round(part + (to[at] - part) * share)).join(", ") + ")";
  }

  // The picture that shows now, by its width; without one the place itself.
  function place(picture) {
    const width = picture.clientWidth;
    for (const svg of picture.querySelectorAll(".mp-svg")) {
      if (getComputedStyle(svg).display === "none") continue;
      const box = svg.viewBox.baseVal;
      return { width: box.width, height: box.height, scale: width / box.width, narrow: svg.matches(".mp-svg-narrow") };
    }
    return { width, height: picture.clientHeight, scale: 1, narrow: width < NARROW };
  }

  function draw(picture) {
    const figure = shown.get(picture);
    if (!picture.clientWidth) return;
    const at = place(picture);
    const style = getComputedStyle(picture);
    const layout = at.narrow ? merge(figure.layout, figure.narrow) : figure.layout;
    const own = { width: at.width, height: at.height, autosize: false };
    own.font = { family: style.fontFamily };
    own.hoverlabel = hoverLabel(style);
    const colours = coloursNow(picture, figure.colours);
    const [ink, ground] = ["--mp-ink", "--mp-ground"].map((name) => colourOf(picture.parentElement, name));
    const timeline = (layout.xaxis || {}).type === "date";
    const data = recolour(figure.data, colours).flatMap((trace) => (
      timeline && trace.type === "heatmap" ? fields(trace, at.width, ink, ground) : [trace]
    ));
    const plot = layer(picture, at);
    const told = data.map((trace) => Object.assign({}, trace, { hovertext: broken(trace.hovertext, at.width) }));
    window.Plotly.react(plot, told, recolour(merge(layout, own), colours), CONFIG);
    const labels = plot.querySelector(".hoverlayer");
    if (!watched.has(labels)) new MutationObserver(() => bringBack(plot)).observe(labels, MOVES);
    watched.add(labels);
    picture.dataset.drawn = picture.clientWidth;
  }

  // What is told of a point in lines that fit beside it: Plotly breaks none.
  function broken(text, width) {
    if (Array.isArray(text)) return text.map((one) => broken(one, width));
    if (typeof text !== "string") return text;
    const most = Math.max(Math.floor(width / 2 / LETTER), 16);
    const lines = [""];
    for (const word of text.split(" ")) {
      const longer = lines[lines.length - 1] ? lines[lines.length - 1] + " " + word : word;
      if (longer.length <= most || longer === word) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines.join("<br>");
  }

  // Plotly puts some labels beyond the left edge, out of sight: beside their point they fit, since they
  // are half as wide as the chart, or else above or below it.
  function bringBack(plot) {
    const edge = plot.getBoundingClientRect();
    const scale = edge.width / plot.offsetWidth;
    const { bbox } = (plot._hoverdata || [])[0] || {};
    for (const label of plot.querySelectorAll(".hoverlayer .hovertext")) {
      const box = label.getBoundingClientRect();
      if (box.left >= edge.left - 1 && box.right <= edge.right + 1) continue;
      const [left, top] = [(box.left - edge.left) / scale, (box.top - edge.top) / scale];
      const [width, height] = [box.width / scale, box.height / scale];
      const to = beside(bbox || { x0: 0, x1: 0, y0: top, y1: top + height }, width, height, plot);
      const moved = "translate(" + (to.x - left) + "," + (to.y - top) + ") ";
      label.setAttribute("transform", moved + label.getAttribute("transform"));
    }
  }

  // Where a label of this size stands clear of what lies between x0 and x1, y0 and y1.
  function beside({ x0, x1, y0, y1 }, width, height, plot) {
    const middle = Math.max((y0 + y1 - height) / 2, 0);
    if (x1 + CLEAR + width <= plot.offsetWidth) return { x: x1 + CLEAR, y: middle };
    if (x0 - CLEAR - width >= 0) return { x: x0 - CLEAR - width, y: middle };
    const x = Math.min(Math.max((x0 + x1 - width) / 2, 0), plot.offsetWidth - width);
    const below = y1 + CLEAR + height <= plot.offsetHeight;
    return { x, y: below ? y1 + CLEAR : Math.max(y0 - CLEAR - height, 0) };
  }

  // As large as the drawing, then scaled as the drawing is: nothing moves when one replaces the other.
  function layer(picture, at) {
    let plot = picture.querySelector(".mp-live");
    if (!plot) {
      plot = document.createElement("div");
      plot.className = "mp-live";
      plot.setAttribute("aria-hidden", "true");
      picture.append(plot);
    }
    plot.style.width = at.width + "px";
    plot.style.height = at.height + "px";
    plot.style.transform = at.scale === 1 ? "" : "scale(" + at.scale + ")";
    return plot;
  }

  // Shows what Plotly says of a point, as if a mouse were there.
  function point(picture, trace, number, row) {
    const plot = picture.querySelector(".mp-live");
    if (!plot || !plot.data) return;
    const drawn = plot.data[trace];
    if (drawn.type !== "heatmap") {
      window.Plotly.Fx.hover(plot, [{ curveNumber: trace, pointNumber: number }]);
      return;
    }
    const full = plot._fullLayout;
    const at = { xval: full.xaxis.d2c(drawn.x[number]), yval: full.yaxis.d2c(drawn.y[number]) };
    window.Plotly.Fx.hover(plot, at, "xy");
  }

  function leave(picture) {
    const plot = picture.querySelector(".mp-live");
    if (plot && plot.data) window.Plotly.Fx.unhover(plot);
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

  const redrawAll = () => shown.forEach((_, picture) => draw(picture));

  const sizes = new ResizeObserver((entries) => {
    requestAnimationFrame(() => {
      for (const entry of entries) {
        const picture = entry.target;
        if (String(picture.clientWidth) !== picture.dataset.drawn) draw(picture);
      }
    });
  });

  const later = () => requestAnimationFrame(redrawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", later);
  matchMedia("(forced-colors: active)").addEventListener("change", later);
  matchMedia("print").addEventListener("change", redrawAll);
  const themes = new MutationObserver(later);
  for (const element of [document.documentElement, document.body]) {
    themes.observe(element, { attributes: true, attributeFilter: ["class", "data-bs-theme"] });
  }

  window.millpondLive = { show, point, leave };
})();
