//! Pages that are not what was asked for are outcomes, and pages that were made to break a reader are read.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use encoding_rs::Encoding;
use forumsift::{
    engine::Engines,
    extract::{ExtractOptions, extract},
    fetch::decode,
    model::{Extracted, Outcome, Page},
};
use jiff::Timestamp;
use url::Url;

fn read(url: &str, body: impl Into<Vec<u8>>) -> (Extracted, &'static str, bool) {
    let url = Url::parse(url).unwrap();
    let page = Page { content_type: Some("text/html".to_owned()), ..Page::new(url, body, Timestamp::UNIX_EPOCH) };
    let decoded = decode(&page);
    let options = ExtractOptions { html: true, markdown: true, crawled: false };
    (extract(&page, &decoded.text, Engines::builtin(), None, &options), decoded.encoding, decoded.doubtful)
}

const THREAD: &str = "https://forum.example/viewtopic.php?t=5";
const PHPBB: &str = "<div class=copyright>Powered by <a href=\"https://www.phpbb.com/\">phpBB</a>&reg; Forum Software &copy; phpBB Limited</div>";

/// A page of phpBB with this in its middle.
fn phpbb(inner: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><title>T</title></head><body id=\"phpbb\" class=\"section-viewtopic\"><h2 class=topic-title><a href=\"./viewtopic.php?t=5\">T</a></h2>{inner}{PHPBB}</body></html>"
    )
}

fn post(n: u32, body: &str) -> String {
    format!(
        "<div id=p{n} class=post><dl class=postprofile><dt><a href=\"./memberlist.php?mode=viewprofile&amp;u={n}\" class=username>user{n}</a></dl>\
         <div class=postbody><p class=author>by <a class=username href=x>user{n}</a> &raquo; Thu Nov 07, 2024 2:2{n} pm</p><div class=content>{body}</div></div></div>"
    )
}

#[test]
fn what_is_no_thread_is_an_outcome() {
    let check = |body: String, expected: Outcome| {
        let (got, ..) = read(THREAD, body.clone());
        assert_eq!((got.outcome, got.posts.len()), (expected, 0), "{body}");
    };
    let message = |text: &str| {
        phpbb(&format!(
            "<div class=panel id=message><div class=inner><h2 class=message-title>Information</h2><p>{text}</p></div></div>"
        ))
    };
    // One box for all that goes wrong: what it says decides.
    check(message("The requested topic does not exist."), Outcome::Missing);
    check(message("You are not authorised to read this forum."), Outcome::NoPermission);
    check(message("You need to login in order to view topics within this forum."), Outcome::LoginRequired);
    check(message("Sorry but this board is currently unavailable: maintenance."), Outcome::Maintenance);
    let standard = |text: &str| {
        format!(
            "<html><head><meta name=generator content=\"vBulletin 4.2.2\"></head><body><div class=standard_error><div class=\"blockbody formcontrols\"><div class=\"blockrow restore\">{text}</div></div></div><div id=footer_copyright>Powered by vBulletin&reg; Version 4.2.2</div></body></html>"
        )
    };
    check(standard("user, you do not have permission to access this page."), Outcome::NoPermission);
    check(
        standard("Invalid Thread specified. If you followed a valid link, please notify the administrator"),
        Outcome::Missing,
    );
    let discuz = |text: &str| {
        format!(
            "<html><head><meta name=\"generator\" content=\"Discuz! X3.4\" /></head><body id=nv_forum><form id=lsform><input type=password></form><div id=messagetext class=alert_error><p>{text}</p></div><p>Powered by <strong><a href=\"http://www.discuz.net\">Discuz!</a></strong></p></body></html>"
        )
    };
    check(discuz("抱歉，指定的主题不存在或已被删除或正在被审核"), Outcome::Missing);
    check(discuz("抱歉，您所在的用户组没有权限访问该版块"), Outcome::NoPermission);
    check(phpbb("<form id=login method=post><h2>Login</h2><input type=password></form>"), Outcome::LoginRequired);
    // Pages of no engine.
    check(
        "<html><title>Just a moment...</title><body><form id=challenge-form></form></body></html>".to_owned(),
        Outcome::Challenge,
    );
    check(
        "<html><title>DDOS-GUARD</title><body><h1>Checking your browser before accessing</h1></body></html>".to_owned(),
        Outcome::Challenge,
    );
    check("<html><body>Could not connect to the database</body></html>".to_owned(), Outcome::Maintenance);
    check("<html><title>ログイン</title><body>このページを見るにはログインしてください。<input type=password></body></html>".to_owned(), Outcome::LoginRequired);
    check("<html><title>404 Not Found</title><body><h1>Not Found</h1></body></html>".to_owned(), Outcome::Missing);
    check(String::new(), Outcome::Unrecognised);
    // It promised posts: the theme has changed, and nothing says why.
    check(phpbb("<section><p>All is new here.</p></section>"), Outcome::Empty);
}

#[test]
fn a_broken_off_page_gives_what_is_whole() {
    let page = phpbb(&(post(1, "first") + &post(2, "second")));
    let (got, ..) = read(THREAD, &page[..page.find("second").unwrap() + 3]);
    assert!(got.truncated);
    assert_eq!(got.posts.iter().map(|post| post.body.text.as_str()).collect::<Vec<_>>(), ["first", "sec"]);
    let (got, ..) = read(THREAD, &page[..page.find("user2</a></dl>").unwrap()]);
    assert!(got.truncated && got.posts.len() == 1, "{:?}", got.posts);
    assert!(!read(THREAD, page.as_str()).0.truncated);
}

