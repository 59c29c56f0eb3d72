// The trace. Spans are rows as src/observe/trace_page.cpp writes them; this names their positions.
const data = JSON.parse(document.getElementById("data").textContent);
const spans = data.spans;
const KIND = 0, ID = 1, PARENT = 2, TRACK = 3, THREAD = 4, START = 5, DURATION = 6, FLAGS = 7, DEVICE = 8, INSTANCE = 9,
  NAME = 10, INPUTS = 11, OUTPUTS = 12, ERROR = 13, USAGE = 14, OPERATOR_NAME = 15;
const FAILED = 1, CACHED = 2, OPERATOR = 4;
const wall = Math.max(data.totals.wall, 1);

const nameOf = (span) => spans[span][NAME] || data.kinds[spans[span][KIND]];
const startOf = (span) => spans[span][START];
const endOf = (span) => spans[span][START] + spans[span][DURATION];
const isFailed = (span) => (spans[span][FLAGS] & FAILED) !== 0;

/// Children of each span, and the span at the top of its tree.
const children = spans.map(() => []);
const roots = new Int32Array(spans.length);
spans.forEach((span, i) => {
  if (span[PARENT] >= 0) children[span[PARENT]].push(i);
  roots[i] = span[PARENT] >= 0 ? roots[span[PARENT]] : i;
});

/// From the top to the span itself.
function pathTo(span) {
  const path = [];
  for (let at = span; at >= 0; at = spans[at][PARENT]) path.unshift(at);
  return path;
}

/// Time in which none of the calls inside was under way.
function selfTime(span) {
  let covered = 0, reached = startOf(span);
  for (const child of children[span]) {
    const start = Math.max(startOf(child), reached), end = Math.min(endOf(child), endOf(span));
    if (end > start) { covered += end - start; reached = end; }
  }
  return spans[span][DURATION] - covered;
}

/// The stretches of the critical path by span.
const pathOf = new Map();
for (const [span, start, end] of data.path) {
  if (span < 0) continue;
  if (!pathOf.has(span)) pathOf.set(span, []);
  pathOf.get(span).push([start, end]);
}
/// The spans on the path and those around them.
const onPath = new Set();
for (const span of pathOf.keys()) for (const outer of pathTo(span)) onPath.add(outer);

/// Colours: the kinds that take most time get one each; spans that are no calls are grey. Dark text stands on all.
const palette = ["#8ab4f8", "#f9b572", "#81c995", "#d7a5f7", "#fdd663", "#78d9ec", "#f7a1b5", "#c3cf8e", "#d9b08c", "#a8b6ff"];
const isPlain = data.kinds.map(() => true);
for (const span of spans) if (span[FLAGS] & OPERATOR) isPlain[span[KIND]] = false;
const colours = data.kinds.map(() => null);
{
  let next = 0;
  for (const row of data.operators) {
    if (isPlain[row[0]]) continue;
    colours[row[0]] = next < palette.length ? palette[next] : "hsl(" + ((next * 137.5) % 360).toFixed(0) + " 62% 74%)";
    ++next;
  }
}
function colourOf(kind) {
  return kind < 0 ? "transparent" : colours[kind] || themed("--span");
}

let themeCache = {};
function themed(name) {
  if (!(name in themeCache)) themeCache[name] = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return themeCache[name];
}
