"""The conversation's sentences beside the booking itself: language, manners, login."""

from shared.messages import Language

MORE_WORDS: dict[str, dict[Language, str]] = {
    "speaks": {
        Language.ID: "Baik, kita lanjut dalam bahasa Indonesia. Bantuan: #bantuan.",
        Language.EN: "All right, we go on in English. Help: #bantuan.",
    },
    "stopped": {
        Language.ID: (
            "Baik, Anda tidak akan menerima pesan selain jawaban atas pesan Anda sendiri. "
            "Ketik mulai untuk menerima lagi."
        ),
        Language.EN: (
            "All right, you will get no messages but answers to your own. "
            "Type mulai to receive them again."
        ),
    },
    "resumed": {
        Language.ID: "Baik, Anda menerima pesan kami lagi. Ketik berhenti untuk menghentikannya.",
        Language.EN: "All right, you receive our messages again. Type stop to end them.",
    },
    "staff": {
        Language.ID: (
            "Petugas melayani Senin sampai Jumat pukul 08.00-16.00 di kantor dan lewat telepon "
            "kantor. Bantuan otomatis: #bantuan."
        ),
        Language.EN: (
            "Staff serve Monday to Friday 08.00-16.00 at the office and by its telephone. "
            "Automatic help: #bantuan."
        ),
    },
    "media": {
        Language.ID: "Kami hanya bisa membaca teks. Kirim teks, atau ketik #bantuan.",
        Language.EN: "We can only read text. Please send text, or type #bantuan.",
    },
    "unknown": {
        Language.ID: (
            "Maaf, pesan itu belum kami mengerti. Lihat tanggal: #tgllayanan. Jadwal Anda: "
            "#status. Bantuan: #bantuan."
        ),
        Language.EN: (
            "Sorry, we did not understand that. See dates: #tgllayanan. Your appointments: "
            "#status. Help: #bantuan."
        ),
    },
    "late": {
        Language.ID: "Pesan Anda terlambat sampai dan tidak diproses. Silakan kirim ulang.",
        Language.EN: "Your message reached us too late and was not acted on. Please send it again.",
    },
    "still": {
        Language.ID: (
            "Permintaan Anda sudah kami terima dan sedang diproses. Jawabannya segera menyusul di "
            "sini; tidak perlu mengirim ulang."
        ),
        Language.EN: (
            "We have your request and are working on it. The answer follows here soon; there is "
            "no need to send it again."
        ),
    },
    "welcome": {
        Language.ID: "Sama-sama. Jadwal Anda: #status.",
        Language.EN: "You are welcome. Your appointments: #status.",
    },
    "trouble": {
        Language.ID: "Maaf, ada gangguan di pihak kami. Silakan kirim ulang sebentar lagi.",
        Language.EN: "Sorry, there is a problem on our side. Please send it again in a moment.",
    },
    "proven": {
        Language.ID: (
            "Nomor Anda sudah terbukti. Kembali ke halaman web untuk melanjutkan. Bukan Anda yang "
            "masuk? Abaikan saja: tanpa halaman itu tidak terjadi apa-apa."
        ),
        Language.EN: (
            "Your number is proven. Go back to the web page to continue. It was not you? "
            "Ignore this: nothing happens without that page."
        ),
    },
    "login_unknown": {
        Language.ID: "Kode masuk itu tidak berlaku lagi. Minta yang baru di halaman web.",
        Language.EN: "That login code is no longer valid. Ask for a new one on the web page.",
    },
    "login_other_phone": {
        Language.ID: "Kode masuk itu untuk nomor lain. Kirim dari nomor yang Anda tulis di web.",
        Language.EN: "That login code is for another number. Send it from the number you gave.",
    },
}
