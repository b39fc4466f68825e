// What pages do beyond links and forms. Every page works without this file, only with more reloading.
// Nothing here knows a page: behaviour hangs on data- attributes. See each function.

const doc = document;
const $ = (selector, root = doc) => root.querySelector(selector);
const all = (selector, root = doc) => [...root.querySelectorAll(selector)];
doc.documentElement.classList.add("js");

// -- saying things

/** Read aloud, politely. */
function announce(text) {
  const live = $("#live");
  if (!live || !text) return;
  live.textContent = "";
  setTimeout(() => (live.textContent = text), 60);
}

/** Something failed: say what to do, keep what was typed. */
function trouble(text, label, act) {
  const bar = $("#trouble");
  if (!bar) return;
  bar.replaceChildren(doc.createTextNode(text));
  if (label) {
    const button = doc.createElement("button");
    button.className = "button button--small";
    button.type = "button";
    button.textContent = label;
    button.onclick = act;
    bar.append(button);
  }
  bar.hidden = false;
}
function calm() {
  const bar = $("#trouble");
  if (bar) bar.hidden = true;
}
function troubleFor(status, again) {
  const reload = () => location.reload();
  const kept = "What you typed is still here";
  if (status === 401) trouble(`You have been signed out. Sign in in a new tab, then try again. ${kept}.`, "Sign in", () => open("/sign-in", "_blank", "noopener"));
  else if (status === 403) trouble("You may not do this, or this page is too old.", "Reload", reload);
  else if (status === 404) trouble("This is gone: somebody has deleted it.", "Reload", reload);
  else if (status === 409) trouble("Somebody else has changed this meanwhile. Copy what you want to keep, then reload.", "Reload", reload);
  else if (status === 429) trouble("Too many tries. Wait a minute.", "Try again", again);
  else if (status >= 500) trouble(`The server failed at this. ${kept}; the log of the service says more.`, "Try again", again);
  else trouble(`The server does not answer. ${kept}.`, "Try again", again);
}

// -- fetching and replacing

/** Fetch HTML. Null when it failed (and the bar says so) or was overtaken. */
async function get(url, options = {}, again = () => location.reload()) {
  try {
    const reply = await fetch(url, { credentials: "same-origin", ...options, headers: { "X-Fragment": "1", ...options.headers } });
    // 422 is a form with problems beside its fields: shown like any answer.
    if (!reply.ok && reply.status !== 422) return troubleFor(reply.status, again), null;
    if (reply.redirected && new URL(reply.url).pathname === "/sign-in") return troubleFor(401, again), null;
    calm();
    return { html: await reply.text(), url: reply.url };
  } catch (error) {
    if (error.name !== "AbortError") troubleFor(0, again);
    return null;
  }
}

/** Replace elements by id: the target if the answer holds it (a whole page may), and every other top-level element with an id. */
function swap(html, target) {
  const box = doc.createElement("template"); // a <tr> may stand alone in it
  box.innerHTML = html;
  const parsed = box.content;
  const fresh = $("#main", parsed) ? [] : [...parsed.children].filter((e) => e.id);
  const wanted = target && $(target, parsed);
  if (wanted && !fresh.includes(wanted)) fresh.push(wanted);
  if (target && !wanted && !fresh.length && $(target)) $(target).replaceChildren(parsed);
  for (const element of fresh) {
    const old = doc.getElementById(element.id);
    if (!old) continue;
    const focus = remember(old);
    all("details[open]", old).forEach((d) => d.id && $(`#${CSS.escape(d.id)}`, element)?.setAttribute("open", ""));
    old.replaceWith(element);
    restore(focus, element);
    start(element);
    announce(element.dataset.announce || $("[data-announce]", element)?.dataset.announce);
  }
}

