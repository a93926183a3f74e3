import type { Look } from "./look";

const SIDE = 24; // pixels of the page
const SHARP = 2; // pixels of the picture per pixel of the page
const MIDDLE = SIDE / 2;
const RADIUS = 7.5;
const FULL = Math.PI * 2;
const TOP = -Math.PI / 2;

type Brush = CanvasRenderingContext2D;

/** How much of the disc of a mark is filled: ● ◔ ◑ ○. */
const FILLED: Readonly<Record<string, number>> = { kept: 1, running: 0.25, soon: 0.5, released: 0 };

/** Return the picture of a mark: a small shape for each state, told apart without colour. */
export function markPicture(mark: string, look: Look): ImageData | null {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE * SHARP;
  const brush = canvas.getContext("2d");
  if (!brush) return null;
  brush.scale(SHARP, SHARP);
  brush.lineJoin = "round";
  const colour = look.states[mark] ?? look.ink;
  if (mark === "broken") drawTriangle(brush, colour, look.sheet);
  else if (mark === "paused") drawBars(brush, colour, look.sheet);
  else drawDisc(brush, FILLED[mark] ?? 1, colour, look.sheet);
  return brush.getImageData(0, 0, canvas.width, canvas.height);
}

/** The pixels of the picture per pixel of the page. */
export const PIXEL_RATIO = SHARP;

function drawDisc(brush: Brush, share: number, colour: string, paper: string): void {
  circle(brush, RADIUS + 2.5, paper);
  circle(brush, RADIUS + 0.5, colour);
  if (share === 1) return;
  circle(brush, RADIUS - 1.5, paper);
  if (share === 0) return;
  brush.fillStyle = colour;
  brush.beginPath();
  brush.moveTo(MIDDLE, MIDDLE);
  brush.arc(MIDDLE, MIDDLE, RADIUS - 1, TOP, TOP + FULL * share);
  brush.closePath();
  brush.fill();
}

function circle(brush: Brush, radius: number, colour: string): void {
  brush.beginPath();
  brush.arc(MIDDLE, MIDDLE, radius, 0, FULL);
  brush.fillStyle = colour;
  brush.fill();
}

function drawTriangle(brush: Brush, colour: string, paper: string): void {
  brush.beginPath();
  brush.moveTo(MIDDLE, 3.5);
  brush.lineTo(SIDE - 3, SIDE - 4.5);
  brush.lineTo(3, SIDE - 4.5);
  brush.closePath();
  brush.lineWidth = 4.5;
  brush.strokeStyle = paper;
  brush.stroke();
  brush.fillStyle = colour;
  brush.fill();
}

function drawBars(brush: Brush, colour: string, paper: string): void {
  circle(brush, RADIUS + 2.5, paper);
  brush.fillStyle = colour;
  brush.fillRect(MIDDLE - 5, MIDDLE - 6.5, 3.5, 13);
  brush.fillRect(MIDDLE + 1.5, MIDDLE - 6.5, 3.5, 13);
}
