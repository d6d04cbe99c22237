// What a choice comes to, as a figure like all others of the site: finding, picture, table, source.

import { csv } from "./csv.js";
import { bytes, count, dateLong, dateShort, format, raw, share1 } from "./format.js";
import { colour, draw, towers } from "./picture.js";

// Fills `place` with the figure of `sum`; every text from data stands as text.
export function show(place, sum, measure, said, choices) {
  const figure = make("figure", "mp-unit mp-unit-chart", { id: "explorer-result" });
  const caption = make("figcaption");
  caption.append(make("h3", "mp-headline", {}, headline(sum, measure)), make("p", "mp-subtitle", {}, said));
  const picture = make("div", "mp-picture mp-size-l", { role: "img", "aria-label": `Chart. ${headline(sum, measure)}` });
  const week = reader(sum, measure);
  const below = make("div", "mp-summary");
  const drawn = towers(sum.lines) ? sum.lines.filter((line) => line.key !== null) : sum.lines;
  if (drawn !== sum.lines) {
    const rest = sum.lines[sum.lines.length - 1].name;
    below.append(make("p", "mp-left-out", {}, `${rest}: in the table and below, not in the picture, where they would flatten the rest.`));
  }
  below.append(week.field, week.output);
  figure.append(caption, picture, below, source(sum, measure, choices), table(sum, measure, said));
  const open = place.querySelector("details.mp-table")?.open;
  const old = place.querySelector("a[download]");
  if (old) URL.revokeObjectURL(old.href);
  place.replaceChildren(figure);
  if (open) figure.querySelector("details.mp-table").open = true;
  const redraw = () => {
    if (!picture.clientWidth) return;
    week.follow(draw(picture, { ...sum, lines: drawn }, (value) => short(value, measure)));
  };
  redraw();
  follow(picture, week);
  return redraw;
}

export function headline(sum, measure) {
  const span = sum.weeks.length === 1 ? "one week" : `${count(sum.weeks.length)} weeks`;
  const name = measure.label.toLowerCase();
  if (!sum.rows) return `No ${name} in this choice`;
  const shown = format(measure.format, sum.total);
  const first = sum.lines[0];
  if (sum.lines.length === 1) return `${first.name}: ${shown} of ${name} in ${span}`;
  const part = sum.total > 0 ? `, ${share1(first.total, sum.total)} of ${shown}` : "";
  return `${first.name} has the most ${name} in ${span}: ${format(measure.format, first.total)}${part}`;
}

// The values of one week in words: a slider that keys, fingers and the pointer move.
function reader(sum, measure) {
  const last = sum.weeks.length - 1;
  const field = make("label", "mp-week-field", {}, "Read one week ");
  const slider = make("input", "", { type: "range", min: 0, max: Math.max(last, 0), step: 1, value: last });
  field.append(slider);
  const output = make("ul", "mp-week-values");
  let drawn = null;
  let moved = false; // the line in the picture comes with the first move
  const tell = () => {
    const at = Number(slider.value);
    const lines = sum.lines.map((line, place) => {
      const item = make("li", colour(line.key, place), {}, `${line.name}: `);
      item.append(make("b", "", {}, format(measure.format, line.values[at])));
      return item;
    });
    const day = `Week of ${dateShort(sum.weeks[at][1])}`;
    slider.setAttribute("aria-valuetext", `${day}. ${lines.map((line) => line.textContent).join(", ")}`);
    output.replaceChildren(make("li", "mp-week-name", {}, day), ...lines);
    if (!drawn || !moved) return;
    for (const end of ["x1", "x2"]) drawn.cursor.setAttribute(end, drawn.x(at));
    drawn.cursor.setAttribute("visibility", "visible");
  };
  slider.addEventListener("input", () => { moved = true; tell(); });
  const follow = (now) => { drawn = now; tell(); };
  const to = (px) => { moved = true; slider.value = drawn.weekAt(px); tell(); };
  tell();
  return { field, output, follow, to };
}

function follow(picture, week) {
  picture.addEventListener("pointermove", (event) => {
    week.to(event.clientX - picture.getBoundingClientRect().left);
  });
}

function table(sum, measure, caption) {
  const head = ["Week of", ...sum.lines.map((line) => line.name)];
  const made = make("table", "gt_table");
  const top = make("tr");
  head.forEach((text, at) => top.append(make("th", at ? "gt_right" : "gt_left", { scope: "col" }, text)));
  const body = make("tbody");
  sum.weeks.forEach(([, day], at) => {
    const row = make("tr");
    const name = make("th", "gt_left", { scope: "row" });
    name.append(make("time", "", { datetime: day }, dateShort(day)));
    row.append(name, ...sum.lines.map((line) => make("td", "gt_right", {}, format(measure.format, line.values[at]))));
    body.append(row);
  });
  const thead = make("thead");
  thead.append(top);
  made.append(make("caption", "", {}, caption), thead, body);
  const scroll = make("div", "mp-scroll", { tabindex: "0", role: "region", "aria-label": "Data table of this view" });
  scroll.append(made);
  const details = make("details", "mp-table", { id: "explorer-table" });
  details.dataset.ready = "";
  details.append(make("summary", "", {}, `Data table, ${count(sum.weeks.length)} rows`), scroll);
  return details;
}

function source(sum, measure, choices) {
  const made = make("p", "mp-source", {}, `Source: ${choices.source}. Data to `);
  made.append(make("time", "", { datetime: choices.data_to }, dateLong(choices.data_to)), ". ");
  const links = make("span", "mp-links");
  const text = download(sum, measure);
  const blob = new Blob([text], { type: "text/csv;charset=utf-8" });
  const link = make("a", "", { download: "explorer.csv", href: URL.createObjectURL(blob) });
  link.textContent = `Download CSV, ${bytes(blob.size)}`;
  links.append(link);
  made.append(links);
  return made;
}

// One row per line and week, as the downloads of the other figures have them.
export function download(sum, measure) {
  const rows = sum.lines.flatMap((line) =>
    sum.weeks.map(([, day], at) => [line.name, day, raw(line.values[at], measure.format)]));
  return csv(["name", "week_start_date", measure.name], rows, [false, false, true]);
}

// A value at the scale: as few digits as tell the gridlines apart.
function short(value, measure) {
  const money = measure.format === "usd0";
  const size = money ? value / 100 : value;
  const [part, letter] = size >= 1e6 ? [size / 1e6, "m"] : size >= 1e3 ? [size / 1e3, "k"] : [size, ""];
  return (money ? "$" : "") + String(Math.round(part * 100) / 100) + letter;
}

function make(tag, classes = "", attributes = {}, text = "") {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
}
