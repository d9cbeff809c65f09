// One run, shown as it goes. The server tells the whole state each time; this draws it.

const KINDS = [
  ["held", "Got a seat", (status) => status === 201],
  ["full", "No seat left", (status) => status === 409],
  ["work", "Accepted, still at work", (status) => status === 202],
  ["again", "Asked to come again", (status) => status === 503 || status === 429],
  ["error", "Errors", () => true],
];
const ALWAYS = new Set(["held", "full", "again", "error"]);
const RATE_OVER_S = 1;

const $ = (id) => document.getElementById(id);
const form = $("form");
const told = (number) => Math.round(number).toLocaleString("en");
const ms = (number) => (number >= 10_000 ? `${(number / 1000).toFixed(1)} s` : number >= 10 ? `${told(number)} ms` : `${number.toFixed(1)} ms`);
const seconds = (number) => `${number < 10 ? number.toFixed(2) : number.toFixed(1)} s`;
const many = (number, noun) => `${told(number)} ${noun}${number === 1 ? "" : "s"}`;
const say = (id, text) => { if ($(id).textContent !== text) $(id).textContent = text; };
let state = { phase: "idle" };
let mine = 0; // the run that this page asked for: its verdict takes the focus

function el(name, attributes = {}, ...inner) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...inner);
  return node;
}

function draw(svg, name, attributes, text) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  svg.append(node);
}

// What happens now, in words.

const isBusy = () => !["idle", "done", "failed"].includes(state.phase);

function phaseInWords() {
  const where = state.slot ? `${state.slot.office}, ${state.slot.date}, ${state.slot.session}` : "";
  switch (state.phase) {
    case "opening": return "Opening a slot.";
    case "running": return state.is_stopping ? "Stopping: whoever has asked is still answered." : `The counter is open: ${where}.`;
    case "counted": return "Counted. The seats are being given back.";
    case "done": return `Over. ${told(state.given_back)} ${state.given_back === 1 ? "seat was" : "seats were"} given back (${where}).`;
    case "failed": return state.why;
    default: return "Nothing has run yet.";
  }
}

function show() {
  const busy = isBusy();
  say("phase", phaseInWords());
  $("phase").className = `phase ${busy ? "busy" : state.phase}`;
  for (const field of form.querySelectorAll("input, select")) field.disabled = busy;
  $("go").hidden = busy;
  say("go", state.phase === "idle" ? "Open the counter" : "Run again");
  $("stop").hidden = !busy;
  $("stop").disabled = Boolean(state.is_stopping) || !["opening", "running"].includes(state.phase);
  $("idle").hidden = Boolean(state.progress) || state.phase === "failed";
  $("live").hidden = !state.progress;
  if (state.progress) showProgress(state.progress);
  showVerdict(state.result);
}

// How it goes.

function showProgress(now) {
  const counts = countKinds(now.statuses);
  const answered = Object.values(counts).reduce((sum, number) => sum + number, 0);
  const left = now.remaining ?? state.seats;
  say("left", told(left));
  say("of", `of ${told(state.seats)}`);
  $("left-bar").style.width = `${(100 * left) / state.seats}%`;
  say("answered", told(answered));
  say("answered-of", `of ${told(state.rivals)} rivals`);
  showKinds(counts);
  say("rate", told(state.result ? state.result.answers_per_s : rateOf(state.curve)));
  for (const [index, id] of ["p50", "p95", "p99"].entries()) say(id, answered ? ms(now.percentiles_ms[index]) : "-");
  drawHistogram($("histogram"), now.histogram, now.edges_ms);
  drawCurve($("curve"), state.curve, state.seats);
}

function countKinds(statuses) {
  const counts = Object.fromEntries(KINDS.map(([kind]) => [kind, 0]));
  for (const [status, number] of Object.entries(statuses)) {
    const [kind] = KINDS.find(([, , isIt]) => isIt(Number(status)));
    counts[kind] += number;
  }
  return counts;
}

