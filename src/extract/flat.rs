//! A parsed page as one row of nodes in document order, so that a walk is a loop, a subtree a range, and no depth of nesting
//! can exhaust a stack.

use std::ops::Range;

use ego_tree::NodeId;
use html5ever::LocalName;
use scraper::{ElementRef, Html, Node as DomNode, node::Element};

/// An element or a text, and where its subtree ends.
pub(super) struct Node<'a> {
    pub(super) kind: Kind<'a>,
    /// First node after its subtree.
    pub(super) end: u32,
    /// The number of its start tag among those that differ, from 1 on; 0 where that is not known.
    tag: u32,
}

pub(super) enum Kind<'a> {
    Element(ElementRef<'a>),
    Text(&'a str),
}

/// A page in document order; comments and the like are left out.
pub(super) struct Flat<'a> {
    nodes: Vec<Node<'a>>,
    /// How many start tags are told apart.
    tags: u32,
    /// Elements no longer reach as far as the page says.
    is_changed: bool,
}

impl<'a> Flat<'a> {
    pub(super) fn of(html: &'a Html) -> Flat<'a> {
        Flat::with_tags(html, &[])
    }

    /// The same where the numbers of the start tags of nodes are known, in the order of the nodes' ids: elements of one number have
    /// the same name and attributes.
    pub(super) fn with_tags(html: &'a Html, tags: &[(NodeId, u32)]) -> Flat<'a> {
        let mut next = 0;
        let mut tag_of = |id: NodeId| -> u32 {
            if tags.get(next).is_none_or(|(known, _)| *known != id) {
                match tags.binary_search_by_key(&id, |(known, _)| *known) {
                    Ok(at) => next = at,
                    Err(_) => return 0,
                }
            }
            next += 1;
            tags[next - 1].1 + 1
        };
        let mut nodes: Vec<Node<'a>> = Vec::with_capacity(html.tree.values().len());
        let mut open: Vec<usize> = Vec::new();
        let root = html.tree.root();
        let mut here = root.first_child();
        while let Some(node) = here {
            let mut child = None;
            if let Some(element) = ElementRef::wrap(node) {
                child = node.first_child();
                if child.is_some() {
                    open.push(nodes.len());
                }
                nodes.push(Node { kind: Kind::Element(element), end: nodes.len() as u32 + 1, tag: tag_of(node.id()) });
            } else if let DomNode::Text(text) = node.value() {
                nodes.push(Node { kind: Kind::Text(text), end: nodes.len() as u32 + 1, tag: 0 });
            }
            here = child.or_else(|| node.next_sibling());
            let mut above = node;
            while here.is_none() {
                let Some(parent) = above.parent() else { break };
                above = parent;
                let Some(at) = open.pop() else { break };
                nodes[at].end = nodes.len() as u32;
                here = above.next_sibling();
            }
        }
        let most = tags.iter().map(|(_, tag)| tag + 1).max().unwrap_or_default();
        Flat { nodes, tags: most, is_changed: false }
    }

    /// How many start tags are told apart.
    pub(super) fn tags(&self) -> u32 {
        self.tags
    }

    /// The number of the start tag of the element at a place, from 1 on; 0 where it is not known.
    pub(super) fn tag(&self, at: u32) -> u32 {
        self.nodes[at as usize].tag
    }

    pub(super) fn is_changed(&self) -> bool {
        self.is_changed
    }

    pub(super) fn len(&self) -> u32 {
        self.nodes.len() as u32
    }

    pub(super) fn node(&self, at: u32) -> &Node<'a> {
        &self.nodes[at as usize]
    }

    /// The element at a place that is known to hold one.
    pub(super) fn element(&self, at: u32) -> Option<ElementRef<'a>> {
        match self.nodes.get(at as usize)?.kind {
            Kind::Element(element) => Some(element),
            Kind::Text(_) => None,
        }
    }

    /// Ends an element, and all that is open within it, before a place: end tags were forgotten.
    pub(super) fn end_before(&mut self, at: u32, place: u32) {
        self.is_changed = true;
        for node in &mut self.nodes[at as usize..place as usize] {
            node.end = node.end.min(place);
        }
    }

    /// Lets an element reach over those behind it: up to a place, or to the end of what it stands in.
    pub(super) fn go_on(&mut self, at: u32, next: Option<u32>) {
        self.is_changed = true;
        let outer = self.nodes[..at as usize].iter().rev().find(|node| node.end > at);
        let end = outer.map_or(self.len(), |outer| outer.end);
        self.nodes[at as usize].end = next.filter(|next| *next < end).unwrap_or(end);
    }

    /// Everything within an element, without itself.
    pub(super) fn within(&self, at: u32) -> Range<u32> {
        at + 1..self.nodes[at as usize].end
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = (u32, ElementRef<'a>)> {
        self.nodes.iter().enumerate().filter_map(|(at, node)| match node.kind {
            Kind::Element(element) => Some((at as u32, element)),
            Kind::Text(_) => None,
        })
    }
}

/// An attribute's value. (scraper's own look-up interns the name at each call.)
pub(super) fn attribute<'a>(element: ElementRef<'a>, name: &str) -> Option<&'a str> {
    element.value().attrs.iter().find(|(known, _)| &*known.local == name).map(|(_, value)| &**value)
}

/// The same, by an interned name.
pub(super) fn named<'a>(element: &'a Element, name: &LocalName) -> Option<&'a str> {
    element.attrs.iter().find(|(known, _)| known.local == *name).map(|(_, value)| &**value)
}
