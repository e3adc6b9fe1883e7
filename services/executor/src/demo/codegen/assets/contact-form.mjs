// Checks a message to the site's owner before it is sent. Without JavaScript the form still posts.

export const LIMITS_CHARS = { name: 100, email: 254, message: 5000 };
const WORDS = { name: 'your name', email: 'your e-mail address', message: 'a message' };

/** Returns what is wrong, by field, in words for people; an empty object when nothing is. */
export function problems(fields) {
  const found = {};
  for (const [field, limit] of Object.entries(LIMITS_CHARS)) {
    const value = String(fields[field] ?? '').trim();
    if (value === '') found[field] = `Please enter ${WORDS[field]}.`;
    else if (value.length > limit) found[field] = `At most ${limit} characters, please.`;
  }
  if (!found.email && !/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(String(fields.email).trim())) {
    found.email = 'This does not look like an e-mail address.';
  }
  return found;
}

/** Makes one form refuse to be sent while something is wrong, and say what. */
export function enhance(form) {
  const status = form.querySelector('[role="status"]');
  form.noValidate = true;
  form.addEventListener('submit', (event) => {
    const values = {};
    for (const field of Object.keys(LIMITS_CHARS)) values[field] = form.elements.namedItem(field).value;
    const found = problems(values);
    for (const field of Object.keys(LIMITS_CHARS)) {
      form.elements.namedItem(field).setAttribute('aria-invalid', String(field in found));
    }
    status.textContent = Object.values(found).join(' ');
    if (Object.keys(found).length > 0) event.preventDefault();
  });
}

if (typeof document !== 'undefined') {
  for (const form of document.querySelectorAll('[data-errand="contact-form"]')) enhance(form);
}