function remember(old) {
  const e = doc.activeElement;
  if (!e || !old.contains(e)) return null;
  let caret = null;
  try { caret = [e.selectionStart, e.selectionEnd]; } catch {}
  return { id: e.id, name: e.name, value: e.matches("input:not([type=radio],[type=checkbox]),textarea") ? e.value : null, radio: e.type === "radio" ? e.value : null, caret, href: e.getAttribute("href") };
}
function restore(focus, root) {
  if (!focus) return;
  const named = focus.name && all(`[name="${CSS.escape(focus.name)}"]`, root).find((e) => focus.radio === null || e.value === focus.radio);
  const e = (focus.id && (root.id === focus.id ? root : $(`#${CSS.escape(focus.id)}`, root))) || named || (focus.href && $(`[href="${CSS.escape(focus.href)}"]`, root));
  if (!e) return;
  if (focus.value !== null && e.value !== focus.value) e.value = focus.value;
  e.focus({ preventScroll: true });
  if (focus.caret && focus.caret[0] !== null) try { e.setSelectionRange(...focus.caret); } catch {}
}

// -- forms

const pending = new WeakMap();
const timers = new WeakMap();
const asked = new WeakMap(); // what was sent last: a change that was sent as it was typed is not sent again
const submits = (form) => [...form.elements].filter((e) => e.type === "submit");
function fields(form, submitter) {
  const data = new URLSearchParams();
  for (const [name, value] of new FormData(form, submitter)) if (typeof value === "string") data.append(name, value);
  return data;
}
function overtake(form) {
  pending.get(form)?.abort();
  const stop = new AbortController();
  pending.set(form, stop);
  return stop.signal;
}

/** data-live="#target" data-live-url="/x": the answer to what is typed, as it is typed. */
async function live(form) {
  asked.set(form, `${fields(form)}`);
  const answer = await get(form.dataset.liveUrl, { method: "POST", body: fields(form), signal: overtake(form) }, () => live(form));
  if (answer) swap(answer.html, form.dataset.live);
}

/** data-fragment="#target" on a form or a link; data-push keeps the address in step. */
async function follow(url, target, push, options, again) {
  const place = $(target);
  place?.setAttribute("aria-busy", "true");
  const answer = await get(url, options, again);
  place?.removeAttribute("aria-busy");
  if (!answer) return;
  swap(answer.html, target);
  if (push) history.pushState({ target }, "", options.method === "POST" ? answer.url : url);
}
function send(form, submitter) {
  const post = form.method === "post";
  asked.set(form, `${fields(form)}`);
  const data = fields(form, submitter);
  if (!post) for (const [name, value] of [...data]) if (!value) data.delete(name);
  const url = post ? form.action : `${form.action.split("?")[0]}${data.size ? `?${data}` : ""}`;
  const options = post ? { method: "POST", body: form.enctype === "multipart/form-data" ? new FormData(form, submitter) : data } : {};
  return follow(url, form.dataset.fragment, "push" in form.dataset, { ...options, signal: overtake(form) }, () => send(form, submitter));
}
function soon(form, wait, act) {
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(act, wait));
}
function changed(event) {
  const form = event.target.form;
  if (!form || event.target.closest("[data-still]")) return;
  const wait = event.type === "input" ? 250 : 0;
  if (!wait && asked.get(form) === `${fields(form)}`) return;
  if (form.dataset.live !== undefined) soon(form, wait, () => live(form));
  else if (form.dataset.auto !== undefined) soon(form, wait, () => (form.dataset.fragment ? send(form) : form.requestSubmit()));
}
doc.addEventListener("input", changed);
doc.addEventListener("change", changed);
doc.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  clearTimeout(timers.get(form));
  if (form.dataset.fragment && !event.submitter?.hasAttribute("formaction")) {
    event.preventDefault();
    send(form, event.submitter);
  } else if (form.dataset.once !== undefined) {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => submits(form).forEach((b) => (b.disabled = true)));
  }
});
addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => {
  delete form.dataset.sent;
  submits(form).forEach((b) => (b.disabled = false));
}));
addEventListener("popstate", () => location.reload());

// -- clicks

