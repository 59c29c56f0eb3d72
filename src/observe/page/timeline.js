// Draws the timeline: only what is visible, and of spans that share a pixel the first.
const laneHeight = 19, axisHeight = 24, gutter = 104, groupGap = 3;
const timelineBox = document.getElementById("timeline");
const canvas = document.getElementById("canvas");
const view = { from: 0, to: wall, by: "row", layout: null, selected: -1, hovered: -1, shown: null, pathOnly: false };

const topOf = (lane, group) => axisHeight + lane * laneHeight + group * groupGap;
const contentHeight = () => topOf(view.layout.lanes, view.layout.groups.length) + 6;
const chartWidth = () => Math.max(timelineBox.clientWidth - gutter, 50);
const xOf = (time) => gutter + (time - view.from) / (view.to - view.from) * chartWidth();
const timeAt = (x) => view.from + (x - gutter) / chartWidth() * (view.to - view.from);

function setView(from, to) {
  const least = 200, most = wall * 1.02;
  let length = Math.min(Math.max(to - from, least), most);
  const middle = (from + to) / 2;
  from = middle - length / 2;
  from = Math.min(Math.max(from, -wall * 0.01), wall * 1.01 - length);
  view.from = from;
  view.to = from + length;
  requestDraw();
}

function zoom(factor, around) {
  const at = around === undefined ? (view.from + view.to) / 2 : around;
  setView(at - (at - view.from) * factor, at + (view.to - at) * factor);
}

function showAll() { setView(-wall * 0.01, wall * 1.01); }

/// Brings a span into view without more movement than that takes.
function reveal(span) {
  const start = startOf(span), end = endOf(span), length = view.to - view.from;
  if (end < view.from || start > view.to || end - start > length) {
    const wanted = Math.max(Math.min(length, (end - start) * 8), (end - start) * 1.3);
    setView((start + end) / 2 - wanted / 2, (start + end) / 2 + wanted / 2);
  }
  const lane = view.layout.lane[span];
  const y = topOf(lane, groupAt(lane));
  const top = timelineBox.scrollTop, height = timelineBox.clientHeight;
  if (y < top + axisHeight || y + laneHeight > top + height) timelineBox.scrollTop = y - height / 2;
}

/// The position of the group that has a lane.
function groupAt(lane) {
  const groups = view.layout.groups;
  let low = 0, high = groups.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (groups[middle].top <= lane) low = middle; else high = middle - 1;
  }
  return low;
}

/// The span under a point of the canvas, or -1.
function spanAt(x, y) {
  if (x < gutter || y < axisHeight || !view.layout.groups.length) return -1;
  const content = y + timelineBox.scrollTop;
  let group = view.layout.groups.findLastIndex((g, i) => topOf(g.top, i) <= content);
  if (group < 0) return -1;
  const { top, lanes } = view.layout.groups[group];
  const lane = lanes[Math.floor((content - topOf(top, group)) / laneHeight)];
  if (!lane) return -1;
  const time = timeAt(x), slack = (view.to - view.from) / chartWidth() * 2;
  let best = -1;
  for (let i = firstVisible(lane, time - slack); i < lane.length && startOf(lane[i]) <= time + slack; ++i) {
    if (endOf(lane[i]) + slack >= time) best = lane[i];
    if (startOf(lane[i]) <= time && endOf(lane[i]) >= time) return lane[i];
  }
  return best;
}

/// The first span of a lane that ends at `time` or later.
function firstVisible(lane, time) {
  let low = 0, high = lane.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (endOf(lane[middle]) < time) low = middle + 1; else high = middle;
  }
  return low;
}

/// Fits a canvas to its place on the screen. Returns its pen.
function prepare(target, width, height) {
  const ratio = window.devicePixelRatio || 1;
  if (target.width !== Math.round(width * ratio) || target.height !== Math.round(height * ratio)) {
    target.width = Math.round(width * ratio);
    target.height = Math.round(height * ratio);
    target.style.height = height + "px";
  }
  const pen = target.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

/// Times of the marks on the axis: at most one per 110 pixels, at round numbers.
function marks() {
  const wanted = (view.to - view.from) / Math.max(chartWidth() / 110, 1);
  const power = Math.pow(10, Math.floor(Math.log10(wanted)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= wanted);
  const found = [];
  for (let time = Math.ceil(Math.max(view.from, 0) / step) * step; time <= view.to; time += step) found.push(time);
  return { found, step };
}

function axisText(time, step) {
  const [size, unit] = wall >= 1e9 && step >= 1e6 ? [1e9, "s"] : step >= 1e4 ? [1e6, "ms"] : [1e3, "\u00b5s"];
  const places = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step / size) - 1e-9)));
  return (time / size).toFixed(places) + " " + unit;
}

function drawAxis(pen, height) {
  const { found, step } = marks();
  pen.fillStyle = themed("--back");
  pen.fillRect(0, 0, gutter + chartWidth(), axisHeight);
  pen.fillStyle = themed("--dim");
  pen.strokeStyle = themed("--line");
  pen.font = "11.5px system-ui, 'DejaVu Sans', sans-serif";
  pen.textBaseline = "middle";
  pen.beginPath();
  for (const time of found) {
    const x = Math.round(xOf(time)) + 0.5;
    pen.moveTo(x, axisHeight - 6);
    pen.lineTo(x, axisHeight);
    if (x + 60 < gutter + chartWidth()) pen.fillText(axisText(time, step), x + 4, axisHeight / 2);
  }
  pen.moveTo(0, axisHeight - 0.5);
  pen.lineTo(gutter + chartWidth(), axisHeight - 0.5);
  pen.stroke();
}

