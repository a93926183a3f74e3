// Loaded by the page of notices: being told in this browser.

import { offerPush } from "./parts/push";

offerPush();
