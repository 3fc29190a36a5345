//! The tree of what is kept. Its elements and texts are those that html5ever's tree builder would make of them: names are interned,
//! references resolved, texts that meet are one, and a text is a piece of the page, not a copy.

use std::ops::Range;

use ego_tree::NodeId;
use html5ever::{Attribute, QualName, interface::QuirksMode, ns, tendril::StrTendril};
use scraper::{
    Html, Node,
    node::{Element, Text},
};

use super::{
    met::{Seen, Signs, Span},
    thin::Thinned,
};
use crate::{
    engine::cut::Names as LookedAt,
    extract::parse::{self, Names, references},
};

/// The document types of most pages that have an old one, as the standard takes them.
const TRANSITIONAL: &str = "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">";
const STRICT: &str =
    "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\">";

/// How much of the page is copied at once.
const WINDOW: usize = 8 * 1024;

pub(super) struct Tree {
    html: Html,
    /// The part of the page where texts and values were last taken from: they are pieces of it.
    window: StrTendril,
    /// Where in the page it begins.
    from: usize,
    names: Names,
    /// Elements and the numbers of their start tags.
    tags: Vec<(NodeId, u32)>,
}

impl Tree {
    /// With room for so many nodes, so that they need not move.
    pub(super) fn new(nodes: usize) -> Tree {
        // as for a page without a document type
        let tree = ego_tree::Tree::with_capacity(Node::Document, nodes);
        let html = Html { quirks_mode: QuirksMode::Quirks, tree };
        let tags = Vec::with_capacity(nodes / 2);
        Tree { html, window: StrTendril::new(), from: 0, names: Names::new(), tags }
    }

    /// How many nodes it has.
    pub(super) fn nodes(&self) -> usize {
        self.html.tree.values().len()
    }

    pub(super) fn finish(self) -> Thinned {
        Thinned { html: self.html, tags: self.tags }
    }

    /// A node is the element of the start tag of that number.
    pub(super) fn is_of(&mut self, node: NodeId, met: usize) {
        // a page has fewer tags than bytes, of which there are less than 4 GiB
        self.tags.push((node, met as u32));
    }

    /// Takes note of the document type: it tells whether classes are told apart by case.
    pub(super) fn document_type(&mut self, declaration: &str) {
        self.html.quirks_mode = match declaration {
            _ if declaration.eq_ignore_ascii_case("<!doctype html>") => QuirksMode::NoQuirks,
            TRANSITIONAL => QuirksMode::LimitedQuirks,
            STRICT => QuirksMode::NoQuirks,
            _ => parse::document(declaration).quirks_mode,
        };
    }

    pub(super) fn document(&self) -> NodeId {
        self.html.tree.root().id()
    }

    /// A piece of the page. Mostly one follows the other, and they share a copy; what stands farther before is copied alone.
    pub(super) fn piece(&mut self, page: &str, start: usize, end: usize) -> StrTendril {
        if start >= self.from && end <= self.from + self.window.len() {
            // a tendril is shorter than 4 GiB
            return self.window.subtendril((start - self.from) as u32, (end - start) as u32);
        }
        if start < self.from || end - start > WINDOW / 2 {
            return StrTendril::from_slice(&page[start..end]);
        }
        let mut until = (start + WINDOW).min(page.len());
        while !page.is_char_boundary(until) {
            until -= 1;
        }
        (self.window, self.from) = (StrTendril::from_slice(&page[start..until]), start);
        self.window.subtendril(0, (end - start) as u32)
    }

    /// An element of the name that stands at a place of the page, with those of its attributes that are looked at.
    pub(super) fn element(&mut self, page: &str, name: Span, attributes: &[Seen], looked_at: &LookedAt) -> Node {
        let mut kept: Vec<Attribute> = Vec::with_capacity(attributes.len());
        for Seen { name, value, key, signs } in attributes {
            let Some(local) = looked_at.get(*key, &page[name.range()]) else { continue };
            if kept.iter().any(|known| known.name.local == *local) {
                continue;
            }
            let Range { start, end } = value.range();
            let value = match *signs != Signs::None {
                true => references::resolved(&page[start..end], true),
                false => self.piece(page, start, end),
            };
            kept.push(Attribute { name: QualName::new(None, ns!(), local.clone()), value });
        }
        let name = self.names.of(&page[name.range()]);
        Node::Element(Element::new(QualName::new(None, ns!(html), name), kept))
    }

    /// One like a node of the tree.
    pub(super) fn like(&self, node: NodeId) -> Option<Node> {
        Some(self.html.tree.get(node)?.value().clone())
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
