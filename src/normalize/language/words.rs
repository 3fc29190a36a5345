//! Short common words and letters of their own, by which languages that share a script are told apart. A table of data.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    sync::LazyLock,
};

use super::{
    SAMPLE,
    script::{Count, Script},
};

/// A language of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Language(usize);

impl Language {
    pub(super) fn tag(self) -> &'static str {
        TABLE[self.0].0
    }

    pub(super) fn from_tag(tag: &str) -> Option<Language> {
        TABLE.iter().position(|(language, ..)| *language == tag).map(Language)
    }

    /// Whether these two are Malay and Indonesian.
    pub(super) fn are_malay(one: Language, other: Language) -> bool {
        matches!((one.tag(), other.tag()), ("ms", "id") | ("id", "ms"))
    }
}

/// What a word of one language alone scores; a shared word scores less.
pub(super) const HIT: u32 = 4;

/// Scores of all languages.
#[derive(Debug)]
pub(super) struct Tally([u32; TABLE.len()]);

impl Tally {
    pub(super) fn score(&self, language: Language) -> u32 {
        self.0[language.0]
    }

    /// The two best.
    pub(super) fn best(&self) -> [(Language, u32); 2] {
        let mut best = [(Language(0), 0), (Language(1), 0)];
        for (index, &score) in self.0.iter().enumerate() {
            if score > best[0].1 {
                best = [(Language(index), score), best[0]];
            } else if score > best[1].1 {
                best[1] = (Language(index), score);
            }
        }
        best
    }
}

/// Counts the common words and the telling letters of a sample.
pub(super) fn tally(sample: &str, script: Script, count: &Count) -> Tally {
    let table = &*LOOK_UP;
    let mut tally = Tally([0; TABLE.len()]);
    let mut word = Word::default();
    let letters = script != Script::Latin || count.beyond_ascii > 0;
    for character in sample.chars().chain([' ']) {
        if character.is_ascii() {
            if character.is_ascii_alphabetic() {
                word.push_byte(character.to_ascii_lowercase() as u8);
                continue;
            }
        } else if character.is_alphabetic() || is_inner(character) {
            let mut lower = character.to_lowercase();
            let character = lower.next().unwrap_or(character);
            word.push(character);
            if letters {
                tally.give(table.letters.get(&character).copied().unwrap_or(0), 1);
            }
            continue;
        }
        tally.add(&std::mem::take(&mut word), table);
    }
    tally
}

/// The same for a sample of ASCII, with the number of its letters; no more than [`SAMPLE`] of it is looked at.
pub(super) fn tally_ascii(sample: &str) -> (Tally, usize) {
    let table = &*LOOK_UP;
    let mut tally = Tally([0; TABLE.len()]);
    // a word is cut from sixteen bytes: some are needed behind the last one
    let mut padded = [0; BLOCKS * 64 + LONGEST as usize];
    let length = sample.len().min(SAMPLE);
    padded[..length].copy_from_slice(&sample.as_bytes()[..length]);
    let (mut letters, mut start, mut before) = (0, 0, 0);
    let (blocks, _) = padded.as_chunks::<64>();
    for (number, block) in blocks.iter().take(length / 64 + 1).enumerate() {
        let (eights, _) = block.as_chunks::<8>();
        let are_letters = eights.iter().rev().fold(0, |bits, eight| bits << 8 | letters_among(*eight));
        letters += are_letters.count_ones() as usize;
        // where a word begins, and where the next is that it has not
        let mut edges = are_letters ^ (are_letters << 1 | before);
        before = are_letters >> 63;
        while edges != 0 {
            let bit = edges.trailing_zeros() as usize;
            edges &= edges - 1;
            let at = number * 64 + bit;
            if are_letters >> bit & 1 == 1 {
                start = at;
            } else {
                tally.add(&Word::at(&padded[start..], at - start), table);
            }
        }
    }
    (tally, letters)
}

/// Blocks of sixty-four bytes that a sample of ASCII and a byte behind it take.
const BLOCKS: usize = SAMPLE / 64 + 1;

