// Charts under the pointer and the arrow keys, and as a PNG file. Fetched by app.js where a page has a chart.

const doc = document;
const $ = (selector, root = doc) => root.querySelector(selector);
const all = (selector, root = doc) => [...root.querySelectorAll(selector)];
let announce = () => {};
let started = false;

const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const dayName = (at) => (/^\d{4}-\d\d-\d\d$/.test(at) ? day.format(new Date(`${at}T00:00Z`)).replace(",", "") : at);

/** Where the values travel as lists (`data-at` on the plot, `data-y` and `data-values` on each series), makes the dots, once. */
function dotted(plot) {
  const svg = $("svg.plot[data-at]", plot);
  if (!svg) return;
  const days = svg.dataset.at.split("|");
  svg.removeAttribute("data-at");
  const [from, to] = [svg.dataset.from, svg.dataset.to].map(Date.parse);
  for (const series of all(".series[data-values]", svg)) {
    const texts = series.dataset.values.split("|"), ys = series.dataset.y.split("|");
    days.forEach((at, i) => {
      if (!ys[i]) return;
      const dot = doc.createElementNS(svg.namespaceURI, "circle");
      const set = { class: "dot", cx: `${((Date.parse(at) - from) * 100) / (to - from || 1)}%`, cy: ys[i], r: 3, "data-at": at, "data-value": texts[i] };
      for (const key in set) dot.setAttribute(key, set[key]);
      series.append(dot);
    });
  }
}

/** data-crosshair: the values under the pointer, or step by step with the arrow keys. */
function crosshair(plot, x, step) {
  dotted(plot);
  const dots = all(".dot", plot);
  if (!dots.length) return;
  const box = plot.getBoundingClientRect();
  const centre = (dot) => { const b = dot.getBoundingClientRect(); return b.left + b.width / 2 - box.left; };
  const order = [...new Set(dots.map((d) => d.dataset.at))].sort();
  let at;
  if (step !== undefined) {
    const now = order.indexOf(plot.dataset.at);
    at = order[Math.max(0, Math.min(order.length - 1, now < 0 ? order.length - 1 : now + step))];
  } else at = dots.reduce((a, b) => (Math.abs(centre(b) - x) < Math.abs(centre(a) - x) ? b : a)).dataset.at;
  plot.dataset.at = at;
  const hit = dots.filter((d) => d.dataset.at === at);
  dots.forEach((d) => d.classList.toggle("is-on", d.dataset.at === at));
  let tip = $(".chart__tip", plot);
  if (!tip) plot.append((tip = Object.assign(doc.createElement("div"), { className: "chart__tip" })));
  const names = all(".series li", plot.parentNode);
  tip.replaceChildren(Object.assign(doc.createElement("p"), { textContent: dayName(at) }));
  for (const dot of hit) {
    const series = dot.closest(".series");
    const number = series?.className.baseVal.match(/series--(\d)/)?.[1] || "1";
    const name = series?.dataset.name || names[number - 1]?.firstElementChild?.nextSibling?.textContent || "";
    const line = doc.createElement("div");
    line.append(Object.assign(doc.createElement("i"), { className: `swatch is-${number}` }), name, Object.assign(doc.createElement("b"), { textContent: dot.dataset.value }));
    tip.append(line);
  }
  const middle = centre(hit[0]);
  const left = middle + 12 + tip.offsetWidth > box.width ? middle - 12 - tip.offsetWidth : middle + 12;
  tip.style.left = `${Math.max(0, left)}px`;
  if (step !== undefined) announce(tip.innerText.replace(/\s+/g, " "));
}
function noCrosshair(plot) {
  $(".chart__tip", plot)?.remove();
  all(".is-on", plot).forEach((d) => d.classList.remove("is-on"));
  delete plot.dataset.at;
}
/** data-print-png="chart id": the picture as a file, with its colours of now. */
function picture(card) {
  const svg = $("svg.plot", card);
  const box = svg.getBoundingClientRect();
  const keys = all(".series li", card);
  const [left, right] = ["paddingLeft", "paddingRight"].map((side) => parseFloat(getComputedStyle(svg)[side]) || 0);
  const top = keys.length ? 64 : 44, width = box.width + 32, height = box.height + top + 16;
  const ink = getComputedStyle(card), ns = "http://www.w3.org/2000/svg";
  const make = (name, set) => { const e = doc.createElementNS(ns, name); for (const key in set) e.setAttribute(key, set[key]); return e; };
  const clone = svg.cloneNode(true);
  const from = [svg, ...all("*", svg)];
  [clone, ...all("*", clone)].forEach((e, i) => {
    const style = getComputedStyle(from[i]);
    for (const key of ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "font-family", "opacity", "fill-opacity", "stroke-opacity", "vector-effect", "paint-order", "display"]) e.setAttribute(key, style.getPropertyValue(key));
    e.removeAttribute("class");
  });
  for (const [key, value] of Object.entries({ x: 16 + left, y: top, width: box.width - left - right, height: box.height, overflow: "visible" })) clone.setAttribute(key, value);
  const sheet = make("svg", { xmlns: ns, width, height });
  const title = make("text", { x: 16, y: 24, fill: ink.color, "font-size": 14, "font-weight": 600, "font-family": ink.fontFamily });
  title.textContent = $("h2", card)?.textContent || "";
  sheet.append(make("rect", { width, height, fill: ink.backgroundColor }), title, clone);
  let x = 16;
  for (const key of keys) {
    const word = make("text", { x: x + 20, y: 46, fill: ink.color, "font-size": 12, "font-family": ink.fontFamily });
    word.textContent = key.innerText;
    sheet.append(make("rect", { x, y: 41, width: 14, height: 2, fill: getComputedStyle(key.firstElementChild).backgroundColor }), word);
    x += key.offsetWidth + 24;
  }
  const image = new Image();
  const url = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(sheet)], { type: "image/svg+xml" }));
  image.onload = () => {
    const canvas = Object.assign(doc.createElement("canvas"), { width: width * 2, height: height * 2 });
    canvas.getContext("2d").drawImage(image, 0, 0, width * 2, height * 2);
    URL.revokeObjectURL(url);
    canvas.toBlob((blob) => {
      const link = Object.assign(doc.createElement("a"), { href: URL.createObjectURL(blob), download: `${card.id || "chart"}.png` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  };
  image.src = url;
}

/** Once a page; `say` reads a sentence aloud. */
export function start(say) {
  if (started) return;
  started = true;
  announce = say;
  doc.addEventListener("pointermove", (event) => {
    const plot = event.target.closest?.("[data-crosshair]");
    for (const other of all("[data-crosshair][data-at]")) if (other !== plot && other !== doc.activeElement) noCrosshair(other);
    if (plot) crosshair(plot, event.clientX - plot.getBoundingClientRect().left);
  });
  doc.addEventListener("keydown", (event) => {
    const plot = event.target.matches?.("[data-crosshair]") && event.target;
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -1e6, End: 1e6 }[event.key];
    if (plot && step) event.preventDefault(), crosshair(plot, 0, step);
    if (plot && event.key === "Escape") noCrosshair(plot);
  });
  doc.addEventListener("focusout", (event) => event.target.matches?.("[data-crosshair]") && noCrosshair(event.target));
  doc.addEventListener("click", (event) => {
    const png = event.target.closest?.("[data-print-png]");
    if (png) picture(doc.getElementById(png.dataset.printPng) || png.closest(".card"));
  });
}
