// Keeps the list of calls, and the open call, up to date: server-sent events tell that something changed, and the server is
// asked for the rows as the page's filters have them. Rows stay where they are; new ones wait behind a button.
import { Question, Refused } from "./asking.js";
import { byItself, fetchPart, parse, SignedOut } from "./markup.js";
import { Panel } from "./panel.js";
import { Rows } from "./rows.js";
import { followKeys } from "./keys.js";

const split = document.querySelector(".split");
const rows = document.getElementById("rows");
const live = document.getElementById("live");
const pause = document.getElementById("pause");
const trouble = document.getElementById("trouble");
const announcer = document.getElementById("announcer");
const panelElement = document.getElementById("panel");
const panel = panelElement ? new Panel(panelElement, signedOut) : null;
const table = rows ? new Rows(rows, announcer) : null;

const pollEvery = 5000;
/** What one commit changes is told in several events: they share a question. */
const firstAfter = 30;
const quietCheckEvery = 60000;
/** The gateway sends a heartbeat every 15 s; two that are missed, and a little, make what is shown stale. */
const staleAfter = 32000;
const longestRetry = 60000;

const words = {
  live: "Live", connecting: "Connecting…", paused: "Paused", reconnecting: "Reconnecting…", polling: "Asking every 5 s",
  behind: "Catching up…", stale: "Stale", offline: "Offline", "signed-out": "Signed out",
};

let tag = null;
let isPaused = false;
let isSignedOut = false;
let lastHeard = Date.now();
let announced = "live";
let stream = null;
/** The last change that was heard of, for a stream to go on after. */
let since = split.dataset.since;
let listensSince = 0;
let retryIn = pollEvery;
let isRefused = false;
let wasBroken = false;

// A page whose search needs another scope has no rows, and still asks: so it hears that its session has ended.
const list = new Question(fetchRows, told);
const call = panel ? new Question(fetchPanel, told) : null;

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
  live.title = `Last update ${new Date(asOf()).toLocaleTimeString()}`;
}

function signedOut() {
  isSignedOut = true;
  isPaused = false;
  pause.hidden = true;
  for (const question of questions()) question.stop();
  stream?.close();
  show("signed-out", "Your session has ended. ");
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = "Sign in again";
  trouble.append(link);
}

/** The parts that are asked for; a call that is no longer there is none. */
function questions() { return call && !panel.isGone ? [list, call] : [list]; }

function ask(question, wait = 0) {
  if (!isPaused && !isSignedOut) question.soon(wait);
}

function askAll() {
  for (const question of questions()) ask(question);
}

async function fetchRows() {
  const response = await fetchPart(split.dataset.href, { headers: tag ? { ...byItself, "If-None-Match": tag } : byItself });
  if (response.status !== 200 && response.status !== 304) throw new Refused(response);
  const text = response.status === 200 ? await response.text() : null;
  if (text !== null && !isPaused && table) {
    tag = response.headers.get("ETag");
    table.merge(parse(text));
  }
  lastHeard = Date.now();
  document.querySelector(".paper time").dateTime = new Date(lastHeard).toISOString();
}

async function fetchPanel() {
  await panel.fetch();
  // What was forgotten is to stand nowhere.
  if (panel.isGone) rows?.querySelector("tr.current")?.remove();
}

/** Goes on after an answer, or its failure. */
function told(failure) {
  if (failure instanceof SignedOut) signedOut();
  else settle();
}

/** The time that all that is shown is of. */
function asOf() { return Math.min(lastHeard, ...questions().map((question) => question.behindSince || Infinity)); }

function isBehind() { return questions().some((question) => question.behindSince > 0); }

function isOld() { return Date.now() - asOf() > staleAfter; }

/** Says how the page hears of changes now. */
function settle() {
  if (isPaused || isSignedOut) return;
  // An answer that was on its way when the network went says nothing of it now, nor does a stream that has not noticed yet.
  if (!navigator.onLine || isBehind()) return tell();
  if (stream?.readyState === EventSource.OPEN) show("live");
  else show("polling", "");
}

