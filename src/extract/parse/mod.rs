//! A page becomes a tree, the same that `scraper` makes of it, in a fraction of the time.
//!
//! The tree is `scraper`'s and html5ever's tree builder makes it; only the tokenizer is another one. html5ever's looks at one
//! character after the other, which is most of what a parse costs. This one jumps from one markup character to the next, and
//! its tokens are pieces of the page ([`tokens`]), names are interned once a page ([`names`]), and references are resolved as the
//! standard says ([`references`]). What it does not know (null characters, scripts in scripts, a page that breaks off in a tag)
//! it leaves to html5ever's, from that place to the end. A test holds the trees against `scraper`'s own.

mod names;
pub(super) mod references;
mod sink;
mod tokens;

use html5ever::{
    interface::TreeSink,
    tree_builder::{TreeBuilder, TreeBuilderOpts},
};
pub(super) use names::Names;
use scraper::Html;
use sink::Sink;

/// The tree of a page: what `Html::parse_document` gives.
pub(super) fn document(text: &str) -> Html {
    let builder = TreeBuilder::new(Sink::new(), TreeBuilderOpts::default());
    tokens::feed(text, builder).sink.finish()
}

#[cfg(test)]
pub(super) mod tests {
    use std::{fs, path::Path};

    use proptest::prelude::*;

    use super::*;

    fn same(text: &str) -> Result<(), String> {
        let (own, other) = (document(text), Html::parse_document(text));
        if own == other {
            return Ok(());
        }
        let nodes = |html: &Html| html.tree.values().map(|node| format!("{node:?}")).collect::<Vec<_>>();
        let (own, other) = (nodes(&own), nodes(&other));
        let at = own.iter().zip(&other).position(|(own, other)| own != other).unwrap_or(own.len().min(other.len()));
        Err(format!("node {at}: {:?}, not {:?}", own.get(at), other.get(at)))
    }

    pub(in crate::extract) fn pages(folder: &Path) -> Vec<String> {
        let files = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
        let files = files.filter(|path| path.extension().is_some_and(|end| end == "html" || end == "htm"));
        files.map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()).collect()
    }

    pub(in crate::extract) fn own_pages() -> Vec<String> {
        pages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages"))
    }

    #[test]
    fn pages_of_our_own_are_the_same_trees() {
        let all = own_pages();
        assert!(all.len() > 50);
        all.iter().for_each(|text| assert_eq!(same(text), Ok(())));
    }

    #[test]
    fn odd_pages_are_the_same_trees() {
        for text in [
            "",
            "\u{feff}<p>a",
            "\u{feff}\u{feff}a",
            "a < b <3 </ x> </> <!x> <?php ?> </3>",
            "<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 3.2//EN\" 'x'><p><table>",
            "<!doctype html\r\n><pre>\r\na</pre><pre>&#10;a</pre><pre>&#10a</pre><textarea>&#10a</textarea>",
            "<svg><title>a<b>c</b></title><![CDATA[ <p> ]]><path d='x'/></svg><math><mi>a</math><![CDATA[x]]>",
            "<script><!-- <script> </script> --> </script>a",
            "<script>if (a</b/) '</script x='>'>b</script>c",
            "<title>a&amp;b</title><textarea>\n&lt;p></TEXTAREA ><style>&amp;</style><xmp><b></xmp><plaintext><b>&amp;",
            "<p a=1 A=2 b='&amp;&copy=' c=&quot;x d=\"a\r\nb\" =e f= g/h>i</p a=1>",
            "<b><p>a<i>b</b>c</i><table>d<tr>e<td>f</table><select><option>g<option>h<input>",
            "<noscript><p>a</noscript><iframe><p></iframe><template><td>a</template><frameset>",
            "a\0b<p\0>",
            "<p>a<b",
            "<p>a<!-- b",
            "<p>a<!-->b<!--->c<!-- -- --!>d<!-- a -",
            "<p>a&",
            "<p>a</",
            "<p>a<",
            "<title>a",
            "<a-b:c @x [y] Ä=ö>é</a-b:c>",
        ] {
            assert_eq!(same(text), Ok(()), "{text}");
        }
    }

    /// Captured forums and saved pages, where they are at hand.
    #[test]
    fn real_pages_are_the_same_trees() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
        for folder in fs::read_dir(corpus).into_iter().flatten().filter_map(Result::ok) {
            for (number, text) in pages(&folder.path()).iter().enumerate().step_by(4) {
                assert_eq!(same(text), Ok(()), "{}: page {number}", folder.path().display());
            }
        }
    }

    pub(in crate::extract) const PIECES: &[&str] = &[
        "<p>",
        "</p>",
        "<div id=a>",
        "</div>",
        "<b>",
        "</b>",
        "<a href='?a=1&amp;b=2&c'>",
        "</a>",
        "<table>",
        "</table>",
        "<tr><td>",
        "</td>",
        "<li>",
        "<ul>",
        "<pre>",
        "\r\n",
        "\r",
        "\n",
        " ",
        "a",
        "é",
        "&amp;",
        "&#10",
        "&notit;",
        "&",
        "<",
        ">",
        "\"",
        "'",
        "=",
        "/",
        "<!--",
        "-->",
        "--!>",
        "<script>",
        "</script>",
        "<style>",
        "</style>",
        "<title>",
        "</title>",
        "<textarea>",
        "</textarea>",
        "<select>",
        "<option>",
        "<svg>",
        "</svg>",
        "<math>",
        "<![CDATA[",
        "]]>",
        "<!doctype html>",
        "<?x?>",
        "</>",
        "<br/>",
        "<img src=a alt=\"",
        "<form>",
        "<h1>",
        "</h1>",
        "<button>",
        "<nobr>",
        "<template>",
        "</template>",
        "<body class=x>",
        "<html lang=de>",
        "<head>",
        "</head>",
        "<noscript>",
        "</noscript>",
        "<iframe>",
        "<frameset>",
        "<font color=red>",
        "</font>",
        "\0",
        "<plaintext>",
        "<input type=hidden>",
        "<meta charset=utf-8>",
        "<a-B C=d c=e>",
        "<p\n x = \"y&lt\"z>",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn random_markup_is_the_same_tree(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
            prop_assert_eq!(same(&pieces.concat()), Ok(()));
        }
    }
}
