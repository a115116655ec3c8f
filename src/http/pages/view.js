// Turns what the API says into elements. Text goes in as text only, never as HTML.

export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const SEVERITIES = ["low", "normal", "high", "critical"];
const rank = (severity) => SEVERITIES.indexOf(severity);

export function isWaiting(it) {
  return it.state === "open" && !it.first_response_at;
}

export function isOverdue(it, now = Date.now()) {
  return isWaiting(it) && Date.parse(it.first_response_due) < now;
}

// What needs a person most comes first: late, then bad, then due soonest; what is closed goes by age.
export function order(one, other) {
  return (
    isOverdue(other) - isOverdue(one) ||
    isWaiting(other) - isWaiting(one) ||
    rank(other.severity) - rank(one.severity) ||
    (isWaiting(one)
      ? Date.parse(one.first_response_due) - Date.parse(other.first_response_due)
      : Date.parse(other.opened_at) - Date.parse(one.opened_at))
  );
}

function span(milliseconds) {
  const minutes = Math.round(Math.abs(milliseconds) / 60_000);
  if (minutes < 1) return "less than a minute";
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 36 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

export function due(it, now = Date.now()) {
  if (!isWaiting(it)) return null;
  const left = Date.parse(it.first_response_due) - now;
  return left < 0
    ? make("span", "late overdue", `Overdue by ${span(left)}`)
    : make("span", "late", `Due in ${span(left)}`);
}

function moment(at) {
  if (!at) return null;
  const date = new Date(at);
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  const time = make("time", "", date.toLocaleString([], { year, month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }));
  time.dateTime = at;
  return time;
}

export function topicOf(it) {
  return it.topic ? sentence(it.topic) : "No topic recognised";
}

function sentence(name) {
  return capital(String(name).replaceAll(/[-_/]/g, " "));
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function nameOf(customer) {
  return customer.name || (customer.handle && `@${customer.handle}`) || `Visitor ${String(customer.id).slice(0, 6)}`;
}

const STATES = { open: "Open", claimed: "Claimed", released: "Given back", resolved: "Resolved" };

export function row(it, isCurrent) {
  const link = make(
    "a",
    it.severity,
    make("span", "what", topicOf(it)),
    due(it) || make("span", "late", STATES[it.state]),
    make("span", "about", `${nameOf(it.customer)} · ${it.account}`),
    make("span", "about", it.agent ? it.agent : rank(it.severity) >= 2 ? sentence(it.severity) : ""),
  );
  link.href = `/cases/${encodeURIComponent(it.number)}`;
  link.dataset.go = it.number;
  if (isCurrent) link.setAttribute("aria-current", "true");
  return make("li", "", link);
}

export function summary(it) {
  const title = make("h2", "", topicOf(it));
  title.id = "case-title";
  const tags = make(
    "div",
    "tags",
    make("span", `tag ${it.state}`, it.state === "claimed" ? `Claimed by ${it.agent}` : STATES[it.state]),
    make("span", `tag ${it.severity}`, `${sentence(it.severity)} severity`),
    make("span", "quiet", `Case ${it.number}`),
    due(it),
  );
  return [title, tags, it.why ? make("p", "why", capital(it.why)) : null].filter(Boolean);
}

const BY = { customer: "Customer", bot: "hark", agent: "Agent", note: "Note for the team" };

function who({ by, agent }) {
  return agent ? `${agent} (${BY[by].toLowerCase()})` : BY[by] || by;
}

const FATES = {
  pending: "On its way",
  unknown: "Nobody can tell whether this arrived",
  refused: "Not sent",
  withdrawn: "Held back",
};

export function line(turn) {
  const { status, reason } = turn;
  const held = status === "refused" || status === "withdrawn";
  return make(
    "li",
    held ? `${turn.by} held` : turn.by,
    make("div", "who", `${who(turn)} · `, moment(turn.at)),
    make("div", "text", turn.text),
    status in FATES ? make("div", "fate", reason ? `${FATES[status]}: ${reason}` : FATES[status]) : null,
    turn.why?.length ? decision(turn) : null,
  );
}

const OUTCOMES = { reply: "Answered", ask: "Asked back", handoff: "Handed to a person", silence: "hark said nothing" };

function decision({ outcome, topics, why }) {
  const about = topics.length ? `: ${topics.map(sentence).join(", ")}` : "";
  return make(
    "details",
    "why",
    make("summary", "", `${OUTCOMES[outcome] || outcome}${about}`),
    make("ul", "", ...why.map((step) => make("li", "", step))),
  );
}

function pairs(title, entries) {
  const list = make("dl");
  for (const [name, value] of entries) {
    if (value === null || value === undefined || value === "") continue;
    list.append(make("dt", "", name), make("dd", "", value));
  }
  return list.children.length ? make("section", "", make("h3", "", title), list) : null;
}

const LANGUAGES = new Intl.DisplayNames(["en"], { type: "language" });

function language(code) {
  try {
    return code && LANGUAGES.of(code);
  } catch {
    return code;
  }
}

const ALERTS = {
  "case.opened": "Told of the case",
  "case.updated": "Told of news",
  "case.overdue": "Told that it is overdue",
  "case.escalated": "Called in",
  "case.resolved": "Told that it is resolved",
};

function told({ type, status, reason }) {
  const how = status === "sent" ? "delivered" : (FATES[status] || status).toLowerCase();
  return `${ALERTS[type] || type}: ${how}${reason ? ` (${reason})` : ""}`;
}

export function facts(it) {
  const { customer } = it;
  return [
    pairs("Customer", [
      ["Name", nameOf(customer)],
      ["Handle", customer.handle && `@${customer.handle}`],
      ["Followers", customer.followers?.toLocaleString()],
      ["Language", language(it.language)],
    ]),
    pairs("What was gathered", Object.entries(it.entities || {}).map(([name, value]) => [sentence(name), String(value)])),
    pairs("Case", [
      ["Desk", it.desk],
      ["Also about", (it.also || []).map(sentence).join(", ")],
      ["Where", `${it.account}, ${it.visibility}`],
      ["Brand", it.brand],
      ["Opened", moment(it.opened_at)],
      ["First response due", moment(it.first_response_due)],
      ["First response", moment(it.first_response_at)],
      ["Resolved", moment(it.resolved_at)],
    ]),
    pairs("Who was told", (it.alerts || []).map((alert) => [alert.desk, told(alert)])),
  ].filter(Boolean);
}
