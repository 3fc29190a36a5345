//! What of a profile reads JSON: the same things as its tables for markup, by pointers in place of selectors.

use serde::Deserialize;

use super::{Css, JsonValue, Pattern, Pointers, Value, rules::EachCss, template::Template};
use crate::model::Status;

/// A table whose keys may all be left out; unknown ones are errors.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    };
}

table! {
    /// How the engine's JSON is read: documents of their own, and those that its pages carry.
    JsonRules {
        /// Where a page carries a document: an element's text, or an attribute. Its selectors read the page.
        embedded: Value,
        /// Found in pages whose script asks for documents: where such a page holds nothing, the document is asked for.
        shell: Value,
        /// The part of such a document that counts, where it is not the whole; the first pointer that leads anywhere counts.
        root: Pointers,
        /// Objects that others name by `type` and `id`.
        resources: Pointers,
        /// The number of the page that the document is.
        page: JsonValue,
        /// The number of pages.
        pages: JsonValue,
        /// The number of the following page, or its address; nothing on the last one.
        next: JsonValue,
        /// The offset of the following page, for addresses that count from nought.
        next_offset: JsonValue,
        /// Where a thread goes on, below the forum's directory, whose opening post is a document of its own; the pages are counted
        /// from that on.
        then: Option<Template>,
        /// Found in such a document.
        opening: JsonValue,
        /// Ids of all posts of the thread, in order: another page follows while the last post of this one is not the last.
        all_posts: Pointers,
        /// Ids of the posts of this page, as those are written.
        these_posts: Pointers,
        /// Whether another page follows where one is full: the number of posts or threads of a full page.
        full: Option<u32>,
        /// Boards.
        index: JsonIndexRules,
        /// Threads of a board.
        board: JsonBoardRules,
        /// The thread of a page of posts.
        thread: JsonThreadRules,
        /// Posts.
        post: JsonPostRules,
        /// Found in a document that tells of a failure.
        missing: JsonValue,
        /// Found in a document that tells that the reader may not.
        no_permission: JsonValue,
    }
}

table! {
    /// Boards.
    JsonIndexRules {
        /// Found in documents that hold boards.
        when: JsonValue,
        /// A board.
        each: Pointers,
        /// Found in each that is one.
        only: JsonValue,
        /// The engine's id.
        id: JsonValue,
        /// What its address is made of beside the id.
        slug: JsonValue,
        /// Its name.
        name: JsonValue,
        /// Threads in it.
        threads: JsonValue,
        /// Posts in it.
        posts: JsonValue,
        /// Last post.
        last_post: JsonValue,
    }
}

table! {
    /// Threads of a board.
    JsonBoardRules {
        /// Found in documents that list threads.
        when: JsonValue,
        /// A thread.
        each: Pointers,
        /// Found in each that is one.
        only: JsonValue,
        /// The engine's id.
        id: JsonValue,
        /// What its address is made of beside the id.
        slug: JsonValue,
        /// The board that it stands in, where its address names that.
        board: JsonValue,
        /// Its title.
        title: JsonValue,
        /// Replies, the opening post not counted.
        replies: JsonValue,
        /// Posts, the opening post counted.
        posts: JsonValue,
        /// Last post.
        last_post: JsonValue,
        /// Who wrote the last post.
        last_poster: JsonValue,
        /// Found in one that stays on top.
        sticky: JsonValue,
        /// Found in a stub of a moved thread.
        moved: JsonValue,
        /// Found in one that takes no replies.
        locked: JsonValue,
    }
}

table! {
    /// The thread of a page of posts.
    JsonThreadRules {
        /// The engine's id.
        id: JsonValue,
        /// What its address is made of beside the id.
        slug: JsonValue,
        /// Its title.
        title: JsonValue,
        /// Boards that it stands in, from the outermost in.
        boards: Pointers,
        /// Found in each that is one.
        board_only: JsonValue,
        /// The board's id.
        board_id: JsonValue,
        /// What the board's address is made of beside the id.
        board_slug: JsonValue,
        /// The board's name.
        board_name: JsonValue,
        /// Found where it takes no replies.
        locked: JsonValue,
    }
}

table! {
    /// A post.
    JsonPostRules {
        /// Found in documents that hold posts.
        when: JsonValue,
        /// A post.
        each: Pointers,
        /// Found in each that is one.
        only: JsonValue,
        /// A number that posts are ordered by, where the document does not hold them in order.
        order: JsonValue,
        /// The engine's id.
        id: JsonValue,
        /// What its permalink names it by, where that is not the id.
        link: JsonValue,
        /// Place in the thread.
        position: JsonValue,
        /// The post's own subject.
        headline: JsonValue,
        /// When, best first.
        date: JsonValue,
        /// The body, as markup.
        body: JsonValue,
        /// The body, as Markdown.
        markdown: JsonValue,
        /// The start tag of the element that the body stands in on the engine's pages, for the selectors of `[body]` and
        /// `[[post.attachment]]`.
        within: String,
        /// Who wrote it.
        author: JsonAuthorRules,
        /// Its last edit.
        edit: JsonEditRules,
        /// Why a body may be missing; the first that is found counts.
        status: Vec<JsonStatusRule>,
    }
}

table! {
    /// Who wrote a post.
    JsonAuthorRules {
        /// Name.
        name: JsonValue,
        /// The engine's id.
        id: JsonValue,
        /// Profile page, or what its address ends in.
        url: JsonValue,
        /// What stands before that, below the forum's directory.
        below: String,
        /// Role.
        role: JsonValue,
        /// Names that stand for nobody.
        nobody: Option<Pattern>,
    }
}

table! {
    /// The last edit of a post.
    JsonEditRules {
        /// Found in posts that were edited.
        when: JsonValue,
        /// The instant.
        date: JsonValue,
        /// The editor's name.
        editor: JsonValue,
        /// The editor's id.
        editor_id: JsonValue,
        /// How often in all.
        count: JsonValue,
        /// How many versions there are: one more than edits.
        versions: JsonValue,
        /// Why.
        reason: JsonValue,
    }
}

table! {
    /// Why a body may be missing.
    JsonStatusRule {
        /// What it means.
        status: Status,
        /// Where it is seen.
        when: JsonValue,
    }
}

impl EachCss for JsonRules {
    fn each_css(&mut self, visit: &mut dyn FnMut(&mut Css)) {
        self.embedded.each_css(visit);
        self.shell.each_css(visit);
    }

    fn each_attribute(&self, visit: &mut dyn FnMut(&str)) {
        self.embedded.each_attribute(visit);
        self.shell.each_attribute(visit);
    }
}