/// Which of eight bytes of ASCII are letters: a bit each, the lowest for the first.
fn letters_among(bytes: [u8; 8]) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let lower = u64::from_le_bytes(bytes) | (EACH * 0x20);
    let from_a = lower + EACH * (0x80 - b'a' as u64);
    let behind_z = lower + EACH * (0x80 - b'z' as u64 - 1);
    // brings the highest bits of all bytes together
    ((from_a & !behind_z & (EACH * 0x80)) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

impl Tally {
    fn give(&mut self, mut languages: u64, score: u32) {
        while languages != 0 {
            self.0[languages.trailing_zeros() as usize] += score;
            languages &= languages - 1;
        }
    }

    /// Adds a word.
    fn add(&mut self, word: &Word, table: &LookUp) {
        if is_malay_form(word) {
            self.give(table.malay, HIT / 2);
        }
        if let Some((languages, score)) = word.number().and_then(|word| table.words.get(word)) {
            self.give(languages, score);
        }
    }
}

/// What joins the letters of a word: vowel signs (only Devanagari and Arabic are in the table) and the joiner of Persian.
fn is_inner(character: char) -> bool {
    matches!(character, '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{64b}'..='\u{652}' | '\u{200c}')
}

/// The commonest endings of Malay and Indonesian, which write long words: "-nya", "-kan".
fn is_malay_form(word: &Word) -> bool {
    const NYA: u128 = u128::from_le_bytes(*b"nya\0\0\0\0\0\0\0\0\0\0\0\0\0");
    const KAN: u128 = u128::from_le_bytes(*b"kan\0\0\0\0\0\0\0\0\0\0\0\0\0");
    (7..=LONGEST).contains(&word.length) && matches!(word.bytes >> (8 * (word.length - 3)), NYA | KAN)
}

/// A word's bytes, for words of up to sixteen; a longer one is no common word.
#[derive(Default)]
struct Word {
    bytes: u128,
    length: u32,
}

impl Word {
    fn push_byte(&mut self, byte: u8) {
        if self.length < LONGEST {
            self.bytes |= u128::from(byte) << (8 * self.length);
        }
        self.length += 1;
    }

    fn push(&mut self, character: char) {
        let mut buffer = [0; 4];
        for byte in character.encode_utf8(&mut buffer).bytes() {
            self.push_byte(byte);
        }
    }

    /// The letters of ASCII that some bytes begin with; more than a word's follow.
    fn at(bytes: &[u8], length: usize) -> Word {
        const LOWER: u128 = u128::from_le_bytes([b' '; LONGEST as usize]);
        const KEPT: [u128; LONGEST as usize + 1] = {
            let (mut kept, mut length) = ([0; LONGEST as usize + 1], 1);
            while length <= LONGEST as usize {
                kept[length] = u128::MAX >> (8 * (LONGEST as usize - length));
                length += 1;
            }
            kept
        };
        let all = bytes.first_chunk().map_or(0, |bytes| u128::from_le_bytes(*bytes));
        Word { bytes: (all | LOWER) & KEPT[length.min(LONGEST as usize)], length: length as u32 }
    }

    /// The word as a number.
    fn number(&self) -> Option<u128> {
        (1..=LONGEST).contains(&self.length).then_some(self.bytes)
    }
}

/// Bytes of the longest word that is looked up.
const LONGEST: u32 = 16;

/// The table, turned for looking up: languages as a set of bits.
struct LookUp {
    words: Common,
    letters: HashMap<char, u64, Mixed>,
    /// Malay and Indonesian.
    malay: u64,
}

/// Common words, each with its languages and what it scores.
struct Common {
    /// A byte of each word's hash at its place, and 0 where there is none: most words are not common.
    tags: Vec<u8>,
    words: Vec<(u128, u64, u32)>,
}

/// Places for common words: a power of two, and more than twice as many as there are words.
const PLACES: usize = 8192;

impl Common {
    fn new(languages: &HashMap<u128, u64, Mixed>) -> Common {
        let mut common = Common { tags: vec![0; PLACES], words: vec![(0, 0, 0); PLACES] };
        for (&word, &languages) in languages {
            let score = match languages.count_ones() {
                1 => HIT,
                2 => HIT - 1,
                _ => HIT / 2,
            };
            let (mut place, tag) = Common::place(word);
            while common.tags[place] != 0 {
                place = (place + 1) % PLACES;
            }
            common.tags[place] = tag;
            common.words[place] = (word, languages, score);
        }
        common
    }

    /// Where a word is looked for first, and its tag.
    fn place(word: u128) -> (usize, u8) {
        let hash = (word as u64 ^ ((word >> 64) as u64).rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((hash >> 40) as usize % PLACES, (hash >> 56) as u8 | 1)
    }

    fn get(&self, word: u128) -> Option<(u64, u32)> {
        let (mut place, tag) = Common::place(word);
        loop {
            match self.tags[place] {
                0 => return None,
                known if known == tag && self.words[place].0 == word => {
                    let (_, languages, score) = self.words[place];
                    return Some((languages, score));
                }
                _ => place = (place + 1) % PLACES,
            }
        }
    }
}

static LOOK_UP: LazyLock<LookUp> = LazyLock::new(|| {
    let mut words: HashMap<u128, u64, Mixed> = HashMap::default();
    let mut letters: HashMap<char, u64, Mixed> = HashMap::default();
    for (index, (_, common, telling)) in TABLE.iter().enumerate() {
        for common in common.split(' ') {
            let mut word = Word::default();
            common.chars().for_each(|character| word.push(character));
            if let Some(word) = std::mem::take(&mut word).number() {
                *words.entry(word).or_default() |= 1 << index;
            }
        }
        for letter in telling.chars() {
            *letters.entry(letter).or_default() |= 1 << index;
        }
    }
    let malay = ["ms", "id"].into_iter().filter_map(Language::from_tag).fold(0, |set, language| set | 1 << language.0);
    LookUp { words: Common::new(&words), letters, malay }
});

/// A hash for keys of our own table: no defence against chosen keys is needed, and every post asks some sixty times.
type Mixed = BuildHasherDefault<Mix>;

#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x517c_c1b7_2722_0a95);
        self.0 ^= self.0 >> 32;
    }

    fn write_u128(&mut self, number: u128) {
        self.write_u64(number as u64);
        self.write_u64((number >> 64) as u64);
    }
}

