// Talks to hark's own API: the token, the errors, and the stream of events.

const TOKEN = "hark.desk.token";

// Resolves with a token that a person typed, or rejects. Set by the page.
let askForToken = () => Promise.reject(new Error("no token"));

export function onTokenNeeded(ask) {
  askForToken = ask;
}

// What the API refused, in words for the agent.
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `hark answered ${status}`);
    this.status = status;
  }
}

function headers(more) {
  const token = sessionStorage.getItem(TOKEN);
  return token ? { ...more, Authorization: `Bearer ${token}` } : more;
}

let asking = null;

async function call(path, options = {}) {
  for (;;) {
    const response = await fetch(`/api/v1${path}`, { ...options, headers: headers(options.headers) });
    if (response.status !== 401) return response;
    // Several calls may be refused at once; a person is asked once.
    asking ??= askForToken().finally(() => (asking = null));
    sessionStorage.setItem(TOKEN, await asking);
  }
}

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, body);
  return body;
}

export async function get(path) {
  return answer(await call(path));
}

export async function post(path, key, body) {
  return answer(
    await call(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify(body),
    }),
  );
}

// A key per intent: the same one for every try of the same action, so that a lost answer does no harm.
export function actionKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Calls `onEvent` for each event and `onState` with whether events flow. Goes on for as long as the page is open.
// EventSource cannot carry a token, so the stream is read here.
export async function follow(onEvent, onState) {
  for (let failures = 0; ; failures += 1) {
    try {
      const response = await call("/events", { headers: { Accept: "text/event-stream" } });
      if (!response.ok) throw new Refused(response.status, {});
      failures = 0;
      onState(true);
      await read(response.body, onEvent);
    } catch {
      // The poll goes on meanwhile.
    }
    onState(false);
    await new Promise((resolve) => setTimeout(resolve, Math.min(1000 * 2 ** failures, 30_000)));
  }
}

async function read(body, onEvent) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split(/\r?\n/);
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith("data:")) onEvent(JSON.parse(line.slice(5)));
    }
  }
}
