// Replays or discards all entries that match, page by page, with what is done so far and a way to stop and to go on.
const form = document.getElementById("run");
const [progress, bar, text, cancel, goOn, back] = ["progress", "progress-bar", "progress-text", "cancel", "go-on", "back"]
  .map((id) => document.getElementById(id));
const heading = document.querySelector("h1");
/** How long one page of entries may take, in milliseconds. */
const longestPage = 60000;

const counts = {};
let done = 0;
let cursor = null;

function wish(fields) {
  const filter = {};
  for (const name of ["reason", "agent", "execution", "from", "to"]) if (fields.has(name)) filter[name] = fields.get(name);
  const wish = fields.has("id") ? { ids: [Number(fields.get("id"))] } : { filter };
  if (fields.get("action") === "replay" && fields.get("accept-agents") === "yes") wish.acceptAgents = true;
  return wish;
}

async function run(fields, signal) {
  do {
    const response = await fetch(`/api/v1/quarantine/${fields.get("action")}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, signal: AbortSignal.any([signal, AbortSignal.timeout(longestPage)]),
      body: JSON.stringify(cursor ? { ...wish(fields), cursor } : wish(fields)),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail ?? answer.title);
    for (const result of answer.results) counts[result.outcome] = (counts[result.outcome] ?? 0) + 1;
    done += answer.results.length;
    bar.value = done;
    const parts = Object.entries(counts).map(([word, count]) => `${count} ${word}`);
    text.textContent = `${done} of ${bar.max} done${parts.length ? `: ${parts.join(", ")}` : ""}.`;
    cursor = answer.nextCursor;
  } while (cursor);
}

async function start() {
  const stop = new AbortController();
  // What was tried says nothing any more once it is done in earnest.
  for (const part of document.querySelectorAll("[data-dry]")) part.hidden = true;
  form.hidden = true;
  progress.hidden = cancel.hidden = false;
  goOn.hidden = back.hidden = true;
  heading.textContent = `${form.dataset.verb}: going on`;
  cancel.onclick = () => stop.abort();
  try {
    await run(new FormData(form), stop.signal);
    text.textContent += " Finished.";
  } catch (error) {
    text.textContent += error.name === "AbortError" ? " Stopped; what is done stays done." : ` ${error.message}`;
    goOn.hidden = false;
  }
  heading.textContent = `${form.dataset.verb}: what happened`;
  const hadFocus = cancel === document.activeElement || document.activeElement === document.body;
  cancel.hidden = true;
  back.hidden = false;
  if (hadFocus) (goOn.hidden ? back : goOn).focus();
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});
goOn?.addEventListener("click", start);
