//! A page of posts cut down to what its profile can look at, while it is parsed.
//!
//! A page is mostly chrome, and most of the cost of reading it is the parser's. So one pass over its bytes follows the tags as
//! the parser would, and makes a smaller tree: elements that a selector of the profile may match, whole or alone, with
//! all elements about them. That tree is read like any other, by the same rules; so there is no second
//! extractor, and what is left out is what no rule can ask for.
//!
//! - [`tags`] finds where tags, comments and raw text end, as the tokenizer of the HTML standard does.
//! - [`names`] knows how elements of a name bear on the tree.
//! - [`open`] keeps the elements that are open, and gives up wherever the parser would do more than open and close them.
//! - [`met`] keeps the start tags that were met, [`ask`] knows what the profile may want of an element; [`foreign`] treats choices and drawings.
//! - [`thin`] goes through the page, [`keep`] says where in the [`tree`] stands what is kept.
//!
//! Where anything is out of the ordinary (end tags that do not fit, foreign parents, elements that the parser moves), the page is
//! parsed whole. `tests/cut.rs` holds both ways against each other, and a test below the trees of bodies that are kept whole.

mod ask;
mod foreign;
mod keep;
mod met;
mod names;
mod open;
pub(super) mod tags;
mod thin;
mod tree;

pub(super) use thin::thinned;

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use proptest::prelude::*;
    use scraper::{Html, Node};

    use super::thinned;
    use crate::{
        engine::cut::Cut,
        extract::{guard, parse::tests as parsed},
    };

    /// What stands in the body of a page, node by node; comments are no nodes.
    fn body(html: &Html) -> Vec<String> {
        let mut all = vec![format!("{:?}", html.quirks_mode)];
        let root = html.root_element();
        let Some(body) = root.children().filter(|child| child.value().is_element()).last() else { return all };
        let mut waiting = vec![(body, 0)];
        while let Some((node, depth)) = waiting.pop() {
            match node.value() {
                Node::Element(element) => {
                    all.push(format!("{depth} {:?} {:?}", element.name, element.attrs().collect::<Vec<_>>()));
                }
                Node::Text(text) => all.push(format!("{depth} {:?}", &*text.text)),
                _ => continue,
            }
            waiting.extend(node.children().rev().map(|child| (child, depth + 1)));
        }
        all
    }

    /// Whether the tree is made here; then it must be the parser's.
    fn same(text: &str) -> Result<bool, String> {
        let parser = Html::parse_document(text);
        let elements = parser.tree.values().filter_map(Node::as_element);
        let names: Vec<&str> = elements.flat_map(|element| element.attrs().map(|(name, _)| name)).collect();
        let Ok(own) = thinned(text, &Cut::of_body(names.into_iter())) else { return Ok(false) };
        let (own, parser) = (body(&own.html), body(&parser));
        match own.iter().zip(&parser).position(|(own, parser)| own != parser) {
            Some(at) => Err(format!("node {at}: {}, not {}", own[at], parser[at])),
            None if own.len() == parser.len() => Ok(true),
            None => Err(format!("{} nodes, not {}", own.len(), parser.len())),
        }
    }

    fn page(inside: &str) -> String {
        format!("<!DOCTYPE html><html><head><title>t</title></head><body class=b>{inside}</body></html>")
    }

    #[test]
    fn bodies_are_the_parsers() {
        for (inside, is_made) in [
            ("<div>a<p>b<p>c &amp; d<br>e<!-- f -->g</i>h</div>", true),
            ("<table><tr><td>a<td>b<tr><td>c</table><table> <tbody> <td>a</td> </tbody></table>", true),
            ("<table><td>a</td>\n<tr><td>b</table>", true),
            ("<table><tr><td>a</tr></tbody> <tr><td>b</table>", true),
            ("<table><td>a</tr><td>b</table>", false),
            ("<table>a<tr><td>b</table>", false),
            ("<table><tr><a name=x></a><td>b</table>", true),
            ("<table><tr><input type=hidden name=a><td>b</table>", true),
            ("<table><caption>a</caption><colgroup> </colgroup><tr><td>b</table>", true),
            ("<pre>\na\n</pre><pre>\r\n\r\na</pre><listing>\n</listing><textarea>\na</textarea>", true),
            ("<pre>&#10;a</pre>", false),
            ("<ul><li>a<li>b<ul><li>c</ul></ul><dl><dt>a<dd>b</dl>", true),
            (
                "<svg viewBox='0 0 1 1'><title>a</title><path d=x /></svg><select><option>a<option selected>b</select>",
                true,
            ),
            ("</p>a</p><script>if (a < b) {}</script><style>&amp;</style><noscript><p></noscript>", true),
            ("<b><p>a</b>", false),
            ("<div A=1 a=2 b='&quot;&copy'>x</div></span>y</>z", true),
            (
                "<p title='a>b'>x</p><p title='a>b'>y</p><p title='a>c'>z</p><p title='a>d>'>z</p><p title='a'>w</p>",
                true,
            ),
            ("a < b <3 &lt; c</ d>e<?f?>g<!h>i", true),
        ] {
            assert_eq!(same(&page(inside)), Ok(is_made), "{inside}");
        }
        for text in [
            "<html><body><p>no type</p>",
            "<!DOCTYPE html PUBLIC '-//W3C//DTD HTML 4.01//EN' ''><html><meta charset=utf-8><body>a</body>\n<!-- c -->\n</html>\n<!-- d -->\nb<!-- e -->f",
            "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\"><html><body>a</body>",
            "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\"><html><body>a</body>",
            "<!DOCTYPE html><html><body>a</body>",
            "<html><head></head><link rel=x><body>a</div></body>",
        ] {
            assert_eq!(same(text), Ok(true), "{text}");
        }
    }

    #[test]
    fn end_tags_that_hold_too_much_are_not_followed() {
        let many = " a".repeat(guard::ATTRIBUTES + 1);
        for inside in [format!("<p>a</p{many}>"), format!("<svg><path></path{many}></svg>")] {
            assert_eq!(same(&page(&inside)), Ok(false), "{} bytes", inside.len());
        }
    }

    #[test]
    fn bodies_of_pages_of_our_own_are_the_parsers() {
        let all = parsed::own_pages();
        let made = all.iter().filter(|text| same(text).unwrap()).count();
        assert!(made * 2 > all.len(), "{made} of {}", all.len());
    }

    /// Captured forums, where they are at hand.
    #[test]
    fn bodies_of_real_pages_are_the_parsers() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
        for folder in fs::read_dir(corpus).into_iter().flatten().filter_map(Result::ok) {
            for (number, text) in parsed::pages(&folder.path()).iter().enumerate().step_by(4) {
                assert_eq!(same(text).err(), None, "{}: page {number}", folder.path().display());
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 6000, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn random_bodies_are_the_parsers(pieces in prop::collection::vec(prop::sample::select(parsed::PIECES), 0..12)) {
            prop_assert_eq!(same(&page(&pieces.concat())).err(), None);
        }
    }
}
