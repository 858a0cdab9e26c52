// Light or dark: as the system has it, or as chosen here.
import { load, save } from './store.js';

const themes = ['auto', 'light', 'dark'];

/** The theme in use: "auto", "light" or "dark". */
export function theme() {
  const saved = load('theme');
  return themes.includes(saved) ? saved : 'auto';
}

/** Uses a theme and remembers it. */
export function setTheme(next) {
  save('theme', next);
  applyTheme();
}

/** Tells the style sheet, which knows the colours of both. */
export function applyTheme() {
  document.documentElement.dataset.theme = theme();
}