doc.addEventListener("click", async (event) => {
  const at = (selector) => event.target.closest?.(selector);
  const link = at("a[data-fragment]");
  if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    follow(link.href, link.dataset.fragment, "push" in link.dataset, {}, () => link.click());
  }
  const copy = at("[data-copy]");
  if (copy) {
    const from = $(copy.dataset.copy);
    const text = from?.value ?? from?.textContent ?? "";
    try {
      await navigator.clipboard.writeText(text);
    } catch { // plain http on another address: the old way
      getSelection().selectAllChildren(from);
      doc.execCommand("copy");
    }
    announce("Copied");
    const use = $("use", copy);
    use?.setAttribute("href", "#i-check");
    setTimeout(() => use?.setAttribute("href", "#i-copy"), 1500);
  }
  const opener = at("[data-open]");
  if (opener) doc.getElementById(opener.dataset.open)?.showModal();
  if (at("[data-close]")) at("dialog")?.close();
  if (event.target.matches?.("dialog")) event.target.close();
  const toggle = at("[data-details]");
  if (toggle) {
    const details = doc.getElementById(toggle.dataset.details);
    details.open = !details.open;
    toggle.setAttribute("aria-expanded", details.open);
  }
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target) || at("button.menu__item")) menu.open = false;
});
doc.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    $("summary", menu).focus();
  }
  const group = event.target.closest?.("[data-roving]");
  if (group) rove(event, group);
});

/** data-roving, data-roving="7": one tab stop; arrows go on by one, up and down by a row of so many. */
const stops = (group) => all("a[href],button,[tabindex]", group).filter((e) => !e.disabled);
function rove(event, group) {
  const items = stops(group);
  const row = Number(group.dataset.roving) || 1;
  const now = items.indexOf(event.target);
  const to = { ArrowRight: now + 1, ArrowLeft: now - 1, ArrowDown: now + row, ArrowUp: now - row, Home: 0, End: items.length - 1 }[event.key];
  if (now < 0 || to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const next = items[to];
  if (!next) return;
  items.forEach((e) => (e.tabIndex = e === next ? 0 : -1));
  next.focus();
}

// -- what runs by itself

/** data-events="/events?…": messages are HTML, each top-level element replaces its namesake. */
function listen(element) {
  const source = new EventSource(element.dataset.events);
  let lost = 0;
  source.onopen = () => { if (lost) calm(); clearTimeout(lost); lost = 0; };
  source.onmessage = (event) => (element.isConnected ? swap(event.data) : source.close());
  source.onerror = () => (lost ||= setTimeout(() => trouble("The server does not answer: what you see may be old.", "Reload", () => location.reload()), 5000));
  addEventListener("pagehide", () => source.close());
}
/** data-poll="/url" data-every="5": fetches and replaces itself, until the answer has no data-poll. */
function poll(element) {
  setTimeout(async () => {
    if (!element.isConnected) return;
    if (doc.hidden) return poll(element);
    const answer = await get(element.dataset.poll, {}, () => poll(element));
    if (answer) swap(answer.html, element.id ? `#${CSS.escape(element.id)}` : undefined);
    else if (element.isConnected) poll(element);
  }, (Number(element.dataset.every) || 5) * 1000);
}
/** Wake what needs waking in a page or in a part that has just come. */
function start(root) {
  const within = (selector) => [...(root.matches?.(selector) ? [root] : []), ...all(selector, root)];
  if (within("[data-crosshair],[data-print-png]").length) import(`./charts.js${new URL(import.meta.url).search}`).then((charts) => charts.start(announce));
  within("[data-events]").forEach(listen);
  within("[data-poll]").forEach(poll);
  within("dialog[data-show]").forEach((dialog) => dialog.open || dialog.showModal());
  within("[data-roving]").forEach((group) => {
    const items = stops(group);
    const now = items.find((e) => e.matches("[aria-current],[aria-selected=true]")) || items[0];
    items.forEach((e) => (e.tabIndex = e === now ? 0 : -1));
  });
}
start(doc);
