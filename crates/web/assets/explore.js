// The SQL editor: completion of tables, columns and words; Ctrl Enter runs. Without this file it is a plain text field.
// What can be completed is read from the list of tables on the page.

const sql = document.getElementById("sql");
const live = document.getElementById("live");
const WORDS = "SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT OFFSET JOIN LEFT INNER FULL CROSS ON USING AS AND OR NOT IN IS NULL LIKE ILIKE BETWEEN CASE WHEN THEN ELSE END DISTINCT UNION ALL WITH ASC DESC NULLS FIRST LAST FILTER OVER PARTITION DATE INTERVAL EXPLAIN DESCRIBE".split(" ");
const CALLS = { count: "how many", sum: "sum", avg: "mean", min: "smallest", max: "largest", approx_distinct: "how many different, roughly", date_trunc: "start of the month, week, day", date_part: "year, month, day of a date", coalesce: "the first that is not null", round: "rounded", lower: "in small letters", upper: "in capitals", length: "characters", substr: "part of a text", cast: "as another type", now: "this moment", current_date: "today", row_number: "number within a window", lag: "the row before", lead: "the row after" };

const tables = new Map();
/** Reads the list of tables; what was read stays known when the list is searched. */
function read() {
  for (const table of document.querySelectorAll("#tables details")) {
    const columns = [...table.querySelectorAll("li")].map((li) => ({ name: li.firstChild.textContent.trim(), type: li.querySelector("span")?.textContent || "" }));
    tables.set(table.querySelector("summary span").textContent.trim(), columns);
  }
}

const quoted = (name) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The tables that the query names, each by the name or alias it has there. */
function named(text) {
  const found = new Map();
  for (const [name, columns] of tables) {
    const use = new RegExp(`(?<![\\p{L}\\p{N}_])"?${escaped(name)}"?(?![\\p{L}\\p{N}_])(?:\\s+(?:as\\s+)?([a-z_]\\w*))?`, "giu");
    for (const hit of text.matchAll(use)) {
      found.set(name, columns);
      if (hit[1] && !WORDS.includes(hit[1].toUpperCase())) found.set(hit[1].toLowerCase(), columns);
    }
  }
  return found;
}

