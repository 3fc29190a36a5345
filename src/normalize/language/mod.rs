//! The language of a text, at a price that every post can pay.
//!
//! Most scripts name their language. Where several languages share one, short common words and letters of their own decide,
//! with the page's language as a prior. Only what is still open goes to the trigrams of `whatlang`, which cost a hundred times
//! as much. A text too short to tell is of no known language.

mod script;
mod words;

use script::Script;
use words::{Language, Tally};

/// Characters of a text that are looked at.
const SAMPLE: usize = 300;
/// Characters that trigrams look at: they cost a microsecond and more for each.
const SHORT_SAMPLE: usize = 160;
/// Letters below which nothing is said, in scripts that several languages share.
const FEW_LETTERS: usize = 12;
/// Letters below which trigrams say nothing.
const FEW_FOR_TRIGRAMS: usize = 40;

/// The BCP 47 language of a text; `prior` is what the page says of itself (`ms-MY`).
pub fn detect(text: &str, prior: Option<&str>) -> Option<&'static str> {
    let sample = sample(text);
    let prior = prior.map(primary);
    if sample.is_ascii() {
        let (tally, letters) = words::tally_ascii(sample);
        return match letters < FEW_LETTERS {
            true => None,
            false => decide(&tally, prior).or_else(|| by_trigrams(sample, Script::Latin, letters, prior, &tally)),
        };
    }
    let count = script::count(sample);
    let (script, letters) = count.main()?;
    match script {
        Script::Only(language) => Some(language),
        Script::Han if count.kana > 0 => Some("ja"),
        Script::Han => Some(if prior == Some("ja") { "ja" } else { "zh" }),
        _ if letters < FEW_LETTERS => None,
        Script::Latin | Script::Cyrillic | Script::Arabic | Script::Devanagari | Script::Hebrew => {
            let tally = words::tally(sample, script, &count);
            decide(&tally, prior).or_else(|| by_trigrams(sample, script, letters, prior, &tally))
        }
    }
}

/// The primary subtag, as far as it is one that this room knows.
pub(super) fn primary(tag: &str) -> &str {
    let primary = tag.split(['-', '_']).next().unwrap_or(tag);
    match primary {
        "nb" | "nn" => "no",
        "in" => "id",
        "iw" => "he",
        other => other,
    }
}

fn sample(text: &str) -> &str {
    let text = text.trim_start();
    if text.len() <= SAMPLE || text.as_bytes()[..SAMPLE].is_ascii() {
        return &text[..text.len().min(SAMPLE)];
    }
    match text.char_indices().nth(SAMPLE) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// Common words decide where the best language is clearly ahead of the second; a prior needs less.
fn decide(tally: &Tally, prior: Option<&str>) -> Option<&'static str> {
    let [first, second] = tally.best();
    if let Some(language) = prior.and_then(Language::from_tag) {
        let score = tally.score(language);
        if score >= 2 * words::HIT && score * 5 >= first.1 * 4 {
            return Some(language.tag());
        }
    }
    // Malay and Indonesian share nearly all of their common words; the macrolanguage is the honest answer to a draw
    if Language::are_malay(first.0, second.0) && first.1 > words::HIT && first.1 < second.1 + words::HIT {
        return Some("ms");
    }
    let clear = first.1 >= 3 * words::HIT && first.1 * 4 >= second.1 * 5;
    let ahead = first.1 >= 2 * words::HIT && first.1 >= second.1 + words::HIT;
    (clear || ahead).then(|| first.0.tag())
}

fn by_trigrams(
    sample: &str,
    script: Script,
    letters: usize,
    prior: Option<&str>,
    tally: &Tally,
) -> Option<&'static str> {
    let [(first, score), (_, second)] = tally.best();
    let end = sample.char_indices().nth(SHORT_SAMPLE).map_or(sample.len(), |(at, _)| at);
    let found = (letters >= FEW_FOR_TRIGRAMS).then(|| whatlang::detect(&sample[..end])).flatten();
    if let Some(found) = found
        && let Some(tag) = tag_of(found.lang())
    {
        let agrees = prior == Some(tag) || first.tag() == tag && score > 0;
        // Malay is not among the languages that trigrams know
        let tag = if tag == "id" && first.tag() == "ms" { "ms" } else { tag };
        if found.is_reliable() || agrees && found.confidence() > 0.3 {
            return Some(tag);
        }
    }
    match script {
        _ if score >= 2 * words::HIT && score > second => Some(first.tag()),
        Script::Arabic if score > 0 => Some(first.tag()),
        Script::Hebrew => Some("he"),
        _ => None,
    }
}

