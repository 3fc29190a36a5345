//! What a reposted news article tells of itself at its head: who is credited, from where and when, and the paragraph before.
//!
//! `(The Hill) —`, `LONDON (Reuters) -`, `МОСКВА, 7 ноя — РИА Новости.`, `JAKARTA, KOMPAS.com -`, `新华社北京11月7日电`,
//! `【ロンドン共同】`, `(서울=연합뉴스)`. A head is a row of items (place, date, credit) that ends in a dash or another mark, and
//! each item must be known or have the shape of its kind: a post that only looks like an article has none. The text is never
//! changed.

mod dateline;
mod eastern;
mod head;
mod names;

pub use names::{Articles, ArticlesError};

use memchr::memchr_iter;

use crate::model::Article;

/// Paragraphs that are looked at: a title, a standfirst, and the one with the head.
const PARAGRAPHS: usize = 3;

/// What stands at the head of an article. At least one of the two is there.
#[derive(Debug, PartialEq, Eq)]
struct Head<'a> {
    credit: Option<&'a str>,
    dateline: Option<&'a str>,
}

impl Articles {
    /// Reads the head of a text; `None` where it is no news article, or does not tell.
    pub fn read(&self, text: &str) -> Option<Article> {
        let mut before = None;
        let mut from = 0;
        let ends = memchr_iter(b'\n', text.as_bytes()).chain([text.len()]);
        let lines = ends.map(|end| &text[std::mem::replace(&mut from, end + 1)..end]);
        for paragraph in lines.map(str::trim).filter(|line| !line.is_empty()).take(PARAGRAPHS) {
            if let Some(head) = eastern::head(self, paragraph).or_else(|| head::head(self, paragraph)) {
                return Some(Article {
                    credit: head.credit.map(str::to_owned),
                    dateline: head.dateline.map(str::to_owned),
                    standfirst: before.map(str::to_owned),
                });
            }
            before = Some(paragraph);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(paragraph: &str, credit: Option<&str>, dateline: Option<&str>) {
        let found = Articles::builtin().read(paragraph);
        let expected =
            Article { credit: credit.map(str::to_owned), dateline: dateline.map(str::to_owned), standfirst: None };
        assert_eq!(found, Some(expected), "{paragraph}");
    }

    #[test]
    fn the_manners_of_agencies() {
        check("(The Hill) — The committee met on Monday.", Some("The Hill"), None);
        check("OSLO (Reuters) - The fund sold its shares.", Some("Reuters"), Some("OSLO"));
        check("BEIJING, Nov. 7 (Xinhua) -- Exports rose.", Some("Xinhua"), Some("BEIJING, Nov. 7"));
        check(
            "SPRINGFIELD, Ill., Nov. 7 (UPI) -- The state fair opened.",
            Some("UPI"),
            Some("SPRINGFIELD, Ill., Nov. 7"),
        );
        check("MANILA, Philippines (AP) — A ferry sank.", Some("AP"), Some("MANILA, Philippines"));
        check("Hamburg (dpa/lno) - Der Hafen bleibt zu.", Some("dpa/lno"), Some("Hamburg"));
        check("MADRID, 7 nov. (EFE).- El museo abre.", Some("EFE"), Some("MADRID, 7 nov."));
        check("MADRID 7 Nov. (EUROPA PRESS) - El museo abre.", Some("EUROPA PRESS"), Some("MADRID 7 Nov."));
        check("(ANSA) - ROMA, 07 NOV - Il museo apre.", Some("ANSA"), Some("ROMA, 07 NOV"));
        check("PARIS (AFP) - Le musée ouvre.", Some("AFP"), Some("PARIS"));
        check("ISTANBUL (AA) - Müze açıldı.", Some("AA"), Some("ISTANBUL"));
        check("Praha 7. listopadu (ČTK) - Muzeum otevírá.", Some("ČTK"), Some("Praha 7. listopadu"));
        check(
            "Budapest, 2024. november 7., csütörtök (MTI) - A múzeum megnyílt.",
            Some("MTI"),
            Some("Budapest, 2024. november 7., csütörtök"),
        );
        check("МОСКВА, 7 ноября. /ТАСС/. Музей открылся.", Some("ТАСС"), Some("МОСКВА, 7 ноября"));
        check("МОСКВА, 7 ноя — РИА Новости. Музей открылся.", Some("РИА Новости"), Some("МОСКВА, 7 ноя"));
        check("Москва. 7 ноября. ИНТЕРФАКС - Музей открылся.", Some("ИНТЕРФАКС"), Some("Москва. 7 ноября"));
        check("القاهرة (رويترز) - افتتح المتحف أبوابه.", Some("رويترز"), Some("القاهرة"));
        check("الرياض - واس: افتتح المتحف أبوابه.", Some("واس"), Some("الرياض"));
        check("Hà Nội (TTXVN) - Bảo tàng mở cửa.", Some("TTXVN"), Some("Hà Nội"));
        check("TTO - Bảo tàng mở cửa.", Some("TTO"), None);
        check("ISLAMABAD, Nov 7 (APP): The museum opened.", Some("APP"), Some("ISLAMABAD, Nov 7"));
        check(
            "WASHINGTON, Nov. 7, 2024 /PRNewswire/ -- The museum opened.",
            Some("PRNewswire"),
            Some("WASHINGTON, Nov. 7, 2024"),
        );
        check("LONDON--(BUSINESS WIRE)--The museum opened.", Some("BUSINESS WIRE"), Some("LONDON"));
        check("ACCRA, Nov 7, GNA – The museum opened.", Some("GNA"), Some("ACCRA, Nov 7"));
        check("ST. LOUIS (AP) — The river crested.", Some("AP"), Some("ST. LOUIS"));
        check("ПЕКИН, 7 ноября. /Корр. ТАСС Иван Иванов/. Экспорт вырос.", Some("ТАСС"), Some("ПЕКИН, 7 ноября"));
        check("Київ. 7 листопада. УНІАН. Рада ухвалила закон.", Some("УНІАН"), Some("Київ. 7 листопада"));
        check(
            "New Delhi [India], November 7 (ANI): The museum opened.",
            Some("ANI"),
            Some("New Delhi [India], November 7"),
        );
        check("Budapest, november 7. (MTI) - A múzeum megnyílt.", Some("MTI"), Some("Budapest, november 7."));
        check("STOCKHOLM (TT) Museet öppnade.", Some("TT"), Some("STOCKHOLM"));
        check("CANBERRA, Nov 7 AAP - The museum opened.", Some("AAP"), Some("CANBERRA, Nov 7"));
        check("TORONTO — The Canadian Press — Museums opened.", Some("The Canadian Press"), Some("TORONTO"));
    }

    #[test]
    fn the_manners_of_papers() {
        check("JAKARTA, KOMPAS.com - Museum dibuka.", Some("KOMPAS.com"), Some("JAKARTA"));
        check("Liputan6.com, Jakarta - Museum dibuka.", Some("Liputan6.com"), Some("Jakarta"));
        check("Jakarta, CNN Indonesia -- Museum dibuka.", Some("CNN Indonesia"), Some("Jakarta"));
        check("KUALA LUMPUR: Muzium dibuka semula.", None, Some("KUALA LUMPUR"));
        check("KUALA LUMPUR, Nov 7 — The museum opened.", None, Some("KUALA LUMPUR, Nov 7"));
        check("SINGAPORE (The Straits Times) - Fares rise.", Some("The Straits Times"), Some("SINGAPORE"));
        check("NAIROBI (The Valley Herald) - Fares rise.", Some("The Valley Herald"), Some("NAIROBI"));
        check("GENEVA — Delegates left.", None, Some("GENEVA"));
    }

    #[test]
    fn the_manners_of_east_asia() {
        check("新华社北京11月7日电 国家统计局今天公布数据。", Some("新华社"), Some("北京11月7日"));
        check("新华社北京11月7日电（记者张三）国家统计局今天公布数据。", Some("新华社"), Some("北京11月7日"));
        check("中新网11月7日电 博物馆今天开放。", Some("中新网"), Some("11月7日"));
        check("（中央社記者王小明台北7日電）博物館今天開放。", Some("中央社"), Some("台北7日"));
        check("（吉隆坡7日讯）博物馆今天开放。", None, Some("吉隆坡7日"));
        check("【大纪元2024年11月07日讯】博物馆今天开放。", Some("大纪元"), Some("2024年11月07日"));
        check("【ロンドン共同】博物館が開館した。", Some("共同"), Some("ロンドン"));
        check("【ワシントン＝時事】博物館が開館した。", Some("時事"), Some("ワシントン"));
        check("［東京　７日　ロイター］ - 博物館が開館した。", Some("ロイター"), Some("東京　７日"));
        check("【11月7日 AFP】博物館が開館した。", Some("AFP"), Some("11月7日"));
        check("(서울=연합뉴스) 홍길동 기자 = 박물관이 문을 열었다.", Some("연합뉴스"), Some("서울"));
        check("[이데일리 홍길동 기자] 박물관이 문을 열었다.", Some("이데일리"), None);
        check("[헤럴드경제=홍길동 기자] 박물관이 문을 열었다.", Some("헤럴드경제"), None);
    }

    #[test]
    fn what_only_looks_like_one() {
        for post in [
            "(edited) — I think so too.",
            "(1) — First, switch it off.",
            "(laughs) — nobody saw it.",
            "(笑) — 真的吗？",
            "NOTE: read the first page.",
            "UPDATE: sold.",
            "IN STOCK: new jars.",
            "BMW (E46) - rear window does not close.",
            "PS5 (digital) - selling at 300.",
            "BATTERIES (AA) - New and sealed.",
            "A friend (he works at Reuters) - told me otherwise.",
            "MALAYSIA — truly Asia! said the poster.",
            "IMHO - this is overpriced.",
            "TL;DR — it works.",
            "Q: (again) - who pays for it?",
            "(The hill was steep) — so we stopped.",
            "However, London - that is another matter.",
            "I live in London (the Star) - come by.",
            "(Fake News) — Nobody believes it.",
            "Paris - what a city!",
            "SOLD, 7 Nov — thanks all.",
            "JAKARTA (COD) - jual HP second",
            "LONDON - Paris by train.",
            "ROMA - Lazio 2-1",
            "KUALA LUMPUR - Ipoh berapa jam?",
            "Source (Reuters) - here",
            "Hello (Bernama) - ada sesiapa?",
            "【公告】本站今晚维护。",
            "（图片）昨天拍的。",
            "【質問】共同購入について",
            "[공지] 오늘 점검합니다.",
            "-",
            "",
            "(",
        ] {
            assert_eq!(Articles::builtin().read(post), None, "{post}");
        }
    }

    #[test]
    fn the_standfirst_is_the_paragraph_before() {
        let text =
            "A headline of the day\n\nMinisters had promised a review.\n\n(Reuters) - The vote came late.\n\nMore.";
        let article = Articles::builtin().read(text).unwrap();
        assert_eq!(article.standfirst.as_deref(), Some("Ministers had promised a review."));
    }
}