/** What fits at the caret: {from, options [{text, note}]}. */
function suggestions(forced) {
  const at = sql.selectionStart;
  const before = sql.value.slice(0, at);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  if (/--/.test(line) || (before.match(/'/g) || []).length % 2) return null;
  const word = /[\p{L}\p{N}_]*$/u.exec(before)[0];
  const owner = /([\p{L}\p{N}_]+)"?\.$/u.exec(before.slice(0, at - word.length))?.[1];
  if (!forced && !owner && word.length < 2) return null;
  const here = named(sql.value);
  let options = [];
  const columns = (list) => list.map((c) => ({ text: quoted(c.name), note: c.type }));
  if (owner) options = columns(here.get(owner.toLowerCase()) || tables.get(owner) || []);
  else {
    const all = [...tables.keys()].map((name) => ({ text: quoted(name), note: "table" }));
    const own = [...sql.value.matchAll(/\bas\s+([\p{L}_][\p{L}\p{N}_]*)/giu)].map((m) => ({ text: m[1], note: "column of this query" }));
    const words = [...WORDS.map((w) => ({ text: w, note: "" })), ...Object.entries(CALLS).map(([name, note]) => ({ text: name, note, call: !/^current_/.test(name) }))];
    const known = [...new Set(here.values())].flatMap(columns);
    options = /\b(from|join)\s+[\p{L}\p{N}_]*$/iu.test(before) ? all : [...own, ...known, ...all, ...words];
  }
  const small = word.toLowerCase();
  const seen = new Set([small ? word : ""]);
  const score = (text) => (text.toLowerCase().replace(/^"/, "").startsWith(small) ? 0 : text.toLowerCase().includes(small) && small.length > 2 ? 1 : 2);
  options = options
    .map((o, i) => ({ ...o, i, score: score(o.text) }))
    .filter((o) => o.score < 2 && !seen.has(o.text) && seen.add(o.text))
    .sort((a, b) => a.score - b.score || a.i - b.i)
    .slice(0, 8);
  return options.length ? { from: at - word.length, options } : null;
}

let open = null;
const list = document.createElement("ul");
function show(found) {
  open = found && { ...found, chosen: 0 };
  list.hidden = !open;
  if (!open) return sql.removeAttribute("aria-activedescendant");
  list.replaceChildren(...open.options.map((option, i) => {
    const li = document.createElement("li");
    li.id = `suggest-${i}`;
    li.role = "option";
    li.append(option.text, Object.assign(document.createElement("span"), { textContent: option.note }));
    return li;
  }));
  place();
  choose(0);
}
function choose(i) {
  open.chosen = (i + open.options.length) % open.options.length;
  [...list.children].forEach((li, at) => li.setAttribute("aria-selected", at === open.chosen));
  sql.setAttribute("aria-activedescendant", `suggest-${open.chosen}`);
  list.children[open.chosen].scrollIntoView({ block: "nearest" });
}
/** Puts the list under the caret: the font has letters of one width. */
function place() {
  const style = getComputedStyle(sql);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const before = sql.value.slice(0, open.from).split("\n");
  const x = parseFloat(style.paddingLeft) + pen.measureText(before.at(-1)).width - sql.scrollLeft;
  const y = parseFloat(style.paddingTop) + before.length * parseFloat(style.lineHeight) - sql.scrollTop;
  list.style.left = `${Math.max(8, Math.min(x, sql.clientWidth - list.offsetWidth - 8))}px`;
  list.style.top = `${Math.min(y, sql.clientHeight)}px`;
}
function accept() {
  const { text, call } = open.options[open.chosen];
  sql.setRangeText(call ? `${text}(` : text, open.from, sql.selectionStart, "end");
  show(null);
  sql.focus();
}
function insert(text) {
  sql.setRangeText(text, sql.selectionStart, sql.selectionEnd, "end");
  sql.focus();
}

function start() {
  read();
  new MutationObserver(read).observe(document.getElementById("tables").parentNode, { childList: true, subtree: true });
  Object.assign(list, { id: "suggest", className: "suggest", role: "listbox", hidden: true });
  list.setAttribute("aria-label", "Suggestions");
  sql.parentNode.append(list);
  sql.setAttribute("aria-autocomplete", "list");
  sql.setAttribute("aria-controls", "suggest");

  sql.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return event.preventDefault(), show(null), sql.form.requestSubmit();
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      show(suggestions(true));
      live.textContent = open ? `${open.options.length} suggestions` : "No suggestions";
      return;
    }
    if (!open) return;
    if (event.key === "Escape") show(null);
    else if (event.key === "ArrowDown") choose(open.chosen + 1);
    else if (event.key === "ArrowUp") choose(open.chosen - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) accept();
    else return;
    event.preventDefault();
  });
  sql.addEventListener("input", (event) => show(event.inputType?.startsWith("insert") && event.inputType !== "insertLineBreak" ? suggestions(false) : open && suggestions(false)));
  for (const name of ["blur", "scroll", "click"]) sql.addEventListener(name, () => show(null));
  list.addEventListener("mousedown", (event) => {
    const li = event.target.closest("li");
    event.preventDefault();
    if (li) choose([...list.children].indexOf(li)), accept();
  });
  // A click on a column puts its name where the caret is. By keyboard, completion does the same.
  document.addEventListener("click", (event) => {
    const column = event.target.closest("#tables details li");
    if (column) insert(quoted(column.firstChild.textContent.trim()));
  });
  // What is saved is what stands in the editor, run or not.
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-takes-sql]")) event.target.elements.sql.value = sql.value;
  }, true);
}
if (sql) start();
