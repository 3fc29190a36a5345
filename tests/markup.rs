//! Bodies as HTML and as CommonMark: what is kept, what cannot get through, and that both say the same to a reader.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::sync::Arc;

use forumsift::{
    engine::Profile,
    extract::{ExtractOptions, extract_with},
    model::{Cell, Format, Mark, Markup, Page, Record, SourceSettings, Tag},
    normalize::{Knowledge, Normalizer, PageStamp, markup::render},
};
use jiff::Timestamp;
use proptest::{prelude::*, test_runner::RngSeed};
use scraper::{ElementRef, Html};
use url::Url;

const PROFILE: &str = r#"
name = "plain"
[[url]]
kind = "thread"
path = 't(?<thread>\d+)'
canonical = "t{thread}"
[post]
each = "article"
id = "@id"
body = ".body"
author = { name = ".by" }
[body]
drop = ".label"
show = ".hides"
notice = ".edited"
code = ".lines"
smilies = ".smiley"
image_attributes = ["data-full"]
[[body.quote]]
each = ".quote"
attribution = ".who"
"#;

/// The one record of a page whose body holds this.
fn record(body: &str) -> Record {
    let profile = Arc::new(Profile::from_text("plain", PROFILE).unwrap());
    let url = Url::parse("https://a.example/dir/t5").unwrap();
    let page = Page::new(url.clone(), Vec::new(), Timestamp::UNIX_EPOCH);
    let html = format!("<article id=p1><b class=by>Ann</b><div class=body>{body}</div></article>");
    let options = ExtractOptions { html: true, markdown: true, crawled: false };
    let extracted = extract_with(&page, &html, &profile, &options);
    let source = SourceSettings::new("a", url);
    let stamp = PageStamp { date: None, fetched_at: Timestamp::UNIX_EPOCH };
    let mut records = Normalizer::builtin().page(&source, &mut Knowledge::default(), &stamp, extracted).records;
    assert_eq!(records.len(), 1, "{body}");
    records.remove(0)
}

