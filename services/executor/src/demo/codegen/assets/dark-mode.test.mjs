import assert from 'node:assert/strict';
import test from 'node:test';

import { initialTheme, install, otherTheme } from '__MODULE__';

test('a remembered theme wins over the system, and nonsense does not', () => {
  assert.equal(initialTheme('light', true), 'light');
  assert.equal(initialTheme(null, true), 'dark');
  assert.equal(initialTheme('purple', false), 'light');
  assert.equal(otherTheme(otherTheme('dark')), 'dark');
});

test('a click switches the page and is remembered', () => {
  const page = pageWith(new Map());
  page.click();
  assert.equal(page.root.dataset.theme, 'dark');
  assert.equal(page.pressed(), 'true');
  assert.equal(page.stored.get('theme'), 'dark');
});

test('a browser that remembers nothing still switches', () => {
  const page = pageWith(null);
  page.click();
  assert.equal(page.root.dataset.theme, 'dark');
});

/** As much of a page as the module uses; `stored` null refuses, as private windows do. */
function pageWith(stored) {
  const root = { dataset: {} };
  let click;
  let pressed;
  const button = {
    addEventListener: (_, clicked) => (click = clicked),
    setAttribute: (_, value) => (pressed = value),
  };
  const refuse = () => {
    throw new Error('refused');
  };
  const storage = {
    getItem: (key) => (stored ? (stored.get(key) ?? null) : refuse()),
    setItem: (key, value) => (stored ? stored.set(key, value) : refuse()),
  };
  install(root, [button], storage, false);
  return { root, stored, click: () => click(), pressed: () => pressed };
}
