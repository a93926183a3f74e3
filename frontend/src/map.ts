// Loaded by pages with a map or a search of places; the map itself comes later, as a chunk.

import { searchAddresses } from "./parts/map/search";
import { startMaps } from "./parts/map/start";

startMaps();
searchAddresses();
