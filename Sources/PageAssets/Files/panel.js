// The page of one call: keeps it up to date, asks Bolna, and adds to the player.
import { fetchPart, parse } from "./markup.js";
import { localize } from "./times.js";

export class Panel {
  #element;
  #isRefreshing = false;
  #isDue = false;

  constructor(element) {
    this.#element = element;
    this.#dress();
  }

  get id() { return this.#element.dataset.id; }

  /** Puts the focus on the heading of a call that was just opened. */
  focus() {
    if (!location.hash && (document.activeElement === document.body || !document.activeElement))
      this.#element.querySelector("#panel-title")?.focus({ preventScroll: true });
  }

  /** Fetches the call anew and takes over what is different. */
  async refresh() {
    if (this.#isRefreshing) {
      this.#isDue = true;
      return;
    }
    this.#isRefreshing = true;
    try {
      const response = await fetchPart(this.#element.dataset.href);
      if (response.ok) this.#take(parse(await response.text()));
    } finally {
      this.#isRefreshing = false;
    }
    if (this.#isDue) {
      this.#isDue = false;
      await this.refresh();
    }
  }

  #take(fresh, keeps = ["notice"]) {
    localize(fresh);
    for (const part of fresh.querySelectorAll("[data-part]")) {
      const old = this.#element.querySelector(`[data-part="${part.dataset.part}"]`);
      if (!old || keeps.includes(part.dataset.part) || old.textContent === part.textContent) continue;
      // What somebody listens to, works in or has opened stays as it is.
      const isPlaying = old.querySelector("audio") && part.querySelector("audio");
      const open = old.querySelector("details[open]");
      if (isPlaying || old.contains(document.activeElement)) continue;
      if (open) part.querySelector("details")?.setAttribute("open", "");
      old.replaceWith(document.adoptNode(part));
    }
    this.#dress();
  }

  #dress() {
    for (const button of this.#element.querySelectorAll(".copy")) {
      button.hidden = !navigator.clipboard;
      button.onclick = async () => {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = "Copied";
      };
    }
    const form = this.#element.querySelector("#check");
    if (form) form.onsubmit = (event) => {
      event.preventDefault();
      this.#check(form);
    };
    this.#dressPlayer();
  }

  async #check(form) {
    const button = form.querySelector("button");
    const notice = this.#element.querySelector("#notice");
    button.disabled = true;
    button.textContent = "Asking Bolna…";
    let cooldown = 5;
    let sentence = "The gateway did not answer. Try again in a moment.";
    try {
      const response = await fetchPart(form.action, { method: "POST" });
      const fresh = parse(await response.text());
      if (response.ok) {
        sentence = fresh.querySelector("#notice")?.textContent ?? "";
        cooldown = Number(fresh.querySelector("#check")?.dataset.cooldown) || cooldown;
        this.#take(fresh, ["notice"]);
      } else sentence = fresh.querySelector("main p:not(.code)")?.textContent ?? sentence;
    } catch { /* The sentence says it. */ }
    notice.hidden = false;
    notice.textContent = sentence;
    this.#cool(cooldown);
  }

  #cool(seconds) {
    const button = this.#element.querySelector("#check-button");
    button.disabled = seconds > 0;
    button.textContent = seconds > 0 ? `Check again in ${seconds} s` : "Check status";
    if (seconds > 0) setTimeout(() => this.#cool(seconds - 1), 1000);
  }

  #dressPlayer() {
    const player = this.#element.querySelector(".player");
    if (!player || player.dataset.dressed) return;
    player.dataset.dressed = "yes";
    const audio = player.querySelector("audio");
    const place = `place-${player.dataset.id}`;
    player.querySelector(".player-tools").hidden = false;
    for (const button of player.querySelectorAll("[data-skip]"))
      button.onclick = () => { audio.currentTime = Math.max(0, audio.currentTime + Number(button.dataset.skip)); };
    const speed = player.querySelector("[data-speed]");
    speed.onchange = () => { audio.playbackRate = Number(speed.value); };
    audio.addEventListener("loadedmetadata", () => {
      const kept = Number(sessionStorage.getItem(place));
      if (kept > 0 && kept < audio.duration - 1) audio.currentTime = kept;
    });
    audio.addEventListener("timeupdate", () => sessionStorage.setItem(place, String(Math.floor(audio.currentTime))));
    audio.addEventListener("error", () => {
      const text = document.createElement("p");
      text.className = "notice warn";
      text.textContent = "The recording cannot be played now. It may have expired at Bolna; checking the status fetches its address anew.";
      if (!player.querySelector(".notice")) player.append(text);
    });
  }
}
