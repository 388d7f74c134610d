// The panel that makes many sessions at once and tells beforehand which.
import { daysOf, timesOf } from "./making.js";
import { suggest } from "../suggest.js";
import { weekday } from "./reading.js";

const SHOWN = 12;

export function maker(given, el, say, make) {
  const { words } = given;
  const own = { form: "no-form" };
  const field = (label, input, help) => el("label", { class: "grid__labelled" }, el("span", {}, label), input, help ? el("span", { class: "meta" }, help) : null);
  const rule = el("select", own, ...["weekly", "daily", "working", "listed"].map((name) => el("option", { value: name }, words[name])));
  const boxes = [1, 2, 3, 4, 5, 6, 0].map((number) => el("input", { ...own, type: "checkbox", value: number }));
  const on = el("fieldset", { class: "grid__days" }, el("legend", {}, words.on),
    ...boxes.map((box) => el("label", {}, box, words.weekdays[+box.value])));
  const day = (value) => {
    const input = el("input", { ...own, type: "date" });
    input.value = value;
    return input;
  };
  const [from, to] = [day(given.first), day(given.last)];
  const text = () => el("input", { ...own, type: "text" });
  const [listed, without, times, venue, capacity] = [text(), text(), text(), text(), text()];
  const result = el("p", { class: "grid__result", role: "status" });
  const press = el("button", { type: "button", class: "button button--primary button--small" }, words.do_make);
  const runs = el("div", { class: "grid__made" }, on, field(words.from, from), field(words.to, to), field(words.except, without, words.days_hint));
  const list = el("div", { class: "grid__made", hidden: true }, field(words.days, listed, words.days_hint));
  const panel = el("details", { class: "grid__maker" },
    el("summary", {}, words.make),
    el("div", { class: "stack" },
      field(words.rule, rule), runs, list,
      el("div", { class: "grid__made" },
        field(words.times, times, words.times_hint), field(words.columns.venue_name, venue), field(words.columns.capacity, capacity)),
      result, press));

  boxes[5].checked = true;
  suggest(venue, given.venues);
  // Before the first session it lies open, except where it would push the rows out of sight
  panel.open = given.rows.length === 0 && matchMedia("(width >= 48rem)").matches;

  let days, each;
  function made() {
    days = daysOf({
      rule: rule.value, on: boxes.filter((box) => box.checked).map((box) => +box.value),
      from: from.value, to: to.value, listed: listed.value, without: without.value,
    }, given);
    each = timesOf(times.value, words.all_day);
    if (!days || !each) return [];
    const like = { venue_name: venue.value.trim(), capacity: capacity.value.trim() };
    return days.flatMap((at) => each.map((one) => ({ starts_on: at, ...one, ...like }))).slice(0, given.most);
  }

  function whyNone() {
    if (!days) return words.date_bad;
    if (!times.value.trim()) return words.times_missing;
    return each ? words.will_make_none : words.time_bad;
  }

  function tell() {
    runs.hidden = rule.value === "listed";
    on.hidden = rule.value !== "weekly";
    list.hidden = rule.value !== "listed";
    const found = made();
    const named = [...new Set(found.map((row) => row.starts_on))].map((at) => `${+at.slice(5, 7)}/${+at.slice(8)} ${words.weekdays[weekday(at)]}`);
    const shown = named.slice(0, SHOWN).join("、") + (named.length > SHOWN ? words.and_more : "");
    result.textContent = found.length ? say(words.will_make, { n: found.length, list: shown }) : whyNone();
    press.disabled = !found.length;
  }

  panel.addEventListener("input", tell);
  panel.addEventListener("change", tell);
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName === "SUMMARY" || event.target.tagName === "BUTTON") return;
    event.preventDefault();
    if (!press.disabled) press.click();
  });
  press.addEventListener("click", () => {
    make(made());
    panel.open = false;
  });
  tell();
  return panel;
}
