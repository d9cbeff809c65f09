/** The long texts of the pages that explain: kept out of what every other page loads. */

import { prose as id } from "../words/prose-id";
import { dictionary } from "./words";

/** Give one passage. */
export const prose = dictionary<keyof typeof id>(id, async () => (await import("../words/prose-en")).prose);
