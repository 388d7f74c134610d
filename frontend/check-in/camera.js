// The camera at the door: reads one code after the other, for as long as it is open.
import decodeQR from "qr/decode.js";

const EVERY = 120; // milliseconds
const WIDEST = 800; // pixels: a code that fills a third of the picture is read well below
const OUT_OF_SIGHT = 1_500; // milliseconds without a code, after which the same one counts as held up anew

/** Shows the rear camera in `video` and calls `found(text)` once for each code held up; returns what closes it. */
export async function openCamera(video, found) {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  video.srcObject = stream;
  await video.play();
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  let [last, seenAt, isOpen] = ["", 0, true];

  function look() {
    const scale = Math.min(1, WIDEST / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    if (!canvas.width) return "";
    brush.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(brush.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return ""; // it throws where there is no code in the picture, which is most of the time
    }
  }

  async function loop() {
    while (isOpen) {
      const text = look();
      const now = performance.now();
      if (text) {
        const isAnother = text !== last || now - seenAt > OUT_OF_SIGHT;
        [last, seenAt] = [text, now];
        if (isAnother) await found(text);
        seenAt = performance.now();
      }
      await new Promise((done) => setTimeout(done, EVERY));
    }
  }
  loop();
  return () => {
    isOpen = false;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
}
