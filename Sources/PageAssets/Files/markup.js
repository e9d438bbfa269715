// The one place where text becomes markup, and it takes only what the gateway's own templates made: they escape every text
// that came from calls. Scripts themselves write such texts by textContent.
const policy = globalThis.trustedTypes?.createPolicy("gateway", { createHTML: (markup) => markup });

/** Parses a page or a part of one. Nothing in it runs. */
export function parse(markup) {
  return new DOMParser().parseFromString(policy ? policy.createHTML(markup) : markup, "text/html");
}

/** What a page asks for by itself, rather than a person, says so: it keeps no session alive. */
export const byItself = { "Gateway-Refresh": "1" };

/** Fetches a part of a page, within so many milliseconds; throws SignedOut where nobody is signed in any more. */
export async function fetchPart(address, { within = 10000, ...options } = {}) {
  const signal = AbortSignal.timeout(within);
  const response = await fetch(address, { cache: "no-store", credentials: "same-origin", signal, ...options });
  if (response.status === 401) throw new SignedOut();
  return response;
}

/** Nobody is signed in any more. */
export class SignedOut extends Error {}
