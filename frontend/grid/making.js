// The maker of sessions that recur: which days, at which times.
import { day, days, shifted, time, weekday } from "./reading.js";

/** The days that the rule names, in order; null where something typed is no day. */
export function daysOf({ rule, on, from, to, listed, without }, { first, off, work }) {
  const left = days(without, first);
  const named = rule === "listed" ? days(listed, first) : run(day(from, first), day(to, first));
  if (!left || !named) return null;
  const fits = {
    listed: () => true,
    daily: () => true,
    weekly: (at) => on.includes(weekday(at)),
    working: (at) => work.includes(at) || (![0, 6].includes(weekday(at)) && !off.includes(at)),
  }[rule];
  return [...new Set(named)].sort().filter((at) => fits(at) && !left.includes(at));
}

function run(from, to) {
  if (!from || !to) return null;
  const found = [];
  for (let at = from; at <= to && found.length < 400; at = shifted(at, 1)) found.push(at);
  return found;
}

/** The times of one day: [{starts_at, ends_at}] or [{is_all_day}]; null where something typed is no time. */
export function timesOf(text, allDay) {
  const parts = text.split(/[,，、;；\n]+/).map((part) => part.trim()).filter(Boolean);
  const found = parts.map((part) => {
    if (part === allDay || part === "全天") return { is_all_day: true };
    const [starts_at, ends_at] = time(part) ?? [];
    return starts_at ? { starts_at, ends_at } : null;
  });
  return found.length && found.every(Boolean) ? found : null;
}

export const key = (row) => `${row.starts_on} ${row.is_all_day ? "" : (row.starts_at ?? "")} ${row.venue_name ?? ""} ${row.place ?? ""}`;
