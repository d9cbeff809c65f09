"""Every sentence of the notifier, in both languages under the same keys.

`{...}` is filled from the recipient and the event; no value is ever empty.
"""

from shared.messages import Language

BRAND = "ANTREAN: "

WORDS: dict[str, dict[Language, str]] = {
    "held": {
        Language.ID: (
            "Jadwal ditahan untuk Anda.\n\n"
            "Nomor WA: {phone}\nNama: {name}\nTgl Lahir: {birth} ({birth_long})\n"
            "Tgl layanan: {date} ({date_long})\nSesi: {session}, {hours} {zone}\n"
            "Layanan: {service}\nKantor: {office}\n\n"
            "Kode persetujuan: *{code}*\n\n"
            "Kirim kode itu atau ketuk Setuju sebelum pukul {expires}. Lewat dari itu jadwal "
            "dilepas. Ada yang salah? Ketuk Ganti. Tidak jadi? Ketuk Batal."
        ),
        Language.EN: (
            "A place is held for you.\n\n"
            "WhatsApp: {phone}\nName: {name}\nBirth date: {birth} ({birth_long})\n"
            "Visit: {date} ({date_long})\nSession: {session}, {hours} {zone}\n"
            "Service: {service}\nOffice: {office}\n\n"
            "Approval code: *{code}*\n\n"
            "Send this code or tap Agree before {expires}, or the place is released. "
            "Something wrong? Tap Change. Not wanted? Tap Cancel."
        ),
    },
    "confirmed": {
        Language.ID: (
            "Jadwal Anda sudah dikonfirmasi.\n\n"
            "Nama: {name}\nKode booking: *{booking_code}*\nNomor antrean: {queue_number}\n"
            "Tanggal: {date_long}\nJam layanan: {service_hour} {zone} ({session})\n"
            "Layanan: {service}\nKantor: {office}\nAlamat: {address}\n\n"
            "Datang {early} menit sebelumnya dengan KTP, KK dan akta lahir atau ijazah, asli dan "
            "fotokopi. Terlambat atau tidak datang: kode batal.\n"
            "Lihat lagi: #status. Ubah: #ulang. Batalkan: #batal."
        ),
        Language.EN: (
            "Your appointment is confirmed.\n\n"
            "Name: {name}\nBooking code: *{booking_code}*\nQueue number: {queue_number}\n"
            "Date: {date_long}\nService hour: {service_hour} {zone} ({session})\n"
            "Service: {service}\nOffice: {office}\nAddress: {address}\n\n"
            "Come {early} minutes early with your ID card, family card and birth certificate or "
            "diploma, originals and copies. Late or absent: the code is void.\n"
            "See it again: #status. Change: #ulang. Cancel: #batal."
        ),
    },
    "moved": {
        Language.ID: (
            "Jadwal Anda sudah dipindah. Jadwal lama tidak berlaku lagi.\n\n"
            "Nama: {name}\nKode booking: *{booking_code}*\nNomor antrean: {queue_number}\n"
            "Tanggal: {date_long}\nJam layanan: {service_hour} {zone} ({session})\n"
            "Layanan: {service}\nKantor: {office}\nAlamat: {address}\n\n"
            "Datang {early} menit sebelumnya. Lihat lagi: #status. Batalkan: #batal."
        ),
        Language.EN: (
            "Your appointment was moved. The old one is no longer valid.\n\n"
            "Name: {name}\nBooking code: *{booking_code}*\nQueue number: {queue_number}\n"
            "Date: {date_long}\nService hour: {service_hour} {zone} ({session})\n"
            "Service: {service}\nOffice: {office}\nAddress: {address}\n\n"
            "Come {early} minutes early. See it again: #status. Cancel: #batal."
        ),
    },
    "cancelled": {
        Language.ID: (
            "Jadwal {name} pada {date_long} di {office} sudah dibatalkan, tanpa sanksi. "
            "Terima kasih: tempatnya kami berikan kepada orang lain. Jadwal baru: #tgllayanan."
        ),
        Language.EN: (
            "The appointment of {name} on {date_long} at {office} is cancelled, without any "
            "penalty. Thank you: the place goes to someone else. A new one: #tgllayanan."
        ),
    },
    "expired": {
        Language.ID: (
            "Waktu habis: jadwal {name} pada {date_long} di {office} tidak disetujui dan sudah "
            "dilepas. Silakan pilih lagi: #tgllayanan."
        ),
        Language.EN: (
            "Time is up: the place of {name} on {date_long} at {office} was not confirmed and is "
            "released. Please choose again: #tgllayanan."
        ),
    },
    "released": {
        Language.ID: (
            "Baik, jadwal {name} pada {date_long} di {office} tidak jadi dan sudah dilepas. "
            "Pilih tanggal lain: #tgllayanan."
        ),
        Language.EN: (
            "All right, the place of {name} on {date_long} at {office} is given back. "
            "Choose another date: #tgllayanan."
        ),
    },
    "elsewhere": {
        Language.ID: "Masih ada kuota. Ketuk Pilih untuk mengambilnya:\n\n{lines}",
        Language.EN: "There still is quota. Tap Choose to take it:\n\n{lines}",
    },
    "nowhere": {
        Language.ID: "Ketik #tgllayanan untuk tanggal lain atau #kantor untuk kantor lain.",
        Language.EN: "Type #tgllayanan for other dates or #kantor for another office.",
    },
}

