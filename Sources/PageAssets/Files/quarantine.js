// Replays or discards all entries that match, page by page, with what is done so far and a way to stop.
const form = document.getElementById("run");
const progress = document.getElementById("progress");

async function run(fields, bar, text, signal) {
  const action = fields.get("action");
  const filter = {};
  for (const name of ["reason", "agent", "execution", "from", "to"]) if (fields.has(name)) filter[name] = fields.get(name);
  const wish = fields.has("id") ? { ids: [Number(fields.get("id"))] } : { filter };
  if (action === "replay" && fields.get("accept-agents") === "yes") wish.acceptAgents = true;
  const counts = {};
  let done = 0;
  let cursor = null;
  do {
    const response = await fetch(`/api/v1/quarantine/${action}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, signal,
      body: JSON.stringify(cursor ? { ...wish, cursor } : wish),
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

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [bar, text, cancel] = ["progress-bar", "progress-text", "cancel"].map((id) => document.getElementById(id));
  const stop = new AbortController();
  progress.hidden = false;
  form.querySelector("button").disabled = true;
  cancel.onclick = () => stop.abort();
  try {
    await run(new FormData(form), bar, text, stop.signal);
    text.textContent += " Finished.";
  } catch (error) {
    text.textContent += error.name === "AbortError" ? " Stopped; what is done stays done." : ` ${error.message}`;
  }
  cancel.hidden = true;
});
