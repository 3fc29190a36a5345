//! The tree of what is kept. Its elements and texts are those that html5ever's tree builder would make of them: names are interned,
//! references resolved, texts that meet are one, and a text is a piece of the page, not a copy.

use html5ever::{
    Attribute, QualName,
    interface::{QuirksMode, TreeSink},
    ns,
    tendril::StrTendril,
};
use scraper::{
    Html, HtmlTreeSink, Node,
    node::{Element, Text},
};

use super::met::Seen;
use crate::{
    engine::cut::Names as LookedAt,
    extract::parse::{self, Names, references},
};

/// A place in the tree.
pub(super) type NodeId = <HtmlTreeSink as TreeSink>::Handle;

pub(super) struct Tree {
    html: Html,
    /// The page: texts and values are pieces of it.
    page: StrTendril,
    names: Names,
}

impl Tree {
    pub(super) fn new(text: &str) -> Tree {
        // as for a page without a document type
        let html = Html { quirks_mode: QuirksMode::Quirks, ..Html::new_document() };
        Tree { html, page: StrTendril::from_slice(text), names: Names::new() }
    }

    pub(super) fn finish(self) -> Html {
        self.html
    }

    /// Takes note of the document type: it tells whether classes are told apart by case.
    pub(super) fn document_type(&mut self, declaration: &str) {
        self.html.quirks_mode = match declaration.eq_ignore_ascii_case("<!doctype html>") {
            true => QuirksMode::NoQuirks,
            false => parse::document(declaration).quirks_mode,
        };
    }

    pub(super) fn document(&self) -> NodeId {
        self.html.tree.root().id()
    }

    /// A piece of the page.
    #[inline]
    pub(super) fn piece(&self, start: usize, end: usize) -> StrTendril {
        // a tendril is shorter than 4 GiB
        self.page.subtendril(start as u32, (end - start) as u32)
    }

    /// An element of that name, with those of its attributes that are looked at.
    pub(super) fn element(&mut self, name: &str, attributes: &[Seen], looked_at: &LookedAt) -> Node {
        let mut kept: Vec<Attribute> = Vec::with_capacity(attributes.len());
        for Seen { written, key } in attributes {
            let name = &self.page[written.name.clone()];
            let Some(local) = looked_at.get(*key, name) else { continue };
            if kept.iter().any(|known| known.name.local == *local) {
                continue;
            }
            let value = &self.page[written.value.clone()];
            let value = match references::has_any(value) {
                true => StrTendril::from(references::resolved(value, true)),
                false => self.piece(written.value.start, written.value.end),
            };
            kept.push(Attribute { name: QualName::new(None, ns!(), local.clone()), value });
        }
        Node::Element(Element::new(QualName::new(None, ns!(html), self.names.of(name)), kept))
    }

    /// An element without attributes.
    pub(super) fn bare(&mut self, name: &str) -> Node {
        Node::Element(Element::new(QualName::new(None, ns!(html), self.names.of(name)), Vec::new()))
    }

    pub(super) fn append(&mut self, parent: NodeId, node: Node) -> Option<NodeId> {
        Some(self.html.tree.get_mut(parent)?.append(node).id())
    }

    pub(super) fn insert_before(&mut self, sibling: NodeId, node: Node) -> Option<NodeId> {
        Some(self.html.tree.get_mut(sibling)?.insert_before(node).id())
    }

    /// Puts a node behind a child of `parent`, or before all of them.
    pub(super) fn insert_after(&mut self, parent: NodeId, child: Option<NodeId>, node: Node) {
        match child {
            Some(child) => drop(self.html.tree.get_mut(child).map(|mut child| child.insert_after(node).id())),
            None => drop(self.html.tree.get_mut(parent).map(|mut parent| parent.prepend(node).id())),
        }
    }

    pub(super) fn last_child(&self, parent: NodeId) -> Option<NodeId> {
        Some(self.html.tree.get(parent)?.last_child()?.id())
    }

    /// Appends a text; `is_apart`: it does not go on one that stands right before it.
    pub(super) fn append_text(&mut self, parent: NodeId, text: StrTendril, is_apart: bool) -> Option<()> {
        let mut parent = self.html.tree.get_mut(parent)?;
        if !is_apart
            && let Some(mut last) = parent.last_child()
            && let Node::Text(before) = last.value()
        {
            before.text.push_tendril(&text);
        } else {
            parent.append(Node::Text(Text { text }));
        }
        Some(())
    }

    /// Appends what the parser makes of a piece of the page that is no ordinary markup.
    pub(super) fn graft(&mut self, parent: NodeId, piece: &str) -> Option<()> {
        let other = parse::document(piece);
        let body = other.tree.root().last_child()?.last_child()?;
        let mut waiting: Vec<_> = body.children().rev().map(|child| (child, parent)).collect();
        while let Some((node, parent)) = waiting.pop() {
            let copy = self.append(parent, node.value().clone())?;
            waiting.extend(node.children().rev().map(|child| (child, copy)));
        }
        Some(())
    }
}
