// The desk: the case beside the list, keys for everything, word of what changed.

import htmx from "htmx.org";

import { forgetTaken } from "./parts/desk/begun";
import { keepTyped } from "./parts/desk/drafts";
import { listenForKeys } from "./parts/desk/keys";
import { openBesideOnly } from "./parts/desk/pane";
import { countPicks } from "./parts/desk/picking";
import { goOn } from "./parts/desk/running";
import { watchForChanges } from "./parts/desk/watching";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;

openBesideOnly();
keepTyped();
listenForKeys();
countPicks();
watchForChanges();
goOn();
forgetTaken();
