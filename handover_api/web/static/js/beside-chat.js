// @ts-check

import { HostPage } from "./host-page.js";

// On the pages beside the chat too, Escape closes the frame, and the launcher knows that the chat is there.
new HostPage();
