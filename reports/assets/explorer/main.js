// The explorer at work: form, address and figure follow each other.

import { fill, get, put, straighten } from "./controls.js";
import { dateLong } from "./format.js";
import * as reader from "./reader.js";
import { headline, show } from "./result.js";
import { defaults, fromAddress, isDefault, toAddress } from "./state.js";
import { sum } from "./sums.js";

const CHANGED = "The site was published anew since this page was opened. Load the page again to choose.";
const MISSING =
  "This copy of the site was built without what reads the table here (npm was not at hand). " +
  "The figure below holds everything together.";
const NO_ANSWER = "The rows of this choice could not be fetched. Choose again to try once more.";

export function start(section) {
  const choices = JSON.parse(section.querySelector("script.mp-choices").textContent);
  const form = section.querySelector("form");
  const note = section.querySelector(".mp-explorer-note[role=alert]");
  const word = section.querySelector(".mp-explorer-word");
  const status = section.querySelector(".mp-explorer-said");
  const before = section.querySelector(".mp-explorer-before");
  const result = section.querySelector(".mp-explorer-result");
  // A page that could not be renewed reads the pins of its own release.
  const pins = document.getElementById("not-renewed")?.dataset.pins ?? "data/pins";
  const tables = new Map(); // name of a pin -> a promise of its opened file
  let latest = 0; // of several choices under way only the last one is shown
  let redraw = () => {};

  const warn = (text) => { note.textContent = text; note.hidden = !text; };
  const say = (text) => { status.textContent = text; };

  async function follow(state, warning = "") {
    const turn = ++latest;
    put(form, state, choices);
    warn(warning);
    word.textContent = "";
    if (isDefault(state, choices)) {
      showBefore();
      return say("All stores and departments together.");
    }
    try {
      const groups = await rowsFor(state);
      if (turn !== latest) return;
      const measure = choices.measures.find((one) => one.name === state.measure);
      const found = sum(groups, state, choices);
      before.hidden = true;
      result.hidden = false;
      redraw = show(result, found, measure, described(state, measure, choices), choices);
      say(headline(found, measure) + ".");
      lead(result);
    } catch (error) {
      if (turn === latest) fail(error);
    }
  }

  function showBefore() {
    before.hidden = false;
    result.hidden = true;
  }

  function open(source) {
    if (!tables.has(source.pin)) {
      const url = new URL(`${pins}/${source.pin}.parquet`, document.baseURI).href;
      tables.set(source.pin, reader.open(url, source));
    }
    return tables.get(source.pin);
  }

  async function rowsFor(state) {
    const source = smallest(state, choices);
    try {
      const numbers = new Map(choices.weeks.map(([week, day]) => [day, week]));
      return await reader.read(await open(source), state.measure, {
        departments: state.department,
        stores: state.store.map(Number),
        firstWeek: numbers.get(state.from),
        lastWeek: numbers.get(state.to),
      });
    } catch (error) {
      tables.delete(source.pin);
      throw error;
    }
  }

  function fail(error) {
    const known = [[reader.Missing, MISSING], [reader.Changed, CHANGED]].find(([kind]) => error instanceof kind);
    warn(known ? known[1] : NO_ANSWER);
    showBefore();
    if (error instanceof reader.Missing) form.hidden = true;
  }

  function go(state) {
    const address = new URL(location.href);
    address.search = toAddress(state, choices);
    address.hash = "explorer";
    if (address.href !== location.href) history.pushState(null, "", address);
    follow(state);
  }

  function restore() {
    const { state, ignored } = fromAddress(location.search, choices);
    follow(state, ignored ? leftOut(ignored) : "");
  }

  fill(form, choices);
  form.dataset.ready = "";
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => {
    if (!event.target.dataset.filter) go(straighten(get(form, choices), event.target.name));
  });
  form.addEventListener("click", (event) => {
    const wish = event.target.dataset?.do;
    if (wish === "copy") copy((text) => { word.textContent = text; });
    else if (wish === "reset") go(defaults(choices));
    else if (wish) go({ ...get(form, choices), [wish.slice("clear-".length)]: [] });
  });
  addEventListener("popstate", restore);
  new ResizeObserver(() => requestAnimationFrame(() => redraw())).observe(result);
  restore();
}

// What holds the sums of a choice in the fewest bytes. A choice of departments reads only their row
// groups of the lookup table; one of all departments would read the whole of it, where the sums by
// store or by department alone may say the same.
function smallest(state, choices) {
  const needs = {
    department: state.by === "department" || state.department.length > 0,
    store_id: state.by === "store" || state.store.length > 0,
  };
  const holds = (one) => one.measures.includes(state.measure) && !needs[one.lacks];
  return (state.department.length ? undefined : choices.coarser.find(holds)) ?? choices;
}

function leftOut(count) {
  return count === 1
    ? "One value in the address is not among the choices here; it was left out."
    : `${count} values in the address are not among the choices here; they were left out.`;
}

// An address may lead to the figure or its table, which are not there when the page opens.
function lead(result) {
  const target = ["#explorer-result", "#explorer-table"].includes(location.hash) && result.querySelector(location.hash);
  if (!target) return;
  if (target.tagName === "DETAILS") target.open = true;
  target.scrollIntoView();
}

// Measure, unit, place and period of a choice in words, as under the headlines of other figures.
function described(state, measure, choices) {
  const named = (name, entries, all) => {
    const chosen = entries.filter((one) => state[name].includes(String(one[0]))).map((one) => one[1]);
    if (!chosen.length) return all;
    return chosen.length > 4 ? `${chosen.length} ${name}s` : chosen.join(", ");
  };
  const departments = named("department", choices.departments, "all departments");
  const stores = named("store", choices.stores, "all stores");
  const lines = state.by === "total" ? "" : `, by ${state.by}`;
  const unit = measure.format === "count" ? "" : `, ${measure.unit}`;
  return (
    `${measure.label} by week${lines}${unit}: ${departments}; ${stores}; ` +
    `full weeks of ${dateLong(state.from)} to ${dateLong(state.to)}. The scale starts at zero`
  );
}

// Where the browser gives no clipboard, the address bar holds the same link.
function copy(say) {
  const done = () => say("Copied.");
  const failed = () => say("Not allowed here; copy the address of the page.");
  if (navigator.clipboard) navigator.clipboard.writeText(location.href).then(done, failed);
  else failed();
}
