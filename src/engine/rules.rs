//! What stands in a profile, in the order of its file. Every table may be left out; what a profile cannot do without is
//! checked when it is complete (after `extends`).

use serde::Deserialize;

use super::{
    Css, JsonRules, Pattern, Places, Step, Take, Value,
    cut::CutRules,
    url_rule::{AddressRules, UrlRule},
};
use crate::model::{NoticeLines, Outcome, Status};

/// Finds every selector of a profile, to give it its number, and every attribute that it names.
pub(super) trait EachCss {
    fn each_css(&mut self, visit: &mut dyn FnMut(&mut Css));
    /// Those within selectors apart.
    fn each_attribute(&self, visit: &mut dyn FnMut(&str));
}

impl EachCss for Css {
    fn each_css(&mut self, visit: &mut dyn FnMut(&mut Css)) {
        visit(self);
    }

    fn each_attribute(&self, _: &mut dyn FnMut(&str)) {}
}

impl<T: EachCss> EachCss for Option<T> {
    fn each_css(&mut self, visit: &mut dyn FnMut(&mut Css)) {
        self.iter_mut().for_each(|inner| inner.each_css(visit));
    }

    fn each_attribute(&self, visit: &mut dyn FnMut(&str)) {
        self.iter().for_each(|inner| inner.each_attribute(visit));
    }
}

impl<T: EachCss> EachCss for Vec<T> {
    fn each_css(&mut self, visit: &mut dyn FnMut(&mut Css)) {
        self.iter_mut().for_each(|inner| inner.each_css(visit));
    }

    fn each_attribute(&self, visit: &mut dyn FnMut(&str)) {
        self.iter().for_each(|inner| inner.each_attribute(visit));
    }
}

impl EachCss for Step {
    fn each_css(&mut self, visit: &mut dyn FnMut(&mut Css)) {
        self.css.each_css(visit);
        self.without.each_css(visit);
    }

    fn each_attribute(&self, visit: &mut dyn FnMut(&str)) {
        if let Take::Attribute(name) = &self.take {
            visit(name);
        }
    }
}

impl EachCss for Places {
    fn each_css(&mut self, visit: &mut dyn FnMut(&mut Css)) {
        self.0.each_css(visit);
    }

    fn each_attribute(&self, _: &mut dyn FnMut(&str)) {}
}

impl EachCss for Value {
    fn each_css(&mut self, visit: &mut dyn FnMut(&mut Css)) {
        self.0.each_css(visit);
    }

    fn each_attribute(&self, visit: &mut dyn FnMut(&str)) {
        self.0.each_attribute(visit);
    }
}

impl EachCss for AttributeName {
    fn each_css(&mut self, _: &mut dyn FnMut(&mut Css)) {}

    fn each_attribute(&self, visit: &mut dyn FnMut(&str)) {
        visit(&self.0);
    }
}

/// A type that holds no selector.
macro_rules! without_css {
    ($($name:ty),*) => { $(impl EachCss for $name {
        fn each_css(&mut self, _: &mut dyn FnMut(&mut Css)) {}

        fn each_attribute(&self, _: &mut dyn FnMut(&str)) {}
    })* };
}
without_css!(bool, u32, Status, Outcome, Pattern, Unit, NoticeLines);

/// A table of a profile: all optional, unknown keys are errors, and no selector is forgotten in the numbering (the
/// destructuring names every field).
macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }

        impl EachCss for $name {
            fn each_css(&mut self, visit: &mut dyn FnMut(&mut Css)) {
                let Self { $($field),* } = self;
                $($field.each_css(visit);)*
            }

            fn each_attribute(&self, visit: &mut dyn FnMut(&str)) {
                let Self { $($field),* } = self;
                $($field.each_attribute(visit);)*
            }
        }
    };
}

table! {
    /// Facts of the page as a whole.
    PageRules {
        /// Lines that tell the zone or the present time.
        clock: Value,
        /// What stands in `noscript` elements is part of the page.
        noscript: bool,
        /// What stands in the comment of a `code` element, for a script to lay out, is part of the page.
        commented: bool,
    }
}

table! {
    /// How a thread, board or search goes on.
    PagerRules {
        /// Whether addresses count pages or posts.
        unit: Unit,
        /// Posts a page by default, for engines that count posts.
        posts_per_page: Option<u32>,
        /// Threads a page by default.
        threads_per_page: Option<u32>,
        /// The link to the following page.
        next: Value,
        /// The number of this page.
        current: Value,
        /// The number of pages.
        pages: Value,
        /// Links to other pages, from which the highest is read.
        links: Option<Css>,
        /// The last page's offset, where markup tells what links do not (expanded by script).
        last_offset: Value,
    }
}

