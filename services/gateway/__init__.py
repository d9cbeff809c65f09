"""Takes requests from web, mobile and WhatsApp and turns them into commands."""
