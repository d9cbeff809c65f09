/** Finds and sorts offices on the phone itself, so that nobody else learns where it is. Pure. */

import type { Schemas } from "../../shared/api";

export type Office = Schemas["Office"];

export interface Point {
  lat: number;
  lon: number;
}

export interface Wish {
  words: string;
  onlyFree: boolean;
  near: Point | null;
}

export interface Found {
  office: Office;
  km: number | null;
}

const EARTH_KM = 6_371;

/** Give the offices that a search means: the nearest first, else those with quota, then by town. */
export function findOffices(offices: Office[], wish: Wish): Found[] {
  const words = plain(wish.words).split(" ").filter(Boolean);
  const found = offices
    .filter((office) => words.every((word) => textOf(office).includes(word)))
    .filter((office) => !wish.onlyFree || office.next_available !== null)
    .map((office) => ({ office, km: wish.near === null ? null : distanceKm(wish.near, office) }));
  return found.sort(wish.near === null ? byQuota : byDistance);
}

/** Compute kilometres on a sphere (haversine); null where the office's place is unknown. */
export function distanceKm(from: Point, to: { lat: number | null; lon: number | null }): number | null {
  if (to.lat === null || to.lon === null) return null;
  const [lat1, lon1, lat2, lon2] = [from.lat, from.lon, to.lat, to.lon].map((degrees) => degrees * Math.PI / 180) as
    [number, number, number, number];
  const half = Math.sin((lat2 - lat1) / 2) ** 2
    + Math.cos(lat1) * Math.cos(lat2) * Math.sin((lon2 - lon1) / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(half)));
}

function byQuota(one: Found, other: Found): number {
  const has = (found: Found) => (found.office.next_available === null ? 1 : 0);
  return has(one) - has(other) || (one.office.office < other.office.office ? -1 : 1);
}

function byDistance(one: Found, other: Found): number {
  return (one.km ?? Infinity) - (other.km ?? Infinity);
}

function textOf(office: Office): string {
  const { office: id, name, province, address } = office;
  return plain(`${id} ${name} ${province} ${address}`);
}

function plain(text: string): string {
  return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/\s+/g, " ").trim();
}
