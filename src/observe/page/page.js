// Puts the parts together: drawing, mouse and keys, search, and the address that remembers the view.
const byId = (id) => document.getElementById(id);
const searchBox = byId("search");
let drawRequested = false;

function requestDraw() {
  if (drawRequested) return;
  drawRequested = true;
  requestAnimationFrame(() => {
    drawRequested = false;
    drawTimeline();
    drawOverview();
  });
}

function group(by) {
  view.by = by;
  view.layout = layOut(by);
  arrange();
  timelineBox.scrollTop = 0;
  byId("grouping").querySelector("[value=" + by + "]").checked = true;
  if (view.selected >= 0) reveal(view.selected);
  requestDraw();
  remember();
}

function select(span) {
  view.selected = span;
  if (span >= 0) reveal(span);
  showDetails();
  requestDraw();
  remember();
}

/// The spans that search and filters leave, or null for all.
function matching() {
  const wanted = searchBox.value.trim().toLowerCase(), failedOnly = byId("failed-only").checked;
  if (!wanted && !failedOnly) return null;
  const exact = searchBox.dataset.exact === "yes", kind = data.kinds.findIndex((name) => name.toLowerCase() === wanted);
  const has = (text) => typeof text === "string" && text.toLowerCase().includes(wanted);
  const found = new Set();
  spans.forEach((span, i) => {
    if (failedOnly && !isFailed(i)) return;
    if (!wanted || (exact ? span[KIND] === kind : has(nameOf(i)) || has(span[INPUTS]) || has(span[OUTPUTS]) ||
        (span[ERROR] && (has(span[ERROR][0]) || has(span[ERROR][1]))))) found.add(i);
  });
  return found;
}

function filter() {
  view.shown = matching();
  showMatches();
  arrange();
  remember();
}

function showMatches() {
  const list = view.shown ? [...view.shown] : [], at = list.indexOf(view.selected);
  byId("matches").textContent = !view.shown ? "" : !list.length ? "none found" :
    (at >= 0 ? count(at + 1) + " of " : "") + count(list.length) + " found";
  byId("previous").disabled = byId("next").disabled = view.shown ? !list.length : !spans.length;
}

/// Shows the calls that have `text`, or only those of exactly that name.
function search(text, isName) {
  searchBox.value = text;
  searchBox.dataset.exact = isName ? "yes" : "no";
  filter();
  timelineBox.scrollIntoView({ block: "nearest" });
}

/// Goes to the next (1) or previous (-1) of the spans that are shown.
function go(step) {
  const list = view.shown ? [...view.shown] : spans.map((_, i) => i);
  if (!list.length) return;
  const at = list.indexOf(view.selected);
  select(list[at < 0 ? (step > 0 ? 0 : list.length - 1) : (at + step + list.length) % list.length]);
  showMatches();
}

let rememberTimer = 0;
function remember() {
  clearTimeout(rememberTimer);
  rememberTimer = setTimeout(() => {
    const state = new URLSearchParams({ by: view.by });
    if (view.selected >= 0) state.set("call", spans[view.selected][ID]);
    if (searchBox.value) state.set("find", searchBox.value);
    try { history.replaceState(null, "", "#" + state); } catch (error) { /* not for pages without address */ }
  }, 300);
}

function restore() {
  const state = new URLSearchParams(location.hash.slice(1)), by = state.get("by");
  searchBox.value = state.get("find") || "";
  byId("path-only").checked = view.pathOnly = state.get("path") === "only";
  group(by in groupings ? by : "row");
  filter();
  const call = spans.findIndex((span) => String(span[ID]) === state.get("call"));
  select(call);
  const from = Number(state.get("from")), to = Number(state.get("to"));
  if (to > from) setView(from * 1e9, to * 1e9);
}

