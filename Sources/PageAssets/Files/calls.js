// Keeps the list of calls, and the open call, up to date: server-sent events tell that something changed, and the server is
// asked for the rows as the page's filters have them. Rows stay where they are; new ones wait behind a button.
import { byItself, fetchPart, parse, SignedOut } from "./markup.js";
import { Panel } from "./panel.js";
import { Rows } from "./rows.js";
import { followKeys } from "./keys.js";

const rows = document.getElementById("rows");
const live = document.getElementById("live");
const pause = document.getElementById("pause");
const trouble = document.getElementById("trouble");
const announcer = document.getElementById("announcer");
const panelElement = document.getElementById("panel");
const panel = panelElement ? new Panel(panelElement) : null;
const table = rows ? new Rows(rows, announcer) : null;

const pollEvery = 5000;
/** What one commit changes is told in several events: they share a question. */
const firstAfter = 30;
const leastPause = 400;
const longestPause = 3000;
const quietCheckEvery = 60000;
/** The gateway sends a heartbeat every 15 s; two that are missed, and a little, make what is shown stale. */
const staleAfter = 32000;
const longestRetry = 60000;

const words = {
  live: "Live", connecting: "Connecting…", paused: "Paused", reconnecting: "Reconnecting…", polling: "Asking every 5 s",
  stale: "Stale", offline: "Offline", "signed-out": "Signed out",
};

let tag = null;
let isPaused = false;
let isSignedOut = false;
let isAsking = false;
let isDue = false;
let timer = 0;
let restUntil = 0;
let lastHeard = Date.now();
let lastAnswer = Date.now();
let announced = "live";
let stream = null;
let listensSince = 0;
let retryIn = pollEvery;
let isRefused = false;
let wasBroken = false;

function show(state, sentence) {
  if (live.dataset.state !== state) {
    live.dataset.state = state;
    live.querySelector(".text").textContent = words[state];
  }
  if (state !== "connecting" && state !== announced) {
    announced = state;
    announcer.textContent = words[state];
  }
  trouble.hidden = !sentence;
  if (sentence && trouble.textContent !== sentence) trouble.textContent = sentence;
  live.title = `Last update ${new Date(lastHeard).toLocaleTimeString()}`;
}

function signedOut() {
  isSignedOut = true;
  stream?.close();
  show("signed-out", "Your session has ended. ");
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = "Sign in again";
  trouble.append(link);
}

/** Asks for the rows soon: a pause that grows with the last answer's time lies between two questions. */
function ask(wait = 0) {
  if (isPaused || isSignedOut || !rows) return;
  if (isAsking) {
    isDue = true;
    return;
  }
  // A question that is due is never put off, or events without end would put it off for ever.
  if (timer) return;
  timer = setTimeout(refresh, Math.max(wait, restUntil - performance.now()));
}

async function refresh() {
  timer = 0;
  isAsking = true;
  const started = performance.now();
  try {
    const response = await fetchPart(rows.dataset.href, { headers: tag ? { ...byItself, "If-None-Match": tag } : byItself });
    if (response.status !== 200 && response.status !== 304) throw new Error(String(response.status));
    const text = response.status === 200 ? await response.text() : null;
    if (text !== null && !isPaused) {
      tag = response.headers.get("ETag");
      table.merge(parse(text));
    }
    lastHeard = lastAnswer = Date.now();
    document.querySelector(".paper time").dateTime = new Date(lastAnswer).toISOString();
    settle();
  } catch (error) {
    if (error instanceof SignedOut) return signedOut();
    tell();
  } finally {
    isAsking = false;
    const now = performance.now();
    restUntil = now + Math.min(longestPause, Math.max(leastPause, 4 * (now - started)));
  }
  if (isDue) {
    isDue = false;
    ask();
  }
}

/** Says how the page hears of changes now. */
function settle() {
  if (isPaused || isSignedOut) return;
  // An answer that was on its way when the network went says nothing of it now, nor does a stream that has not noticed yet.
  if (!navigator.onLine) return tell();
  if (stream?.readyState === EventSource.OPEN) show("live");
  else show("polling", "");
}

function isOld() { return Date.now() - lastHeard > staleAfter; }

