// Switches between light and dark and remembers the choice. Until it is made, the system's preference counts.

const STORAGE_KEY = 'theme';

/** The theme to begin with: the remembered one, else the system's. */
export function initialTheme(remembered, systemIsDark) {
  if (remembered === 'dark' || remembered === 'light') return remembered;
  return systemIsDark ? 'dark' : 'light';
}

/** The other theme. */
export function otherTheme(theme) {
  return theme === 'dark' ? 'light' : 'dark';
}

/** Makes the buttons switch the theme of `root`. `storage` may be absent or refuse, as in private windows. */
export function install(root, buttons, storage, systemIsDark) {
  let theme = initialTheme(read(storage), systemIsDark);
  const show = () => {
    root.dataset.theme = theme;
    for (const button of buttons) button.setAttribute('aria-pressed', String(theme === 'dark'));
  };
  for (const button of buttons) {
    button.addEventListener('click', () => {
      theme = otherTheme(theme);
      write(storage, theme);
      show();
    });
  }
  show();
}

function read(storage) {
  try {
    return storage?.getItem(STORAGE_KEY) ?? null;
  } catch {
    return null;
  }
}

function write(storage, theme) {
  try {
    storage?.setItem(STORAGE_KEY, theme);
  } catch {
    // The choice then lasts until the page is left.
  }
}

if (typeof document !== 'undefined') {
  const systemIsDark = window.matchMedia('(prefers-color-scheme: dark)').matches;
  const buttons = document.querySelectorAll('[data-errand="dark-mode"]');
  install(document.documentElement, buttons, window.localStorage, systemIsDark);
}
