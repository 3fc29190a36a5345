//! What of a page a profile can look at: from its selectors alone follows which elements of a page must be parsed, and of which
//! the start tag is enough. All of it may want too much and never too little.

use html5ever::LocalName;
use memchr::memmem::Finder;
use serde::Deserialize;

use super::{
    Css, Take, Value,
    attribute::AttributeTest,
    keys::{
        Above, Candidate, Keys, compounds, name_at, name_key, pseudos, same_name, simple_parts, split_outside,
        test_hash,
    },
    rules::{
        AttachmentRules, AuthorRules, EachCss, NoticeRules, PageRules, PagerRules, PostRules, StatusRule, ThreadRules,
        Written,
    },
};

/// `[cut]`: a profile that names where a post begins allows to read its pages in pieces.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CutRules {
    /// Text that stands once in the markup of each post, verbatim. A page without it is parsed whole, and so is one that yields
    /// fewer posts than it holds such text.
    pub post: Vec<String>,
}

/// What is wanted of an element, as bits.
pub mod want {
    /// Its start tag and its place.
    pub const TAG: u8 = 1;
    /// All that it holds, and so its start tag.
    pub const WHOLE: u8 = 2 | TAG;
    /// That its siblings stand about it.
    pub const PLACE: u8 = 4;
    /// It may be a post.
    pub const POST: u8 = 8;
    /// All this only where it is a post or stands in one.
    pub const IN_POST: u8 = 16;
}

/// Attributes that the readers of pages look at of themselves, on whatever element.
pub const READ: [&str; 20] = [
    "id",
    "class",
    "type",
    "lang",
    "xml:lang",
    "href",
    "style",
    "hidden",
    "title",
    "alt",
    "src",
    "data-src",
    "data-url",
    "data-original",
    "width",
    "height",
    "start",
    "colspan",
    "rowspan",
    "datetime",
];

/// How many of them, the first ones, they look at outside of what is wanted whole.
const READ_OUTSIDE: usize = 6;

/// Names of attributes, by their keys.
#[derive(Debug, Default)]
pub struct Names([Vec<(u64, LocalName)>; 32]);

impl Names {
    /// Enters a name.
    fn add(&mut self, name: &str) {
        let key = name_key(name.as_bytes());
        if self.get(key, name).is_none() {
            self.0[Names::place(key)].push((key, LocalName::from(name.to_ascii_lowercase())));
        }
    }

    /// A name, given as written with its key, where it is one of them.
    #[inline]
    pub fn get(&self, key: u64, name: &str) -> Option<&LocalName> {
        let mut same = self.0[Names::place(key)].iter().filter(|(known, _)| *known == key);
        same.find(|(_, word)| same_name(word, name)).map(|(_, word)| word)
    }

    #[inline]
    fn place(key: u64) -> usize {
        (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 59) as usize
    }
}

/// What of a page a profile can look at.
#[derive(Debug)]
pub struct Cut {
    posts: Vec<Finder<'static>>,
    /// By the hash of what an element carries, what may want it.
    pub keys: Keys,
    /// The same, for what is wanted of posts alone.
    pub in_posts: Keys,
    /// By a candidate's number, what it wants.
    pub wants: Vec<u8>,
    /// Something asks for the place of an element among its siblings.
    pub asks_places: bool,
    /// Attributes that are looked at outside of what is wanted whole.
    pub outside: Names,
    /// Attributes that are looked at within it.
    pub inside: Names,
    /// Tests of attributes that elements must pass about others, with what those carry that do.
    pub marks: Vec<(AttributeTest, u64)>,
}

