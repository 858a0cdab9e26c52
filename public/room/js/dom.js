// Small help with the document.

/** The element with this id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Makes an element of a class, with children: elements or texts. */
export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** Makes an icon of those in index.html, which screen readers pass over. */
export function icon(name) {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(namespace, 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Makes a button that shows an icon only; its name is for the caller to set. */
export function iconButton(className, name) {
  const button = make('button', className, icon(name));
  button.type = 'button';
  return button;
}
