// The agents' page: which cases need a person, and everything about one of them.

import { actionKey, follow, get, onTokenNeeded, post } from "./api.js";
import { due, facts, isOverdue, line, order, row, summary, topicOf } from "./view.js";

const $ = (id) => document.getElementById(id);

const POLL_MS = 10_000; // without live events
const CHECK_MS = 60_000; // with them, in case one was lost
const drafts = new Map(); // case number → what was written and not sent
const keys = new Map(); // an action that is being tried → its key
let cases = [];
let current = null; // the number of the open case
let shown = null; // the case as it was last fetched
let live = false;

// --- the agent ---

const AGENT = "hark.desk.agent";

function agent() {
  return $("agent").value.trim();
}

function needAgent() {
  if (agent()) return true;
  problem("Please write your name at the top first: the case will carry it.");
  $("agent").focus();
  return false;
}

onTokenNeeded(
  () =>
    new Promise((resolve) => {
      $("token").value = "";
      $("sign-in").addEventListener("close", () => resolve($("token").value.trim()), { once: true });
      $("sign-in").showModal();
    }),
);

// --- the list ---

function query(state) {
  const parts = new URLSearchParams();
  for (const [name, value] of [["state", state], ["desk", $("of-desk").value], ["topic", $("topic").value]]) {
    if (value) parts.set(name, value);
  }
  return `/cases?${parts}`;
}

async function fetchCases() {
  const state = $("state").value;
  const states = state === "active" ? ["open", "claimed"] : [state];
  const answers = await Promise.all(states.map((each) => get(query(each))));
  return answers.flatMap((answer) => answer.cases).sort(order);
}

function announceNew(fetched) {
  const known = new Set(cases.map((it) => it.number));
  const fresh = fetched.filter((it) => it.state === "open" && !known.has(it.number));
  if (cases.length && fresh.length) {
    $("announce").textContent = `New case: ${fresh.map(topicOf).join(", ")}`;
  }
}

function showCases() {
  const focused = document.activeElement?.dataset?.go;
  $("list").replaceChildren(...cases.map((it) => row(it, it.number === current)));
  if (focused) $("list").querySelector(`[data-go="${CSS.escape(focused)}"]`)?.focus();
  const overdue = cases.filter((it) => isOverdue(it)).length;
  $("count").textContent = cases.length ? String(cases.length) : "";
  $("none").hidden = cases.length > 0;
  $("none").textContent = $("state").value === "active" ? "Nobody waits for a person." : "No such cases.";
  document.title = overdue ? `(${overdue} overdue) Desk · hark` : "Desk · hark";
  offer($("of-desk"), cases.map((it) => it.desk));
  offer($("topic"), cases.map((it) => it.topic));
}

// Adds what was seen to a filter; what was once offered stays.
function offer(select, values) {
  const known = new Set(Array.from(select.options, (option) => option.value));
  for (const value of new Set(values)) {
    if (value && !known.has(value)) select.add(new Option(value, value));
  }
}

// --- one case ---

function showCase(it) {
  const isNew = shown?.number !== it.number;
  const grew = isNew || shown.transcript.length !== it.transcript.length;
  shown = it;
  $("summary").replaceChildren(...summary(it));
  $("facts").replaceChildren(...facts(it));
  if (grew || JSON.stringify(it.transcript) !== $("transcript").dataset.of) {
    $("transcript").dataset.of = JSON.stringify(it.transcript);
    $("transcript").replaceChildren(...it.transcript.map(line));
  }
  showForgotten(it.turns_forgotten);
  showMoves(it);
}

function showForgotten(count) {
  $("forgotten").hidden = !count;
  $("forgotten").textContent = count === 1 ? "1 older turn is not kept." : `${count} older turns are not kept.`;
}

function showMoves(it) {
  const mine = it.state === "claimed" && it.agent === agent();
  const active = it.state === "open" || it.state === "claimed";
  $("claim").hidden = it.state !== "open" && it.state !== "released";
  $("release").hidden = !active;
  $("resolve").hidden = it.state === "resolved";
  $("moves").hidden = it.state === "resolved";
  $("compose").hidden = it.state === "resolved";
  $("reply").disabled = !mine;
  $("words-label").textContent = `Answer to the customer, ${it.visibility === "public" ? "in public" : "in private"}`;
  $("compose-hint").textContent = mine ? "" : it.state === "claimed" ? `${it.agent} has this case.` : "Claim the case to answer.";
}

