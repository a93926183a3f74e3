// Loaded by the pages for those who work outside: the camera, the place, the queue, the way.

import { showDuty } from "./parts/field/duty";
import { sendFromForms, tellWaiting } from "./parts/field/errands";
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
void tellWaiting();
showQueue();
forgetOnLeaving();
sendOnEveryOccasion();
void showDuty().then(walk);
void keepTasks();
