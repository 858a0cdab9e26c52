// The page's words: which language, and which text stands where. A text that was put in place with
// setText or setLabel changes by itself when the language does.
import en from './lang/en.js';
import zh from './lang/zh.js';
import { load, save } from './store.js';

const languages = { en, zh };
const placed = new WeakMap(); // element -> { text, label }: what setText and setLabel last put there

let code = preferred();

/** The code of the language in use: "en" or "zh". */
export function language() {
  return code;
}

/** Changes the language of all that is on the page, and remembers it. */
export function setLanguage(next) {
  code = next;
  save('language', code);
  translatePage();
}

/**
 * Returns a text of the current language. With a count among the values, the text may have a form
 * for each plural category of the language: "people.one", "people.other".
 */
export function t(key, values = {}) {
  const words = languages[code];
  const plural = 'count' in values ? `${key}.${new Intl.PluralRules(code).select(values.count)}` : key;
  const text = words[plural] ?? words[key];
  if (text === undefined) throw new Error(`no text for "${key}" in ${code}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Shows a text in an element. */
export function setText(element, key, values) {
  remember(element, 'text', { key, values });
  element.textContent = t(key, values);
}

/** Gives an element its accessible name, and the same as a tooltip. */
export function setLabel(element, key, values) {
  remember(element, 'label', { key, values });
  label(element, t(key, values));
}

function remember(element, place, what) {
  placed.set(element, { ...placed.get(element), [place]: what });
  element.toggleAttribute('data-placed', true);
}

function label(element, text) {
  element.setAttribute('aria-label', text);
  if (element.matches('button, [role="img"]')) element.title = text;
}

/** Puts every text on the page into the current language. */
export function translatePage() {
  document.documentElement.lang = code === 'zh' ? 'zh-Hans' : code;
  for (const element of document.querySelectorAll('[data-t]')) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll('[data-t-label]')) label(element, t(element.dataset.tLabel));
  for (const element of document.querySelectorAll('[data-t-placeholder]')) {
    element.placeholder = t(element.dataset.tPlaceholder);
  }
  for (const element of document.querySelectorAll('[data-placed]')) {
    const { text, label: named } = placed.get(element);
    if (text) element.textContent = t(text.key, text.values);
    if (named) label(element, t(named.key, named.values));
  }
}

function preferred() {
  const wanted = [load('language'), ...navigator.languages].filter(Boolean);
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in languages) ?? 'en';
}