function drawGrid(pen, height) {
  pen.strokeStyle = themed("--line");
  pen.globalAlpha = 0.6;
  pen.beginPath();
  for (const time of marks().found) {
    const x = Math.round(xOf(time)) + 0.5;
    pen.moveTo(x, axisHeight);
    pen.lineTo(x, height);
  }
  pen.stroke();
  pen.globalAlpha = 1;
}

/// Dimmed spans are those that search and filters leave out.
function isDimmed(span) {
  if (view.shown && !view.shown.has(span)) return true;
  return view.pathOnly && !onPath.has(span);
}

function drawSpan(pen, span, x, width, y) {
  const height = laneHeight - 3, dimmed = isDimmed(span);
  pen.globalAlpha = dimmed ? 0.15 : 1;
  pen.fillStyle = colourOf(spans[span][KIND]);
  pen.fillRect(x, y, width, height);
  if (isFailed(span)) drawFailure(pen, x, y, width, height);
  if (spans[span][FLAGS] & CACHED) drawCached(pen, x, y, height);
  const isPlainSpan = colours[spans[span][KIND]] === null;
  if (width > 26 && !dimmed) {
    pen.save();
    pen.beginPath();
    pen.rect(x, y, width - 3, height);
    pen.clip();
    pen.fillStyle = isPlainSpan ? themed("--text") : "#16181d";
    const text = Math.max(x + 4, gutter + 4);
    pen.fillText(nameOf(span) + (width > 130 ? "   " + duration(spans[span][DURATION]) : ""), text, y + height / 2);
    pen.restore();
  }
  pen.globalAlpha = 1;
}

function drawFailure(pen, x, y, width, height) {
  pen.strokeStyle = pen.fillStyle = themed("--failed");
  if (width < 5) {
    pen.fillRect(x, y, width, height);
    return;
  }
  pen.lineWidth = 2;
  pen.strokeRect(x + 1, y + 1, width - 2, height - 2);
  pen.lineWidth = 1;
}

function drawCached(pen, x, y, height) {
  pen.fillStyle = "rgba(255, 255, 255, .6)";
  pen.fillRect(x, y, 3, height);
}

/// The part of the critical path that runs in a span.
function drawPath(pen, span, y) {
  const parts = pathOf.get(span);
  if (!parts || (isDimmed(span) && !view.pathOnly)) return;
  pen.fillStyle = themed("--path");
  for (const [start, end] of parts) {
    if (end < view.from || start > view.to) continue;
    const x = Math.max(xOf(start), gutter);
    pen.fillRect(x, y + laneHeight - 5, Math.max(xOf(end) - x, 1), 3);
  }
}

function drawLane(pen, lane, y) {
  let reached = -1;
  for (let i = firstVisible(lane, view.from); i < lane.length && startOf(lane[i]) <= view.to; ++i) {
    const span = lane[i], right = xOf(endOf(span));
    // Within one pixel only the first is seen; what failed is seen always.
    if (right < reached && !isFailed(span) && !pathOf.has(span) && span !== view.selected) continue;
    const x = Math.max(xOf(startOf(span)), gutter), width = Math.max(right - x, 1);
    drawSpan(pen, span, x, width > 3 ? width - 0.5 : width, y);
    drawPath(pen, span, y);
    if (span === view.selected || span === view.hovered) outline(pen, x, y, width, span === view.selected);
    reached = Math.max(x + 1, right);
  }
}

function outline(pen, x, y, width, isSelected) {
  pen.strokeStyle = isSelected ? themed("--accent") : themed("--dim");
  pen.lineWidth = isSelected ? 3 : 1.5;
  pen.strokeRect(x - 1, y - 1, Math.max(width, 3) + 2, laneHeight - 1);
  pen.lineWidth = 1;
}

function drawGroup(pen, group, index, height) {
  const y = topOf(group.top, index) - timelineBox.scrollTop, bottom = y + group.lanes.length * laneHeight;
  if (index % 2) {
    pen.fillStyle = themed("--band");
    pen.fillRect(0, y - 1, gutter + chartWidth(), bottom - y + 2);
  }
  const first = Math.max(0, Math.floor((axisHeight - y) / laneHeight));
  for (let i = first; i < group.lanes.length; ++i) {
    const top = y + i * laneHeight;
    if (top > height) break;
    drawLane(pen, group.lanes[i], top + 1);
  }
  pen.save();
  pen.beginPath();
  pen.rect(0, y, gutter - 6, Math.max(bottom - y, laneHeight));
  pen.clip();
  pen.fillStyle = themed("--dim");
  // The label stays in view while its group is.
  pen.fillText(group.label, 8, Math.min(Math.max(y, axisHeight), bottom - laneHeight) + laneHeight / 2);
  pen.restore();
}

function drawTimeline() {
  const width = timelineBox.clientWidth, height = timelineBox.clientHeight;
  const pen = prepare(canvas, width, height);
  document.getElementById("spacer").style.height = Math.max(contentHeight() - height, 0) + "px";
  drawGrid(pen, height);
  pen.font = "11.5px system-ui, 'DejaVu Sans', sans-serif";
  pen.textBaseline = "middle";
  const groups = view.layout.groups;
  for (let i = 0; i < groups.length; ++i) {
    const top = topOf(groups[i].top, i) - timelineBox.scrollTop;
    if (top > height) break;
    if (top + groups[i].lanes.length * laneHeight >= axisHeight) drawGroup(pen, groups[i], i, height);
  }
  drawAxis(pen, height);
  if (!spans.length) {
    pen.fillStyle = themed("--dim");
    pen.fillText("This trace has no calls.", gutter + 20, axisHeight + 30);
  }
}
