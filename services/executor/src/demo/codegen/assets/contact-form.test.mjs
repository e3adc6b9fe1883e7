import assert from 'node:assert/strict';
import test from 'node:test';

import { enhance, problems } from '__MODULE__';

const good = { name: 'Ada', email: 'ada@example.org', message: 'Hello!' };

test('a complete message has no problems', () => {
  assert.deepEqual(problems(good), {});
});

test('every missing field is named', () => {
  assert.deepEqual(Object.keys(problems({})), ['name', 'email', 'message']);
  assert.deepEqual(Object.keys(problems({ ...good, message: '   ' })), ['message']);
});

test('a wrong address and an endless message are refused', () => {
  assert.match(problems({ ...good, email: 'ada@' }).email, /does not look like/);
  assert.match(problems({ ...good, message: 'a'.repeat(5001) }).message, /At most 5000/);
});

test('a form with a problem is not sent and says why; a good one is sent', () => {
  for (const [values, sent] of [[{ ...good, name: '' }, false], [good, true]]) {
    const status = { textContent: '' };
    let submitted;
    let prevented = false;
    enhance({
      elements: { namedItem: (field) => ({ value: values[field], setAttribute() {} }) },
      querySelector: () => status,
      addEventListener: (_, listener) => (submitted = listener),
    });
    submitted({ preventDefault: () => (prevented = true) });
    assert.equal(prevented, !sent);
    assert.equal(status.textContent === '', sent);
  }
});
