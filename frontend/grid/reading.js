// Days and clock times as people type or paste them. Days are "2024-09-14", times "14:00"; null: not understood.
const pad = (number) => String(number).padStart(2, "0");

/** A day. Without a year it is the edition's; a bare number is a day of the edition's month. */
export function day(text, first) {
  const plain = text.normalize("NFKC").replace(/[（(].*?[）)]|周.|星期.|\s/g, "");
  if (!plain) return "";
  const parts = plain.match(/\d+/g);
  if (!parts || /[^\d年月日号./\-T:]/.test(plain)) return null;
  let [year, month, date] = [first.slice(0, 4), first.slice(5, 7), ""];
  if (parts.length >= 3) [year, month, date] = parts;
  else if (parts.length === 2) [month, date] = parts;
  else if (parts[0].length === 8) [, year, month, date] = parts[0].match(/(....)(..)(..)/);
  else if (parts[0].length === 4) [, month, date] = parts[0].match(/(..)(..)/);
  else [date] = parts;
  if (year.length === 2) year = `20${year}`;
  const found = new Date(Date.UTC(+year, +month - 1, +date));
  const valid = year.length === 4 && found.getUTCMonth() === +month - 1 && found.getUTCDate() === +date;
  return valid ? `${year}-${pad(month)}-${pad(date)}` : null;
}

function one(text, half) {
  const plain = text.replace(/点钟?$|[时點]$/, ":00").replace(/[点时點]半$/, ":30").replace(/[点时點.]/, ":").replace(/分$/, "");
  const found = plain.match(/^(上午|早上|早|中午|下午|晚上|晚|am|pm)?(\d{1,2}):?(\d{2})?(?::00)?(am|pm)?$/i);
  if (!found) return null;
  const said = (found[1] ?? found[4] ?? half ?? "").toLowerCase();
  let hour = +found[2];
  const minute = +(found[3] ?? 0);
  if (/下午|晚|pm/.test(said) && hour < 12) hour += 12;
  if (/中午/.test(said) && hour < 10) hour += 12;
  return hour > 23 || minute > 59 ? null : { text: `${pad(hour)}:${pad(minute)}`, said };
}

/** One clock time, or a span ("14-16", "下午2点到4点"): [start, end], end "" where none is told. */
export function time(text) {
  const plain = text.normalize("NFKC").replace(/\s/g, "");
  if (!plain) return ["", ""];
  const [from, to, ...rest] = plain.split(/[-–—~～至到]+/);
  if (rest.length) return null;
  const start = one(from);
  const end = to ? one(to, start?.said) : null;
  return start && (!to || end) ? [start.text, end?.text ?? ""] : null;
}

/** A list of days, with runs ("9/14, 9/20-9/22"); null where something in it is no day. */
export function days(text, first) {
  const found = [];
  for (const part of text.normalize("NFKC").split(/[,，、;；\n\s]+/).filter(Boolean)) {
    const [from, to] = /^\d{4}-\d{1,2}-\d{1,2}$/.test(part) ? [part] : part.split(/[-–—~～至到]+/);
    const start = day(from, first);
    const end = to ? day(/^\d+$/.test(to) && start ? `${start.slice(5, 7)}/${to}` : to, first) : start;
    if (!start || !end) return null;
    for (let at = start; at <= end && found.length < 400; at = shifted(at, 1)) found.push(at);
  }
  return found;
}

export const shifted = (at, by) => new Date(Date.parse(`${at}T00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
export const weekday = (at) => new Date(`${at}T00:00Z`).getUTCDay();