table! {
    /// Boards, on an index or above the threads of a board.
    IndexRules {
        /// A board.
        each: Option<Css>,
        /// What looks like one and is none: categories, redirects.
        skip: Option<Css>,
        /// Its link; the text is its name.
        link: Option<Css>,
        /// Its name, where that is not all of the link's text.
        name: Value,
        /// Threads in it.
        threads: Value,
        /// Posts in it.
        posts: Value,
        /// Last post, as printed.
        last_post: Value,
        /// Last post, from attributes.
        last_post_attributes: Value,
    }
}

table! {
    /// Threads on a board's page.
    BoardRules {
        /// Found on every board's page, be it without threads.
        list: Option<Css>,
        /// A thread.
        each: Option<Css>,
        /// What looks like one and is none.
        skip: Option<Css>,
        /// It goes on behind that element, up to the next one: for engines that write a thread as rows side by side.
        goes_on: bool,
        /// Its link; the text is its title.
        link: Option<Css>,
        /// Its title, where that is not all of the link's text.
        title: Value,
        /// Its id, where the address does not tell.
        id: Value,
        /// Replies, the opening post not counted.
        replies: Value,
        /// Posts, the opening post counted; for engines that print no replies.
        posts: Value,
        /// Last post, as printed.
        last_post: Value,
        /// Last post, from attributes, best first.
        last_post_attributes: Value,
        /// Who wrote the last post.
        last_poster: Value,
        /// Found in a row that stays on top.
        sticky: Option<Css>,
        /// Found in a row that is a stub of a moved thread.
        moved: Option<Css>,
        /// Found in a row that takes no replies.
        locked: Option<Css>,
    }
}

table! {
    /// The thread of a page of posts.
    ThreadRules {
        /// Its title.
        title: Value,
        /// Links to the boards it stands in, from the outermost in.
        boards: Option<Css>,
        /// Links to the thread itself, for pages whose address does not name it: saved ones, permalinks of posts. The first
        /// that is an address of a thread counts.
        link: Value,
        /// Found where it takes no replies.
        locked: Option<Css>,
        /// Found where the newest post stands first.
        descending: Option<Css>,
        /// The beginning of the opening post, on pages whose posts a script would fetch. It is no post: a crawl counts such a page
        /// as one that failed, a saved page gives what it has, told as `truncated`.
        excerpt: Value,
        /// When that post was published.
        excerpt_date: Value,
    }
}

table! {
    /// A post.
    PostRules {
        /// A post.
        each: Option<Css>,
        /// What looks like one and is none.
        skip: Option<Css>,
        /// It goes on behind that element, up to the next one: for engines that write a post as elements side by side.
        goes_on: bool,
        /// The engine's id.
        id: Value,
        /// What its permalink names it by, where that is not the id.
        link: Value,
        /// Place in the thread, as printed.
        position: Value,
        /// The post's own subject.
        headline: Value,
        /// When, as printed.
        date: Value,
        /// When, from attributes, best first.
        date_attributes: Value,
        /// The element that holds the body; fallbacks in order.
        body: Places,
        /// Where no element holds it: the body is what stands behind that one (the last of the post), up to the post's end.
        behind: Option<Css>,
        /// Elements outside the body that may be edit notices.
        notices: Option<Css>,
        /// Who wrote it.
        author: AuthorRules,
        /// What a notice's markup tells.
        notice: NoticeRules,
        /// Attached files.
        attachment: Vec<AttachmentRules>,
        /// Why a body may be missing; the first that is found counts.
        status: Vec<StatusRule>,
    }
}

table! {
    /// Who wrote a post.
    AuthorRules {
        /// Name, as printed.
        name: Value,
        /// The engine's id.
        id: Value,
        /// Profile page.
        url: Value,
        /// As printed.
        role: Value,
        /// Names that stand for nobody (`"[deleted]"`).
        nobody: Option<Pattern>,
    }
}

table! {
    /// What a notice's markup tells.
    NoticeRules {
        /// Notices whatever they say: the instant of an edit, without words.
        wordless: Option<Css>,
        /// The editor's name, in a link.
        editor: Value,
        /// The editor's id.
        editor_id: Value,
        /// The editor's profile page.
        editor_url: Value,
        /// The reason, in an element of its own.
        reason: Value,
        /// Instants from attributes, best first.
        date_attributes: Value,
        /// The instant of the last edit, where it stands elsewhere in the post; it wins over those.
        modified: Value,
    }
}

table! {
    /// A kind of attached file.
    AttachmentRules {
        /// One file.
        each: Option<Css>,
        /// File name.
        name: Value,
        /// Where it is.
        url: Value,
        /// As printed.
        size: Value,
    }
}

table! {
    /// Why a body may be missing.
    StatusRule {
        /// What it means.
        status: Status,
        /// Where it is seen.
        when: Value,
    }
}