#[test]
fn a_body_is_html_and_commonmark() {
    let check = |body: &str, html: &str, markdown: &str| {
        let record = record(body);
        assert_eq!(record.html.as_deref().unwrap_or_default(), html, "{body}");
        assert_eq!(record.markdown.as_deref().unwrap_or_default(), markdown, "{body}");
        assert_eq!(
            tokens(&record.html.unwrap_or_default()),
            tokens(&read(&record.markdown.unwrap_or_default())),
            "{body}"
        );
    };
    check(
        "one<br>two<br><br>three<p>four",
        "<p>one<br>\ntwo</p>\n<p>three</p>\n<p>four</p>",
        "one\\\ntwo\n\nthree\n\nfour",
    );
    check(
        "a <b>bold </b>and <i>slanted</i>, <b>b<i>oth</i></b>",
        "<p>a <strong>bold</strong> and <em>slanted</em>, <strong>b<em>oth</em></strong></p>",
        "a **bold** and *slanted*, <strong>b*oth*</strong>",
    );
    check(
        "<span style='font-weight: bold'>b</span><font color=red>r</font><s>s</s> x<sup>2</sup>",
        "<p><strong>b</strong>r<del>s</del> x<sup>2</sup></p>",
        "**b**r<del>s</del> x<sup>2</sup>",
    );
    check(
        "<a href='../t6?a=1&copy;=2'>see <b>it</b></a> <a href='https://b.example/'>https://b.example/</a>",
        "<p><a href=\"https://a.example/t6?a=1%C2%A9=2\">see <strong>it</strong></a> <a href=\"https://b.example/\">https://b.example/</a></p>",
        "[see **it**](https://a.example/t6?a=1%C2%A9=2) <https://b.example/>",
    );
    check(
        "<ul><li>one<li>two<ul><li>deep</ul></ul><ol start=3><li><p>x<p>y</ol>",
        "<ul>\n<li>one</li>\n<li>two\n<ul>\n<li>deep</li>\n</ul></li>\n</ul>\n<ol start=\"3\">\n<li><p>x</p>\n<p>y</p></li>\n</ol>",
        "- one\n- two\n  - deep\n\n3. x\n\n   y",
    );
    check(
        "<pre><code class='hljs language-rust'>fn a() {\n\n    *b\n}\n</code></pre>then <code>a`b</code>",
        "<pre><code class=\"language-rust\">fn a() {\n\n    *b\n}\n</code></pre>\n<p>then <code>a`b</code></p>",
        "```rust\nfn a() {\n\n    *b\n}\n```\n\nthen ``a`b``",
    );
    check(
        "<div class=lines><ol><li>a = 1<br>\n<li>b = 2</ol></div>",
        "<pre><code>a = 1\nb = 2\n</code></pre>",
        "```\na = 1\nb = 2\n```",
    );
    check(
        "<table><tr><th>A<th>B<tr><td>1<td colspan=2><pre>x\n\ny</pre></table>",
        "<table>\n<tr><th>A</th><th>B</th></tr>\n<tr><td>1</td><td colspan=\"2\"><pre><code>x&#10;&#10;y&#10;</code></pre></td></tr>\n</table>",
        "<table>\n<tr><th>A</th><th>B</th></tr>\n<tr><td>1</td><td colspan=\"2\"><pre><code>x&#10;&#10;y&#10;</code></pre></td></tr>\n</table>",
    );
    check("<table><tr><td>just <i>laid</i> out</table>", "<p>just <em>laid</em> out</p>", "just *laid* out");
    check(
        "<div class=quote><div class=who>Bob wrote:</div>that <div class=quote>deeper</div></div>so?<blockquote>plain</blockquote>",
        "<blockquote>\n<p>Bob wrote:</p>\n<p>that</p>\n<blockquote>\n<p>deeper</p>\n</blockquote>\n</blockquote>\n<p>so?</p>\n<blockquote>\n<p>plain</p>\n</blockquote>",
        "> Bob wrote:\n>\n> that\n>\n> > deeper\n\nso?\n\n> plain",
    );
    check(
        "<div class=hides style='display:none'>it was the <b>butler</b></div><details><summary>More</summary>text</details>",
        "<details>\n<summary>Spoiler</summary>\n<p>it was the <strong>butler</strong></p>\n</details>\n<details>\n<summary>More</summary>\n<p>text</p>\n</details>",
        "<details>\n<summary>Spoiler</summary>\n\nit was the **butler**\n\n</details>\n\n<details>\n<summary>More</summary>\n\ntext\n\n</details>",
    );
    check(
        "<a href=/big><img src=s.gif data-full=/big.png alt='a [cat]'></a><img class=smiley src=:)><img src=/t width=1 height=1>",
        "<p><a href=\"https://a.example/big\"><img src=\"https://a.example/big.png\" alt=\"a [cat]\"></a></p>",
        "[![a \\[cat\\]](https://a.example/big.png)](https://a.example/big)",
    );
    check(
        "<iframe src='//v.example/1'></iframe>",
        "<p><a href=\"https://v.example/1\">https://v.example/1</a></p>",
        "<https://v.example/1>",
    );
    check("<h2>T #</h2><hr>x", "<h2>T #</h2>\n<hr>\n<p>x</p>", "## T \\#\n\n___\n\nx");
    check(
        "1. x<br>- y<br># z<br>*a* _b_ c_d [e] &amp;lt; 1 < 2 <br>---",
        "<p>1. x<br>\n- y<br>\n# z<br>\n*a* _b_ c_d [e] &amp;lt; 1 &lt; 2<br>\n---</p>",
        "1\\. x\\\n\\- y\\\n\\# z\\\n\\*a\\* \\_b\\_ c_d \\[e\\] \\&lt; 1 < 2\\\n\\---",
    );
    check("中文<b>“强调”</b>中文", "<p>中文<strong>“强调”</strong>中文</p>", "中文<strong>“强调”</strong>中文");
}

#[test]
fn notices_and_labels_are_no_part_of_it() {
    let edited = "Last edited by Ann on 2024-11-07 14:20; edited 2 times in total";
    let got = record(&format!(
        "<p>text</p><span class=label>Select all</span><div class=edited><img src=/pen.png>{edited}</div>"
    ));
    assert!(got.edit.is_some());
    assert_eq!(got.html.as_deref(), Some("<p>text</p>"));
    assert_eq!(got.markdown.as_deref(), Some("text"));
    let kept = record("<p>text</p><div class=edited>no notice at all</div>");
    assert!(kept.text.unwrap().contains("no notice"));
    assert_eq!(kept.html.as_deref(), Some("<p>text</p>\n<p>no notice at all</p>"));
    assert_eq!(record("").html, None);
}

