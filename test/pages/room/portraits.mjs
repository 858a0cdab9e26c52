// Drawn people in place of the made-up camera's test picture, for pictures that are to be looked at.

/** How each is drawn: wall, lamp light, skin, hair, clothes, and whether the hair is long. */
export const portraits = {
  Ana: { wall: ['#d8c4ae', '#b8977a'], skin: '#e8b48f', hair: '#4a2c1d', clothes: '#b4533c', long: true },
  Ben: { wall: ['#b9cdd6', '#7f9fae'], skin: '#8d5a3b', hair: '#1d1512', clothes: '#e3b04b', long: false },
  Chen: { wall: ['#c9d6bd', '#8ca67b'], skin: '#f0c7a0', hair: '#20201f', clothes: '#33556b', long: false },
  Dora: { wall: ['#d6c6dc', '#9d83aa'], skin: '#f3d0b8', hair: '#c98b3f', clothes: '#3c6b5c', long: true },
};

/** Runs in the window before the page's scripts: the camera shows the person drawn as told. */
export function drawPerson(look) {
  const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async ({ audio, video }) => {
    const stream = audio ? await native({ audio }) : new MediaStream();
    if (video) stream.addTrack(drawnTrack());
    return stream;
  };

  function drawnTrack() {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
    const context = canvas.getContext('2d');
    draw(context, 0);
    setInterval(() => draw(context, performance.now() / 1000), 150);
    const [track] = canvas.captureStream(8).getVideoTracks();
    track.applyConstraints = async () => {};
    return track;
  }

  function draw(c, time) {
    const wall = c.createLinearGradient(0, 0, 640, 480);
    look.wall.forEach((colour, i) => wall.addColorStop(i, colour));
    c.fillStyle = wall;
    c.fillRect(0, 0, 640, 480);
    c.fillStyle = 'rgb(255 255 255 / 22%)'; // a window behind
    c.fillRect(40, 40, 150, 190);
    c.fillStyle = look.wall[1];
    c.fillRect(110, 40, 8, 190);
    c.fillRect(40, 130, 150, 8);
    c.fillStyle = 'rgb(60 45 35 / 35%)'; // a shelf with books
    c.fillRect(470, 150, 150, 10);
    for (let i = 0; i < 7; i++) c.fillRect(480 + i * 19, 150 - 46 - (i * 13) % 22, 14, 46 + (i * 13) % 22);
    c.save();
    c.translate(320 + Math.sin(time * 0.9) * 6, 20 + Math.sin(time * 1.7) * 3);
    person(c);
    c.restore();
  }

  function person(c) {
    const ellipse = (colour, x, y, rx, ry) => {
      c.fillStyle = colour;
      c.beginPath();
      c.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
      c.fill();
    };
    if (look.long) ellipse(look.hair, 0, 230, 112, 165);
    ellipse(look.clothes, 0, 500, 200, 150); // shoulders
    c.fillStyle = look.skin;
    c.fillRect(-34, 270, 68, 100); // neck
    ellipse(look.skin, 0, 370, 52, 32);
    ellipse(look.hair, 0, 185, 98, 112);
    ellipse(look.skin, 0, 215, 80, 104); // face
    c.fillStyle = look.hair; // fringe
    c.beginPath();
    c.ellipse(0, 155, 86, 62, 0, Math.PI, 2 * Math.PI);
    c.fill();
    for (const side of [-1, 1]) ellipse('#2a211d', side * 30, 212, 7, 9); // eyes
    c.strokeStyle = '#8a4b3c'; // a smile
    c.lineWidth = 6;
    c.lineCap = 'round';
    c.beginPath();
    c.arc(0, 248, 26, 0.25 * Math.PI, 0.75 * Math.PI);
    c.stroke();
  }
}
