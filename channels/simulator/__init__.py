"""A stand-in for the WhatsApp Cloud API and an SMS provider, with phones to look at."""