/// BCP 47 of what `whatlang` found; `None` for the languages it takes for others too readily.
fn tag_of(language: whatlang::Lang) -> Option<&'static str> {
    use whatlang::Lang;
    Some(match language {
        Lang::Eng => "en",
        Lang::Rus => "ru",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Ukr => "uk",
        Lang::Ara => "ar",
        Lang::Hin => "hi",
        Lang::Heb => "he",
        Lang::Yid => "yi",
        Lang::Pol => "pl",
        Lang::Nob => "no",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Fin => "fi",
        Lang::Tur => "tr",
        Lang::Nld => "nl",
        Lang::Hun => "hu",
        Lang::Ces => "cs",
        Lang::Bul => "bg",
        Lang::Bel => "be",
        Lang::Mar => "mr",
        Lang::Ron => "ro",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Vie => "vi",
        Lang::Urd => "ur",
        Lang::Aze => "az",
        Lang::Ind => "id",
        Lang::Pes => "fa",
        Lang::Nep => "ne",
        Lang::Afr => "af",
        Lang::Slk => "sk",
        Lang::Cat => "ca",
        Lang::Tgl => "tl",
        Lang::Cym => "cy",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, prior: Option<&str>, expected: Option<&str>) {
        assert_eq!(detect(text, prior), expected, "{text} (prior {prior:?})");
    }

    #[test]
    fn scripts_name_their_language() {
        check("图书馆星期一闭馆。", None, Some("zh"));
        check("図書館は月曜日に休みです。", None, Some("ja"));
        check("도서관은 월요일에 쉽니다.", None, Some("ko"));
        check("ห้องสมุดปิดวันจันทร์", None, Some("th"));
        check("Η βιβλιοθήκη είναι κλειστή", None, Some("el"));
        check("நூலகம் திங்கட்கிழமை மூடப்படும்", None, Some("ta"));
        check("הספרייה סגורה ביום שני", None, Some("he"));
        check("新的 GPU driver 很好用", None, Some("zh"));
    }

    #[test]
    fn common_words_decide_within_a_script() {
        check("The library is closed on Monday, and nobody told us that it would be.", None, Some("en"));
        check("Die Bibliothek ist am Montag geschlossen, und niemand hat es uns gesagt.", None, Some("de"));
        check("La bibliothèque est fermée le lundi, et personne ne nous l'a dit.", None, Some("fr"));
        check("La biblioteca está cerrada los lunes y nadie nos lo dijo.", None, Some("es"));
        check("A biblioteca está fechada às segundas e ninguém nos disse isso, não é?", None, Some("pt"));
        check("La biblioteca è chiusa il lunedì e nessuno ce lo ha detto.", None, Some("it"));
        check("Библиотека закрыта в понедельник, и никто нам об этом не сказал.", None, Some("ru"));
        check("Бібліотека зачинена в понеділок, і ніхто нам про це не сказав.", None, Some("uk"));
        check("المكتبة مغلقة يوم الاثنين ولم يخبرنا أحد عن ذلك.", None, Some("ar"));
        check("کتابخانه روز دوشنبه بسته است و کسی به ما نگفت که چرا.", None, Some("fa"));
        check("Thư viện đóng cửa vào thứ hai và không ai nói cho chúng tôi biết.", None, Some("vi"));
        check("De bibliotheek is op maandag gesloten en niemand heeft het ons verteld.", None, Some("nl"));
        check("Biblioteka jest zamknięta w poniedziałek i nikt nam o tym nie powiedział.", None, Some("pl"));
        check("Kütüphane pazartesi günü kapalı ve bunu bize kimse söylemedi, ama çok iyi.", None, Some("tr"));
        check("Biblioteket är stängt på måndagar och det är ingen som har sagt det till oss.", None, Some("sv"));
    }

    #[test]
    fn malay_is_told_from_indonesian_or_left_open() {
        check(
            "Perpustakaan ditutup pada hari Isnin kerana tiada kakitangan, jadi boleh datang esok.",
            None,
            Some("ms"),
        );
        check("Perpustakaan tutup pada hari Senin karena tidak ada staf, jadi bisa datang besok.", None, Some("id"));
        check("Buku itu sudah ada di rumah dan saya akan baca.", None, Some("ms"));
        check("Buku itu sudah ada di rumah dan saya akan baca.", Some("id-ID"), Some("id"));
    }

    #[test]
    fn a_prior_does_not_decide_alone() {
        check("ok", Some("en"), None);
        check("https://example.org/", Some("de"), None);
        check("Die Bibliothek ist am Montag geschlossen und das ist nicht gut.", Some("en-US"), Some("de"));
        check("", None, None);
        check("12345 !!! 67890", None, None);
    }
}
