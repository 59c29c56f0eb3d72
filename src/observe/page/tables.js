// The totals, the critical path and the operators.
function showTotals() {
  const totals = data.totals, box = document.getElementById("totals");
  const card = (name, value, note, isBad) => box.append(element("div", {}, element("dt", {}, name),
    element("dd", {}, value, note ? element("small", { class: isBad ? "failed" : "" }, note) : null)));
  const failures = (failed) => failed ? count(failed) + " failed" : "none failed";
  card("Wall time", duration(totals.wall));
  card(rowWord === "Row" ? "Rows" : "Top-level calls", count(totals.roots), failures(totals.failedRoots), totals.failedRoots);
  card("Calls", count(totals.calls), failures(totals.failedCalls), totals.failedCalls);
  if (totals.cached) card("From the cache", count(totals.cached));
  if (totals.modelCalls) {
    card("Model calls", count(totals.modelCalls), count(totals.attempts) + " attempts");
    card("Tokens", count(totals.tokensIn + totals.tokensOut), count(totals.tokensIn) + " in, " + count(totals.tokensOut) + " out");
    if (totals.cost) card("Cost", dollars(totals.cost));
  }
  card("Calls at once", count(totals.peak) + " at most", digits(totals.mean) + " on average");
}

function showPath() {
  const body = document.querySelector("#path tbody");
  const largest = Math.max(...data.shares.map((share) => share[3]), 1e-9);
  for (const [kind, calls, time, share] of data.shares) {
    const bar = element("div", { style: "width:" + (share / largest * 100).toFixed(2) + "%;background:" + (kind < 0 ? "var(--line)" : colourOf(kind)) });
    body.append(element("tr", {}, kindCell(kind, "(no call under way)"), element("td", { class: "number" }, percent(share)),
      element("td", { class: "bar" }, bar), element("td", { class: "number" }, duration(time)), element("td", { class: "number" }, count(calls))));
  }
  const most = 500, list = document.querySelector("#steps ol");
  for (const [span, start, end] of data.path.slice(0, most)) {
    list.append(element("li", {}, span < 0 ? "(no call under way)" : spanLink(span, pathTo(span).map(nameOf).join(" \u203a ")),
      " " + duration(end - start) + " from " + duration(start)));
  }
  if (data.path.length > most) list.append(element("li", {}, "and " + count(data.path.length - most) + " more"));
}

function kindCell(kind, otherwise) {
  if (kind < 0) return element("td", {}, element("span", { class: "chip" }), otherwise);
  const find = () => search(data.kinds[kind], true);
  return element("td", {}, element("span", { class: "chip", style: "background:" + colourOf(kind) }),
    element("button", { class: "link", title: "Show only these calls", onclick: find }, data.kinds[kind]));
}

const operatorColumns = [
  ["Name", (kind) => data.kinds[kind]], ["Calls", count], ["Failed", count], ["Cached", count], ["Total time", duration],
  ["Median", duration], ["p95", duration], ["Longest", duration], ["Tokens", count], ["Cost", dollars],
];
const operatorSort = { column: 4, isDown: true };

function showOperators() {
  const heads = operatorColumns.map(([name], i) => element("th", { scope: "col", class: i ? "number" : "",
    "aria-sort": i !== operatorSort.column ? "none" : operatorSort.isDown ? "descending" : "ascending" },
    element("button", { onclick: () => sortOperators(i) }, name)));
  document.querySelector("#operators thead tr").replaceChildren(...heads);
  const keyOf = (row) => operatorSort.column ? row[operatorSort.column] : data.kinds[row[0]];
  const rows = [...data.operators].sort((left, right) => {
    const [a, b] = [keyOf(left), keyOf(right)];
    return (a < b ? -1 : a > b ? 1 : 0) * (operatorSort.isDown ? -1 : 1);
  });
  document.querySelector("#operators tbody").replaceChildren(...rows.map((row) => element("tr", {}, kindCell(row[0]),
    ...row.slice(1).map((value, i) => element("td", { class: "number" + (i === 1 && value ? " failed" : "") }, operatorColumns[i + 1][1](value))))));
}

function sortOperators(column) {
  operatorSort.isDown = operatorSort.column === column ? !operatorSort.isDown : column !== 0;
  operatorSort.column = column;
  showOperators();
  document.querySelectorAll("#operators th button")[column].focus();
}
