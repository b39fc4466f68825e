// The wizard of a DataSet and the account pages: comfort. All works without.
const doc = document;
const all = (selector, root = doc) => [...root.querySelectorAll(selector)];
const on = (type, selector, act) => doc.addEventListener(type, (event) => {
  const found = event.target.closest?.(selector);
  if (found) act(event, found);
}, true);

// ---- the menu of reports: search, arrow keys, closed by a choice ----------------------------------
const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
on("input", "[data-filter]", (event, input) => {
  const words = plain(input.value).split(/\s+/).filter(Boolean);
  let found = 0;
  for (const group of all("section", doc.getElementById(input.dataset.filter))) {
    const before = found;
    for (const label of all("label", group)) {
      const { value } = label.control;
      const text = plain(`${group.ariaLabel} ${label.textContent} ${label.dataset.words || ""} ${value} get${value.replaceAll("-", "")}`);
      label.hidden = !words.every((word) => text.includes(word));
      found += !label.hidden;
    }
    group.hidden = found === before;
  }
  const menu = input.closest("details");
  menu.querySelector("[data-filter-none]").hidden = found > 0;
  menu.querySelector("[data-filter-count]").textContent = words.length && found ? `${found} found` : "";
});
function close(menu) {
  menu.open = false;
  menu.querySelector("summary").focus({ preventScroll: true });
}
on("keydown", "[data-reports]", (event, menu) => {
  const radios = all("section:not([hidden]) label:not([hidden]) input", menu);
  const now = radios.indexOf(event.target);
  const search = menu.querySelector("[data-filter]");
  const key = event.key;
  if (key === "Escape" && menu.open) close(menu);
  else if (event.target !== search && now < 0) return;
  else if (key === "Enter") {
    const radio = radios[Math.max(now, 0)];
    if (radio) radio.click(), close(menu);
  } else if (key === "ArrowUp" && now === 0) search.focus();
  else if (key === "ArrowDown" || (key === "ArrowUp" && now > 0)) {
    // The browser's own arrow keys also go to what the search has hidden.
    const radio = radios[key === "ArrowDown" ? now + 1 : now - 1];
    if (radio) radio.focus(), radio.click();
  } else return;
  event.preventDefault();
});
// A pointer closes the menu; the clicks that arrow keys make do not.
on("click", "[data-reports] label", (event) => event.detail && event.target.type !== "search" && event.target.type !== "radio" && setTimeout(close, 0, event.target.closest("details")));
on("click", "[data-reports] [type=radio]", (event, radio) => event.pointerType && event.clientY && setTimeout(close, 0, radio.closest("details")));
doc.addEventListener("toggle", ({ target }) => {
  if (!target.open || target.dataset.reports === undefined) return;
  target.querySelector(":checked")?.closest("label").scrollIntoView({ block: "nearest" });
  if (target.contains(doc.activeElement)) target.querySelector("[data-filter]").select();
}, true);

// ---- panes: one after the other; a link to a field opens its pane -----------------------------------
function reveal() {
  const field = doc.getElementById(location.hash.slice(1));
  const pane = field?.closest("details.pane");
  if (!pane) return;
  pane.open = true;
  (field.matches("input,select,textarea") ? field : field.querySelector("input,select,summary"))?.focus();
}
addEventListener("hashchange", reveal);
on("click", "#page-errors a", () => setTimeout(reveal));
on("submit", "[data-panes]", (event) => {
  const button = event.submitter;
  if (button?.name === "go") {
    event.preventDefault();
    button.closest("details").open = false;
    const pane = doc.getElementById(`pane-${button.value}`);
    pane.open = true;
    pane.querySelector("summary").focus({ preventScroll: true });
    pane.scrollIntoView();
  } else if (button?.dataset.preview) {
    event.preventDefault();
    preview(button);
  }
});
// What is wrong is said of fields that were touched.
on("change", "[data-panes] [name]", ({ target }, { form }) => {
  const touched = form.querySelector("[data-touched]");
  const names = new Set(touched.value.split(",").filter(Boolean));
  touched.value = [...names.add(target.name)].join();
});

async function preview(button) {
  const part = doc.getElementById("preview");
  const wait = part.querySelector("[data-preview-wait]");
  const busy = (yes) => (part.ariaBusy = button.disabled = yes, wait.hidden = !yes);
  busy(true);
  try {
    const body = new URLSearchParams(new FormData(button.form));
    const reply = await fetch(button.dataset.preview, { method: "POST", body, headers: { "X-Fragment": "1" } });
    const fresh = new DOMParser().parseFromString(await reply.text(), "text/html").getElementById("preview");
    part.replaceWith(fresh);
    fresh.querySelector("[data-preview]")?.focus({ preventScroll: true });
  } catch {
    const bar = doc.getElementById("trouble");
    bar.textContent = "The preview could not be loaded. What you typed is still here; try again.";
    bar.hidden = busy(false);
  }
}

// ---- the time zone of this computer; a window for Microsoft's sign-in ---------------------------------
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
function offerZone() {
  for (const button of all("[data-zone]")) {
    const say = `Use ${zone}, as on this computer`;
    if (button.textContent !== say) button.textContent = say;
    button.hidden = !zone || doc.getElementById(button.dataset.zone).value === zone;
  }
}
on("click", "[data-zone]", (event, button) => {
  const input = doc.getElementById(button.dataset.zone);
  input.value = zone;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  input.focus();
});
on("click", "[data-popup]", (event, link) => open(link.href, "sign-in", "popup,width=520,height=680") && event.preventDefault());
new MutationObserver(offerZone).observe(doc.body, { childList: true, subtree: true });
offerZone();
reveal();
