// How large pictures are taken: smaller the more people there are, because each of them gets a copy
// that this device has to encode, and sends one that it has to decode.

const usual = [
  { people: 2, width: 1280, height: 720, frameRate: 30, bitrate: 1_800_000 },
  { people: 4, width: 640, height: 360, frameRate: 24, bitrate: 700_000 },
  { people: 6, width: 480, height: 270, frameRate: 20, bitrate: 350_000 },
  { people: Infinity, width: 320, height: 180, frameRate: 15, bitrate: 200_000 },
];
const saving = [
  { people: 4, width: 320, height: 180, frameRate: 10, bitrate: 150_000 },
  { people: Infinity, width: 160, height: 90, frameRate: 7, bitrate: 60_000 },
];

/** The { width, height, frameRate, bitrate } for so many people, as usual or to save data. */
export function pictureFor(people, saveData) {
  return (saveData ? saving : usual).find((size) => people <= size.people);
}
