// Loaded by every page; adds comfort to pages that work without it.

import { showLocation } from "./parts/locating";
import { workOffline } from "./parts/offline";
import { previewPictures } from "./parts/pictures";
import { sendOnce } from "./parts/sending";

showLocation();
previewPictures();
sendOnce();
workOffline();
