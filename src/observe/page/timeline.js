// Draws the timeline: only what is visible, and of spans that share a pixel the first.
const axisHeight = 24, gutter = 104, groupGap = 3;
const timelineBox = document.getElementById("timeline");
const canvas = document.getElementById("canvas");
const view = {
  from: 0, to: wall, by: "row", layout: null, laneHeight: 19, selected: -1, hovered: -1, shown: null, pathOnly: false,
  bands: [],      // the groups that are shown, from the top: {group, index, y, height}
  bandOf: null,   // the band of each group, or -1
  height: 0,
  isCompactChosen: false,
};

/// Decides which groups are shown and where: those with a span that search and filters leave.
function arrange() {
  const { groups, group } = view.layout, wanted = new Uint8Array(groups.length);
  const hasFilter = view.shown || view.pathOnly;
  spans.forEach((_, i) => { if (!hasFilter || !isDimmed(i)) wanted[group[i]] = 1; });
  const lanes = groups.reduce((sum, one, index) => sum + (wanted[index] ? one.lanes.length : 0), 0);
  if (!view.isCompactChosen) setCompact(lanes > 300);
  view.bands = [];
  view.bandOf = new Int32Array(groups.length).fill(-1);
  let y = axisHeight + 2;
  groups.forEach((one, index) => {
    if (!wanted[index]) return;
    const height = one.lanes.length * view.laneHeight;
    view.bandOf[index] = view.bands.length;
    view.bands.push({ group: one, index, y, height });
    y += height + groupGap;
  });
  view.height = y + 6;
  document.getElementById("spacer").style.height = Math.max(view.height - timelineBox.clientHeight, 0) + "px";
  requestDraw();
}

/// Low lanes show more at once; tall ones have room for text.
function setCompact(isCompact) {
  view.laneHeight = isCompact ? 5 : 19;
  document.getElementById("compact").checked = isCompact;
}

/// Where a span stands in the whole drawing, or null when its group is not shown.
function yOf(span) {
  const band = view.bandOf[view.layout.group[span]];
  return band < 0 ? null : view.bands[band].y + view.layout.lane[span] * view.laneHeight;
}

/// The position of the last band that starts at `y` or above, or -1.
function bandAt(y) {
  let low = -1, high = view.bands.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (view.bands[middle].y <= y) low = middle; else high = middle - 1;
  }
  return low;
}

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
  const y = yOf(span), top = timelineBox.scrollTop, height = timelineBox.clientHeight;
  if (y !== null && (y < top + axisHeight || y + view.laneHeight > top + height)) timelineBox.scrollTop = y - height / 2;
}

/// The span under a point of the canvas, or -1.
function spanAt(x, y) {
  const content = y + timelineBox.scrollTop, band = view.bands[bandAt(content)];
  if (x < gutter || y < axisHeight || !band) return -1;
  const lane = band.group.lanes[Math.floor((content - band.y) / view.laneHeight)];
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

function drawAxis(pen) {
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

const barHeight = () => view.laneHeight > 12 ? view.laneHeight - 3 : view.laneHeight - 1;

function drawSpan(pen, span, x, width, y) {
  const height = barHeight(), dimmed = isDimmed(span);
  pen.globalAlpha = dimmed ? 0.15 : 1;
  pen.fillStyle = colourOf(spans[span][KIND]);
  pen.fillRect(x, y, width, height);
  if (isFailed(span)) drawFailure(pen, x, y, width, height);
  if (spans[span][FLAGS] & CACHED) drawCached(pen, x, y, height);
  const isPlainSpan = colours[spans[span][KIND]] === null;
  if (width > 26 && !dimmed && height > 12) {
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
  if (width < 5 || height < 8) {
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
    pen.fillRect(x, y + barHeight() - 2, Math.max(xOf(end) - x, 1), barHeight() > 8 ? 3 : 2);
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
  pen.strokeRect(x - 1, y - 1, Math.max(width, 3) + 2, barHeight() + 2);
  pen.lineWidth = 1;
}

function drawBand(pen, band, position, height) {
  const y = band.y - timelineBox.scrollTop, lanes = band.group.lanes;
  if (position % 2) {
    pen.fillStyle = themed("--band");
    pen.fillRect(0, y - 1, gutter + chartWidth(), band.height + 2);
  }
  const first = Math.max(0, Math.floor((axisHeight - y) / view.laneHeight));
  for (let i = first; i < lanes.length; ++i) {
    const top = y + i * view.laneHeight;
    if (top > height) break;
    drawLane(pen, lanes[i], top + 1);
  }
}

/// The label stays in view while its group is. Returns where it ends, for the next one.
function drawLabel(pen, band, reached) {
  const y = band.y - timelineBox.scrollTop, size = Math.max(Math.min(view.laneHeight, 19), 13);
  const top = Math.max(Math.min(Math.max(y, axisHeight), y + band.height - size), y);
  if (top < reached) return reached;
  pen.save();
  pen.beginPath();
  pen.rect(0, top, gutter - 6, size);
  pen.clip();
  pen.fillStyle = themed("--dim");
  pen.fillText(band.group.label, 8, top + size / 2 + 0.5);
  pen.restore();
  return top + size;
}

function drawTimeline() {
  const width = timelineBox.clientWidth, height = timelineBox.clientHeight;
  const pen = prepare(canvas, width, height);
  drawGrid(pen, height);
  pen.font = "11.5px system-ui, 'DejaVu Sans', sans-serif";
  pen.textBaseline = "middle";
  const first = Math.max(bandAt(timelineBox.scrollTop + axisHeight), 0);
  for (let i = first; i < view.bands.length; ++i) {
    const band = view.bands[i];
    if (band.y - timelineBox.scrollTop > height) break;
    drawBand(pen, band, i, height);
  }
  // Labels may reach into the next bands, so they come last.
  let reached = -100;
  for (let i = first; i < view.bands.length && view.bands[i].y - timelineBox.scrollTop <= height; ++i) {
    reached = drawLabel(pen, view.bands[i], reached);
  }
  drawAxis(pen);
  if (view.bands.length) return;
  pen.fillStyle = themed("--dim");
  pen.fillText("No call is like that.", gutter + 20, axisHeight + 30);
}
