// What the reader chose, as a value; read from the address and written to it. Nothing is guessed:
// what is not among the choices of the page is left out and counted.

const MOST = 2000; // characters of one value, and entries of one list, that are looked at

export const LINES = ["total", "department", "store"];

export function defaults(choices) {
  const weeks = choices.weeks;
  return {
    measure: choices.measures[0].name,
    by: "total",
    department: [],
    store: [],
    from: weeks[0][1],
    to: weeks[weeks.length - 1][1],
  };
}

// The state an address asks for, and how many of its values are none of the page's.
export function fromAddress(search, choices) {
  const asked = new URLSearchParams(search);
  const state = defaults(choices);
  const allowed = allowedValues(choices);
  let ignored = 0;
  for (const name of ["measure", "by", "from", "to"]) {
    const given = asked.getAll(name);
    const good = given.filter((value) => allowed[name].has(value));
    ignored += given.length - good.length;
    if (good.length) state[name] = good[good.length - 1];
  }
  for (const name of ["department", "store"]) {
    const given = asked.getAll(name);
    const seen = given.slice(0, MOST).filter((value) => value.length < MOST && allowed[name].has(value));
    ignored += given.length - seen.length;
    state[name] = ordered(seen, allowed[name]);
  }
  if (state.from > state.to) {
    ignored += 2;
    Object.assign(state, { from: defaults(choices).from, to: defaults(choices).to });
  }
  return { state, ignored };
}

// The query of an address that gives this state again; empty for what stands there at first.
export function toAddress(state, choices) {
  const usual = defaults(choices);
  const query = new URLSearchParams();
  for (const name of ["measure", "by"]) if (state[name] !== usual[name]) query.set(name, state[name]);
  for (const name of ["department", "store"]) for (const value of state[name]) query.append(name, value);
  for (const name of ["from", "to"]) if (state[name] !== usual[name]) query.set(name, state[name]);
  const text = query.toString();
  return text ? "?" + text : "";
}

export function isDefault(state, choices) {
  return toAddress(state, choices) === "";
}

// The chosen values in the page's own order, each once; all of them is the same as none.
export function ordered(values, allowed) {
  const chosen = new Set(values);
  const kept = [...allowed].filter((value) => chosen.has(value));
  return kept.length === allowed.size ? [] : kept;
}

export function allowedValues(choices) {
  const days = new Set(choices.weeks.map((week) => week[1]));
  return {
    measure: new Set(choices.measures.map((measure) => measure.name)),
    by: new Set(LINES),
    from: days,
    to: days,
    department: new Set(choices.departments.map((one) => one[0])),
    store: new Set(choices.stores.map((one) => String(one[0]))),
  };
}
