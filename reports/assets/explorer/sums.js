// Adds up the rows of a choice: a line of whole numbers per week for each series, exactly.

export const MOST_LINES = 6;

// { lines: [{ key, name, values, total }], weeks: [[number, day]], total, rows }. With more than six
// lines the six largest stand alone, and the rest are added up as the last one, whose key is null.
export function sum(groups, state, choices) {
  const weeks = choices.weeks.filter(([, day]) => day >= state.from && day <= state.to);
  const place = new Map(weeks.map(([week], at) => [week, at]));
  const lines = new Map(wanted(state, choices).map((key) => [key, new Array(weeks.length).fill(0)]));
  const departments = state.department.length ? new Set(state.department) : null;
  const stores = state.store.length ? new Set(state.store.map(Number)) : null;
  let rows = 0;
  for (const group of groups) {
    const values = group[state.measure];
    const single = typeof group.department === "string";
    if (single && departments && !departments.has(group.department)) continue;
    for (let row = 0; row < group.rows; row++) {
      const week = place.get(group.week[row]);
      if (week === undefined) continue;
      const store = group.store_id?.[row];
      if (stores && !stores.has(store)) continue;
      const department = single ? group.department : group.department?.[row];
      if (!single && departments && !departments.has(department)) continue;
      const key = state.by === "department" ? department : state.by === "store" ? store : "total";
      let line = lines.get(key);
      if (!line) lines.set(key, line = new Array(weeks.length).fill(0));
      line[week] += values[row];
      rows += 1;
    }
  }
  const named = [...lines].map(([key, values]) => ({ key, name: nameOf(key, state, choices), values, total: total(values) }));
  return { lines: largest(named, state.by), weeks, total: total(named.map((line) => line.total)), rows };
}

// Lines that are drawn even when nothing was sold: those chosen by name, and the sum of all.
function wanted(state, choices) {
  if (state.by === "department") return state.department;
  if (state.by === "store") return state.store.map(Number);
  return ["total"];
}

function nameOf(key, state, choices) {
  if (state.by === "total") return totalName(state, choices);
  const names = state.by === "department" ? choices.departments : choices.stores;
  const found = names.find((one) => one[0] === key);
  return found ? found[1] : String(key);
}

// The one line of everything together, by the name of what was chosen when that is one thing.
function totalName(state, choices) {
  const only = (name, from) => state[name].length === 1 && from.find((one) => String(one[0]) === state[name][0]);
  const parts = [only("department", choices.departments), only("store", choices.stores)].filter(Boolean);
  return parts.length ? parts.map((one) => one[1]).join(", ") : "All together";
}

function largest(lines, by) {
  const ranked = lines.sort((one, other) => other.total - one.total || (one.name < other.name ? -1 : 1));
  if (ranked.length <= MOST_LINES) return ranked;
  const rest = ranked.slice(MOST_LINES);
  const values = rest[0].values.map((_, week) => total(rest.map((line) => line.values[week])));
  const name = `Other ${by}s (${rest.length})`;
  return [...ranked.slice(0, MOST_LINES), { key: null, name, values, total: total(values) }];
}

const total = (values) => values.reduce((sum, value) => sum + value, 0);
