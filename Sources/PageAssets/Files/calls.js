// Keeps the list of calls, and the open call, up to date: server-sent events tell that something changed, and the server is
// asked for the rows as the page's filters have them. Rows stay where they are; new ones wait behind a button.
import { byItself, fetchPart, parse, SignedOut } from "./markup.js";
import { localize } from "./times.js";
import { Panel } from "./panel.js";

const rows = document.getElementById("rows");
const live = document.getElementById("live");
const newer = document.getElementById("newer");
const pause = document.getElementById("pause");
const trouble = document.getElementById("trouble");
const announcer = document.getElementById("announcer");
const panelElement = document.getElementById("panel");
const panel = panelElement ? new Panel(panelElement) : null;

const pollEvery = 5000;
const leastPause = 400;
const quietCheckEvery = 60000;
const staleAfter = 30000;
const announceEvery = 15000;

const words = {
  live: "Live", connecting: "Connecting…", paused: "Paused", reconnecting: "Reconnecting…", polling: "Asking every 5 s",
  stale: "Stale", offline: "Offline", "signed-out": "Signed out",
};

let waiting = [];
let tag = null;
let isPaused = false;
let isSignedOut = false;
let isAsking = false;
let isDue = false;
let timer = 0;
let lastTook = 0;
let lastHeard = Date.now();
let lastSpoken = 0;
let stream = null;
let wasBroken = false;