REFUSALS: dict[str, dict[Language, str]] = {
    "slot_full": {
        Language.ID: "Maaf, jadwal {date_long} ({session}) sudah habis.",
        Language.EN: "Sorry, {date_long} ({session}) is fully booked.",
    },
    "slot_closed": {
        Language.ID: "Maaf, kantor tutup atau pendaftaran untuk {date_long} sudah ditutup.",
        Language.EN: "Sorry, the office is closed or booking for {date_long} has ended.",
    },
    "not_open_yet": {
        Language.ID: "Kuota {date_long} belum dibuka. Dibuka {opens}.",
        Language.EN: "Quota for {date_long} is not open yet. It opens {opens}.",
    },
    "not_offered": {
        Language.ID: "Layanan ini tidak ada di kantor itu.",
        Language.EN: "That office does not offer this service.",
    },
    "unknown_office": {
        Language.ID: "Kantor itu tidak kami temukan. Cari kantor: #kantor#nama kota.",
        Language.EN: "We do not know that office. Search: #kantor#town.",
    },
    "unknown_slot": {
        Language.ID: "Tidak ada jadwal pada {date_long}, atau kuotanya belum diumumkan.",
        Language.EN: "There is nothing on {date_long}, or its quota is not announced yet.",
    },
    "already_booked": {
        Language.ID: (
            "Orang ini sudah punya jadwal, atau jadwalnya menunggu kode persetujuan; satu orang "
            "satu jadwal. Lihat: #status, dari nomor yang dipakai untuk mengambilnya."
        ),
        Language.EN: (
            "This person already has an appointment, or one that waits for its approval code; one "
            "person, one appointment. See it: #status, from the number that booked it."
        ),
    },
    "too_many_for_phone": {
        Language.ID: "Nomor ini sudah memakai semua jatah jadwalnya. Lihat: #status.",
        Language.EN: "This number has used all its appointments. See them: #status.",
    },
    "too_many_reschedules": {
        Language.ID: "Jadwal ini sudah terlalu sering diubah. Lihat: #status. Batalkan: #batal.",
        Language.EN: "This appointment was moved too often. See it: #status. Cancel: #batal.",
    },
    "too_late": {
        Language.ID: "Sudah terlambat untuk mengubah jadwal ini. Lihat: #status.",
        Language.EN: "It is too late to change this appointment. See it: #status.",
    },
    "hold_expired": {
        Language.ID: "Waktu habis dan jadwal sudah dilepas. Pilih lagi: #tgllayanan.",
        Language.EN: "Time is up and the place was released. Choose again: #tgllayanan.",
    },
    "wrong_code": {
        Language.ID: "Kode salah. Sisa {tries_left} percobaan. Lihat kodenya: #status.",
        Language.EN: "Wrong code. {tries_left} tries left. See the code: #status.",
    },
    "no_tries_left": {
        Language.ID: "Kode salah terlalu sering. Jadwal dilepas. Pilih lagi: #tgllayanan.",
        Language.EN: "Wrong code too often. The place is released. Choose again: #tgllayanan.",
    },
    "not_found": {
        Language.ID: "Kami tidak menemukan jadwal itu pada nomor ini. Lihat: #status.",
        Language.EN: "We do not find that appointment on this number. See: #status.",
    },
    "expired": {
        Language.ID: "Pesan Anda terlambat sampai dan tidak diproses. Silakan kirim ulang.",
        Language.EN: "Your message reached us too late and was not acted on. Please send it again.",
    },
    "needs_attention": {
        Language.ID: (
            "Maaf, ada kesalahan di pihak kami. Permintaan Anda tersimpan dan diperiksa petugas; "
            "jadwalnya belum pasti. Lihat: #status."
        ),
        Language.EN: (
            "Sorry, something went wrong on our side. Your request is kept and our staff look at "
            "it; nothing is booked yet. See: #status."
        ),
    },
    "other": {
        Language.ID: "Maaf, permintaan Anda belum bisa diproses. Coba lagi atau ketik #bantuan.",
        Language.EN: "Sorry, your request could not be handled. Try again or type #bantuan.",
    },
}

BUTTONS: dict[str, dict[Language, str]] = {
    "agree": {Language.ID: "Setuju", Language.EN: "Agree"},
    "change": {Language.ID: "Ganti", Language.EN: "Change"},
    "cancel": {Language.ID: "Batal", Language.EN: "Cancel"},
    "dates": {Language.ID: "Lihat tanggal", Language.EN: "See dates"},
    "status": {Language.ID: "Status saya", Language.EN: "My status"},
    "move": {Language.ID: "Ubah jadwal", Language.EN: "Change date"},
    "choose": {Language.ID: "Pilih", Language.EN: "Choose"},
}

# One GSM-7 segment of 160 characters each, brand first; a name is cut to 20, an office to 24.
SMS: dict[str, dict[Language, str]] = {
    "confirmed": {
        Language.ID: (
            "Jadwal pasti. {name}, {date}, {service_hour} {zone}, {office}. "
            "Kode {booking_code}, antrean {queue_number}. Datang {early} mnt lebih awal."
        ),
        Language.EN: (
            "Booked. {name}, {date}, {service_hour} {zone}, {office}. "
            "Code {booking_code}, queue {queue_number}. Come {early} min early."
        ),
    },
    "moved": {
        Language.ID: (
            "Jadwal dipindah. {name}, {date}, {service_hour} {zone}, {office}. "
            "Kode {booking_code}, antrean {queue_number}."
        ),
        Language.EN: (
            "Moved. {name}, {date}, {service_hour} {zone}, {office}. "
            "Code {booking_code}, queue {queue_number}."
        ),
    },
    "cancelled": {
        Language.ID: "Jadwal {name} {date} di {office} sudah dibatalkan, tanpa sanksi.",
        Language.EN: "The appointment of {name} on {date} at {office} is cancelled.",
    },
}