/// Tag, common words, letters that few other languages of the script have.
#[rustfmt::skip]
const TABLE: [(&str, &str, &str); 43] = [
    ("en", "the and of to is in that it was for you with this are have not but be on they from at what which would there been were has had will your about their can just when if my so we or as by an i he she his do did them then than how who me no all out up some one get got don any", ""),
    ("ms", "dan yang di ini itu untuk dengan tidak pada dalam ada saya akan dari telah sudah atau juga kami mereka oleh orang boleh kerana bahawa adalah ialah mahu tak nak dah pun kalau jadi lagi tapi macam kita awak kamu jangan sebab hari tahun kata bukan perlu kepada lebih seperti selepas tiada sahaja kerajaan katanya beliau daripada iaitu manakala baharu harga saudara esok semalam tengah bagi cuma apa banyak berapa hendak isnin selasa rabu khamis jumaat ahad ke masih kini supaya belum sila balik kampung jalan raya sampai rumah anak masuk sekolah berat besar kecil malam pagi petang air sungai sekarang buku tutup puluh ribu ratus tiga dua empat lima satu gambar lama murah mahal sedikit laporan semua percaya sumber sendiri setiap suka tidur atas bawah depan belakang penuh terakhir lepas kalah menang memang hebat sabar habis kali pukul datang pergi makan minum kerja negara masa tetapi antara jika sama lain baik rosak elektrik sejuk jawapan borang hantar bas mesyuarat hadapan kedai pencen makcik pakcik jiran berbanding sahih serius resipi arwah kucing ringgit sebungkus kejadian pasukan permainan ditangguhkan tengok cakap macamana camne korang depa hangpa kitorang diorang kena sikit apabila tuan puan encik cikgu pejabat duit syarikat polis parlimen muzium kereta lori minyak", ""),
    ("id", "dan yang di ini itu untuk dengan tidak pada dalam ada saya akan dari telah sudah atau juga kami mereka oleh orang bisa karena bahwa adalah ialah mau tak gak nggak enggak udah pun kalau jadi lagi tapi seperti kita kamu anda jangan sebab hari tahun kata bukan perlu kepada lebih setelah tersebut banget aja sih dong kok gue lo aku dia para serta hanya namun sedangkan baru pemerintah ia besok kemarin bagi apa banyak sangat senin selasa rabu kamis jumat minggu ke masih kini agar belum silakan kalo sama balik kampung jalan raya sampai rumah anak masuk sekolah berat besar kecil malam pagi petang air sungai sekarang buku tutup puluh ribu ratus tiga dua empat lima satu gambar lama murah mahal sedikit laporan semua percaya sumber sendiri setiap suka tidur atas bawah depan belakang penuh terakhir lepas kalah menang memang hebat sabar habis kali pukul datang pergi makan minum kerja negara masa tetapi antara jika lain baik rusak listrik jawaban rapat toko mobil kantor uang polisi perusahaan bikin kayak gimana emang pakai bilang ngomong mas bapak ibu silahkan mohon makasih museum warga korban pihak terkait terjadi sejumlah maupun", ""),
    ("de", "der die das und ist nicht ich ein eine zu den mit sich auf für es von dem im auch wie hat wird aber noch nur war sind so bei oder aus wenn nach am kann haben dass daß man mir wir sie er einen einer eines zum zur über uns keine kein mal schon", "ßäöü"),
    ("fr", "le la les de des et est un une que qui dans pour pas ce il ne sur plus par avec au je vous nous mais ou du se on elle sont cette tout fait ont aux ses leur été aussi même bien très si son sa lui comme être c l d qu j n", "çêèœîû"),
    ("es", "el la los las de que y en un una es por con no para se su al lo como más pero sus le ya o este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante ni ha mi del está son fue eso nadie", "ñ¿¡"),
    ("pt", "o a os as de que e em um uma é por com não para se seu sua ao do da dos das no na nos nas mais mas como foi ele ela isso esta este também já só muito está são tem ser quando pelo pela até ou você eu ninguém às sem nem num", "ãõç"),
    ("it", "il lo la i gli le di che e un una è per con non si da del della dei delle al nel nella sono come più ma anche ha questo questa o se ci mi ho cosa solo alla dal molto essere stato tutto perché già quando ce nessuno", "òìù"),
    ("nl", "de het een en van ik is dat niet op te zijn met voor die maar er ook aan om als je wat dan nog bij uit naar heeft dit deze wel geen wordt door over kan zo we mijn meer worden hij ze of heb ons niemand", ""),
    ("pl", "i w nie na się z do to jest że jak o ale co po od za tak czy dla jego przez tylko już są był była może jeszcze przy mnie tego ten ta bardzo gdy być jestem nikt nam tym", "ąęłśżźćń"),
    ("cs", "a se v na je že to s z do o i ve si ale jako za po by jsem k pro tak jak co už není jsou ji být bylo byl jen tento také když nebo aby podle až má", "ěřůčš"),
    ("sk", "a sa v na je že to s z do o i vo si ale ako za po by som k pre tak čo už nie sú ju byť bolo bol len tento tiež keď alebo aby podľa až má ktorý", "ľĺŕôäčš"),
    ("hu", "a az és hogy nem is egy ez de meg csak van volt már ha mint még el be ki kell vagy azt ezt lesz majd pedig mert nagyon minden lehet sem ezek", "őűö"),
    ("ro", "și şi de la în a nu cu un o pe să că este din care mai pentru se am ce au fost sunt dar ca sau foarte el ea acest această după fi le iar", "șțşţăâ"),
    ("tr", "ve bir bu da de için ile çok ne gibi daha var mi en ama o kadar ben sonra olan olarak değil yok ya her şey ki mı bunu kimse bize günü oldu ise", "ğış"),
    ("az", "və bir bu da də üçün ilə çox nə kimi daha var ki mən sonra olan olaraq deyil yox hər o isə edib görə", "əğı"),
    ("sv", "och att det i en är på som för av med den till inte har de om ett jag men var vi så kan han från när vid också ska eller skulle mycket bara mig oss ingen sagt", "åäö"),
    ("da", "og at det i en er på som for af med den til ikke har de om et jeg men var vi så kan han fra når ved også skal eller meget bare mig hvad der blev os", "æøå"),
    ("no", "og at det i en er på som for av med den til ikke har de om et jeg men var vi så kan han fra når ved også skal eller mye bare meg hva der ble oss etter", "æøå"),
    ("fi", "ja on ei se että oli hän en mutta niin kuin ole tai jos mitä kun nyt vain sen minä myös olla ovat sitä mikä jo siis kanssa olen tämä voi sitten", "äö"),
    ("et", "ja on ei see et oli ta ma aga kui ka mis ning või siis nii oma selle tema kes nagu veel väga üks seda pole", "õäü"),
    ("lv", "un ir ka no ar uz par tas kas bet lai vai ja to pēc es nav kā arī vēl šo līdz ļoti tā", "āēīūļņķģ"),
    ("lt", "ir yra kad į iš su ne tai bet kaip už apie o tik jau po buvo jo dar labai arba taip ar nuo nes", "ėųūįąę"),
    ("sl", "in je se na v da za so z ki ne pa to s o kot po bi tudi od pri še lahko ali ni sem če bil ima kar", "čšž"),
    ("hr", "i je u se na da za su od s ne kao što o koji to iz ali a do će po bi nije sam samo još bio ili već kako tko", "čćđš"),
    ("sq", "dhe në të e i që për një me nuk është ka nga si por më edhe u do janë kjo", "ëç"),
    ("ca", "el la els les de que i en un una és per amb no es al del com més però seu aquest aquesta també ja ha són molt sense dels va hi què", "çàï"),
    ("vi", "và là của có không cho được một các người với này trong những để khi thì đã cũng tôi bạn ở về như rất ra làm đến mình ai chúng biết vào nói nhưng", "đơưăâêô"),
    ("tl", "ang ng sa na at mga ay ako ko hindi ka mo siya ito niya may para naman po kung lang yung nang pa ba din rin", ""),
    ("af", "die en van is in het nie dit vir op met te wat sy ek hy om my ons aan so kan was n sal maar jy daar as word", ""),
    ("ru", "и в не на что я с он как это то по но из у за от так все о же бы вы мы для было только его если уже или когда нет был они чтобы об нам никто этом", "ыэё"),
    ("uk", "і в не на що я з він як це то по але у за від так все та ж би ви ми для було тільки його якщо вже або коли немає був вони щоб про до й є нам ніхто", "іїєґ"),
    ("be", "і ў не на што я з ён як гэта то па але у за ад так усё ж бы вы мы для было толькі яго калі ўжо або няма быў яны каб пра да", "ўі"),
    ("bg", "и в не на че аз с той как това то по но от за са се ще да е си ли би вие ние или когато няма беше те за до са много само", "ъ"),
    ("sr", "и је у се на да за су од с не као што о који то из али а до ће по би није сам само још био или већ како", "ђћљњџј"),
    ("mk", "и е во се на да за се од со не како што о кој тоа но а до ќе по би не сум само уште беше или веќе дека", "ѓќѕјљњџ"),
    ("kk", "және бұл бір мен да де үшін деп емес бар бойынша осы ол болды туралы", "әғқңөұүһі"),
    ("ar", "في من على أن إلى هذا التي الذي ما لا مع هذه عن كان هو أو كل قد بعد لم ذلك بين كما ثم هي غير حتى عند لكن أي يوم إن أحد", "ةىيكأإ"),
    ("fa", "و در به از که این را با است برای آن یک خود تا هم می بر من شد شود اما یا هر بود شما ما کرد دارد نیست های می‌شود", "پچژگکی"),
    ("ur", "کے کی میں ہے سے کا کو اور اس پر نے ہیں کہ یہ بھی ایک تو نہیں وہ جو تھا گیا کر لیے", "ٹڈڑےںہھ"),
    ("hi", "के है में की को से का और यह हैं पर भी एक कि नहीं तो ही था जो कर इस ने वह लिए", ""),
    ("mr", "आणि आहे या व तो हे ते की मी नाही च्या होते हा असे पण आहेत मध्ये होता काही", "ळ"),
    ("ne", "र छ को मा ले यो हो पनि छन् गर्न भएको का गरेको तर थियो लागि", ""),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Character by character.
    fn counted(sample: &str) -> (Tally, usize) {
        let mut count = Count::default();
        count.beyond_ascii = 1;
        let letters = sample.bytes().filter(u8::is_ascii_alphabetic).count();
        (tally(sample, Script::Latin, &count), letters)
    }

    #[test]
    fn there_is_room_for_all_common_words() {
        let taken = LOOK_UP.words.tags.iter().filter(|tag| **tag != 0).count();
        assert!((1000..PLACES / 2).contains(&taken), "{taken}");
    }

    #[test]
    fn every_byte_is_a_letter_or_not() {
        for byte in 0..0x80 {
            for at in 0..8 {
                let mut bytes = [b' '; 8];
                bytes[at] = byte;
                assert_eq!(letters_among(bytes), u64::from(byte.is_ascii_alphabetic()) << at, "{byte}");
            }
        }
    }

    proptest! {
        #[test]
        fn blocks_are_counted_as_characters_are(sample in "([a-z]{1,18}|the|And|di|katanya|[ -~]{1,3}| ){0,60}") {
            let sample = &sample[..sample.len().min(SAMPLE)];
            let (one, other) = (tally_ascii(sample), counted(sample));
            prop_assert_eq!((one.0.0, one.1), (other.0.0, other.1));
        }
    }
}