impl Cut {
    /// What of its pages a profile can look at; `None` where the whole page is asked for, or nothing allows to cut it.
    pub(super) fn of(written: &mut Written) -> Option<Cut> {
        let begins = written.cut.post.iter().filter(|mark| !mark.is_empty());
        let posts: Vec<_> = begins.map(|mark| Finder::new(mark).into_owned()).collect();
        if posts.is_empty() || written.structure {
            return None;
        }
        let mut cut = Cut::of_posts(posts);
        for (css, want) in wanted(written)? {
            cut.enter(&css.text, want, &[])?;
        }
        // Structured data fills what posts leave open, and a base changes every address.
        cut.enter("script[type*='ld+json']", want::WHOLE, &[])?;
        cut.enter("base", want::TAG, &[])?;
        // The other selectors read within what is wanted whole, but may ask what stands beside something about it.
        let mut aside = Some(());
        let mut tested: Vec<String> = Vec::new();
        let mut enter = |css: &mut Css| {
            aside = aside.and_then(|()| cut.enter_about(&css.text));
            tested.extend(css.text.split('[').skip(1).map(|after| name_at(after.trim_start()).to_owned()));
        };
        written.post.each_css(&mut enter);
        written.body.each_css(&mut enter);
        written.thread.each_css(&mut enter);
        written.pager.each_css(&mut enter);
        written.page.each_css(&mut enter);
        written.json.each_css(&mut enter);
        if let Some(login) = &mut written.login {
            login.inside.each_css(&mut enter);
        }
        aside?;
        let mut asked = |name: &str| tested.push(name.to_owned());
        written.post.each_attribute(&mut asked);
        written.body.each_attribute(&mut asked);
        written.thread.each_attribute(&mut asked);
        written.pager.each_attribute(&mut asked);
        written.page.each_attribute(&mut asked);
        written.json.each_attribute(&mut asked);
        for name in &tested {
            cut.outside.add(name);
            cut.inside.add(name);
        }
        READ.iter().take(READ_OUTSIDE).for_each(|name| cut.outside.add(name));
        READ.iter().for_each(|name| cut.inside.add(name));
        Keys::settle(&mut [&mut cut.keys, &mut cut.in_posts]);
        Some(cut)
    }

    /// Nothing but the marks of posts.
    fn of_posts(posts: Vec<Finder<'static>>) -> Cut {
        Cut {
            posts,
            keys: Keys::default(),
            in_posts: Keys::default(),
            wants: Vec::new(),
            asks_places: false,
            outside: Names::default(),
            inside: Names::default(),
            marks: Vec::new(),
        }
    }

    /// Everything in the body of a page, with attributes of these names.
    #[cfg(test)]
    pub(crate) fn of_body<'n>(names: impl Iterator<Item = &'n str>) -> Cut {
        let mut cut = Cut::of_posts(Vec::new());
        names.for_each(|name| cut.inside.add(name));
        cut.enter("body", want::WHOLE, &[]);
        Keys::settle(&mut [&mut cut.keys, &mut cut.in_posts]);
        cut
    }

    /// How many posts a page seems to hold.
    pub fn posts_in(&self, text: &str) -> usize {
        self.posts.iter().map(|mark| mark.find_iter(text.as_bytes()).count()).sum()
    }

    /// What of that something asks for above others.
    pub fn asked_above(&self, carried: &[u64]) -> Above {
        self.keys.asked_above.among(carried)
    }

    /// Enters all alternatives of a selector. `over`: what must be carried above it.
    fn enter(&mut self, selector: &str, want: u8, over: &[u64]) -> Option<()> {
        if selector.contains('\\') {
            return None;
        }
        split_outside(selector, |c| c == ',').into_iter().try_for_each(|one| self.enter_one(one.trim(), want, over))
    }

    /// Enters what a selector asks of elements above the one that it matches.
    fn enter_about(&mut self, selector: &str) -> Option<()> {
        if selector.contains('\\') {
            return None;
        }
        split_outside(selector, |c| c == ',').into_iter().try_for_each(|alternative| {
            let parts = compounds(alternative.trim());
            let above = parts.len().saturating_sub(1);
            match parts[..above].iter().rposition(|(_, then)| matches!(then, ' ' | '>')) {
                Some(last) => self.enter_parts(&parts[..=last], false, 0, &[]),
                None => Some(()),
            }
        })
    }

    /// What elements carry that pass a test.
    fn mark(&mut self, test: &AttributeTest) -> u64 {
        if let Some((_, hash)) = self.marks.iter().find(|(known, _)| known == test) {
            return *hash;
        }
        let hash = test_hash(self.marks.len());
        self.marks.push((test.clone(), hash));
        hash
    }

    fn enter_one(&mut self, alternative: &str, want: u8, over: &[u64]) -> Option<()> {
        self.enter_parts(&compounds(alternative), alternative.starts_with('+'), want, over)
    }

    /// Enters the compounds of an alternative; `is_next`: the first is asked for right after another element.
    fn enter_parts(&mut self, parts: &[(&str, char)], mut is_next: bool, want: u8, over: &[u64]) -> Option<()> {
        let mut above = over.to_vec();
        for (number, (compound, then)) in parts.iter().enumerate() {
            let own = simple_parts(compound);
            let about: Vec<u64> = match (own.key, own.tests.first()) {
                // What is known by an attribute alone is known to what stands in it by a mark of its own.
                (None, Some(test)) => vec![self.mark(test)],
                _ => own.all().collect(),
            };
            let beside = matches!(then, '+' | '~');
            let mut wants = if number + 1 == parts.len() { want } else { 0 };
            wants |= if beside { want::TAG } else { 0 } | if is_next { want::PLACE } else { 0 };
            for (name, arguments) in pseudos(compound) {
                match name {
                    "root" | "scope" => {}
                    "empty" => wants |= want::WHOLE,
                    "not" | "is" | "where" => self.enter(arguments, 0, &[])?,
                    "has" => {
                        let mut within = above.clone();
                        within.extend(&about);
                        for inner in split_outside(arguments, |c| c == ',').into_iter().map(str::trim) {
                            let over = if inner.starts_with(['+', '~']) { &above } else { &within };
                            self.enter_one(inner, want::TAG, over)?;
                        }
                    }
                    _ if ["nth-", "first-", "last-", "only-"].iter().any(|start| name.starts_with(start)) => {
                        wants |= want::PLACE;
                    }
                    _ => return None,
                }
            }
            if wants != 0 {
                let css = u32::try_from(self.wants.len()).ok()?;
                let keys = if wants & want::IN_POST == 0 { &mut self.keys } else { &mut self.in_posts };
                let key = own.key;
                let candidate = Candidate::new(css, own, above.clone());
                match keys.like(key, &candidate) {
                    Some(known) => self.wants[known.css as usize] |= wants,
                    None => {
                        keys.add(key, candidate);
                        self.wants.push(wants);
                    }
                }
                self.asks_places |= wants & want::PLACE != 0;
            }
            if !beside {
                above.extend(about);
            }
            is_next = *then == '+';
        }
        Some(())
    }
}

