//! Invented sentences, in English, Malay and Chinese. Each has a running number, so that no two bodies are equal.

use super::rng::Rng;

const WHO: [&str; 16] = [
    "The ferry captain",
    "My aunt in the valley",
    "A retired locksmith",
    "The town library",
    "Our night guard",
    "The second trumpet",
    "A very patient dentist",
    "The beekeepers' union",
    "Whoever runs the kiosk",
    "The harbour office",
    "A cousin of the mayor",
    "The weather desk",
    "Half of the choir",
    "The tram inspector",
    "A neighbour's parrot",
    "The school cook",
];
const DID: [&str; 14] = [
    "wrote a long letter about",
    "will not pay for",
    "has measured",
    "keeps forgetting",
    "sold tickets for",
    "would rather repaint",
    "counted, twice,",
    "is proud of",
    "lost the key to",
    "drew a map of",
    "quietly replaced",
    "complains about",
    "found nothing wrong with",
    "asked 14 people about",
];
const WHAT: [&str; 16] = [
    "the old footbridge",
    "seven crates of lemons",
    "the new timetable",
    "a blue bicycle & its pump",
    "the \"quiet\" carriage",
    "the leaking gutter",
    "last year's budget",
    "the clock above the bank",
    "a box < 2 kg > 1 kg",
    "the winter market",
    "three broken umbrellas",
    "the pond behind the mill",
    "the fish queue",
    "a map with no north",
    "the café's only spoon",
    "the noise at night",
];
const WHEN: [&str; 10] = [
    "on Tuesday",
    "before breakfast",
    "in spite of the rain",
    "for the third time",
    "as far as anyone knows",
    "without saying why",
    "at half past four",
    "to nobody's surprise",
    "during the interval",
    "and nobody minded",
];
const MALAY: [&str; 6] = [
    "Jambatan lama itu akan dicat semula minggu depan",
    "Saya beli tiga payung, semuanya bocor",
    "Jadual feri yang baharu agak mengelirukan",
    "Jiran saya mengira lampu jalan setiap malam",
    "Harga limau naik lagi di pasar pagi",
    "Tiada siapa tahu siapa yang simpan kunci itu",
];
const CHINESE: [&str; 6] = [
    "渡船的新时刻表让人看不懂",
    "邻居的鹦鹉会说三种语言",
    "旧桥下个星期要重新刷漆",
    "我买了三把伞,每一把都漏水",
    "图书馆的钟慢了十四分钟",
    "没有人知道钥匙在谁那里",
];
const TOPICS: [&str; 12] = [
    "Repairs to the footbridge",
    "Who has the pond key",
    "Timetable questions",
    "Lemons, their price and storage",
    "Clock above the bank is slow",
    "Winter market: dates & stalls",
    "Lost and found umbrellas",
    "Payung bocor di pasar",
    "旧桥什么时候修好",
    "Choir rehearsal moved again",
    "\"Quiet\" carriage, again",
    "Parrot heard near the mill",
];

/// A sentence without its full stop's number: `n` makes it unlike all others.
pub fn sentence(rng: &mut Rng, n: u64) -> String {
    match rng.below(10) {
        0 => format!("{} ({n}).", rng.pick(&MALAY)),
        1 => format!("{}({n})。", rng.pick(&CHINESE)),
        _ => format!("{} {} {} {} ({n}).", rng.pick(&WHO), rng.pick(&DID), rng.pick(&WHAT), rng.pick(&WHEN)),
    }
}

/// A thread's title.
pub fn title(rng: &mut Rng, n: u64) -> String {
    format!("{} no. {n}", rng.pick(&TOPICS))
}

/// Names of members; the list ends in names that have tripped readers of notices and quotes.
pub const NAMES: [&str; 16] = [
    "penunggu_senja",
    "Halyard",
    "mill_owner",
    "TinRoof",
    "OrchardLane",
    "Ines K.",
    "kopi-o",
    "灯塔看守",
    "Žilvinas",
    "second_trumpet",
    "Rain at Noon",
    "Grey, on deck",
    "O'Dell",
    "B&B Keeper",
    "x_lemon_x",
    "Warden Odile",
];

/// Board names and what they say about themselves.
pub const BOARDS: [(&str, &str); 6] = [
    ("Town News", "What happened, and what did not"),
    ("Markets & Prices", "Lemons, fish, umbrellas"),
    ("Bual Pasar", "Sembang santai"),
    ("茶馆", "随便聊聊"),
    ("Lost and Found", "Keys, parrots, spoons"),
    ("Choir", "Rehearsals <and> other noises"),
];

/// Signatures; some look like what a reader might take for an edit notice.
pub const SIGNATURES: [&str; 4] =
    ["Mind the third step.", "Edited by nobody, read by few", "Last edited by the tide", "North is where the moss is."];
