// One case, and the pages around it: the clock counts, the two pictures slide, boxes are drawn.

import { drawBoxes } from "./parts/blackout";
import { countDown } from "./parts/clock";
import { markChanged } from "./parts/seen";
import { slidePictures } from "./parts/slider";
import { leadToStep } from "./parts/to_step";

countDown();
slidePictures();
drawBoxes();
markChanged();
leadToStep();
