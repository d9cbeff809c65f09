"""The sentences beside the booking itself: what could not be read, language, manners, login."""

from shared.messages import Language

MORE_WORDS: dict[str, dict[Language, str]] = {
    "send_again": {
        Language.ID: "Kirim lagi: {example}\nLihat tanggal: #tgllayanan.",
        Language.EN: "Please send: {example}\nSee dates: #tgllayanan.",
    },
    "only_birth_date": {
        Language.ID: "Kirim tanggal lahir {name} saja, contoh 17-08-1990.",
        Language.EN: "Please send the birth date of {name} alone, such as 17-08-1990.",
    },
    "only_name": {
        Language.ID: "Kirim namanya saja, seperti di KTP.",
        Language.EN: "Please send the name alone, as on the ID card.",
    },
    "for_whom": {
        Language.ID: "Untuk siapa? Kirim nama dan tanggal lahir, contoh: Ahmad, 20-11-1967.",
        Language.EN: "For whom? Send name and birth date, for example: Ahmad, 20-11-1967.",
    },
    "only_visit": {
        Language.ID: "Kirim tanggal layanannya saja, contoh {example}, atau lihat #tgllayanan.",
        Language.EN: "Please send the visit date alone, such as {example}, or see #tgllayanan.",
    },
    "bad_name": {
        Language.ID: "Nama '{text}' tidak terbaca: 2-80 huruf Latin, tanpa angka atau emoji.",
        Language.EN: "The name '{text}' cannot be read: 2 to 80 Latin letters, no digits or emoji.",
    },
    "no_name": {
        Language.ID: "Nama belum diisi.",
        Language.EN: "The name is missing.",
    },
    "no_birth": {
        Language.ID: "Tanggal lahir belum diisi.",
        Language.EN: "The birth date is missing.",
    },
    "unreadable": {
        Language.ID: "Tanggal '{text}' tidak terbaca. Tulis hari-bulan-tahun, contoh {example}.",
        Language.EN: "The date '{text}' cannot be read. Write day-month-year, such as {example}.",
    },
    "month_day_swapped": {
        Language.ID: (
            "Tanggal '{text}': tanggal dan bulan tertukar? Tulis tanggal dulu, lalu bulan, lalu "
            "tahun."
        ),
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
        Language.EN: "The visit date '{text}' has passed.",
    },
    "year_missing": {
        Language.ID: "Tanggal lahir '{text}' tanpa tahun.",
        Language.EN: "The birth date '{text}' has no year.",
    },
    "ambiguous_weekday": {
        Language.ID: "'{text}' bisa berarti dua tanggal. Tulis tanggalnya, contoh {example}.",
        Language.EN: "'{text}' may be either of two dates. Write the date, such as {example}.",
    },
    "no_such_number": {
        Language.ID: "Nomor {text} tidak ada di daftar.",
        Language.EN: "Number {text} is not in the list.",
    },
    "bad_nik": {
        Language.ID: "NIK tidak cocok dengan tanggal lahir. Periksa, atau kirim tanpa NIK.",
        Language.EN: "The NIK does not fit the birth date. Check both, or leave the NIK out.",
    },
    "did_you_mean": {
        Language.ID: "Apakah '{text}' berarti {command}? Ketuk tombolnya, atau ketik {command}.",
        Language.EN: "Does '{text}' mean {command}? Tap the button, or type {command}.",
    },
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
            "Type start to receive them again."
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
            "Maaf, kami belum memahami pesan itu. Lihat tanggal: #tgllayanan. Jadwal Anda: "
            "#status. Bantuan: #bantuan."
        ),
        Language.EN: (
            "Sorry, we did not understand that. See dates: #tgllayanan. Your appointments: "
            "#status. Help: #bantuan."
        ),
    },
    "too_often": {
        Language.ID: (
            "Terlalu banyak permintaan dalam waktu singkat; yang ini belum diproses. Kirim lagi "
            "pesan yang sama setelah {seconds} detik."
        ),
        Language.EN: (
            "Too many requests in a short time; this one was not carried out. Send the same "
            "message again in {seconds} seconds."
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
    "number_hidden": {
        Language.ID: (
            " WhatsApp menyembunyikan nomor Anda; ketik #nomor agar kami bisa mengirim SMS "
            "bila perlu."
        ),
        Language.EN: (
            " WhatsApp hides your number; type #nomor so that we can send an SMS where needed."
        ),
    },
    "number_asked": {
        Language.ID: "Ketuk untuk membagikan nomor telepon Anda kepada kami.",
        Language.EN: "Tap to share your phone number with us.",
    },
    "number_known": {
        Language.ID: "Nomor Anda sudah kami ketahui. Lihat tanggal: #tgllayanan.",
        Language.EN: "We know your number already. See dates: #tgllayanan.",
    },
    "proven": {
        Language.ID: (
            "Nomor Anda sudah terverifikasi; kembali ke halaman web untuk melanjutkan.\n\n"
            "Ada yang menyuruh Anda mengirim kode itu? Orang itu kini masuk atas nama Anda: balas "
            "#keluar untuk mengakhirinya."
        ),
        Language.EN: (
            "Your number is verified; go back to the web page to continue.\n\n"
            "Did somebody tell you to send that code? They are now logged in as you: reply "
            "#keluar to end it."
        ),
    },
    "logged_out": {
        Language.ID: "Semua yang masuk dengan nomor ini di web sudah dikeluarkan.",
        Language.EN: "Everybody who was logged in with this number on the web is logged out.",
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
