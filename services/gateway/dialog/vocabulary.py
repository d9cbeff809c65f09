"""What people type, and what each of it stands for: commands, greetings, sessions."""

import re

from services.gateway.dialog.intents import Simple
from shared.messages import Session

# The first word of each command is the one that our texts teach.
WORDS: dict[str, tuple[str, ...]] = {
    "dates": (
        *("tgllayanan", "tgl layanan", "tanggal layanan", "tanggal", "jadwal", "lihat tanggal"),
        *("lihat jadwal", "daftar", "dates", "schedule", "book"),
    ),
    "status": (
        *("status", "status saya", "jadwal saya", "jadwalku", "cek", "cek status", "cek jadwal"),
        *("cek jadwal saya", "lihat jadwal saya", "booking saya", "my status"),
    ),
    "cancel": (
        *("batal", "batalin", "mau batal", "batalkan jadwal", "batalkan booking", "cancel"),
    ),
    "move": ("ulang", "jadwal ulang", "ubah", "ubah jadwal", "ganti jadwal", "reschedule"),
    "help": ("bantuan", "help", "tolong", "info", "menu", "cara"),
    "office": ("kantor", "pilih kantor", "ganti kantor", "kanim", "office"),
    "service": ("layanan", "pilih layanan", "ganti layanan", "jenis layanan", "service"),
    "english": ("english", "inggris", "in english"),
    "bahasa": ("bahasa", "indonesia", "bahasa indonesia"),
    "stop": ("berhenti", "stop", "unsubscribe"),
    "resume": ("mulai", "start", "subscribe"),
    "staff": ("petugas", "staff", "operator", "admin", "human"),
    "change": ("ganti", "ganti data", "salah data", "change"),
    "drop": ("batalkan", "lepaskan"),
    "never": ("tidak jadi", "gak jadi", "ga jadi", "nggak jadi", "tak jadi", "never mind"),
    "agree": ("setuju", "saya setuju", "agree"),
    "number": ("nomor", "bagikan nomor", "share number"),
    "logout": ("keluar", "logout", "log out"),
    "yes": ("ya", "iya", "iya betul", "ya batalkan", "betul", "benar", "yes", "y"),
    "no": ("tidak", "jangan", "no"),
    "thanks": (
        *("terima kasih", "terimakasih", "makasih", "makasih kak", "trims", "tks", "thx"),
        *("thanks", "thank you", "ok", "oke", "siap", "baik", "sip", "👍", "🙏", "👌"),
    ),
}
COMMAND_OF = {word: command for command, words in WORDS.items() for word in words}
SIMPLE = {
    "dates": Simple.DATES,
    "status": Simple.STATUS,
    "help": Simple.HELP,
    "yes": Simple.YES,
    "no": Simple.NO,
    "never": Simple.NEVER,
    "stop": Simple.STOP,
    "resume": Simple.RESUME,
    "staff": Simple.STAFF,
    "agree": Simple.AGREE,
    "number": Simple.NUMBER,
    "logout": Simple.LOG_OUT,
    "thanks": Simple.THANKS,
}
# Only these may follow from a word that was mistyped without a question in between.
HARMLESS = {"dates", "status", "help", "office", "service", "english", "bahasa", "staff", "thanks"}
# A sentence with one of these asks for dates: "kapan ada jadwal?"
ABOUT_DATES = {"jadwal", "tanggal", "tgl", "kuota", "tgllayanan", "dates", "schedule"}
# With one of those, they speak of a booking that they have: "mau ubah jadwal".
ABOUT_OWN = {
    **dict.fromkeys(("batal", "batalkan", "batalin", "membatalkan", "cancel"), "cancel"),
    **dict.fromkeys(
        ("ubah", "mengubah", "ganti", "mengganti", "pindah", "undur", "reschedule", "change"),
        "move",
    ),
}
YES = {"ya", "iya", "yes", "y", "betul", "benar"}
# What may stand beside a yes, and what only beside these: "iya, batalkan jadwal saya".
SURELY = {"batal", "batalkan", "batalin", "dibatalkan", "cancel", "setuju", "yakin"}
BESIDE_YES = {"it", "jadwal", "jadwalnya", "saya", "sudah", "tolong"}
# What is said to us at the end of a command: "batal dong, kak".
POLITE = {
    *("dong", "deh", "ya", "yah", "aja", "saja", "kak", "min", "pak", "bu", "mas", "mbak", "bang"),
    *("please", "pls"),
}
GREETINGS = {
    *("halo", "haloo", "hallo", "hello", "helo", "hai", "hay", "hi", "hy", "hey", "p", "permisi"),
    *("assalamualaikum", "assalamu'alaikum", "asalamualaikum", "assalamu", "ass", "salam"),
    *("selamat", "slmt", "pagi", "siang", "sore", "malam", "mlm", "good"),
    *("kak", "min", "admin", "pak", "bapak", "bu", "ibu", "mas", "mbak", "bang"),
    *("test", "tes", "ping"),
}
# Of these some are parts of names, or stand before one: "Selamat Riyadi", "Pak Joko".
MAY_BEGIN_A_NAME = {
    *("selamat", "salam", "pagi", "siang", "sore", "malam", "min"),
    *("pak", "bapak", "bu", "ibu", "mas", "mbak", "kak", "bang"),
}
SESSIONS = {
    **dict.fromkeys(("pagi", "morning", "am"), Session.MORNING),
    **dict.fromkeys(("siang", "sore", "afternoon", "pm"), Session.AFTERNOON),
}
# Words with which questions begin, and no name.
ASKING = {
    *("apa", "apakah", "berapa", "bagaimana", "gimana", "kapan", "dimana", "kenapa", "mengapa"),
    *("siapa", "bisa", "bisakah", "boleh", "what", "how", "when", "where", "why"),
}
# Words of orders and small talk: a text of these alone, or of several, is no name.
NO_NAMES = {
    *("mana", "mau", "saya", "aku", "tidak", "tdk", "gak", "ga", "nggak", "enggak", "engga", "tak"),
    *("belum", "sudah", "jadi", "gajadi", "biaya", "biayanya", "tolong", "sendiri", "sebentar"),
    *("bentar", "tunggu", "nanti", "besok", "lusa", "depan", "tanggal", "tgl", "hari", "jadwal"),
    *("ganti", "ubah", "salah", "batal", "batalkan", "batalin", "jangan", "bukan", "lupa", "kode"),
    *("ya", "iya", "ok", "oke", "baik", "baiklah", "siap", "makasih", "terima", "kasih", "admin"),
    *("masih", "ada", "semua", "nama", "namanya", "harusnya", "kirim", "ulang", "lagi", "mulai"),
    *(
        "kembali",
        "lihat",
        "di",
        "atas",
        "hm",
        "hmm",
        "sama",
        "seperti",
        "tadi",
        "konfirmasi",
        "halo",
    ),
    *("istri", "suami", "anak", "ibu", "ayah", "bapak", "kakak", "adik", "orang", "keluarga"),
    *(
        "satu",
        "dua",
        "tiga",
        "paspor",
        "tanya",
        "nanya",
        "bertanya",
        "untuk",
        "buat",
        "ini",
        "baru",
        "bikin",
        "info",
        "cancel",
        "change",
        "wait",
        "later",
        "now",
        "not",
        "yes",
    ),
    *("no", "my", "it", "keep", "can", "i", "want", "please", "the", "for", "wife", "husband"),
}
# Words that are no name even where one is given: "nama salah".
NEVER_NAMES = {
    *("salah", "lupa", "kode", "jadwal", "tanggal", "tgl", "nanti", "besok", "lusa", "sebentar"),
    *("apa", "siapa", "mana", "yang", "saya", "tidak", "sudah", "belum"),
}
I_DO = {"want", "am", "need", "can", "don't", "dont", "would", "have"}
# What is said behind a name: "Budi saja, kak".
SAID_AFTER_NAMES = {"saja", "aja", "ya", "yah", "dong", "deh", "kak"}
LOGIN = re.compile(r"#?(?:masuk|login)[ #:]+([0-9a-z][0-9a-z -]{6,12})", re.IGNORECASE)
NUMBER = re.compile(r"(?:(?:nomor|nomer|no|pilih|pilihan|yang|angka)[ .]*)?(\d{1,2})[.)]?")
