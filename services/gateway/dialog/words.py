"""The sentences about dates, requests and what a person has, in both languages."""

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
    "change": {
        Language.ID: (
            "Jadwal {name} tetap ditahan sampai {expires}. Kirim data yang benar, contoh "
            "{example}. Tanggal lain? Tambahkan #tanggal layanan. Jadwal lama dilepas begitu yang "
            "baru ditahan."
        ),
        Language.EN: (
            "The place of {name} stays held until {expires}. Send the right values, for example "
            "{example}. Another date? Add #visit date. The old place is given back once the new "
            "one is held."
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
    "no_longer_held": {
        Language.ID: (
            "Jadwal dari pesan itu sudah tidak ditahan: waktunya habis atau sudah dilepas. "
            "Lihat tanggal: #tgllayanan. Jadwal Anda: #status."
        ),
        Language.EN: (
            "The place of that message is no longer held: its time is up or it was given back. "
            "See dates: #tgllayanan. Your appointments: #status."
        ),
    },
    "already_confirmed": {
        Language.ID: "Jadwal ini sudah dikonfirmasi:\n\n{line}",
        Language.EN: "This appointment is confirmed already:\n\n{line}",
    },
    "agree_needs_code": {
        Language.ID: "Untuk menyetujui, kirim kode persetujuan dari pesan kami atau ketuk Setuju.",
        Language.EN: "To agree, send the approval code from our message or tap Agree.",
    },
    "ganti_which": {
        Language.ID: "Data jadwal mana yang salah? Ketuk Pilih, atau ketik nomornya:\n\n{lines}",
        Language.EN: "Which place has wrong values? Tap Choose, or type the number:\n\n{lines}",
    },
    "batalkan_which": {
        Language.ID: ("Jadwal mana yang tidak jadi? Ketuk Pilih, atau ketik nomornya:\n\n{lines}"),
        Language.EN: "Which place is not wanted? Tap Choose, or type the number:\n\n{lines}",
    },
    "status_none": {
        Language.ID: "Anda belum punya jadwal. Lihat tanggal yang masih ada: #tgllayanan.",
        Language.EN: "You have no appointment yet. See free dates: #tgllayanan.",
    },
    "status_held": {
        Language.ID: (
            "Jadwal Anda belum dikonfirmasi: kirim dulu kode persetujuannya. Lihat: #status."
        ),
        Language.EN: "Your place is not confirmed yet: send its approval code first. See: #status.",
    },
    "status": {
        Language.ID: "Jadwal Anda:\n\n{lines}",
        Language.EN: "Your appointments:\n\n{lines}",
    },
    "status_moves": {
        Language.ID: "Ubah: #ulang. Batalkan: #batal.",
        Language.EN: "Change: #ulang. Cancel: #batal.",
    },
    "pending": {
        Language.ID: "Satu permintaan Anda masih diproses; jawabannya segera menyusul di sini.",
        Language.EN: "One request of yours is still being handled; the answer follows here soon.",
    },
    "booking_line": {
        Language.ID: (
            "{name}\nKode booking {code}, nomor antrean {queue}\n{date}, {hour} {zone}\n{service}\n"
            "{office}, {address}"
        ),
        Language.EN: (
            "{name}\nBooking code {code}, queue number {queue}\n{date}, {hour} {zone}\n{service}\n"
            "{office}, {address}"
        ),
    },
    "hold_line": {
        Language.ID: (
            "{name}: {date}, {session}, {service}, {office}. Menunggu persetujuan sampai "
            "{expires}; kirim kode persetujuan Anda."
        ),
        Language.EN: (
            "{name}: {date}, {session}, {service}, {office}. Waits for your approval until "
            "{expires}; send your approval code."
        ),
    },
    "batal_which": {
        Language.ID: (
            "Jadwal mana yang ingin dibatalkan? Ketuk Pilih, atau ketik nomornya:\n\n{lines}"
        ),
        Language.EN: (
            "Which appointment is to be cancelled? Tap Choose, or type the number:\n\n{lines}"
        ),
    },
    "ulang_which": {
        Language.ID: "Jadwal mana yang ingin diubah? Ketuk Pilih, atau ketik nomornya:\n\n{lines}",
        Language.EN: (
            "Which appointment is to be changed? Tap Choose, or type the number:\n\n{lines}"
        ),
    },
    "no_such_booking": {
        Language.ID: "Kode booking {text} tidak ada pada nomor ini. Jadwal Anda: #status.",
        Language.EN: "There is no booking code {text} on this number. Your appointments: #status.",
    },
    "cancel_sure": {
        Language.ID: (
            "Batalkan jadwal {name}, {date}, {office} (kode {code})? Tanpa sanksi, tetapi "
            "tempatnya tidak bisa diambil kembali. Balas YA atau TIDAK."
        ),
        Language.EN: (
            "Cancel the appointment of {name}, {date}, {office} (code {code})? There is no "
            "penalty, but the place cannot be taken back. Reply YES or NO."
        ),
    },
    "kept": {
        Language.ID: "Baik, tidak ada yang diubah. Jadwal Anda: #status. Bantuan: #bantuan.",
        Language.EN: "All right, nothing was changed. Your appointments: #status. Help: #bantuan.",
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
