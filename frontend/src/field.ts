// Loaded by the pages for those who work outside: the camera, the place, the queue, the way.

import { sendFromForms } from "./parts/field/errands";
import { countTaps } from "./parts/field/fixing";
import { keepTasks, forgetOnLeaving } from "./parts/field/keeping";
import { showShutters } from "./parts/field/shutters";
import { tellOffline } from "./parts/field/offline";
import { walk } from "./parts/field/walking";
import { offerPlace } from "./parts/field/place";
import { showQueue } from "./parts/field/queue";
import { sendOnEveryOccasion } from "./parts/outbox";

showShutters();
tellOffline();
offerPlace();
countTaps();
sendFromForms();
showQueue();
forgetOnLeaving();
sendOnEveryOccasion();
void walk();
void keepTasks();