function listenToMouse() {
  let drag = null;
  timelineBox.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      event.preventDefault();
      zoom(Math.pow(1.0018, event.deltaY), timeAt(event.clientX - timelineBox.getBoundingClientRect().left));
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      const by = (event.deltaX || event.deltaY) / chartWidth() * (view.to - view.from);
      setView(view.from + by, view.to + by);
    }
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    drag = { x: event.offsetX, y: event.clientY, from: view.from, to: view.to, scroll: timelineBox.scrollTop, isMoved: false };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drag) return hover(event);
    if (Math.abs(event.offsetX - drag.x) + Math.abs(event.clientY - drag.y) > 4) drag.isMoved = true;
    if (!drag.isMoved) return;
    timelineBox.classList.add("dragging");
    const by = (drag.x - event.offsetX) / chartWidth() * (drag.to - drag.from);
    setView(drag.from + by, drag.to + by);
    timelineBox.scrollTop = drag.scroll + drag.y - event.clientY;
  });
  canvas.addEventListener("pointerup", (event) => {
    timelineBox.classList.remove("dragging");
    if (drag && !drag.isMoved) { select(spanAt(event.offsetX, event.offsetY)); showMatches(); }
    drag = null;
  });
  canvas.addEventListener("dblclick", (event) => {
    const span = spanAt(event.offsetX, event.offsetY);
    if (span < 0) return;
    const margin = Math.max(spans[span][DURATION] * 0.1, 100);
    setView(startOf(span) - margin, endOf(span) + margin);
  });
  timelineBox.addEventListener("scroll", requestDraw);
}

function hover(event) {
  const span = spanAt(event.offsetX, event.offsetY);
  if (span === view.hovered) return;
  view.hovered = span;
  canvas.title = span < 0 ? "" : nameOf(span) + "  " + duration(spans[span][DURATION]) + (isFailed(span) ? "  failed: " + spans[span][ERROR][1] : "");
  canvas.style.cursor = span < 0 ? "" : "pointer";
  requestDraw();
}

const keys = {
  "+": () => zoom(0.6), "=": () => zoom(0.6), "-": () => zoom(1 / 0.6), "0": showAll,
  ArrowLeft: () => pan(-0.15), ArrowRight: () => pan(0.15), n: () => go(1), p: () => go(-1),
  u: () => { if (view.selected >= 0 && spans[view.selected][PARENT] >= 0) select(spans[view.selected][PARENT]); },
  "/": () => searchBox.focus(), Escape: () => select(-1),
};
function pan(share) {
  const by = (view.to - view.from) * share;
  setView(view.from + by, view.to + by);
}

function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=search]")) return;
    if (event.target.matches("input[type=radio]") && event.key.startsWith("Arrow")) return;
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  let timer = 0;
  searchBox.addEventListener("input", () => {
    searchBox.dataset.exact = "no";
    clearTimeout(timer);
    timer = setTimeout(filter, 120);
  });
  searchBox.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { filter(); go(event.shiftKey ? -1 : 1); }
    if (event.key === "Escape") { search("", false); timelineBox.focus(); }
  });
}

function listenToControls() {
  byId("grouping").addEventListener("change", (event) => group(event.target.value));
  byId("path-only").addEventListener("change", (event) => { view.pathOnly = event.target.checked; arrange(); });
  byId("compact").addEventListener("change", (event) => { view.isCompactChosen = true; setCompact(event.target.checked); arrange(); });
  byId("failed-only").addEventListener("change", filter);
  byId("next").addEventListener("click", () => go(1));
  byId("previous").addEventListener("click", () => go(-1));
  byId("zoom-in").addEventListener("click", () => zoom(0.6));
  byId("zoom-out").addEventListener("click", () => zoom(1 / 0.6));
  byId("zoom-fit").addEventListener("click", showAll);
  new ResizeObserver(arrange).observe(timelineBox);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { themeCache = {}; showDetails(); requestDraw(); });
}

function showHead() {
  document.title = data.title + " - Ember trace";
  byId("title").textContent = data.title;
  byId("row-label").textContent = rowWord;
  byId("start").textContent = data.start ? "Started " + data.start.replace("T", " ").replace(/\.(\d{3})\d*Z/, ".$1 UTC") : "";
  const notices = [];
  if (data.cutOff) notices.push("The file ends in the middle: the run was ended, or is going on. This is what stands before that.");
  if (data.lost) notices.push(count(data.lost) + " calls could not be written to the file and are missing here.");
  byId("notice").textContent = notices.join(" ");
  byId("notice").hidden = !notices.length;
  byId("failed-box").hidden = !spans.some((span) => span[FLAGS] & FAILED);
}

showHead();
document.body.classList.toggle("empty", !spans.length);
showTotals();
showPath();
showOperators();
listenToMouse();
listenToKeys();
listenToControls();
showAll();
restore();
document.documentElement.dataset.ready = "yes";
