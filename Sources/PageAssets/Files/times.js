// Writes times and amounts as the viewer is used to; without scripts they stand there in UTC and US dollars.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "always", style: "narrow" });
const dollars = new Intl.NumberFormat(undefined, { style: "currency", currency: "USD", minimumFractionDigits: 3, maximumFractionDigits: 3 });

function ago(time, now) {
  const seconds = Math.round((time - now) / 1000);
  const size = Math.abs(seconds);
  if (size < 60) return relative.format(seconds, "second");
  if (size < 3600) return relative.format(Math.trunc(seconds / 60), "minute");
  if (size < 86400) return relative.format(Math.trunc(seconds / 3600), "hour");
  return day.format(time);
}

function waited(time, now) {
  const seconds = Math.max(0, Math.round((now - time) / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.trunc(seconds / 60);
  return minutes < 60 ? `${minutes}:${two(seconds % 60)}` : `${Math.trunc(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** On paper nothing passes: times stand there exactly. */
let isPrinting = false;

function write(element, now) {
  const time = new Date(element.dateTime);
  if (Number.isNaN(time.getTime())) return;
  const kind = isPrinting ? "exact" : element.dataset.as;
  const text = kind === "ago" ? ago(time, now)
    : kind === "waited" ? waited(time, now)
    : kind === "clock" ? clock.format(time)
    : kind === "both" ? `${exact.format(time)} (${ago(time, now)})`
    : exact.format(time);
  if (element.textContent !== text) element.textContent = text;
  if (kind !== "waited") element.title = `${exact.format(time)} ${zone}`;
}

/** Writes everything below an element. */
export function localize(root = document) {
  const now = Date.now();
  for (const element of root.querySelectorAll("time[data-as]")) write(element, now);
  for (const element of root.querySelectorAll("data[data-as=usd]")) element.textContent = dollars.format(Number(element.value));
}

/** Keeps everything on the page up to date. */
export function start() {
  localize();
  for (const element of document.querySelectorAll(".zone")) element.textContent = zone.replaceAll("_", " ");
  setInterval(() => {
    if (!document.hidden) localize();
  }, 1000);
  for (const [name, isNow] of [["beforeprint", true], ["afterprint", false]]) addEventListener(name, () => {
    isPrinting = isNow;
    localize();
  });
}
