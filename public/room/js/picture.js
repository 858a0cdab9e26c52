// How large pictures are taken: smaller the more people there are, because each of them gets a copy
// that this device has to encode, and decodes as many.

const sizes = [
  { people: 2, width: 1280, height: 720, frameRate: 30, bitrate: 1_800_000 },
  { people: 4, width: 640, height: 360, frameRate: 24, bitrate: 700_000 },
  { people: 6, width: 480, height: 270, frameRate: 20, bitrate: 350_000 },
  { people: Infinity, width: 320, height: 180, frameRate: 15, bitrate: 200_000 },
];
const small = { width: 320, height: 180, frameRate: 10, bitrate: 150_000 };

/** The { width, height, frameRate, bitrate } for so many people, or to save data. */
export function pictureFor(people, saveData) {
  return saveData ? small : sizes.find((size) => people <= size.people);
}
