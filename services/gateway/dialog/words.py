"""Every sentence of the conversation, in both languages under the same keys."""

from services.gateway.dialog.more_words import MORE_WORDS
from shared.messages import Language

WORDS: dict[str, dict[Language, str]] = {
    "greeting": {
        Language.ID: (
            "Selamat datang di Antrean, layanan jadwal kantor imigrasi. Gratis, satu orang satu "
            "jadwal.\n{office}\n\nCara ambil jadwal:\n"
            "1. Ketik #tgllayanan untuk melihat tanggal yang masih ada\n"
            "2. Ketik #nama#tanggal lahir#tanggal layanan, contoh #Ahmad#20111967#1\n"
            "3. Kirim kembali kode persetujuan yang Anda terima\n\n"
            "Data Anda hanya dipakai untuk jadwal ini. Bantuan: #bantuan. English: ketik English."
        ),
        Language.EN: (
            "Welcome to Antrean, appointments at immigration offices. Free of charge, one person, "
            "one appointment.\n{office}\n\nHow to book:\n"
            "1. Type #tgllayanan to see free dates\n"
            "2. Type #name#birth date#visit date, for example #Ahmad#20111967#1\n"
            "3. Send back the approval code that you receive\n\n"
            "Your data is used for this appointment only. Help: #bantuan. Indonesian: type Bahasa."
        ),
    },
    "at_office": {
        Language.ID: "Kantor: {office}. Kantor lain: ketik #kantor#nama kota.",
        Language.EN: "Office: {office}. Another one: type #kantor#town.",
    },
    "no_office": {
        Language.ID: "Pilih kantor dulu: ketik #kantor#nama kota.",
        Language.EN: "First choose an office: type #kantor#town.",
    },
    "help": {
        Language.ID: (
            "Perintah:\n#tgllayanan tanggal yang masih ada\n"
            "#nama#tanggal lahir#tanggal minta jadwal, boleh ditambah #pagi atau #siang\n"
            "#status jadwal Anda\n#ulang ubah jadwal\n#batal batalkan jadwal\n"
            "#kantor#kota ganti kantor\n#layanan ganti jenis layanan\n"
            "English bahasa Inggris\nberhenti tanpa pesan lain\npetugas jam layanan petugas"
        ),
        Language.EN: (
            "Commands:\n#tgllayanan free dates\n"
            "#name#birth date#date ask for a place; add #pagi (morning) or #siang (afternoon)\n"
            "#status your appointments\n#ulang change the date\n#batal cancel\n"
            "#kantor#town another office\n#layanan another service\n"
            "Bahasa Indonesian\nstop no other messages\npetugas staff hours"
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
            "baru pasti.\n\n{lines}\n\nKetuk Pilih, atau ketik nomornya."
        ),
        Language.EN: (
            "Choose a new date for {code} at {office}. The old one stays yours until the new one "
            "is certain.\n\n{lines}\n\nTap Choose, or type its number."
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
        Language.ID: "Masih ada kuota di kantor lain. Ketuk Pilih untuk pindah kantor.",
        Language.EN: "Other offices still have quota. Tap Choose to change the office.",
    },
    "there": {
        Language.ID: "{date} · sisa {left}{far}",
        Language.EN: "{date} · {left} left{far}",
    },
    "which_office": {
        Language.ID: "Kantor mana? Ketik nama kota, contoh #kantor#surabaya. {none}",
        Language.EN: "Which office? Type a town, for example #kantor#surabaya. {none}",
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
            "{date}, {session}, di {office}.\n\nUntuk siapa? Ketik #nama#tanggal lahir, "
            "contoh #Ahmad#20111967."
        ),
        Language.EN: (
            "{date}, {session}, at {office}.\n\nFor whom? Type #name#birth date, "
            "for example #Ahmad#20111967."
        ),
    },
    "change": {
        Language.ID: (
            "Baik, jadwal yang ditahan kami lepas setelah waktunya habis. Kirim lagi yang benar: "
            "#nama#tanggal lahir#tanggal, contoh {example}."
        ),
        Language.EN: (
            "All right. Please send it again: #name#birth date#date, for example {example}."
        ),
    },
    "no_hold": {
        Language.ID: (
            "Tidak ada jadwal yang menunggu persetujuan pada nomor ini. "
            "Lihat tanggal: #tgllayanan. Jadwal Anda: #status."
        ),
        Language.EN: (
            "No place waits for approval on this number. "
            "See dates: #tgllayanan. Your appointments: #status."
        ),
    },
    "status_none": {
        Language.ID: "Anda belum punya jadwal. Lihat tanggal yang masih ada: #tgllayanan.",
        Language.EN: "You have no appointment yet. See free dates: #tgllayanan.",
    },
    "status": {
        Language.ID: "Jadwal Anda:\n\n{lines}\n\nUbah: #ulang. Batalkan: #batal.",
        Language.EN: "Your appointments:\n\n{lines}\n\nChange: #ulang. Cancel: #batal.",
    },
    "booking_line": {
        Language.ID: (
            "{name}\nKode booking {code}, nomor antrean {queue}\n{date}, {hour} {zone}\n"
            "{office}, {address}"
        ),
        Language.EN: (
            "{name}\nBooking code {code}, queue number {queue}\n{date}, {hour} {zone}\n"
            "{office}, {address}"
        ),
    },
    "hold_line": {
        Language.ID: (
            "{name}: {date}, {session}, {office}. Menunggu persetujuan sampai {expires}; kirim "
            "kode persetujuan Anda."
        ),
        Language.EN: (
            "{name}: {date}, {session}, {office}. Waits for your approval until {expires}; send "
            "your approval code."
        ),
    },
    "cancel_which": {
        Language.ID: "Jadwal mana yang dibatalkan? Ketik #batal#kode booking:\n\n{lines}",
        Language.EN: "Which appointment is to be cancelled? Type #batal#booking code:\n\n{lines}",
    },
    "cancel_sure": {
        Language.ID: (
            "Batalkan jadwal {name}, {date}, {office} (kode {code})? Tanpa sanksi, tetapi "
            "tempatnya tidak bisa diambil kembali."
        ),
        Language.EN: (
            "Cancel the appointment of {name}, {date}, {office} (code {code})? There is no "
            "penalty, but the place cannot be taken back."
        ),
    },
    "kept": {
        Language.ID: "Baik, tidak ada yang diubah. Jadwal Anda: #status. Bantuan: #bantuan.",
        Language.EN: "All right, nothing was changed. Your appointments: #status. Help: #bantuan.",
    },
    "move_which": {
        Language.ID: "Jadwal mana yang diubah? Ketik #ulang#kode booking:\n\n{lines}",
        Language.EN: "Which appointment is to be changed? Type #ulang#booking code:\n\n{lines}",
    },
    "bad_fields": {
        Language.ID: "{faults}\n\nKirim lagi: {example}\nLihat tanggal: #tgllayanan.",
        Language.EN: "{faults}\n\nPlease send: {example}\nSee dates: #tgllayanan.",
    },
    "bad_name": {
        Language.ID: "Nama '{text}' tidak terbaca: 2 sampai 80 huruf, tanpa angka.",
        Language.EN: "The name '{text}' cannot be read: 2 to 80 letters, no digits.",
    },
    "no_birth": {
        Language.ID: "Tanggal lahir belum ada.",
        Language.EN: "The birth date is missing.",
    },
    "no_visit": {
        Language.ID: "Tanggal layanan belum ada.",
        Language.EN: "The date of the visit is missing.",
    },
    "unreadable": {
        Language.ID: "Tanggal '{text}' tidak terbaca. Tulis hari-bulan-tahun, contoh 17-08-1990.",
        Language.EN: "The date '{text}' cannot be read. Write day-month-year, such as 17-08-1990.",
    },
    "month_day_swapped": {
        Language.ID: "Tanggal '{text}': bulan dan hari tertukar? Tulis hari dulu, lalu bulan.",
        Language.EN: "The date '{text}': are month and day swapped? Write the day first.",
    },
    "no_such_date": {
        Language.ID: "Tanggal '{text}' tidak ada di kalender.",
        Language.EN: "The date '{text}' is not in the calendar.",
    },
    "birth_in_future": {
        Language.ID: "Tanggal lahir '{text}' ada di masa depan.",
        Language.EN: "The birth date '{text}' lies in the future.",
    },
    "too_old": {
        Language.ID: "Tanggal lahir '{text}' lebih dari 120 tahun yang lalu.",
        Language.EN: "The birth date '{text}' is more than 120 years ago.",
    },
    "service_in_past": {
        Language.ID: "Tanggal layanan '{text}' sudah lewat.",
        Language.EN: "The visit date '{text}' is over.",
    },
    "year_missing": {
        Language.ID: "Tanggal lahir '{text}' tanpa tahun.",
        Language.EN: "The birth date '{text}' has no year.",
    },
    "ambiguous_weekday": {
        Language.ID: "'{text}' minggu ini atau minggu depan? Tulis tanggalnya, contoh 18-01.",
        Language.EN: "'{text}' of this week or the next? Write the date, such as 18-01.",
    },
    "no_such_number": {
        Language.ID: "Nomor {text} tidak ada di daftar. Lihat lagi: #tgllayanan.",
        Language.EN: "Number {text} is not in the list. See it again: #tgllayanan.",
    },
    "bad_nik": {
        Language.ID: "NIK tidak cocok dengan tanggal lahir.",
        Language.EN: "The NIK does not fit the birth date.",
    },
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
