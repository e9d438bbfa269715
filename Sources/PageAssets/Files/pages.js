// What every page has.
import { start } from "./times.js";

start();

// Fields of times are filled in the viewer's zone; addresses have UTC.
const minute = 60000;
for (const field of document.querySelectorAll("input[data-utc]")) {
  const time = new Date(`${field.dataset.utc}Z`);
  if (!Number.isNaN(time.getTime()))
    field.value = new Date(time.getTime() - time.getTimezoneOffset() * minute).toISOString().slice(0, 16);
  field.form.addEventListener("formdata", ({ formData }) => {
    if (field.value) formData.set(field.name, new Date(field.value).toISOString().slice(0, 16));
  });
}

// A form's empty fields say nothing: they stay out of the address.
for (const form of document.querySelectorAll("form[method=get]")) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

// What may be copied, outside the panel of a call, which sees to its own.
for (const button of document.querySelectorAll(".page .copy, .card .copy")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy ?? document.getElementById(button.dataset.copyOf).textContent);
    button.textContent = "Copied";
  });
}

// A bar leads where its row of the table does.
for (const plot of document.querySelectorAll(".plot[data-steps]")) {
  plot.querySelector("svg").addEventListener("click", ({ currentTarget, clientX }) => {
    const box = currentTarget.getBoundingClientRect();
    const step = Math.floor((clientX - box.left) / box.width * Number(plot.dataset.steps));
    plot.querySelector(`tr[data-step="${step}"] a`)?.click();
  });
}

const print = document.getElementById("print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