/// What an attacker may write into a post, or a board into its pages.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>x",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\nscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a><a href='https://a.example/\"onclick=alert(1)'>x</a>",
    "<svg><script>alert(1)</script><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<style>@import 'https://evil.example/x.css'</style><link rel=stylesheet href=x><meta http-equiv=refresh content='0;url=x'>",
    "<b style='background:url(javascript:alert(1))' onclick=alert(1) class=x id=y>bold</b>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe><iframe src='javascript:alert(1)'></iframe>",
    "<form action=x><input onfocus=alert(1) autofocus><button formaction='javascript:alert(1)'>x</button></form>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<pre>&lt;/code>&lt;/pre>&lt;script&gt;alert(1)&lt;/script&gt;</pre>",
    "<code>`&lt;img src=x onerror=alert(1)&gt;`</code>",
    "[x](javascript:alert(1)) ![y](javascript:alert(2)) <u>[z]: javascript:alert(3)</u>",
    "&lt;details open ontoggle=alert(1)&gt; &lt;javascript:alert(1)&gt;",
    "<details open ontoggle=alert(1)><summary onclick=alert(1)>&lt;script&gt;</summary>x</details>",
    "<table background=javascript:x><tr><td onclick=x>&lt;img src=x onerror=alert(1)&gt;<td>b</table>",
    "<img src='https://a.example/x.png' alt='\"><script>alert(1)</script>'>",
    "<img src='https://a.example/x.png' alt='](javascript:alert(1))'>",
    "<pre><code class='language-\"><script>alert(1)</script>'>x</code></pre><pre class=language-a>y</pre>",
    "<a href='https://a.example/)[y](javascript:alert(1))'>x</a>",
    "<object data=x><embed src='javascript:alert(1)'></object><base href='javascript:/'><video src=x onerror=alert(1)>",
    "<plaintext><script>alert(1)</script>",
    "<xmp><script>alert(1)</script></xmp><listing><img onerror=x src=y></listing>",
    "<template><script>alert(1)</script></template><!--><script>alert(1)</script>-->",
];

#[test]
fn nothing_hostile_gets_through() {
    for body in HOSTILE {
        let record = record(body);
        assert_harmless(record.html.as_deref().unwrap_or_default(), body);
        assert_harmless(&read(record.markdown.as_deref().unwrap_or_default()), body);
    }
    // All in one, and each within each.
    for outer in HOSTILE {
        let all = HOSTILE.iter().fold(String::new(), |all, inner| all + &outer.replacen('x', inner, 1));
        let record = record(&all);
        assert_harmless(record.html.as_deref().unwrap_or_default(), outer);
        assert_harmless(&read(record.markdown.as_deref().unwrap_or_default()), outer);
    }
}

/// All elements that may come out, each with its attributes.
const ALLOWED: &[(&str, &[&str])] = &[
    ("p", &[]),
    ("br", &[]),
    ("hr", &[]),
    ("h1", &[]),
    ("h2", &[]),
    ("h3", &[]),
    ("h4", &[]),
    ("h5", &[]),
    ("h6", &[]),
    ("ul", &[]),
    ("ol", &["start"]),
    ("li", &[]),
    ("blockquote", &[]),
    ("pre", &[]),
    ("code", &["class"]),
    ("table", &[]),
    ("tbody", &[]),
    ("tr", &[]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan"]),
    ("details", &[]),
    ("summary", &[]),
    ("a", &["href"]),
    ("img", &["src", "alt"]),
    ("strong", &[]),
    ("em", &[]),
    ("del", &[]),
    ("u", &[]),
    ("sub", &[]),
    ("sup", &[]),
];

fn assert_harmless(html: &str, from: &str) {
    let page = Html::parse_fragment(html);
    for element in page.root_element().descendants().filter_map(ElementRef::wrap).skip(1) {
        let name = element.value().name();
        let allowed = ALLOWED.iter().find(|(allowed, _)| *allowed == name);
        let (_, attributes) = allowed.unwrap_or_else(|| panic!("<{name}> in {html}\nfrom {from}"));
        for (attribute, value) in element.value().attrs() {
            assert!(attributes.contains(&attribute), "{attribute} of <{name}> in {html}\nfrom {from}");
            if matches!(attribute, "href" | "src") {
                assert!(
                    value.starts_with("http://") || value.starts_with("https://"),
                    "{value} in {html}\nfrom {from}"
                );
            }
        }
    }
}

/// What a reader of CommonMark makes of it.
fn read(markdown: &str) -> String {
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, pulldown_cmark::Parser::new(markdown));
    out
}