/// What is wanted of the elements that each selector matches on a page of posts; `None` where it is the text of the page as a
/// whole. The other tables of a profile are not asked about such pages.
fn wanted(written: &Written) -> Option<Vec<(&Css, u8)>> {
    let mut all = Vec::new();
    let PageRules { clock, noscript: _, commented: _ } = &written.page;
    let PagerRules { unit: _, posts_per_page: _, threads_per_page: _, next, current, pages, links, last_offset } =
        &written.pager;
    let ThreadRules { title, boards, link, locked, descending, excerpt: _, excerpt_date: _ } = &written.thread;
    for value in [clock, next, current, pages, last_offset, title, link, &written.json.embedded] {
        if steps(value, &mut all) {
            return None;
        }
    }
    all.extend(links.iter().chain(boards).map(|css| (css, want::WHOLE)));
    let inside = written.login.as_ref().and_then(|login| login.inside.as_ref());
    all.extend(locked.iter().chain(descending).chain(inside).map(|css| (css, want::TAG)));

    let PostRules {
        each,
        skip,
        id,
        link,
        position,
        headline,
        date,
        date_attributes,
        body,
        notices,
        author,
        notice,
        attachment,
        status,
        goes_on,
        behind,
    } = &written.post;
    if *goes_on || behind.is_some() {
        // a post reaches over elements that no selector names
        return None;
    }
    let AuthorRules { name, id: author_id, url, role, nobody: _ } = author;
    // What a notice's markup tells is looked for within the notice, which is wanted whole.
    let NoticeRules { wordless, editor: _, editor_id: _, editor_url: _, reason: _, date_attributes: _, modified } =
        notice;
    let values = [id, link, position, headline, date, date_attributes, name, author_id, url, role, modified];
    let mut of_post = want::TAG;
    let mut within = Vec::new();
    for value in values.into_iter().chain(status.iter().map(|StatusRule { status: _, when }| when)) {
        if steps(value, &mut within) {
            of_post = want::WHOLE;
        }
    }
    within.extend(skip.iter().chain(wordless).map(|css| (css, want::TAG)));
    within.extend(body.0.iter().chain(notices).map(|css| (css, want::WHOLE)));
    let files = attachment.iter().flat_map(|AttachmentRules { each, name: _, url: _, size: _ }| each);
    within.extend(files.map(|css| (css, want::WHOLE)));
    // These are looked for within posts alone.
    all.extend(within.into_iter().map(|(css, want)| (css, want | want::IN_POST)));
    all.extend(each.iter().map(|css| (css, of_post | want::POST)));
    Some(all)
}

/// What a value's steps want; whether one of them wants the text of the element at hand itself.
fn steps<'w>(value: &'w Value, all: &mut Vec<(&'w Css, u8)>) -> bool {
    let mut at_hand = false;
    for step in &value.0 {
        match (&step.css, &step.take) {
            (Some(css), Take::Attribute(_)) => all.push((css, want::TAG)),
            (Some(css), _) => all.push((css, want::WHOLE)),
            (None, Take::Attribute(_)) => {}
            (None, _) => at_hand = true,
        }
    }
    at_hand
}
