"""The sentences about offices, dates and requests, in both languages; and all buttons."""

from services.gateway.dialog.more_words import MORE_WORDS
from services.gateway.dialog.own_words import OWN_WORDS
from shared.messages import Language

WORDS: dict[str, dict[Language, str]] = {
    "greeting": {
        Language.ID: (
            "Selamat datang di Antrean, layanan jadwal kantor imigrasi. Gratis, satu orang satu "
            "jadwal.\n{office}\n\nCara ambil jadwal:\n"
            "1. Ketik #tgllayanan untuk melihat tanggal yang masih ada\n"
            "2. Ketik #nama#tanggal lahir#tanggal layanan, contoh #Ahmad#20111967#1\n"
            "3. Kirim kembali kode persetujuan yang Anda terima\n\n"
            "Data Anda hanya dipakai untuk jadwal ini.{hidden} Bantuan: #bantuan. "
            "English: ketik English."
        ),
        Language.EN: (
            "Welcome to Antrean, appointments at immigration offices. Free of charge, one person, "
            "one appointment.\n{office}\n\nHow to book:\n"
            "1. Type #tgllayanan to see free dates\n"
            "2. Type #name#birth date#visit date, for example #Ahmad#20111967#1\n"
            "3. Send back the approval code that you receive\n\n"
            "Your data is used for this appointment only.{hidden} Help: #bantuan. "
            "Indonesian: type Bahasa."
        ),
    },
    "at_office": {
        Language.ID: "Kantor pilihan Anda: {office}. Kantor lain: ketik #kantor#nama kota.",
        Language.EN: "Your office: {office}. Another one: type #kantor#town.",
    },
    "no_office": {
        Language.ID: "Pilih kantor dulu: ketik #kantor#nama kota.",
        Language.EN: "First choose an office: type #kantor#town.",
    },
    "help": {
        Language.ID: (
            "Perintah:\n#tgllayanan: tanggal yang masih ada\n"
            "#nama#tanggal lahir#tanggal: minta jadwal, boleh ditambah #pagi atau #siang\n"
            "#status: jadwal Anda\n#ulang: ubah jadwal\n#batal: batalkan jadwal\n"
            "#kantor#kota: ganti kantor\n#layanan: ganti jenis layanan\n"
            "English: bahasa Inggris\nberhenti: hanya balasan, tanpa pesan lain\n"
            "petugas: jam layanan petugas"
        ),
        Language.EN: (
            "Commands:\n#tgllayanan: free dates\n"
            "#name#birth date#date: ask for a place; add #pagi (morning) or #siang (afternoon)\n"
            "#status: your appointments\n#ulang: change the date\n#batal: cancel\n"
            "#kantor#town: another office\n#layanan: another service\n"
            "Bahasa: Indonesian\nstop: replies only, no other messages\nstaff: when staff serve"
        ),
    },
    "dates": {
        Language.ID: (
            "Tanggal yang masih ada di {office}:\n\n{lines}\n\n"
            "Ketuk Pilih, atau ketik #nama#tanggal lahir#nomor, contoh {example}. "
            "Kantor lain: #kantor."
        ),
        Language.EN: (
            "Free dates at {office}:\n\n{lines}\n\n"
            "Tap Choose, or type #name#birth date#number, for example {example}. "
            "Another office: #kantor."
        ),
    },
    "dates_to_move": {
        Language.ID: (
            "Pilih tanggal baru untuk {code} di {office}. Jadwal lama tetap milik Anda sampai yang "
            "baru pasti.\n\n{lines}\n\nKetuk Pilih, atau ketik nomornya. Tidak jadi? Ketik tidak."
        ),
        Language.EN: (
            "Choose a new date for {code} at {office}. The old one stays yours until the new one "
            "is certain.\n\n{lines}\n\nTap Choose, or type its number. Changed your mind? Type no."
        ),
    },
    "line": {
        Language.ID: "{number}. {date} · {session} · sisa {left} · {hours} {zone}",
        Language.EN: "{number}. {date} · {session} · {left} left · {hours} {zone}",
    },
    "row": {
        Language.ID: "Sisa {left} · {hours} {zone}",
        Language.EN: "{left} left · {hours} {zone}",
    },
    "full_here": {
        Language.ID: "Saat ini tidak ada jadwal yang bisa diambil di {office}. {opening}",
        Language.EN: "There is nothing to book at {office} at the moment. {opening}",
    },
    "opens": {
        Language.ID: "Kuota berikutnya dibuka {when}.",
        Language.EN: "The next quota opens {when}.",
    },
    "opens_unknown": {
        Language.ID: "Kuota berikutnya belum diumumkan; coba lagi nanti dengan #tgllayanan.",
        Language.EN: "The next quota is not announced yet; try #tgllayanan again later.",
    },
    "free_there": {
        Language.ID: (
            "Kantor lain masih punya kuota. Ketuk Pilih atau ketik nomornya untuk pindah "
            "kantor:\n\n{lines}"
        ),
        Language.EN: (
            "Other offices still have quota. Tap Choose or type the number to change the "
            "office:\n\n{lines}"
        ),
    },
    "there": {
        Language.ID: "{date} · sisa {left}{far}",
        Language.EN: "{date} · {left} left{far}",
    },
    "which_office": {
        Language.ID: (
            "Kantor mana? Ketik nama kota, contoh Surabaya, atau pilih kantor besar:\n\n{lines}"
        ),
        Language.EN: (
            "Which office? Type a town, for example Surabaya, or choose a big office:\n\n{lines}"
        ),
    },
    "office_not_found": {
        Language.ID: "Tidak ada kantor bernama {text}.",
        Language.EN: "There is no office called {text}.",
    },
    "offices_found": {
        Language.ID: "Kantor yang cocok. Ketuk Pilih, atau ketik nomornya:\n\n{lines}",
        Language.EN: "Offices that fit. Tap Choose, or type the number:\n\n{lines}",
    },
    "which_service": {
        Language.ID: "Layanan apa di {office}? Ketuk Pilih, atau ketik nomornya:\n\n{lines}",
        Language.EN: "Which service at {office}? Tap Choose, or type the number:\n\n{lines}",
    },
    "service_not_found": {
        Language.ID: "Tidak ada layanan bernama {text}.",
        Language.EN: "There is no service called {text}.",
    },
    "not_offered_here": {
        Language.ID: "{office} tidak melayani {service}. Kantor lain: #kantor#nama kota.",
        Language.EN: "{office} does not offer {service}. Another office: #kantor#town.",
    },
    "picked": {
        Language.ID: (
            "{date}, {session}, di {office}.\n\nUntuk siapa? Kirim nama dan tanggal lahir, "
            "contoh: Ahmad, 20-11-1967."
        ),
        Language.EN: (
            "{date}, {session}, at {office}.\n\nFor whom? Send name and birth date, "
            "for example: Ahmad, 20-11-1967."
        ),
    },
    **OWN_WORDS,
    **MORE_WORDS,
}

BUTTONS: dict[str, dict[Language, str]] = {
    "dates": {Language.ID: "Lihat tanggal", Language.EN: "See dates"},
    "status": {Language.ID: "Status saya", Language.EN: "My status"},
    "help": {Language.ID: "Bantuan", Language.EN: "Help"},
    "office": {Language.ID: "Pilih kantor", Language.EN: "Choose office"},
    "choose": {Language.ID: "Pilih", Language.EN: "Choose"},
    "move": {Language.ID: "Ubah jadwal", Language.EN: "Change date"},
    "cancel": {Language.ID: "Batalkan", Language.EN: "Cancel it"},
    "agree": {Language.ID: "Setuju", Language.EN: "Agree"},
    "change": {Language.ID: "Ganti", Language.EN: "Change"},
    "drop": {Language.ID: "Batal", Language.EN: "Cancel"},
    "yes": {Language.ID: "Ya, batalkan", Language.EN: "Yes, cancel"},
    "no": {Language.ID: "Tidak", Language.EN: "No"},
}
COMMANDS = {
    "dates": "#tgllayanan",
    "status": "#status",
    "help": "#bantuan",
    "office": "#kantor",
    "move": "#ulang",
    "cancel": "#batal",
    "no": "#tidak",
}