/// Elements and words in their order. Underlining is left out: CommonMark has none; so are paragraphs within items and quotes'
/// edges of white space.
fn tokens(html: &str) -> Vec<String> {
    fn walk(element: ElementRef<'_>, out: &mut Vec<String>) {
        for child in element.children() {
            if let Some(text) = child.value().as_text() {
                let in_code = element.value().name() == "code"
                    && element.parent().and_then(ElementRef::wrap).is_some_and(|up| up.value().name() == "pre");
                match in_code {
                    true => out.push(format!("{:?}", text.trim_end())),
                    false => {
                        // Where words touch is told, where lines break in the source is not.
                        let text = text.replace('\n', " ");
                        if text.trim().is_empty() && text.len() != 1 {
                            continue;
                        }
                        match out.last_mut() {
                            Some(last) if last.starts_with('"') && !last.ends_with('"') => last.push_str(&text),
                            _ => out.push(format!("\"{text}")),
                        }
                    }
                }
            } else if let Some(child) = ElementRef::wrap(child) {
                let name = child.value().name();
                if name != "u" {
                    let mut attributes: Vec<String> =
                        child.value().attrs().map(|(name, value)| format!("{name}={value}")).collect();
                    attributes.sort();
                    out.push(format!("<{name} {}>", attributes.join(" ")));
                }
                walk(child, out);
                if name != "u" {
                    out.push(format!("</{name}>"));
                }
            }
        }
    }
    let page = Html::parse_fragment(html);
    let mut all = Vec::new();
    walk(page.root_element(), &mut all);
    let all = all.into_iter().map(|token| match token.starts_with('"') && !token.ends_with('"') {
        true => format!("\"{}", token[1..].split_whitespace().collect::<Vec<_>>().join(" ")),
        false => token,
    });
    all.filter(|token| token != "\"").collect()
}

fn format() -> impl Strategy<Value = Format> {
    prop_oneof![
        "https://[a-z]{1,4}\\.example/[a-z_*()`&;=~]{0,8}"
            .prop_filter_map("an address", |url| Some(Format::Link(Url::parse(&url).ok()?.into()))),
        Just(Format::Strong),
        Just(Format::Emphasis),
        Just(Format::Strike),
        Just(Format::Underline),
        Just(Format::Code),
    ]
}

fn tag() -> impl Strategy<Value = Tag> {
    prop_oneof![
        4 => format().prop_map(Tag::Format),
        1 => Just(Tag::Block),
        1 => (1u8..=6).prop_map(Tag::Heading),
        1 => prop::option::of(0u32..99).prop_map(Tag::List),
        2 => Just(Tag::Item),
        1 => Just(Tag::Quote),
        1 => prop::option::of("[a-z]{1,4}").prop_map(Tag::Code),
        1 => Just(Tag::Table),
        1 => Just(Tag::Row),
        1 => (any::<bool>(), 0u16..3).prop_map(|(heads, columns)| Tag::Cell(Cell { heads, columns, rows: 1 })),
        1 => Just(Tag::Details),
        1 => Just(Tag::Summary),
    ]
}

fn marks() -> impl Strategy<Value = Vec<Mark>> {
    let text = prop_oneof![
        "[a-c中“!*_`#<>&\\[\\]()~\\\\.:;=+ 0-9-]{1,8}",
        "(&lt;|<b>|---|===|1\\. |- |\\# |> |```|~~~|\\*\\*|__|\\]\\(|!\\[|<!--|&#42;|    x| )"
    ];
    let mark = prop_oneof![
        4 => text.prop_map(|text| Mark::Text { at: None, text }),
        3 => tag().prop_map(Mark::Open),
        3 => Just(Mark::Close),
        1 => Just(Mark::Break),
        1 => Just(Mark::Rule),
        1 => "[a-z\\[\\]*\"]{0,4}".prop_map(|alternative| Mark::Image { at: None, source: "https://a.example/p_(1)_.png".into(), alternative }),
    ];
    prop::collection::vec(mark, 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(20261125), ..ProptestConfig::default() })]

    /// A reader of the CommonMark sees what a reader of the HTML sees.
    #[test]
    fn both_say_the_same(marks in marks()) {
        let rendered = render(&Markup { html: true, markdown: true, marks });
        let (html, markdown) = (rendered.html.unwrap_or_default(), rendered.markdown.unwrap_or_default());
        // what keeps two spans of code apart says nothing
        let back = read(&markdown).replace("<!-- -->", "");
        prop_assert_eq!(tokens(&html), tokens(&back), "\n{}\n-----\n{}\n-----\n{}", html, markdown, back);
        assert_harmless(&html, &markdown);
    }

    /// Whatever stands in a post, nothing but harmless elements comes out.
    #[test]
    fn no_markup_survives_that_is_not_ours(parts in prop::collection::vec(prop::sample::select(HOSTILE), 1..6), cut in 0usize..40, text in ".{0,40}") {
        let body: String = parts.iter().map(|part| part.chars().skip(cut % 7).collect::<String>() + &text).collect();
        let record = record(&body.replace("</article", ""));
        assert_harmless(record.html.as_deref().unwrap_or_default(), &body);
        assert_harmless(&read(record.markdown.as_deref().unwrap_or_default()), &body);
    }
}
