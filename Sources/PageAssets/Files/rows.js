// The rows of the list of calls. They stay where they are; new ones wait behind a button.
import { localize } from "./times.js";

const announceEvery = 15000;

export class Rows {
  #rows;
  #announcer;
  #newer = document.getElementById("newer");
  #waiting = [];
  #lastSpoken = 0;

  constructor(rows, announcer) {
    this.#rows = rows;
    this.#announcer = announcer;
    this.#newer.addEventListener("click", () => {
      this.#insert();
      rows.querySelector(".row-link")?.focus();
    });
  }

  /** Takes over what the server lists now. */
  merge(fresh) {
    const newRows = [...fresh.querySelectorAll("tr")];
    const shown = new Map([...this.#rows.rows].map((row) => [row.dataset.id, row]));
    const listed = new Set(newRows.map((row) => row.dataset.id));
    // Where older calls follow, a row may only have been pushed off this page.
    const isFull = fresh.querySelector("[rel=next]") !== null;
    const oldest = Math.min(...newRows.map((row) => Number(row.dataset.at)));
    this.#waiting = [];
    for (const row of newRows) {
      const old = shown.get(row.dataset.id);
      if (old) update(old, row);
      else this.#waiting.push(row);
    }
    for (const [id, row] of shown) {
      const isPushedOff = !listed.has(id) && isFull && Number(row.dataset.at) <= oldest;
      row.classList.toggle("pushed", isPushedOff);
      if (listed.has(id)) mark(row, "", "");
      else if (isPushedOff) mark(row, "↓", "not updated");
      else mark(row, "⊘", "no longer matches");
    }
    turnTo(fresh.querySelector(".pages"));
    if (shown.size === 0 && this.#waiting.length > 0) this.#insert();
    else this.#offer();
  }

  #offer() {
    const count = this.#waiting.length;
    if (count === 0 && this.#newer === document.activeElement)
      this.#rows.querySelector(".row-link")?.focus({ preventScroll: true });
    this.#newer.hidden = count === 0;
    if (count === 0) return;
    const text = count === 1 ? "1 new call" : `${count} new calls`;
    this.#newer.textContent = `Show ${text}`;
    if (Date.now() - this.#lastSpoken < announceEvery) return;
    this.#lastSpoken = Date.now();
    this.#announcer.textContent = text;
  }

  #insert() {
    for (const row of this.#waiting.toReversed()) {
      localize(row);
      const place = [...this.#rows.rows].find((other) => Number(other.dataset.at) <= Number(row.dataset.at));
      this.#rows.insertBefore(row, place ?? null);
      row.classList.add("flash");
    }
    // What left the filter, or was pushed off the page and is behind the link to the older ones, goes now that rows move,
    // or the list would grow without end.
    for (const row of this.#rows.querySelectorAll(".gone:not(.current)"))
      if (!row.contains(document.activeElement)) row.remove();
    this.#waiting = [];
    for (const id of ["empty", "no-match"]) document.getElementById(id)?.setAttribute("hidden", "");
    this.#newer.hidden = true;
  }
}

/** Says of a row that is no longer among those the server lists why that is; takes it back where it is again. */
function mark(row, sign, text) {
  row.classList.toggle("gone", text !== "");
  const old = row.querySelector(".apart");
  if ((old?.dataset.text ?? "") === text) return;
  old?.remove();
  if (!text) return;
  const note = document.createElement("span");
  note.className = "tag warn apart";
  note.dataset.text = text;
  const shape = document.createElement("span");
  shape.setAttribute("aria-hidden", "true");
  shape.textContent = `${sign} `;
  note.append(shape, text);
  row.querySelector(".c-status").append(note);
}

/** Takes over how many calls there are and where the older ones begin. */
function turnTo(fresh) {
  const pages = document.querySelector(".pages");
  if (!fresh || !pages || fresh.innerHTML === pages.innerHTML) return;
  const focused = pages.contains(document.activeElement) ? document.activeElement.rel : null;
  pages.replaceChildren(...document.adoptNode(fresh).childNodes);
  if (focused !== null) pages.querySelector(`[rel="${focused}"]`)?.focus({ preventScroll: true });
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
  // When a call began may be known only later: where new rows go follows what is known now.
  old.dataset.at = row.dataset.at;
  old.dataset.version = row.dataset.version;
  if (!isChanged) return;
  old.classList.remove("flash");
  void old.offsetWidth;
  old.classList.add("flash");
}

/** What a cell says, without the seconds that pass and what this page added. */
function signature(cell) {
  const copy = cell.cloneNode(true);
  copy.querySelector(".apart")?.remove();
  for (const time of copy.querySelectorAll("time")) time.replaceWith(time.dateTime);
  return copy.className + copy.textContent + [...copy.querySelectorAll("use")].map((use) => use.getAttribute("href")).join();
}
