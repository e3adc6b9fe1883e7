import assert from 'node:assert/strict';
import test from 'node:test';

import { enhance, subscribe, validateEmail } from '__MODULE__';

test('an address is trimmed and accepted', () => {
  assert.deepEqual(validateEmail('  ada@example.org '), { ok: true, email: 'ada@example.org' });
});

test('what is no address is refused with a reason', () => {
  for (const input of ['', 'ada', 'ada@', '@example.org', 'a b@example.org', 'a@b', 'a@b..org', 'a@b@c.org', null]) {
    const checked = validateEmail(input);
    assert.equal(checked.ok, false, String(input));
    assert.ok(checked.reason.length > 0);
  }
  assert.equal(validateEmail(`${'a'.repeat(250)}@example.org`).reason, 'This address is too long.');
});

test('the address is posted to the target and the visitor is told', async () => {
  const sent = [];
  const send = async (target, request) => {
    sent.push([target, request.method, request.body.get('email')]);
    return { ok: true };
  };
  assert.match(await subscribe('ada@example.org', '/subscribe', send), /^Thank you/);
  assert.deepEqual(sent, [['/subscribe', 'POST', 'ada@example.org']]);
});

test('a failing server is told too', async () => {
  assert.match(await subscribe('a@example.org', '/', async () => ({ ok: false, status: 503 })), /503/);
  const unreachable = async () => {
    throw new Error('offline');
  };
  assert.match(await subscribe('a@example.org', '/', unreachable), /could not be reached/);
});

test('a form with a wrong address sends nothing', async () => {
  const { form, status, submit } = formWith('nobody');
  enhance(form, () => assert.fail('nothing may be sent'));
  await submit();
  assert.equal(status.textContent, 'This does not look like an e-mail address.');
});

test('a form with an address sends it and thanks', async () => {
  const { form, status, submit } = formWith('ada@example.org');
  enhance(form, async () => ({ ok: true }));
  await submit();
  assert.match(status.textContent, /^Thank you/);
});

/** As much of a form as the module uses. */
function formWith(value) {
  const status = { textContent: '' };
  let listener;
  const form = {
    action: '/subscribe',
    elements: { namedItem: () => ({ value, setAttribute() {} }) },
    querySelector: () => status,
    addEventListener: (_, submitted) => (listener = submitted),
  };
  return { form, status, submit: () => listener({ preventDefault() {} }) };
}
