/** The same texts in English. */

import type { Words } from "./id";

export const en: Words = {
  "frame.skip": "Skip to content",
  "frame.nav": "Menu",
  "frame.mine": "My appointments",
  "frame.language": "Bahasa Indonesia",
  "frame.back": "Back",
  "frame.about": "About this service",
  "frame.help": "Need help? Send a WhatsApp message to your office, or ask at its information desk.",
  "frame.noscript": "This page needs JavaScript. You can also book by WhatsApp.",
  "home.title": "A passport appointment without queueing",
  "home.description": "Book an appointment at an immigration office. Free. One person, one appointment.",
  "service.title": "Which service do you need?",
  "offices.title": "Choose an office",
  "dates.title": "Choose a date",
  "applicant.title": "Who will come?",
  "check.title": "Check your appointment",
  "ticket.title": "Your ticket",
  "mine.title": "My appointments",
  "change.title": "Change or cancel an appointment",
  "help.title": "Help",
  "accessibility.title": "Accessibility",
  "privacy.title": "Privacy",
  "missing.title": "Page not found",
};