function tell() {
  if (isPaused || isSignedOut) return;
  if (!navigator.onLine) return show("offline", "This device is offline. What is shown may have changed.");
  if (!isOld()) return show("reconnecting", "");
  show("stale", `The gateway does not answer. What is shown is from ${new Date(lastHeard).toLocaleTimeString()}.`);
}

function listen() {
  if (isSignedOut) return;
  stream?.close();
  listensSince = Date.now();
  stream = new EventSource(`/api/v1/changes?since=${encodeURIComponent(rows?.dataset.since ?? "")}`);
  // What changed since the page was made comes first in the stream; only after a break is the list asked for as well.
  stream.addEventListener("open", () => {
    lastHeard = Date.now();
    isRefused = false;
    retryIn = pollEvery;
    settle();
    if (wasBroken) ask();
    wasBroken = false;
  });
  stream.addEventListener("heartbeat", () => {
    lastHeard = Date.now();
    settle();
  });
  stream.addEventListener("call", (event) => {
    lastHeard = Date.now();
    settle();
    ask(firstAfter);
    if (isPaused || !panel) return;
    const change = JSON.parse(event.data);
    if (change.call.id === panel.id) panel.refresh().catch(() => {});
  });
  stream.addEventListener("resync", () => {
    ask();
    panel?.refresh().catch(() => {});
  });
  stream.addEventListener("error", ({ target }) => {
    if (target !== stream || isSignedOut) return;
    wasBroken = true;
    // A browser gives up after an answer that is no stream: a new one is tried later and later, and the page asks meanwhile.
    if (target.readyState === EventSource.CLOSED) {
      setTimeout(listen, retryIn);
      retryIn = Math.min(2 * retryIn, longestRetry);
      isRefused = true;
      ask();
    }
    if (isRefused && !isOld()) settle();
    else tell();
  });
}

setInterval(() => {
  if (isPaused || isSignedOut) return;
  const isOpen = stream.readyState === EventSource.OPEN;
  if (isOpen && isOld()) {
    wasBroken = true;
    listen();
    tell();
    ask();
  } else if (!isOpen) {
    // One that neither opens nor fails is tried anew.
    if (stream.readyState === EventSource.CONNECTING && Date.now() - listensSince > staleAfter) listen();
    if (isOld()) tell();
    ask();
    panel?.refresh().catch(() => {});
  } else if (Date.now() - lastAnswer > quietCheckEvery) ask();
}, pollEvery);

addEventListener("offline", tell);
addEventListener("online", () => ask());
pause.hidden = !rows;
pause.addEventListener("click", () => {
  isPaused = !isPaused;
  pause.textContent = isPaused ? "Go on" : "Pause";
  pause.setAttribute("aria-pressed", String(isPaused));
  if (isPaused) {
    clearTimeout(timer);
    timer = 0;
    show("paused");
  } else {
    settle();
    ask();
    panel?.refresh().catch(() => {});
  }
});

// Where in the list one was stays when a call is opened beside it.
const list = document.querySelector(".list");
const place = `calls-place${location.search}`;
addEventListener("pagehide", () => sessionStorage.setItem(place, String(list.scrollTop || scrollY)));
if (matchMedia("(min-width: 1080px)").matches) list.scrollTop = Number(sessionStorage.getItem(place) ?? 0);

rows?.addEventListener("click", (event) => {
  if (event.target.closest("a, button") || String(getSelection())) return;
  event.target.closest("tr")?.querySelector(".row-link")?.click();
});

/** Moves the focus through the list; where the list is behind an open call, goes on to the one beside it. */
function move(step) {
  if (!rows || !list.checkVisibility()) return document.getElementById(step > 0 ? "call-after" : "call-before")?.click();
  const links = [...rows.querySelectorAll(".row-link")];
  const current = links.indexOf(document.activeElement?.closest("tr")?.querySelector(".row-link"));
  const start = current >= 0 ? current : links.findIndex((link) => link.closest("tr").classList.contains("current"));
  const next = links[Math.min(links.length - 1, Math.max(0, start + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

followKeys({
  j: () => move(1),
  k: () => move(-1),
  "/": () => document.getElementById("q")?.focus(),
}, () => panel && document.getElementById("close").click());

// Who comes back from a call goes on from its row.
document.querySelector(".row-link:target")?.focus();

panel?.focus();
show("connecting");
listen();
