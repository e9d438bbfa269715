// The page of one call: keeps it up to date, asks Bolna, and adds to the player.
import { Refused } from "./asking.js";
import { byItself, fetchPart, parse, SignedOut } from "./markup.js";
import { localize } from "./times.js";

/** How long the gateway may ask Bolna, in milliseconds. */
const longestCheck = 60000;

export class Panel {
  /** Whether the gateway holds the call no longer. */
  isGone = false;
  #element;
  #onSignedOut;
  #isAsking = false;
  #coolUntil = 0;

  /** `onSignedOut` hears where nobody is signed in any more. */
  constructor(element, onSignedOut) {
    this.#element = element;
    this.#onSignedOut = onSignedOut;
    this.#dress();
  }

  get id() { return this.#element.dataset.id; }

  /** Puts the focus on the heading of a call that was just opened. */
  focus() {
    if (!location.hash && (document.activeElement === document.body || !document.activeElement))
      this.#element.querySelector("#panel-title")?.focus({ preventScroll: true });
  }

  /** Fetches the call anew and takes over what is different. */
  async fetch() {
    const response = await fetchPart(this.#element.dataset.href, { headers: byItself });
    if (response.status === 404) return this.#leave();
    if (!response.ok) throw new Refused(response);
    this.#take(parse(await response.text()));
  }

  /** Shows nothing of a call any more that was forgotten. */
  #leave() {
    this.isGone = true;
    const hasFocus = this.#element.contains(document.activeElement);
    const heading = document.createElement("h1");
    heading.id = "panel-title";
    heading.tabIndex = -1;
    heading.textContent = "This call is no longer there";
    const sentence = document.createElement("p");
    sentence.textContent = "It was forgotten, or is older than what the account keeps.";
    this.#element.replaceChildren(this.#element.querySelector(".beside"), heading, sentence);
    document.title = "Calls · Gateway";
    if (hasFocus) heading.focus({ preventScroll: true });
  }

  #take(fresh, keeps = ["notice"]) {
    localize(fresh);
    for (const part of fresh.querySelectorAll("[data-part]")) {
      const old = this.#element.querySelector(`[data-part="${part.dataset.part}"]`);
      if (!old || keeps.includes(part.dataset.part) || old.textContent === part.textContent) continue;
      // What somebody listens to stays as it is; what somebody has opened stays open, and the focus where it was.
      if (old.querySelector("audio") && part.querySelector("audio")) continue;
      if (old.querySelector("details[open]")) part.querySelector("details")?.setAttribute("open", "");
      const focused = old.contains(document.activeElement) ? document.activeElement : null;
      old.replaceWith(document.adoptNode(part));
      if (focused) this.#focusLike(focused, part);
    }
    this.#dress();
  }

  #focusLike(focused, part) {
    const address = focused.getAttribute("href");
    const twin = focused.id ? part.querySelector(`#${CSS.escape(focused.id)}`)
      : address ? part.querySelector(`a[href="${CSS.escape(address)}"]`)
      : part.querySelector(focused.localName);
    (twin ?? this.#element.querySelector("#panel-title"))?.focus({ preventScroll: true });
  }

  #dress() {
    for (const button of this.#element.querySelectorAll(".copy")) {
      button.hidden = !navigator.clipboard;
      button.onclick = async () => {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = "Copied";
      };
    }
    for (const link of this.#element.querySelectorAll(".raw")) link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#showPayload(link.href).catch(() => { location.href = link.href; });
    };
    const form = this.#element.querySelector("#check");
    if (form) form.onsubmit = (event) => {
      event.preventDefault();
      if (!this.#isAsking && Date.now() >= this.#coolUntil) this.#check(form);
    };
    this.#showCheck();
    this.#dressPlayer();
  }

  /** Shows the bytes of a step above the page; without scripts they are a page of their own. */
  async #showPayload(address) {
    const response = await fetchPart(address);
    const payload = parse(await response.text()).querySelector("#payload");
    if (!response.ok || !payload) throw new Error("no payload");
    localize(payload);
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-labelledby", "payload-title");
    const close = document.createElement("button");
    close.textContent = "Close";
    close.onclick = () => dialog.close();
    payload.querySelector(".bar").append(close);
    for (const button of payload.querySelectorAll(".copy")) {
      button.hidden = !navigator.clipboard;
      button.onclick = async () => {
        await navigator.clipboard.writeText(payload.querySelector(`#${button.dataset.copyOf}`).textContent);
        button.textContent = "Copied";
      };
    }
    dialog.append(document.adoptNode(payload));
    dialog.onclose = () => dialog.remove();
    document.body.append(dialog);
    dialog.showModal();
  }

  async #check(form) {
    this.#isAsking = true;
    this.#showCheck();
    let cooldown = 5;
    let sentence = "The gateway did not answer. Try again in a moment.";
    try {
      const response = await fetchPart(form.action, { method: "POST", within: longestCheck });
      const fresh = parse(await response.text());
      if (response.ok) {
        sentence = fresh.querySelector("#notice")?.textContent ?? "";
        cooldown = Number(fresh.querySelector("#check")?.dataset.cooldown) || cooldown;
        this.#take(fresh);
      } else sentence = fresh.querySelector("main p:not(.code)")?.textContent ?? sentence;
    } catch (error) {
      if (error instanceof SignedOut) {
        sentence = "Your session has ended. Sign in again to ask.";
        this.#onSignedOut();
      }
    }
    this.#isAsking = false;
    this.#coolUntil = Date.now() + cooldown * 1000;
    this.#showCheck();
    const notice = this.#element.querySelector("#notice");
    if (notice) notice.textContent = sentence;
  }

  /** Says on the button whether Bolna is being asked, or when it may be asked again. */
  #showCheck() {
    const button = this.#element.querySelector("#check-button");
    if (!button) return;
    const left = Math.ceil((this.#coolUntil - Date.now()) / 1000);
    button.setAttribute("aria-disabled", String(this.#isAsking || left > 0));
    button.classList.toggle("busy", this.#isAsking);
    button.textContent = this.#isAsking ? "Asking Bolna…" : left > 0 ? `Check again in ${left} s` : "Check status";
    if (left > 0) setTimeout(() => this.#showCheck(), 1000);
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