function problem(text) {
  $("problem").hidden = !text;
  $("problem").textContent = text;
}

function go(number, push = true) {
  if (current) drafts.set(current, $("words").value);
  current = number || null;
  if (push) history.pushState(null, "", current ? `/cases/${encodeURIComponent(current)}` : "/desk");
  $("desk").classList.toggle("one", Boolean(current));
  $("choose").hidden = Boolean(current);
  $("detail").hidden = true;
  $("words").value = drafts.get(current) || "";
  problem("");
  showCases();
  if (current) {
    refreshCase().then(() => push && $("case").focus());
  } else if (push) {
    $("cases").focus();
  }
}

async function refreshCase() {
  const asked = current;
  if (!asked) return;
  try {
    const it = await get(`/cases/${encodeURIComponent(asked)}`);
    if (asked !== current) return;
    showCase(it);
    $("detail").hidden = false;
  } catch (error) {
    if (asked !== current) return;
    if (error.status === 404) {
      go(null);
      $("choose").textContent = `There is no case ${asked}.`;
    } else {
      problem(`This case cannot be read right now: ${error.message}`);
    }
  }
}

// The same words to the same case are the same action until hark has answered.
async function act(move, body = {}) {
  if (!current || !needAgent()) return false;
  const number = current;
  const what = JSON.stringify([number, move, agent(), body]);
  if (!keys.has(what)) keys.set(what, actionKey());
  busy(true);
  try {
    await post(`/cases/${encodeURIComponent(number)}/${move}`, keys.get(what), { agent: agent(), ...body });
    keys.delete(what);
    problem("");
    return true;
  } catch (error) {
    if (error.status) keys.delete(what);
    problem(error.status ? error.message : "hark cannot be reached. Nothing is lost: try again.");
    return false;
  } finally {
    busy(false);
    await refresh();
  }
}

function busy(is) {
  for (const id of ["claim", "release", "resolve", "reply", "note"]) $(id).disabled = is;
}

async function write(move) {
  const text = $("words").value.trim();
  const number = current;
  if (!text) {
    $("words").focus();
    return;
  }
  if (await act(move, { text })) {
    drafts.delete(number);
    if (number === current) $("words").value = "";
  }
}

// --- staying up to date ---

let refreshing = null;
let again = false;

// At most one refresh runs; what changes meanwhile leads to one more.
function refresh() {
  if (refreshing) {
    again = true;
    return refreshing;
  }
  refreshing = refreshOnce().finally(() => {
    refreshing = null;
    if (again) {
      again = false;
      refresh();
    }
  });
  return refreshing;
}

async function refreshOnce() {
  try {
    const fetched = await fetchCases();
    announceNew(fetched);
    cases = fetched;
    showCases();
    showConnection();
  } catch (error) {
    showConnection(error.message);
  }
  await refreshCase();
}

function showConnection(trouble) {
  $("connection").textContent = trouble ? "No connection" : live ? "Live" : "Checked every 10 s";
  $("connection").classList.toggle("live", live && !trouble);
}

function tick() {
  if (!cases.length) return;
  cases.sort(order);
  showCases();
  const late = shown && due(shown);
  if (late) $("summary").querySelector(".late")?.replaceWith(late);
}

function start() {
  $("agent").value = localStorage.getItem(AGENT) || "";
  $("agent").addEventListener("input", () => {
    localStorage.setItem(AGENT, agent());
    if (shown) showMoves(shown);
  });
  $("filters").addEventListener("change", refresh);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-go]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(link.dataset.go);
  });
  for (const move of ["claim", "release", "resolve"]) $(move).addEventListener("click", () => act(move));
  $("compose").addEventListener("submit", (event) => {
    event.preventDefault();
    write("reply");
  });
  $("note").addEventListener("click", () => write("note"));
  addEventListener("popstate", () => go(place(), false));
  go(place(), false);
  refresh();
  follow(refresh, (flows) => {
    live = flows;
    showConnection();
    // What happened while nothing flowed was not announced.
    if (flows) refresh();
  });
  setInterval(tick, 30_000);
  setInterval(() => live || refresh(), POLL_MS);
  setInterval(() => live && refresh(), CHECK_MS);
}

function place() {
  const found = location.pathname.match(/^\/cases\/([^/]+)$/);
  return found && decodeURIComponent(found[1]);
}

start();
