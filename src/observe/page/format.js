// Numbers and times as text.
function duration(nanos) {
  const size = Math.abs(nanos);
  if (size === 0) return "0";
  if (size < 1e3) return nanos + " ns";
  if (size < 1e6) return digits(nanos / 1e3) + " \u00b5s";
  if (size < 1e9) return digits(nanos / 1e6) + " ms";
  if (size < 120e9) return digits(nanos / 1e9) + " s";
  const minutes = Math.floor(nanos / 60e9);
  if (minutes < 120) return minutes + " min " + Math.round((nanos - minutes * 60e9) / 1e9) + " s";
  return Math.floor(minutes / 60) + " h " + (minutes % 60) + " min";
}

/// Three significant digits, and no fewer than stand before the point.
function digits(number) {
  const size = Math.abs(number);
  return number.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

function count(number) {
  return number.toLocaleString("en-US");
}

function dollars(cost) {
  if (cost === 0) return "$0";
  if (cost < 0.0001) return "$" + cost.toExponential(1);
  return "$" + cost.toFixed(cost < 1 ? 4 : 2);
}

function percent(share) {
  return (share * 100).toFixed(1) + " %";
}

/// JSON text with indentation, for reading: line breaks inside strings are line breaks.
function pretty(text) {
  try {
    const value = JSON.parse(text);
    if (typeof value === "string") return value;
    return JSON.stringify(value, null, 2).replace(/\\(.)/g, (escape, next) => next === "n" ? "\n" : escape);
  } catch (error) {
    return text;
  }
}

/// An element with attributes and children; texts are never read as HTML.
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "onclick") made.addEventListener("click", value);
    else if (name === "style") made.style.cssText = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}