function tell() {
  if (isPaused || isSignedOut) return;
  if (!navigator.onLine) return show("offline", "This device is offline. What is shown may have changed.");
  if (!isOld()) return show(stream?.readyState === EventSource.OPEN ? "behind" : "reconnecting", "");
  show("stale", `The gateway does not answer. What is shown is from ${new Date(asOf()).toLocaleTimeString()}.`);
}

function heard(event) {
  lastHeard = Date.now();
  if (event.lastEventId) since = event.lastEventId;
}

function listen() {
  if (isSignedOut) return;
  stream?.close();
  listensSince = Date.now();
  stream = new EventSource(`/api/v1/changes?since=${encodeURIComponent(since)}`);
  // What changed since the page was made comes first in the stream; only after a break is the list asked for as well.
  stream.addEventListener("open", () => {
    lastHeard = Date.now();
    isRefused = false;
    retryIn = pollEvery;
    settle();
    if (wasBroken) ask(list);
    wasBroken = false;
  });
  stream.addEventListener("heartbeat", (event) => {
    heard(event);
    settle();
  });
  stream.addEventListener("call", (event) => {
    heard(event);
    settle();
    ask(list, firstAfter);
    if (panel && JSON.parse(event.data).call.id === panel.id && !panel.isGone) ask(call);
  });
  stream.addEventListener("resync", (event) => {
    heard(event);
    askAll();
  });
  stream.addEventListener("error", ({ target }) => {
    if (target !== stream || isSignedOut) return;
    wasBroken = true;
    // The browser tries again by itself, from the last event on; how long it takes counts from now.
    listensSince = Date.now();
    // A browser gives up after an answer that is no stream: a new one is tried later and later, and the page asks meanwhile.
    if (target.readyState === EventSource.CLOSED) {
      setTimeout(listen, retryIn);
      retryIn = Math.min(2 * retryIn, longestRetry);
      isRefused = true;
      ask(list);
    }
    if (isRefused && !isOld()) settle();
    else tell();
  });
}

setInterval(() => {
  if (isPaused || isSignedOut) return;
  const isOpen = stream.readyState === EventSource.OPEN;
  if (isOpen && Date.now() - lastHeard > staleAfter) {
    wasBroken = true;
    listen();
    tell();
    askAll();
  } else if (!isOpen) {
    // One that neither opens nor fails is tried anew.
    if (stream.readyState === EventSource.CONNECTING && Date.now() - listensSince > staleAfter) listen();
    if (isOld()) tell();
    askAll();
  } else {
    if (isOld()) tell();
    for (const question of questions())
      if (question.behindSince > 0 || Date.now() - question.lastAnswer > quietCheckEvery) ask(question);
  }
}, pollEvery);

addEventListener("offline", tell);
addEventListener("online", askAll);
pause.hidden = !rows;
pause.addEventListener("click", () => {
  isPaused = !isPaused;
  pause.textContent = isPaused ? "Go on" : "Pause";
  pause.setAttribute("aria-pressed", String(isPaused));
  if (isPaused) {
    for (const question of questions()) question.stop();
    show("paused");
  } else {
    settle();
    askAll();
  }
});

// Where in the list one was stays when a call is opened beside it.
const listElement = document.querySelector(".list");
const place = `calls-place${location.search}`;
addEventListener("pagehide", () => sessionStorage.setItem(place, String(listElement.scrollTop || scrollY)));
if (matchMedia("(min-width: 1080px)").matches) listElement.scrollTop = Number(sessionStorage.getItem(place) ?? 0);

rows?.addEventListener("click", (event) => {
  if (event.target.closest("a, button") || String(getSelection())) return;
  event.target.closest("tr")?.querySelector(".row-link")?.click();
});

/** Moves the focus through the list; where the list is behind an open call, goes on to the one beside it. */
function move(step) {
  if (!rows || !listElement.checkVisibility()) return document.getElementById(step > 0 ? "call-after" : "call-before")?.click();
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
