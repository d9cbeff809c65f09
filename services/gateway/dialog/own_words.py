"""The sentences about what a person has: holds that wait, bookings that are kept or moved."""

from shared.messages import Language

OWN_WORDS: dict[str, dict[Language, str]] = {
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
    "replaces": {
        Language.ID: "Ini menggantikan jadwal {name} yang masih ditahan.",
        Language.EN: "This takes the place of the one that is held for {name}.",
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
        Language.ID: "Jadwal ini sudah dikonfirmasi:\n\n{line}\n\nUbah: #ulang. Batalkan: #batal.",
        Language.EN: (
            "This appointment is confirmed already:\n\n{line}\n\nChange: #ulang. Cancel: #batal."
        ),
    },
    "agree_needs_code": {
        Language.ID: "Belum pasti: kirim kode persetujuan ini, atau ketuk Setuju.",
        Language.EN: "Not certain yet: send this approval code, or tap Agree.",
    },
    "unknown_held": {
        Language.ID: (
            "Maaf, kami belum memahami pesan itu. Jadwal ini belum pasti: kirim kode "
            "persetujuannya, atau ketuk Setuju. Bantuan: #bantuan."
        ),
        Language.EN: (
            "Sorry, we did not understand that. This place is not certain yet: send its approval "
            "code, or tap Agree. Help: #bantuan."
        ),
    },
    "same_slot": {
        Language.ID: "Jadwal Anda memang pada tanggal dan sesi itu:\n\n{line}",
        Language.EN: "Your appointment is on that date and session already:\n\n{line}",
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
            "{expires}.\nKode persetujuan: *{code}*"
        ),
        Language.EN: (
            "{name}: {date}, {session}, {service}, {office}. Waits for your approval until "
            "{expires}.\nApproval code: *{code}*"
        ),
    },
    "waits": {
        Language.ID: "belum disetujui",
        Language.EN: "not approved yet",
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
}