function showKinds(counts) {
  const shown = KINDS.filter(([kind]) => ALWAYS.has(kind) || counts[kind]);
  const list = $("kinds");
  if (list.children.length !== shown.length) {
    list.replaceChildren(...shown.map(([kind, words]) => el("div", {}, el("dt", { class: kind }, words), el("dd", { id: `kind-${kind}` }))));
    $("kinds-bar").replaceChildren(...shown.map(([kind]) => el("span", { class: kind })));
  }
  for (const [index, [kind]] of shown.entries()) {
    say(`kind-${kind}`, told(counts[kind]));
    $("kinds-bar").children[index].style.width = `${(100 * counts[kind]) / state.rivals}%`;
  }
}

// Over the last second, or since the beginning.
function rateOf(curve) {
  const last = curve.at(-1);
  if (!last) return 0;
  const first = curve.findLast((point) => point[0] <= last[0] - RATE_OVER_S) ?? [0, 0, 0];
  return (last[2] - first[2]) / Math.max(last[0] - first[0], 0.1);
}

// The pictures.

function fresh(svg, words) {
  const { width, height } = svg.getBoundingClientRect();
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-label", words);
  svg.replaceChildren();
  return { width, height };
}

const shortly = (edge) => (edge >= 1000 ? `${edge / 1000} s` : `${edge}`);

function drawHistogram(svg, counts, edges) {
  const most = Math.max(...counts, 1);
  const slowest = counts.findLastIndex((count) => count > 0);
  const { width, height } = fresh(svg, `How many answers took how long: most took up to ${shortly(edges[counts.indexOf(most)] ?? edges.at(-1))}${edges[counts.indexOf(most)] < 1000 ? " ms" : ""}, the slowest up to ${shortly(edges[slowest] ?? edges.at(-1))}.`);
  const [foot, head] = [22, 16];
  const room = height - foot - head;
  const step = width / counts.length;
  draw(svg, "line", { class: "axis", x1: 0, x2: width, y1: height - foot, y2: height - foot });
  for (const [index, count] of counts.entries()) {
    const tall = count ? Math.max(2, (room * count) / most) : 0;
    draw(svg, "rect", { class: "column", x: index * step + step * 0.1, y: height - foot - tall, width: step * 0.8, height: tall, rx: 3 });
    if (count && step > 26) draw(svg, "text", { class: "number", x: (index + 0.5) * step, y: height - foot - tall - 4, "text-anchor": "middle" }, told(count));
  }
  const skip = step > 34 ? 1 : step > 20 ? 2 : 4;
  for (const [index, edge] of edges.entries()) {
    if (index % skip === skip - 1) draw(svg, "text", { x: (index + 1) * step, y: height - 5, "text-anchor": "middle" }, skip > 1 && edge < 1000 ? `${edge} ms` : shortly(edge));
  }
  if (skip === 1) draw(svg, "text", { x: 0, y: height - 5 }, "ms");
}

function drawCurve(svg, curve, seats) {
  const { width, height } = fresh(svg, `Seats left over time: from ${told(seats)} to ${told(curve.at(-1)?.[1] ?? seats)}.`);
  const foot = 18;
  const end = Math.max(curve.at(-1)?.[0] ?? 0, 1);
  const at = ([time, left]) => [(width * time) / end, 2 + (height - foot - 4) * (1 - (left ?? seats) / seats)];
  let path = `M0,${at([0, seats])[1]}`;
  for (const point of curve) {
    const [x, y] = at(point);
    path += `H${x.toFixed(1)}V${y.toFixed(1)}`;
  }
  draw(svg, "path", { class: "area", d: `${path}V${height - foot}H0Z` });
  draw(svg, "line", { class: "axis", x1: 0, x2: width, y1: height - foot, y2: height - foot });
  draw(svg, "path", { class: "line", d: path });
  draw(svg, "text", { x: 0, y: height - 3 }, "0 s");
  draw(svg, "text", { x: width, y: height - 3, "text-anchor": "end" }, seconds(end));
}

// What it came to.

