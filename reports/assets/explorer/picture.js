// The picture of a choice: an SVG of lines from zero, named at their ends. Colours are classes, so
// that the page's style sheet gives them in every theme.

import { monthOf } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";
const NARROW = 560; // px; below it the names stand over the picture, as in the other charts
const TICK = "12px";
const NAME = "650 13px";
const LINE = 17; // px from name to name
const GRIDLINES = 5;
const FLATTENS = 2; // times the highest named line

// Draws the lines of a sum into `parent` and returns what the pointer and the week reader need to know.
export function draw(parent, { lines, weeks }, scaleText) {
  const width = parent.clientWidth;
  const height = parent.clientHeight;
  const narrow = width < NARROW;
  const highest = Math.max(0, ...lines.flatMap((line) => line.values));
  const steps = scale(highest);
  const labels = steps.map(scaleText);
  const room = (font, texts) => widest(`${font} ${getComputedStyle(parent).fontFamily}`, texts);
  const box = {
    left: 12 + room(TICK, labels),
    right: narrow ? 12 : 16 + room(NAME, lines.map((line) => short(line.name))),
    top: narrow ? 16 + LINE * lines.length : 12,
    bottom: 26,
  };
  const x = (at) => box.left + (width - box.left - box.right) * (weeks.length < 2 ? 0.5 : at / (weeks.length - 1));
  const y = (value) => height - box.bottom - (height - box.top - box.bottom) * (value / (steps[steps.length - 1] || 1));
  const svg = make("svg", { class: "mp-drawing", "aria-hidden": "true" });
  steps.forEach((value, at) => grid(svg, labels[at], y(value), box, width));
  months(svg, weeks, x, height, width - box.left - box.right);
  // The largest is drawn last, so that nothing covers it.
  [...lines.keys()].reverse().forEach((at) => line(svg, lines[at], at, x, y));
  if (narrow) namesAbove(svg, lines);
  else namesBeside(svg, lines, x(weeks.length - 1) + 10, y, height - box.bottom);
  const cursor = svg.appendChild(make("line", { class: "mp-cursor", y1: box.top, y2: height - box.bottom, visibility: "hidden" }));
  parent.replaceChildren(svg);
  return { x, cursor, weekAt: (px) => nearest(px, weeks.length, x) };
}

// 0 and a few round values above it, the last one not below the highest.
function scale(highest) {
  if (!highest) return [0, 1];
  const rough = highest / GRIDLINES;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].map((part) => part * power).find((one) => one >= rough));
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, at) => at * step);
}

function grid(svg, text, at, box, width) {
  const zero = text === "0" || text === "$0";
  svg.append(make("line", { class: zero ? "mp-gridline mp-zero" : "mp-gridline", x1: box.left, x2: width - box.right, y1: at, y2: at }));
  svg.append(words(text, { class: "mp-tick", x: box.left - 8, y: at + 4, "text-anchor": "end" }));
}

function months(svg, weeks, x, height, room) {
  let last = -Infinity;
  const apart = weeks.length > 1 ? Math.max(44, room / 12) : 0;
  weeks.forEach(([, day], at) => {
    const turns = at === 0 || day.slice(0, 7) !== weeks[at - 1][1].slice(0, 7);
    if (!turns || x(at) - last < apart) return;
    last = x(at);
    svg.append(words(monthOf(day), { class: "mp-tick", x: x(at), y: height - 6, "text-anchor": "middle" }));
  });
}

function line(svg, { values, key }, at, x, y) {
  const points = values.map((value, week) => `${x(week).toFixed(1)},${y(value).toFixed(1)}`);
  const drawn = { class: `mp-line ${colour(key, at)}`, points: points.join(" ") };
  svg.append(make("polyline", drawn));
  const end = { class: `mp-dot ${colour(key, at)}`, cx: x(values.length - 1), cy: y(values[values.length - 1]), r: 3.5 };
  svg.append(make("circle", end));
}

// Names beside the last points, pushed apart where those lie close, none below the picture.
function namesBeside(svg, lines, left, y, lowest) {
  const places = lines
    .map((one, at) => ({ one, at, y: y(one.values[one.values.length - 1]) }))
    .sort((a, b) => a.y - b.y);
  places.forEach((place, at) => { if (at) place.y = Math.max(place.y, places[at - 1].y + LINE); });
  let floor = lowest;
  for (const place of [...places].reverse()) {
    place.y = Math.min(place.y, floor);
    floor = place.y - LINE;
  }
  for (const { one, at, y: middle } of places) {
    svg.append(words(short(one.name), { class: `mp-name ${colour(one.key, at)}`, x: left, y: middle + 4 }));
  }
}

function namesAbove(svg, lines) {
  lines.forEach((one, at) => {
    const y = 6 + LINE * (at + 0.5);
    svg.append(make("line", { class: `mp-line ${colour(one.key, at)}`, x1: 8, x2: 26, y1: y, y2: y }));
    svg.append(words(short(one.name, 34), { class: `mp-name ${colour(one.key, at)}`, x: 32, y: y + 4 }));
  });
}

// Whether the sum of all other lines is so far above the named ones that it would flatten them.
export function towers(lines) {
  const highest = (some) => Math.max(0, ...some.flatMap((one) => one.values));
  return highest(lines.filter((one) => one.key === null)) > FLATTENS * highest(lines.filter((one) => one.key !== null));
}

export const colour = (key, at) => (key === null ? "mp-rest" : `mp-series-${at + 1}`);

// How many px the widest of some texts takes in a font.
function widest(font, texts) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = font;
  return Math.ceil(Math.max(...texts.map((text) => context.measureText(text).width)));
}

function nearest(px, weeks, x) {
  let best = 0;
  for (let at = 1; at < weeks; at++) if (Math.abs(x(at) - px) < Math.abs(x(best) - px)) best = at;
  return best;
}

const short = (text, most = 22) => (text.length <= most ? text : text.slice(0, most - 1).trimEnd() + "…");

function make(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, typeof value === "number" ? Math.round(value * 10) / 10 : value);
  }
  return element;
}

function words(text, attributes) {
  const element = make("text", attributes);
  element.textContent = text;
  return element;
}
