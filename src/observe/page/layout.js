// Where each span stands: groups one below the other, lanes in each; calls stand right below their caller.
const rowWord = spans.some((span) => span[PARENT] < 0 && !(span[FLAGS] & OPERATOR)) ? "Row" : "Top-level call";

const groupings = {
  row: { key: (i) => roots[i], label: (key) => nameOf(key) },
  thread: { key: (i) => spans[i][THREAD], label: (key) => "thread " + key },
  track: { key: (i) => spans[i][TRACK], label: (key) => data.tracks[key] || "track " + key },
};

/// { groups: [{label, lanes: [[span...]...]}], group: that of each span, lane: and its lane in there }
function layOut(by) {
  const { key, label } = groupings[by];
  const keys = spans.map((_, i) => key(i));
  const isInner = (i) => spans[i][PARENT] >= 0 && keys[spans[i][PARENT]] === keys[i];
  const blocks = spans.map((_, i) => ({ offset: 0, height: 1, end: endOf(i) }));
  // Children stand after their parents in the list, so from the back they are done first.
  for (let i = spans.length - 1; i >= 0; --i) {
    const inner = children[i].filter((child) => keys[child] === keys[i]);
    if (inner.length === 0) continue;
    blocks[i].height = 1 + pack(inner, blocks);
    for (const child of inner) blocks[i].end = Math.max(blocks[i].end, blocks[child].end);
  }
  const tops = new Map();
  spans.forEach((_, i) => {
    if (isInner(i)) return;
    if (!tops.has(keys[i])) tops.set(keys[i], []);
    tops.get(keys[i]).push(i);
  });
  const order = [...tops.keys()];
  const byName = new Intl.Collator("en", { numeric: true });
  if (by !== "row") order.sort((left, right) => byName.compare(label(left), label(right)));
  return place(order, tops, blocks, isInner, label, keys);
}

/// Gives each block the first lanes that are free when it starts. Returns the number of lanes.
function pack(list, blocks) {
  const ends = [];
  for (const i of list) {
    const block = blocks[i], start = startOf(i);
    let lane = 0, free = 0;
    while (free < block.height) {
      if (lane + free >= ends.length || ends[lane + free] <= start) { ++free; continue; }
      lane += free + 1;
      free = 0;
    }
    block.offset = lane;
    // What takes no time takes its place all the same.
    for (let k = 0; k < block.height; ++k) ends[lane + k] = Math.max(block.end, start + 1);
  }
  return ends.length;
}

function place(order, tops, blocks, isInner, label, keys) {
  const groups = [], positions = new Map();
  for (const key of order) {
    const height = pack(tops.get(key), blocks);
    positions.set(key, groups.length);
    groups.push({ label: label(key), lanes: Array.from({ length: height }, () => []) });
  }
  const lane = new Int32Array(spans.length), group = new Int32Array(spans.length);
  spans.forEach((span, i) => {
    group[i] = positions.get(keys[i]);
    lane[i] = blocks[i].offset + (isInner(i) ? lane[span[PARENT]] + 1 : 0);
    groups[group[i]].lanes[lane[i]].push(i);
  });
  return { groups, group, lane };
}