table! {
    /// How a body becomes text.
    BodyRules {
        /// No text: labels, buttons, tips, jammer, boxes of attachments.
        drop: Option<Css>,
        /// Text although markup hides it: spoilers.
        show: Option<Css>,
        /// May be edit notices.
        notice: Option<Css>,
        /// Which plain lines may be edit notices.
        notice_lines: NoticeLines,
        /// Signatures stand in the text with nothing that tells them from it.
        glued_signatures: bool,
        /// A line of the body that looks so is followed by the signature alone; the last one counts. In a text that is
        /// rendered like `<pre>` it is what the pattern matches first, and all behind it.
        signature_line: Option<Pattern>,
        /// What a body begins with that is no part of it: the colon behind a name.
        lead: Option<Pattern>,
        /// Pictures that are neither content nor text.
        smilies: Option<Css>,
        /// Rendered like `<pre>`: white space stands.
        preformatted: Option<Css>,
        /// Boxes of code whose lines are elements of their own.
        code: Option<Css>,
        /// Attributes that hold a picture's real address, best first; `src` is the last.
        image_attributes: Vec<AttributeName>,
        /// Quotations.
        quote: Vec<QuoteRules>,
    }
}

table! {
    /// A kind of quotation.
    QuoteRules {
        /// The whole of it, attribution included.
        each: Option<Css>,
        /// The line that attributes it.
        attribution: Option<Css>,
        /// The line that attributes it, where that stands before it and not within it.
        before: Option<Css>,
        /// What that line must look like, where markup does not tell it from the text of the post.
        before_when: Option<Pattern>,
        /// Who is quoted.
        author: Value,
        /// The quoted post.
        post_id: Value,
        /// Its date, as printed.
        date: Value,
    }
}

table! {
    /// A page that is not what was asked for.
    BadRule {
        /// What it is.
        outcome: BadOutcome,
        /// Where it is seen.
        when: Value,
    }
}

/// The name of an attribute.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct AttributeName(pub String);

/// Whether addresses count pages or posts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// `page=2`.
    #[default]
    Page,
    /// `start=20`.
    Offset,
    /// Neither: the link to the following page alone tells where that is (a cursor, or numbers that count down from the newest).
    Link,
}

/// The outcomes that a profile can tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadOutcome {
    /// The engine says that it does not exist.
    #[default]
    Missing,
    /// The engine asks for a login.
    LoginRequired,
    /// The engine refuses.
    NoPermission,
    /// Closed for maintenance.
    Maintenance,
    /// An anti-bot challenge.
    Challenge,
}

impl From<BadOutcome> for Outcome {
    fn from(bad: BadOutcome) -> Outcome {
        match bad {
            BadOutcome::Missing => Outcome::Missing,
            BadOutcome::LoginRequired => Outcome::LoginRequired,
            BadOutcome::NoPermission => Outcome::NoPermission,
            BadOutcome::Maintenance => Outcome::Maintenance,
            BadOutcome::Challenge => Outcome::Challenge,
        }
    }
}
without_css!(BadOutcome);

/// In which room the ids of posts are unique.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostIds {
    /// The whole forum.
    #[default]
    Forum,
    /// One thread.
    Thread,
}

/// How an engine is recognised: marks in the text of a page, whose weights must sum up to [`Detect::ENOUGH`].
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Detect {
    /// Text that its pages hold.
    pub marks: Vec<Mark>,
}

impl Detect {
    /// The sum of weights that recognises an engine.
    pub const ENOUGH: i32 = 10;
}

/// A mark of an engine.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Text, verbatim, but for the case of ASCII letters.
    pub text: String,
    /// What its presence is worth; negative: it speaks for another engine.
    pub weight: i32,
}

/// The head of a profile: what must be known of all engines at each start, before the first `[[url]]` of its file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Head {
    /// Unique, in lower case.
    pub name: String,
    /// As its makers write it.
    pub title: String,
    /// The profile that it builds on.
    pub extends: Option<String>,
    /// Other names that a user may type.
    pub aliases: Vec<String>,
    /// Versions and views that it is proven on.
    pub proven: Vec<String>,
    /// In which room the ids of posts are unique.
    pub post_ids: PostIds,
    /// It is the fallback: where posts stand is told by the structure of a page, not by selectors.
    pub structure: bool,
    /// How it is recognised.
    pub detect: Detect,
    /// What all its addresses have in common.
    pub address: AddressRules,
}

/// The whole of a profile, as written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Written {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) extends: Option<String>,
    pub(super) aliases: Vec<String>,
    pub(super) proven: Vec<String>,
    pub(super) post_ids: PostIds,
    pub(super) structure: bool,
    pub(super) detect: Detect,
    pub(super) address: AddressRules,
    pub(super) url: Vec<UrlRule>,
    pub(super) cut: CutRules,
    pub(super) page: PageRules,
    pub(super) pager: PagerRules,
    pub(super) index: IndexRules,
    pub(super) board: BoardRules,
    pub(super) thread: ThreadRules,
    pub(super) post: PostRules,
    pub(super) body: BodyRules,
    pub(super) json: JsonRules,
    pub(super) bad: Vec<BadRule>,
    pub(super) login: Option<super::LoginRules>,
    pub(super) case: Vec<super::case::Case>,
}
