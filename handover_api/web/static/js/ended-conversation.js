// @ts-check

import { Memory } from "./memory.js";

// The conversation has left this browser: what this tab remembers of it goes, and the other tabs let go of it too.
new Memory("chatt").clear();
new BroadcastChannel("chatt").postMessage("ended");
