// Checks an e-mail address and sends it without leaving the page. Without JavaScript the form still posts.

export const MAX_EMAIL_CHARS = 254;

/** Returns { ok: true, email } with the trimmed address, or { ok: false, reason } in words for people. */
export function validateEmail(input) {
  const email = String(input ?? '').trim();
  if (email === '') return { ok: false, reason: 'Please enter your e-mail address.' };
  if (email.length > MAX_EMAIL_CHARS) return { ok: false, reason: 'This address is too long.' };
  const [local, domain, ...rest] = email.split('@');
  const labels = (domain ?? '').split('.');
  const wellFormed =
    rest.length === 0 &&
    local.length > 0 &&
    !/\s/.test(email) &&
    labels.length > 1 &&
    labels.every((label) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(label));
  if (!wellFormed) return { ok: false, reason: 'This does not look like an e-mail address.' };
  return { ok: true, email };
}

/** Sends the address to the form's target and returns the sentence to show. */
export async function subscribe(email, target, send = fetch) {
  try {
    const response = await send(target, { method: 'POST', body: new URLSearchParams({ email }) });
    if (response.ok) return 'Thank you, you are on the list.';
    return `This did not work (${response.status}). Please try again later.`;
  } catch {
    return 'The server could not be reached. Please try again later.';
  }
}

/** Makes one form send its address in the background. */
export function enhance(form, send = fetch) {
  const status = form.querySelector('[role="status"]');
  form.noValidate = true;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const field = form.elements.namedItem('email');
    const checked = validateEmail(field.value);
    field.setAttribute('aria-invalid', String(!checked.ok));
    status.textContent = checked.ok ? 'One moment…' : checked.reason;
    if (checked.ok) status.textContent = await subscribe(checked.email, form.action, send);
  });
}

if (typeof document !== 'undefined') {
  for (const form of document.querySelectorAll('[data-errand="email-capture"]')) enhance(form);
}
