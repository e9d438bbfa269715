// Keys of one character, which a person can turn off: who speaks to a computer, or hits keys by chance, presses them unmeant.
const kept = "gateway-shortcuts";

/** Runs what a key stands for, by `actions`, unless the person turned that off; Escape leaves a field, else calls `close`. */
export function followKeys(actions, close) {
  const toggle = document.getElementById("keys-toggle");
  const hint = document.getElementById("keys-hint");
  let areOn = localStorage.getItem(kept) !== "off";
  const tell = () => {
    toggle.textContent = areOn ? "Turn shortcuts off" : "Turn shortcuts on";
    hint.hidden = !areOn;
  };
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    areOn = !areOn;
    localStorage.setItem(kept, areOn ? "on" : "off");
    tell();
  });
  tell();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("dialog")) return;
    const field = event.target.closest?.("input, select, textarea");
    if (event.key === "Escape") {
      if (field) field.blur();
      else close();
      return;
    }
    if (field || !areOn || event.target.closest?.("audio") || !Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]();
  });
}
