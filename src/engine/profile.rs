//! A profile: everything that is known of one engine, checked and compiled.

use std::sync::Arc;

use url::Url;

use super::{
    Address, AttachmentRules, BadRule, BoardRules, BodyRules, Css, EngineError, IndexRules, JsonRules, LoginRules,
    PageRules, PagerRules, PostIds, PostRules, ThreadRules,
    cut::Cut,
    keys::Keys,
    rules::{EachCss, Written},
    url_rule::{self, AddressRules, UrlRule},
};
use crate::model::PageKind;

/// A profile, checked and compiled.
#[derive(Debug)]
pub struct Profile {
    /// Unique, in lower case.
    pub name: Arc<str>,
    /// As its makers write it.
    pub title: String,
    /// Other names that a user may type.
    pub aliases: Vec<String>,
    /// Versions and views that it is proven on.
    pub proven: Vec<String>,
    /// In which room the ids of posts are unique.
    pub post_ids: PostIds,
    /// It is the fallback: where posts stand is told by the structure of a page, not by selectors.
    pub structure: bool,
    /// Facts of the page as a whole.
    pub page: PageRules,
    /// How a thread or board goes on.
    pub pager: PagerRules,
    /// Boards on an index.
    pub index: IndexRules,
    /// Threads on a board's page.
    pub board: BoardRules,
    /// The thread of a page of posts.
    pub thread: ThreadRules,
    /// Posts.
    pub post: PostRules,
    /// How a body becomes text.
    pub body: BodyRules,
    /// How its JSON is read.
    pub json: JsonRules,
    /// Pages that are not what was asked for.
    pub bad: Vec<BadRule>,
    /// How one logs in.
    pub login: Option<Arc<LoginRules>>,
    /// All its selectors, in the order of their numbers.
    selectors: Vec<Css>,
    keys: Keys,
    other_keys: Keys,
    cut: Option<Cut>,
    address: AddressRules,
    urls: Vec<UrlRule>,
}

impl Profile {
    /// Reads a profile that extends no other. `file` is what errors name.
    ///
    /// # Errors
    /// What is wrong with it, with its place.
    pub fn from_text(file: &str, text: &str) -> Result<Profile, EngineError> {
        Profile::read(file, text, &[])
    }

    /// Reads a profile. `bases` are the texts of those that it extends, the outermost first.
    pub(super) fn read(file: &str, text: &str, bases: &[&str]) -> Result<Profile, EngineError> {
        let own: Written = toml::from_str(text).map_err(|error| EngineError::at(file, text, &error))?;
        let incomplete = |cause: String| EngineError::Incomplete { file: file.to_owned(), cause };
        let mut written = own;
        if !bases.is_empty() {
            let mut merged = toml::Table::new();
            for layer in bases.iter().copied().chain([text]) {
                let table = toml::from_str::<toml::Table>(layer).map_err(|error| incomplete(error.to_string()))?;
                merge(&mut merged, table);
            }
            written = merged.try_into().map_err(|error: toml::de::Error| incomplete(error.message().to_owned()))?;
        }
        let mut selectors: Vec<Css> = Vec::new();
        let mut number = |css: &mut Css| css.take_number(&mut selectors);
        written.page.each_css(&mut number);
        written.pager.each_css(&mut number);
        written.thread.each_css(&mut number);
        written.post.each_css(&mut number);
        written.body.each_css(&mut number);
        written.json.each_css(&mut number);
        written.login.each_css(&mut number);
        // From here on stand those that a page of posts is not asked by.
        let of_posts = selectors.len();
        let mut number = |css: &mut Css| css.take_number(&mut selectors);
        written.index.each_css(&mut number);
        written.board.each_css(&mut number);
        written.bad.each_css(&mut number);
        if written.name.is_empty() {
            return Err(incomplete("a profile needs a `name`".to_owned()));
        }
        if written.post.each.is_some() && written.post.body.0.is_empty() && written.post.behind.is_none() {
            return Err(incomplete("`[post]` needs `body`: what it says makes a post".to_owned()));
        }
        let cut = Cut::of(&mut written);
        let keys_of = |from: usize, to: usize, free: u32| {
            let mut keys = Keys::new(free);
            selectors[from..to].iter().for_each(|css| keys.enter(css.number, &css.text));
            Keys::settle(&mut [&mut keys]);
            keys
        };
        let keys = keys_of(0, of_posts, u32::try_from(selectors.len()).unwrap_or(u32::MAX));
        let other_keys = keys_of(of_posts, selectors.len(), keys.free());
        Ok(Profile {
            name: written.name.into(),
            title: written.title,
            aliases: written.aliases,
            proven: written.proven,
            post_ids: written.post_ids,
            structure: written.structure,
            page: written.page,
            pager: written.pager,
            index: written.index,
            board: written.board,
            thread: written.thread,
            post: written.post,
            body: written.body,
            json: written.json,
            bad: written.bad,
            login: written.login.map(Arc::new),
            selectors,
            keys,
            other_keys,
            cut,
            address: written.address,
            urls: written.url,
        })
    }

