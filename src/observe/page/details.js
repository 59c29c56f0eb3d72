// What is known of the selected call.
const detailsBox = document.getElementById("details");

function spanLink(span, text) {
  return element("button", { class: "link", onclick: () => select(span) }, text === undefined ? nameOf(span) : text);
}

function facts(span) {
  const row = spans[span], facts = [
    ["Duration", duration(row[DURATION])],
    ["Start", "at " + duration(row[START])],
  ];
  if (children[span].length) facts.push(["Itself", duration(selfTime(span)) + " with no call inside under way"]);
  if (row[OPERATOR_NAME]) facts.push(["Operator", row[OPERATOR_NAME]]);
  facts.push(["Thread", String(row[THREAD])], ["Track", data.tracks[row[TRACK]] || String(row[TRACK])]);
  if (row[DEVICE] >= 0) facts.push(["Device", data.devices[row[DEVICE]]]);
  if (row[INSTANCE] >= 0) facts.push(["Instance", data.instances[row[INSTANCE]]]);
  facts.push(["Call", "number " + row[ID]]);
  if (row[FLAGS] & CACHED) facts.push(["Cache", "the result came from the cache"]);
  if (row[USAGE]) {
    const [calls, attempts, tokensIn, tokensOut, cost] = row[USAGE];
    facts.push(["Model calls", count(calls) + (attempts > calls ? ", " + count(attempts) + " attempts" : "")]);
    facts.push(["Tokens", count(tokensIn) + " in, " + count(tokensOut) + " out"]);
    if (cost) facts.push(["Cost", dollars(cost)]);
  }
  if (pathOf.has(span)) {
    const time = pathOf.get(span).reduce((sum, [start, end]) => sum + end - start, 0);
    facts.push(["Critical path", duration(time) + ", " + percent(time / wall)]);
  }
  return element("table", {}, ...facts.map(([name, text]) => element("tr", {}, element("td", {}, name), element("td", {}, text))));
}

function block(title, text, style) {
  if (!text) return [];
  return [element("h4", {}, title), element("pre", { class: style || "", tabindex: "0" }, pretty(text))];
}

function crumbs(span) {
  const path = pathTo(span).slice(0, -1);
  if (!path.length) return null;
  const line = element("p", { class: "crumbs" });
  for (const outer of path) line.append(spanLink(outer), " \u203a ");
  return line;
}

function inside(span) {
  const most = 30, list = children[span];
  if (!list.length) return [];
  const items = list.slice(0, most).map((child) => element("li", {}, spanLink(child), " " + duration(spans[child][DURATION]) +
    (isFailed(child) ? ", failed" : "")));
  if (list.length > most) items.push(element("li", {}, "and " + count(list.length - most) + " more"));
  return [element("h4", {}, count(list.length) + (list.length === 1 ? " call inside" : " calls inside")), element("ul", {}, ...items)];
}

function showDetails() {
  const span = view.selected;
  if (span < 0) {
    detailsBox.replaceChildren(element("p", { class: "hint" }, spans.length ? "Click a call to see its inputs and outputs." : ""));
    return;
  }
  const [, , , , , , , , , , , inputs, outputs, error] = spans[span];
  detailsBox.replaceChildren(
    ...[crumbs(span), element("h3", {}, element("span", { class: "chip", style: "background:" + colourOf(spans[span][KIND]) }), nameOf(span)),
      isFailed(span) ? element("p", { class: "state failed" }, "failed") : null].filter(Boolean),
    ...(error ? [element("h4", {}, error[0]), element("pre", { class: "error", tabindex: "0" }, error[1])] : []),
    facts(span), ...block("Inputs", inputs), ...block("Outputs", outputs), ...inside(span));
  detailsBox.scrollTop = 0;
}