function show(state, sentence) {
  if (live.dataset.state !== state) {
    live.dataset.state = state;
    live.querySelector(".text").textContent = words[state];
    if (state !== "connecting") announcer.textContent = words[state];
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

/** Asks for the rows soon: at once, or as soon as a pause that grows with the last answer's time has passed. */
function ask(delay = 0) {
  if (isPaused || isSignedOut || !rows) return;
  if (isAsking) {
    isDue = true;
    return;
  }
  clearTimeout(timer);
  timer = setTimeout(refresh, Math.max(delay, 0));
}

async function refresh() {
  isAsking = true;
  const started = performance.now();
  try {
    const response = await fetchPart(rows.dataset.href, { headers: tag ? { ...byItself, "If-None-Match": tag } : byItself });
    if (response.status === 200) {
      tag = response.headers.get("ETag");
      merge(parse(await response.text()));
    } else if (response.status !== 304) throw new Error(String(response.status));
    lastHeard = Date.now();
    settle();
  } catch (error) {
    if (error instanceof SignedOut) return signedOut();
    tell();
  } finally {
    isAsking = false;
    lastTook = performance.now() - started;
  }
  if (isDue) {
    isDue = false;
    ask(Math.max(leastPause, 4 * lastTook));
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

function tell() {
  if (isPaused || isSignedOut) return;
  if (!navigator.onLine) return show("offline", "This device is offline. What is shown may have changed.");
  const isOld = Date.now() - lastHeard > staleAfter;
  show(isOld ? "stale" : "reconnecting", isOld ? `The gateway does not answer. What is shown is from ${new Date(lastHeard).toLocaleTimeString()}.` : "");
}

function merge(fresh) {
  const newRows = [...fresh.querySelectorAll("tr")];
  const shown = new Map([...rows.rows].map((row) => [row.dataset.id, row]));
  const listed = new Set(newRows.map((row) => row.dataset.id));
  const isFull = document.querySelector(".pages [rel=next]") !== null;
  const oldest = Math.min(...newRows.map((row) => Number(row.dataset.at)));
  const pending = [];
  for (const row of newRows) {
    const old = shown.get(row.dataset.id);
    if (old) update(old, row);
    else pending.push(row);
  }
  for (const [id, row] of shown) {
    const isPushedOff = isFull && Number(row.dataset.at) <= oldest;
    row.classList.toggle("gone", !listed.has(id) && !isPushedOff);
    row.title = row.classList.contains("gone") ? "No longer matches the filters" : "";
  }
  waiting = pending;
  if (shown.size === 0 && pending.length > 0) insert();
  else offer();
}

function update(old, row) {
  localize(row);
  let isChanged = false;
  [...row.cells].forEach((cell, index) => {
    const before = old.cells[index];
    if (!before || signature(before) === signature(cell)) return;
    if (before.contains(document.activeElement)) before.querySelector("a").textContent = cell.textContent.trim();
    else before.replaceWith(cell);
    isChanged = true;
  });
  old.dataset.version = row.dataset.version;
  if (!isChanged) return;
  old.classList.remove("flash");
  void old.offsetWidth;
  old.classList.add("flash");
}

/** What a cell says, without the seconds that pass. */
function signature(cell) {
  const copy = cell.cloneNode(true);
  for (const time of copy.querySelectorAll("time")) time.replaceWith(time.dateTime);
  return copy.className + copy.textContent + [...copy.querySelectorAll("use")].map((use) => use.getAttribute("href")).join();
}

function offer() {
  newer.hidden = waiting.length === 0;
  if (waiting.length === 0) return;
  const text = waiting.length === 1 ? "1 new call" : `${waiting.length} new calls`;
  newer.textContent = `Show ${text}`;
  if (Date.now() - lastSpoken < announceEvery) return;
  lastSpoken = Date.now();
  announcer.textContent = text;
}

function insert() {
  for (const row of waiting.toReversed()) {
    localize(row);
    const place = [...rows.rows].find((other) => Number(other.dataset.at) <= Number(row.dataset.at));
    rows.insertBefore(row, place ?? null);
    row.classList.add("flash");
  }
  waiting = [];
  for (const id of ["empty", "no-match"]) document.getElementById(id)?.setAttribute("hidden", "");
  const count = rows.rows.length;
  document.getElementById("count").textContent = count === 1 ? "1 call" : `${count} calls`;
  newer.hidden = true;
}

function listen() {
  show("connecting");
  stream = new EventSource(`/api/v1/changes?since=${encodeURIComponent(rows?.dataset.since ?? "")}`);
  // What changed since the page was made comes first in the stream; only after a break is the list asked for as well.
  stream.addEventListener("open", () => {
    lastHeard = Date.now();
    settle();
    if (wasBroken) ask();
    wasBroken = false;
  });
  stream.addEventListener("call", (event) => {
    lastHeard = Date.now();
    settle();
    ask(lastTook > 100 ? 4 * lastTook : 30);
    if (isPaused || !panel) return;
    const change = JSON.parse(event.data);
    if (change.call.id === panel.id) panel.refresh().catch(() => {});
  });
  stream.addEventListener("resync", () => {
    ask();
    panel?.refresh().catch(() => {});
  });
  stream.addEventListener("error", () => {
    wasBroken = true;
    tell();
    // A browser gives up after an answer that is no stream; then a new one is tried with each question.
    if (stream.readyState === EventSource.CLOSED && !isSignedOut) setTimeout(listen, pollEvery);
  });
}

setInterval(() => {
  if (isPaused || isSignedOut) return;
  const isOpen = stream?.readyState === EventSource.OPEN;
  if (!isOpen) {
    ask();
    panel?.refresh().catch(() => {});
  } else if (Date.now() - lastHeard > quietCheckEvery) ask();
}, pollEvery);

addEventListener("offline", tell);
addEventListener("online", () => ask());
newer?.addEventListener("click", () => {
  insert();
  rows.querySelector(".row-link")?.focus();
});
pause.hidden = !rows;
pause.addEventListener("click", () => {
  isPaused = !isPaused;
  pause.textContent = isPaused ? "Go on" : "Pause";
  pause.setAttribute("aria-pressed", String(isPaused));
  if (isPaused) show("paused");
  else {
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

function move(step) {
  const links = [...rows.querySelectorAll(".row-link")];
  const current = links.indexOf(document.activeElement?.closest("tr")?.querySelector(".row-link"));
  const start = current >= 0 ? current : links.findIndex((link) => link.closest("tr").classList.contains("current"));
  const next = links[Math.min(links.length - 1, Math.max(0, start + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const field = event.target.closest?.("input, select, textarea");
  if (event.target.closest?.("dialog")) return;
  if (event.key === "Escape") {
    if (field) field.blur();
    else if (panel) document.getElementById("close").click();
    return;
  }
  if (field || event.target.closest?.("audio")) return;
  if (event.key === "j" && rows) move(1);
  else if (event.key === "k" && rows) move(-1);
  else if (event.key === "/") {
    event.preventDefault();
    document.getElementById("q")?.focus();
  }
});

panel?.focus();
listen();