    /// The address that a URL is; `None` for all that no URL shape of the profile fits: such are never followed.
    pub fn address(&self, url: &Url) -> Option<Address> {
        url_rule::address(&self.address, &self.urls, url)
    }

    /// The page with the form to log in, on the forum that `near` stands on.
    pub fn login_page(&self, near: &Url) -> Option<Url> {
        let page = &self.login.as_ref()?.page;
        match self.address(near) {
            Some(address) => address.below(page),
            None => near.join(page).ok(),
        }
    }

    /// The address of another page of the same board or thread.
    pub fn other_page(&self, of: &Address, page: Option<u32>, offset: Option<u32>) -> Option<Address> {
        of.moved_to(&self.urls, page, offset)
    }

    /// Where a thread goes on behind the document that holds its opening post alone.
    pub fn behind_opening(&self, of: &Address) -> Option<Address> {
        self.address(&of.filled(self.json.then.as_ref()?)?)
    }

    /// The address of a board or thread of that id, on the forum that `near` stands on: by the first URL shape of that kind
    /// that is one of JSON or not, as asked.
    pub fn built(
        &self,
        near: &Address,
        kind: PageKind,
        json: bool,
        id: Option<&str>,
        slug: Option<&str>,
    ) -> Option<Address> {
        url_rule::of_kind(&self.urls, near, kind, json, id, slug)
    }

    /// The address of the document that holds what stands at a page's address; `None` where the engine has none.
    pub fn document_of(&self, page: &Address) -> Option<Address> {
        url_rule::document_of(&self.urls, page)
    }

    /// Where a post of a thread is found.
    pub fn permalink(&self, thread: &Address, post: &str) -> Option<String> {
        thread.permalink(&self.address, &self.urls, post)
    }

    /// A URL without the parameters that carry a session; all else as it was.
    pub fn without_session(&self, url: Url) -> Url {
        url_rule::without_session(&self.address, url)
    }

    /// Whether an address may carry a session: a parameter of it is called so.
    pub fn names_session(&self, address: &str) -> bool {
        url_rule::names_session(&self.address, address)
    }

    /// All selectors, in the order of their numbers.
    pub fn selectors(&self) -> &[Css] {
        &self.selectors
    }

    /// How many numbers there are: those of all selectors, then those of what they look for within elements.
    pub fn numbers(&self) -> usize {
        self.other_keys.free() as usize
    }

    /// By the hash of what an element must carry, the selectors that may match it, of those that pages of posts are asked by.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The same for all others: those of listings, and of pages that are not what was asked for.
    pub fn other_keys(&self) -> &Keys {
        &self.other_keys
    }

    /// What of its pages of posts must be parsed; `None` where that is all.
    pub fn cut(&self) -> Option<&Cut> {
        self.cut.as_ref()
    }

    /// Kinds of attached files.
    pub fn attachments(&self) -> &[AttachmentRules] {
        &self.post.attachment
    }
}

/// Lays one table over another: tables merge, all else replaces.
fn merge(under: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => merge(below, above),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}
