// The web chat for any page: <script src="https://hark.example/widget.js" data-account="demo" async></script>
//
// data-account   the account under [channel.webchat] (required)
// data-title     what the panel is called
// data-greeting  a first line that is shown and never sent
// data-target    a selector: the chat fills that element instead of floating behind a button
//
// A click on any element with data-hark-say="…" puts those words into the composer.
// Nothing that anybody wrote is ever read as HTML: text goes in through textContent only.
(() => {
  "use strict";

  const script = document.currentScript;
  const account = script.dataset.account;
  let target = null;

  const WORDS = {
    en: {
      title: "Chat with us", open: "Open the chat", close: "Close the chat", write: "Write a message", send: "Send",
      you: "You", bot: "Answer", agent: "Answer from a person", sending: "Sending…", sent: "Sent",
      failed: "Not sent. Please write it again.", connecting: "Connecting…",
      offline: "No connection. What you write is kept and sent as soon as it is back.",
      unread: "new messages", log: "Conversation",
    },
    de: {
      title: "Schreiben Sie uns", open: "Chat öffnen", close: "Chat schließen", write: "Nachricht schreiben", send: "Senden",
      you: "Sie", bot: "Antwort", agent: "Antwort von einem Menschen", sending: "Wird gesendet…", sent: "Gesendet",
      failed: "Nicht gesendet. Bitte noch einmal schreiben.", connecting: "Verbindung wird aufgebaut…",
      offline: "Keine Verbindung. Was Sie schreiben, bleibt erhalten und wird gesendet, sobald sie wieder da ist.",
      unread: "neue Nachrichten", log: "Unterhaltung",
    },
    es: {
      title: "Escríbenos", open: "Abrir el chat", close: "Cerrar el chat", write: "Escribe un mensaje", send: "Enviar",
      you: "Tú", bot: "Respuesta", agent: "Respuesta de una persona", sending: "Enviando…", sent: "Enviado",
      failed: "No se envió. Escríbelo otra vez, por favor.", connecting: "Conectando…",
      offline: "Sin conexión. Lo que escribas se guarda y se envía en cuanto vuelva.",
      unread: "mensajes nuevos", log: "Conversación",
    },
  };
  const words = WORDS[document.documentElement.lang.slice(0, 2)] || WORDS.en;

  const STYLE = `
    :host { all: initial; color-scheme: light dark;
      --surface: #fff; --ground: #f6f6f3; --line: #dcded7; --text: #1c2321; --soft: #5b6562;
      --accent: #0b6b63; --strong: #084f49; --on-accent: #fff;
      font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; color: var(--text); }
    @media (prefers-color-scheme: dark) { :host {
      --surface: #1b2120; --ground: #131716; --line: #333c3a; --text: #e6ebe9; --soft: #9eaaa6;
      --accent: #5cc4b7; --strong: #86d8cd; --on-accent: #06231f; } }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    button, textarea { font: inherit; color: inherit; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .launch { position: fixed; right: 1.25rem; bottom: 1.25rem; z-index: 2147483000; width: 3.5rem; height: 3.5rem;
      border: 0; border-radius: 50%; background: var(--accent); color: var(--on-accent); cursor: pointer;
      box-shadow: 0 4px 18px rgb(0 0 0 / 22%); }
    .launch:hover { background: var(--strong); }
    .launch svg { display: block; margin: auto; }
    .count { position: absolute; top: -0.2rem; right: -0.2rem; min-width: 1.35rem; padding: 0 0.3rem; border-radius: 1rem;
      background: #b3261e; color: #fff; font-size: 0.8rem; line-height: 1.35rem; text-align: center; }
    .panel { display: flex; flex-direction: column; overflow: hidden; border: 1px solid var(--line);
      border-radius: 14px; background: var(--surface); box-shadow: 0 1px 2px rgb(0 0 0 / 6%), 0 10px 36px rgb(0 0 0 / 12%); }
    .floating { position: fixed; right: 1.25rem; bottom: 5.5rem; z-index: 2147483000; width: min(24rem, calc(100vw - 2.5rem));
      height: min(36rem, calc(100vh - 7rem)); }
    .filling { width: 100%; height: 100%; }
    header { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: 0.85rem 1.1rem;
      border-bottom: 1px solid var(--line); }
    h2 { margin: 0; font-size: 1.05rem; font-weight: 650; }
    .close { border: 0; padding: 0.3rem; border-radius: 8px; background: none; cursor: pointer; line-height: 0; color: var(--soft); }
    .close:hover { color: var(--text); }
    .log { flex: 1; overflow-y: auto; display: flex; flex-direction: column; gap: 0.7rem; padding: 1.1rem;
      overscroll-behavior: contain; background: var(--ground); }
    .item { display: flex; flex-direction: column; align-items: flex-start; max-width: 86%; }
    .item.customer { align-self: flex-end; align-items: flex-end; }
    .text { padding: 0.55rem 0.85rem; border: 1px solid var(--line); border-radius: 14px 14px 14px 4px;
      background: var(--surface); white-space: pre-wrap; overflow-wrap: anywhere; }
    .agent .text { border-color: var(--accent); }
    .customer .text { border-color: transparent; border-radius: 14px 14px 4px 14px; background: var(--accent); color: var(--on-accent); }
    .text a { color: inherit; }
    .mark { margin: 0.2rem 0.3rem 0; color: var(--soft); font-size: 0.78rem; }
    .status { margin: 0; padding: 0.5rem 1.1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.85rem; }
    form { display: flex; align-items: flex-end; gap: 0.6rem; padding: 0.75rem; border-top: 1px solid var(--line); }
    textarea { flex: 1; min-height: 2.6rem; max-height: 9rem; padding: 0.55rem 0.75rem; border: 1px solid var(--line);
      border-radius: 10px; background: var(--surface); resize: none; field-sizing: content; }
    .send { padding: 0.6rem 1rem; border: 0; border-radius: 10px; background: var(--accent); color: var(--on-accent);
      font-weight: 600; cursor: pointer; }
    .send:hover { background: var(--strong); }
    @media (max-width: 30rem) { .floating { right: 0.6rem; left: 0.6rem; width: auto; height: min(36rem, calc(100dvh - 6.5rem)); } }
  `;

  // --- what is kept in the browser: who the visitor is, and what was written but not yet taken ---

  const memory = new Map();

  function stored(name, value) {
    const key = `hark.${account}.${name}`;
    try {
      if (value === undefined) return localStorage.getItem(key) ?? memory.get(key) ?? null;
      memory.set(key, value);
      localStorage.setItem(key, value);
    } catch {
      // Storage is switched off or full: the chat works as long as the page is open.
    }
    return memory.get(key) ?? null;
  }

  function random() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function visitor() {
    const known = stored("visitor");
    if (/^[0-9a-f]{32}$/.test(known)) return known;
    const fresh = random();
    stored("visitor", fresh);
    return fresh;
  }

  // Read again for each change, since another tab may have changed it.
  function outbox() {
    try {
      return JSON.parse(stored("outbox") || "[]");
    } catch {
      return [];
    }
  }

  function keep(messages) {
    stored("outbox", JSON.stringify(messages));
  }

  // --- what is shown ---

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  }

  function icon(path) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [name, value] of Object.entries({
      viewBox: "0 0 24 24", width: 24, height: 24, fill: "none", stroke: "currentColor", "stroke-width": 2,
      "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true",
    })) svg.setAttribute(name, value);
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
    shape.setAttribute("d", path);
    svg.append(shape);
    return svg;
  }

  const host = make("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  const title = script.dataset.title || words.title;
  const launch = make("button", "launch");
  const count = make("span", "count");
  const panel = make("section");
  const close = make("button", "close");
  const log = make("div", "log");
  const status = make("p", "status");
  const form = make("form");
  const input = make("textarea");

  function build() {
    launch.type = close.type = "button";
    launch.append(icon("M21 11.5a8 8 0 0 1-11.7 7.1L4 20l1.4-5.3A8 8 0 1 1 21 11.5z"), count);
    close.append(icon("M6 6l12 12M18 6L6 18"));
    close.setAttribute("aria-label", words.close);
    panel.className = `panel ${target ? "filling" : "floating"}`;
    panel.setAttribute("role", target ? "region" : "dialog");
    panel.setAttribute("aria-label", title);
    log.setAttribute("role", "log");
    log.setAttribute("aria-label", words.log);
    log.setAttribute("aria-live", "off");
    log.tabIndex = 0;
    status.setAttribute("role", "status");
    input.rows = 1;
    input.maxLength = 4096;
    input.placeholder = words.write;
    input.setAttribute("aria-label", words.write);
    const head = make("header");
    head.append(make("h2", "", title));
    if (!target) head.append(close);
    const send = make("button", "send", words.send);
    send.type = "submit";
    form.append(input, send);
    panel.append(head, log, status, form);
    if (script.dataset.greeting) log.append(item("bot", script.dataset.greeting));
    root.append(panel);
    if (!target) root.append(launch);
    (target || document.body).append(host);
  }

  function item(by, text) {
    const element = make("div", `item ${by}`);
    const bubble = make("div", "text");
    bubble.append(make("span", "unseen", `${by === "customer" ? words.you : words[by]}: `));
    // Only what hark or an agent wrote may become a link, and only to https.
    for (const part of by === "customer" ? [text] : text.split(/(https:\/\/[^\s<>"]*[^\s<>".,;:!?)])/)) {
      if (by !== "customer" && part.startsWith("https://")) {
        const link = make("a", "", part);
        link.href = part;
        link.target = "_blank";
        link.rel = "noopener noreferrer";
        bubble.append(link);
      } else {
        bubble.append(part);
      }
    }
    element.append(bubble, make("div", "mark"));
    return element;
  }

  function mark(element, text) {
    element.lastChild.textContent = text;
  }

  function clock(at) {
    return new Date(at).toLocaleTimeString(document.documentElement.lang || [], { hour: "2-digit", minute: "2-digit" });
  }

  function atEnd() {
    return log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  }

  function toEnd() {
    log.scrollTop = log.scrollHeight;
  }

  // --- the conversation ---

  const waiting = new Map(); // message id → its element, until its line comes
  const shown = []; // elements of lines
  const settled = new Set(); // ids that need not be sent, even if another tab still keeps them
  let last = -1; // number of the last line
  let unread = 0;

  function showWaiting({ id, text }) {
    if (waiting.has(id)) return;
    const element = item("customer", text);
    mark(element, words.sending);
    waiting.set(id, element);
    log.append(element);
  }

  function showLine(line) {
    if (line.number <= last) return;
    last = line.number;
    const follow = atEnd();
    const known = line.id && waiting.get(line.id);
    const element = known || item(line.by, line.text);
    const firstWaiting = [...waiting.values()][0];
    waiting.delete(line.id);
    if (line.id) settle(line.id);
    // What still waits stays below what is committed.
    if (element !== firstWaiting) log.insertBefore(element, firstWaiting || null);
    shown.push(element);
    const time = clock(line.at);
    mark(element, line.by === "customer" ? `${words.sent}, ${time}` : time);
    if (follow || known) toEnd();
    if (line.by !== "customer") notice(line.number);
  }

  function notice(number) {
    if (isOpen()) {
      stored("read", String(number));
    } else if (number > Number(stored("read") ?? -1)) {
      unread += 1;
    }
    showCount();
  }

  function showCount() {
    count.hidden = unread === 0;
    count.textContent = String(unread);
    launch.setAttribute("aria-label", unread ? `${words.open} (${unread} ${words.unread})` : words.open);
    launch.setAttribute("aria-expanded", String(isOpen()));
  }

  function settle(id) {
    settled.add(id);
    keep(outbox().filter((message) => message.id !== id));
    if (inFlight === id) inFlight = null;
  }

  // --- the socket ---

  const SILENT_MAX_MS = 30_000;
  const url = new URL(`/webchat/${encodeURIComponent(account)}/socket`, script.src);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  let socket = null;
  let ready = false;
  let failures = 0;
  let retry = 0;
  let inFlight = null;

  function connect() {
    clearTimeout(retry);
    if (socket) return;
    if (!failures) say(words.connecting);
    const opened = new WebSocket(url);
    socket = opened;
    opened.onopen = () => opened.send(JSON.stringify({ type: "hello", visitor: visitor(), after: last }));
    opened.onmessage = (event) => heard(JSON.parse(event.data));
    opened.onclose = () => {
      if (socket !== opened) return;
      socket = inFlight = null;
      ready = false;
      failures += 1;
      say(words.offline);
      const pause = Math.min(500 * 2 ** failures, SILENT_MAX_MS);
      retry = setTimeout(connect, pause * (0.5 + Math.random() / 2));
    };
  }

  function heard(frame) {
    switch (frame.type) {
      case "ready":
        ready = true;
        failures = 0;
        say("");
        if (frame.restart) forget();
        setTimeout(() => log.setAttribute("aria-live", "polite"), 1000);
        flush();
        break;
      case "line":
        showLine(frame);
        flush();
        break;
      case "taken":
        if (waiting.has(frame.id)) mark(waiting.get(frame.id), words.sent);
        settle(frame.id);
        flush();
        break;
      case "refused":
        refused(frame);
        break;
    }
  }

  function refused({ id, reason }) {
    if (inFlight === id) inFlight = null;
    if (reason === "too-fast" || reason === "later") {
      setTimeout(flush, 2000);
    } else if (id) {
      settle(id);
      if (waiting.has(id)) mark(waiting.get(id), words.failed);
      waiting.delete(id);
      flush();
    }
  }

  // One at a time, so that messages arrive in the order they were written.
  function flush() {
    const next = outbox().find((message) => !settled.has(message.id));
    if (!ready || inFlight || !next) return;
    showWaiting(next);
    inFlight = next.id;
    socket.send(JSON.stringify({ type: "say", id: next.id, text: next.text }));
  }

  function forget() {
    for (const element of shown) element.remove();
    shown.length = 0;
    last = -1;
  }

  function say(text) {
    status.hidden = !text;
    status.textContent = text;
  }

  // --- what the visitor does ---

  function isOpen() {
    return !panel.hidden;
  }

  function setOpen(open) {
    panel.hidden = !open;
    if (open) {
      unread = 0;
      stored("read", String(last));
      connect();
      toEnd();
      input.focus();
    } else {
      launch.focus();
    }
    showCount();
  }

  function submit() {
    const text = input.value.trim();
    if (!text) return;
    const message = { id: random(), text };
    keep([...outbox(), message]);
    showWaiting(message);
    input.value = "";
    toEnd();
    connect();
    flush();
  }

  function listen() {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        submit();
      }
    });
    launch.addEventListener("click", () => setOpen(!isOpen()));
    close.addEventListener("click", () => setOpen(false));
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !target) setOpen(false);
    });
    document.addEventListener("click", (event) => {
      const asked = event.target.closest?.("[data-hark-say]");
      if (!asked) return;
      if (!isOpen()) setOpen(true);
      input.value = asked.dataset.harkSay;
      input.focus();
    });
    addEventListener("online", connect);
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && (isOpen() || stored("visitor"))) connect();
    });
  }

  function start() {
    target = script.dataset.target ? document.querySelector(script.dataset.target) : null;
    build();
    listen();
    panel.hidden = !target;
    showCount();
    say("");
    for (const message of outbox()) showWaiting(message);
    // A returning visitor learns of answers without opening the panel; others cost no connection until they do.
    if (target || stored("visitor")) connect();
  }

  // An async script may run before the page has a body.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
