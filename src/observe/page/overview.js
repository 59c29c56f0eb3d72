// The strip on top: how many calls were under way at each time, and which part of it the timeline shows.
const overview = document.getElementById("overview");
const overviewSteps = [];  // [time, calls under way from then on]
{
  const changes = [];
  spans.forEach((span, i) => {
    if (children[i].length === 0 && span[DURATION] > 0) changes.push([startOf(i), 1], [endOf(i), -1]);
  });
  changes.sort((left, right) => left[0] - right[0] || left[1] - right[1]);
  let now = 0;
  for (const [time, change] of changes) overviewSteps.push([time, now += change]);
}

const overviewX = (time) => gutter + time / wall * (overview.clientWidth - gutter);
const overviewTime = (x) => (x - gutter) / (overview.clientWidth - gutter) * wall;

/// The most calls at once in each pixel of the strip; made anew only for another width.
let profile = null;
function overviewProfile(width) {
  if (profile && profile.length === Math.ceil(width) + 1) return profile;
  profile = new Float64Array(Math.ceil(width) + 1);
  let now = 0, at = gutter;
  for (const [time, calls] of overviewSteps) {
    const x = Math.floor(gutter + time / wall * (width - gutter));
    for (; at < x; ++at) profile[at] = Math.max(profile[at], now);
    profile[x] = Math.max(profile[x], now, calls);
    now = calls;
  }
  return profile;
}

function drawOverview() {
  const width = overview.clientWidth, height = 56, top = 5;
  const pen = prepare(overview, width, height);
  const peak = Math.max(data.totals.peak, 1), heightOf = (calls) => calls / peak * (height - top);
  pen.fillStyle = themed("--accent");
  pen.globalAlpha = 0.45;
  const most = overviewProfile(width);
  for (let x = gutter; x < width; ++x) pen.fillRect(x, height - heightOf(most[x]), 1, heightOf(most[x]));
  pen.globalAlpha = 1;
  pen.fillStyle = themed("--dim");
  pen.font = "11.5px system-ui, 'DejaVu Sans', sans-serif";
  pen.textBaseline = "middle";
  pen.fillText("calls at once", 8, 18);
  pen.fillText("up to " + count(data.totals.peak), 8, 36);
  const left = overviewX(Math.max(view.from, 0)), right = overviewX(Math.min(view.to, wall));
  pen.globalAlpha = 0.12;
  pen.fillStyle = themed("--text");
  pen.fillRect(gutter, 0, left - gutter, height);
  pen.fillRect(right, 0, width - right, height);
  pen.globalAlpha = 1;
  pen.strokeStyle = themed("--dim");
  pen.strokeRect(left + 0.5, 0.5, Math.max(right - left - 1, 1), height - 1);
}

/// Dragging chooses what the timeline shows; a click centres it there.
overview.addEventListener("pointerdown", (event) => {
  overview.setPointerCapture(event.pointerId);
  const from = event.offsetX;
  const move = (moved) => {
    if (Math.abs(moved.offsetX - from) < 4) return;
    setView(overviewTime(Math.min(from, moved.offsetX)), overviewTime(Math.max(from, moved.offsetX)));
  };
  const end = (moved) => {
    overview.removeEventListener("pointermove", move);
    if (Math.abs(moved.offsetX - from) >= 4) return;
    const half = (view.to - view.from) / 2;
    setView(overviewTime(from) - half, overviewTime(from) + half);
  };
  overview.addEventListener("pointermove", move);
  overview.addEventListener("pointerup", end, { once: true });
});