#[test]
fn a_wrapped_page_is_read_as_the_original() {
    let page = phpbb(&post(1, "hello <a href=\"/web/20110716032517/http://b.example/x\">there</a>"))
        .replace("href=\"./", "href=\"/web/20110716032517/https://forum.example/");
    let (got, ..) = read(&format!("https://web.archive.org/web/20110716032517/{THREAD}"), page);
    assert_eq!(got.url.unwrap().as_str(), THREAD);
    assert_eq!(got.posts[0].body.links, ["http://b.example/x"]);
}

/// Declared, undeclared, and declared as something else.
#[test]
fn every_charset_is_read() {
    for (charset, text) in [
        ("gbk", "今天天气很好，我们去公园散步，看到了很多美丽的花朵。"),
        ("gb18030", "今天天气很好，我们去公园散步，看到了很多美丽的花朵。"),
        ("big5", "今天天氣很好，我們去公園散步，看到了很多美麗的花朵。"),
        ("shift_jis", "今日は天気が良いので、公園を散歩して、たくさんの美しい花を見ました。"),
        ("euc-jp", "今日は天気が良いので、公園を散歩して、たくさんの美しい花を見ました。"),
        ("iso-2022-jp", "今日は天気が良いので、公園を散歩して、たくさんの美しい花を見ました。"),
        ("euc-kr", "오늘은 날씨가 아주 좋아서 우리는 공원에 산책을 갔습니다."),
        ("windows-1250", "Příliš žluťoučký kůň úpěl ďábelské ódy, zažít šílenství."),
        ("windows-1251", "Сегодня хорошая погода, мы пошли гулять в парк и увидели много цветов."),
        ("koi8-r", "Сегодня хорошая погода, мы пошли гулять в парк и увидели много цветов."),
        ("windows-1252", "Der Größte Übermut – “äöü” naïve façade"),
        ("windows-1253", "Ο καιρός είναι ωραίος σήμερα και πήγαμε στο πάρκο"),
        ("windows-1254", "Bugün hava çok güzel, parka gittik ve çiçekler gördük ışığı"),
        ("windows-1255", "מזג האוויר יפה היום והלכנו לפארק"),
        ("windows-1256", "الطقس جميل اليوم وذهبنا إلى الحديقة ورأينا الزهور"),
        ("windows-874", "วันนี้อากาศดีมาก เราไปเดินเล่นในสวน"),
        ("iso-8859-2", "Příliš žluťoučký kůň úpěl ďábelské ódy, zažít šílenství."),
        ("iso-8859-15", "Größe, Übermut, äöü naïve façade"),
    ] {
        let encoding = Encoding::for_label(charset.as_bytes()).unwrap();
        for declared in [Some(charset), None, Some("utf-8")] {
            let meta = declared.map(|charset| format!("<meta charset=\"{charset}\">")).unwrap_or_default();
            let page = phpbb(&post(1, text)).replace("&raquo;", ",").replace("<title>", &format!("{meta}<title>"));
            let (bytes, _, unmappable) = encoding.encode(&page);
            assert!(!unmappable, "{charset}");
            let (got, used, doubtful) = read(THREAD, bytes.into_owned());
            assert_eq!(
                got.posts.first().map(|post| post.body.text.as_str()),
                Some(text),
                "{charset} declared as {declared:?}, read as {used}"
            );
            assert_eq!(doubtful, declared != Some(charset), "{charset} declared as {declared:?}");
        }
    }
}

/// Sizes and shapes that make parsers slow or recurse: the post is read, and so is the one behind it.
#[test]
fn what_is_made_to_break_a_reader_is_read() {
    let attributes: String = (0..50_000).map(|n| format!(" a{n}=1")).collect();
    for (name, body, text, cut) in [
        ("50,000 nested elements", "<div>".repeat(50_000) + "deep" + &"</div>".repeat(50_000), "deep", true),
        ("50,000 elements never closed", "<b>".repeat(50_000) + "deep", "deep", true),
        ("nested lists", "<ul><li>".repeat(20_000) + "deep" + &"</ul>".repeat(20_000), "deep", true),
        ("nested tables", "<table><tr><td>".repeat(5_000) + "deep" + &"</table>".repeat(5_000), "deep", true),
        ("links in links", "<a href=x>".repeat(20_000) + "deep", "deep", true),
        ("an attribute of 10 MB", format!("<a title=\"{}\" href=x>link</a>", "a".repeat(10_000_000)), "link", false),
        ("50,000 attributes", format!("<i{attributes}>x</i> after"), "x after", false),
        ("100,000 line breaks", "<br>".repeat(100_000) + "end", "end", false),
        ("a comment without end", "text<!--".to_owned() + &"x".repeat(1_000_000) + "-->", "text", false),
    ] {
        let (got, ..) = read(THREAD, phpbb(&(post(1, &body) + &post(2, "behind"))));
        let texts: Vec<&str> = got.posts.iter().map(|post| post.body.text.as_str()).collect();
        assert_eq!(texts, [text, "behind"], "{name}");
        assert_eq!(got.depth_cut, cut, "{name}");
        assert!(got.posts[0].body.markup.is_some());
    }
}
