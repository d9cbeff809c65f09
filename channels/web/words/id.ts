/** What citizens read, in Indonesian. Every key is in words/en.ts too: the types see to it. */

export const id = {
  "frame.skip": "Langsung ke isi",
  "frame.nav": "Menu",
  "frame.mine": "Jadwal saya",
  "frame.language": "English",
  "frame.back": "Kembali",
  "frame.about": "Tentang layanan ini",
  "frame.help": "Perlu bantuan? Kirim WhatsApp ke kantor Anda, atau datang ke loket informasi.",
  "frame.noscript": "Halaman ini perlu JavaScript. Anda juga bisa mendaftar lewat WhatsApp.",
  "home.title": "Jadwal paspor tanpa antre",
  "home.description": "Ambil jadwal di kantor imigrasi. Gratis. Satu orang satu jadwal.",
  "service.title": "Layanan apa yang Anda perlukan?",
  "offices.title": "Pilih kantor",
  "dates.title": "Pilih tanggal",
  "applicant.title": "Siapa yang akan datang?",
  "check.title": "Periksa jadwal Anda",
  "ticket.title": "Tiket Anda",
  "mine.title": "Jadwal saya",
  "change.title": "Ubah atau batalkan jadwal",
  "help.title": "Bantuan",
  "accessibility.title": "Aksesibilitas",
  "privacy.title": "Privasi",
  "missing.title": "Halaman tidak ditemukan",
} as const;

export type Words = Record<keyof typeof id, string>;
