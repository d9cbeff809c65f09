/** Parts that few visits need: how a phone, or a booking, is proven. */

import { later } from "./later";

export const Login = later(async () => (await import("./login")).Login);
export const Prove = later(async () => (await import("./prove")).Prove);