function showVerdict(result) {
  const panel = $("verdict");
  const wasHidden = panel.hidden;
  panel.hidden = !result;
  if (!result || panel.dataset.number === String(state.number)) return;
  panel.dataset.number = state.number;
  panel.classList.toggle("bad", !result.is_exact);
  say("verdict-title", `Sold ${told(result.sold)} of ${told(result.capacity)}, oversold ${told(result.oversold)}`);
  say("verdict-why", whyOf(result));
  const facts = [
    ["Undersold", told(result.undersold)],
    ["Unlike the ledger", result.unequal === null ? "not read" : told(result.unequal)],
    ["Never answered", told(result.unanswered)],
    ["Sold out after", result.sold_out_s === null ? "not sold out" : seconds(result.sold_out_s)],
    ["Slowest answer", ms(result.slowest_ms)],
    ["Answers a second", told(result.answers_per_s)],
  ];
  $("facts").replaceChildren(...facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
  const said = [["held", result.told], ...Object.entries(result.refused), ["unknown", result.unknown]];
  $("said").querySelector("ul").replaceChildren(...said.filter(([, number]) => number).map(([code, number]) => el("li", {}, el("code", {}, code), ` ${told(number)}`)));
  if (wasHidden && mine === state.number) panel.focus();
}

function whyOf(result) {
  const wrong = [];
  if (result.oversold) wrong.push(`Promised beyond what there is: ${many(result.oversold, "seat")}.`);
  if (result.undersold) wrong.push(`Left, although somebody was told that none is: ${many(result.undersold, "seat")}.`);
  if (result.unequal) wrong.push(`Answers and rows of the ledger that do not match: ${told(result.unequal)}.`);
  if (result.unanswered) wrong.push(`Accepted, without ever hearing what came of it: ${told(result.unanswered)}.`);
  if (wrong.length) return `${wrong.join(" ")} That must never be: please report it with the logs (make logs).`;
  const matched = result.is_from_ledger ? `${told(result.told)} people were told of a seat, and the ledger has exactly their ${told(result.sold)} rows.` : `${told(result.told)} people were told of a seat.`;
  const more = [];
  if (result.is_stopped) more.push(`It was stopped after ${told(result.came)} rivals.`);
  else if (result.sold < result.capacity && result.came <= result.capacity) more.push("Fewer came than there were seats.");
  const again = (result.refused.overloaded ?? 0) + (result.refused.rate_limited ?? 0);
  if (again) more.push(`${told(again)} were asked to come again, and in this rush did not.`);
  return [matched, ...more].join(" ");
}

// What a person does here.

async function post(path, body) {
  const options = { method: "POST", headers: { "Content-Type": "application/json", "X-Antrean-Stampede": "page" }, body: JSON.stringify(body) };
  const answer = await fetch(path, options).catch(() => null);
  if (!answer) return { error: "The page's server does not answer. Start it with make up." };
  return answer.json().catch(() => ({ error: `The page's server answered ${answer.status}.` }));
}

function wish() {
  const number = (name) => (form.elements[name].value.trim() === "" ? null : Number(form.elements[name].value));
  return { seats: number("seats"), rivals: number("rivals"), within_s: number("within_s") };
}

function complain(text) {
  $("wrong").hidden = !text;
  say("wrong", text ?? "");
  for (const name of ["seats", "rivals"]) {
    form.elements[name].setAttribute("aria-invalid", String(Boolean(text?.toLowerCase().startsWith(name))));
  }
  form.querySelector("[aria-invalid=true]")?.focus();
}

function showCommand() {
  const { seats, rivals, within_s: within } = wish();
  say("command", `make stampede ARGS="--seats ${seats ?? 100} --rivals ${rivals ?? 2000}${within ? ` --within ${within}` : ""}"`);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await post("/api/runs", wish());
  complain(answer.error);
  mine = answer.number ?? mine;
  if (!answer.error) $("board").scrollIntoView({ block: "start" }); // on a phone it is below
});
form.addEventListener("input", showCommand);
$("stop").addEventListener("click", () => post("/api/stop", {}));
addEventListener("resize", show);

function listen() {
  const stream = new EventSource("/api/stream");
  stream.addEventListener("message", (event) => {
    $("lost").hidden = true;
    state = JSON.parse(event.data);
    show();
  });
  stream.addEventListener("error", () => {
    $("lost").hidden = false;
    if (stream.readyState !== EventSource.CLOSED) return;
    setTimeout(listen, 2000); // the browser has given up
  });
}

showCommand();
listen();
