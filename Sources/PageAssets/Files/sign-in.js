// A link from another site comes without the session, which browsers send only from pages of ours. From here it is sent: who
// is signed in goes on to where the link led.
const form = document.getElementById("sign-in");
const refused = document.querySelector("[role=alert], [role=status]");
if (form && !refused) {
  const response = await fetch("/api/v1/me", { cache: "no-store" }).catch(() => null);
  if (response?.ok) location.replace(form.elements.next.value);
  else form.elements.key.focus();
}
