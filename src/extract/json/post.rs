//! Posts of a document.

use std::collections::HashSet;

use scraper::Html;
use serde_json::Value;
use url::Url;

use super::{listing::Reader, markdown};
use crate::{
    engine::{JsonEditRules, Profile},
    extract::{body, flat::Flat, guard, options::ExtractOptions, post::attachments, view::View},
    model::{Attachment, RawAuthor, RawBody, RawDate, RawNotice, RawPost, Status},
};

impl<'d> Reader<'_, 'd> {
    /// The posts of a document, in the thread's order, each with what its permalink names it by where that is not its id.
    pub(super) fn posts(&self, base: &Url) -> Vec<(RawPost, Option<String>)> {
        let rules = &self.profile.json.post;
        if !self.may_hold(&rules.when) {
            return Vec::new();
        }
        let mut found = self.look.each(&rules.each, &rules.only, self.look.root());
        if !rules.order.0.is_empty() {
            let order = |at: &'d Value| {
                let found = rules.order.0.iter().flat_map(|step| self.look.find(&step.pointer, at));
                found.into_iter().find_map(Value::as_i64).unwrap_or(i64::MAX)
            };
            found.sort_by_cached_key(|at| order(at));
        }
        let mut posts: Vec<(RawPost, Option<String>)> = Vec::new();
        let mut known = HashSet::new();
        for at in found {
            let post = self.post(base, at);
            if post.id.as_ref().is_none_or(|id| known.insert(id.clone())) {
                posts.push((post, self.text(&rules.link, at)));
            }
        }
        posts
    }

    fn post(&self, base: &Url, at: &'d Value) -> RawPost {
        let rules = &self.profile.json.post;
        let status = rules.status.iter().find(|rule| self.look.holds(&rule.when, at)).map(|rule| rule.status);
        let status = status.unwrap_or_default();
        let markup = self.text(&rules.body, at);
        let markup = markup.or_else(|| self.text(&rules.markdown, at).map(|text| markdown::html(&text)));
        let markup = markup.filter(|_| !matches!(status, Status::Deleted));
        let (body, attachments) =
            markup.map(|markup| read(self.profile, base, &markup, self.options)).unwrap_or_default();
        RawPost {
            id: self.text(&rules.id, at),
            url: None,
            position: self.text(&rules.position, at).and_then(|text| text.parse().ok()),
            headline: self.text(&rules.headline, at),
            author: self.author(base, at),
            date: RawDate { text: None, attributes: self.look.values(&rules.date, at) },
            notices: self.edit(&rules.edit, at).into_iter().collect(),
            body,
            attachments,
            status,
        }
    }

    fn author(&self, base: &Url, at: &'d Value) -> Option<RawAuthor> {
        let rules = &self.profile.json.post.author;
        let name = self.text(&rules.name, at)?;
        if name == "[deleted]" || rules.nobody.as_ref().is_some_and(|nobody| nobody.is_match(&name)) {
            return None;
        }
        let url =
            self.text(&rules.url, at).and_then(|given| self.resolve(base, &rules.below, &given)).map(String::from);
        Some(RawAuthor { name, id: self.text(&rules.id, at), url, role: self.text(&rules.role, at) })
    }

    /// The edit that a post tells of. Its notice is the data that tells it.
    fn edit(&self, rules: &JsonEditRules, at: &'d Value) -> Option<RawNotice> {
        if rules.when.0.is_empty() || !self.look.holds(&rules.when, at) {
            return None;
        }
        let date_attributes = self.look.values(&rules.date, at);
        let name = self.text(&rules.editor, at);
        let id = self.text(&rules.editor_id, at);
        let number = |text: String| text.parse::<u32>().ok();
        let count = self.text(&rules.count, at).and_then(number);
        let versions = self.text(&rules.versions, at).and_then(number);
        let text =
            [&date_attributes.first().cloned(), &name].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        Some(RawNotice {
            text: if text.is_empty() { "edited".to_owned() } else { text },
            date_attributes,
            editor: name.map(|name| RawAuthor { name, id, ..RawAuthor::default() }),
            reason: self.text(&rules.reason, at),
            count: count.or(versions.and_then(|versions| versions.checked_sub(1))),
            is_data: true,
        })
    }
}

/// Reads the markup of a body by the rules for pages.
fn read(profile: &Profile, base: &Url, markup: &str, options: ExtractOptions) -> (RawBody, Vec<Attachment>) {
    let within = &profile.json.post.within;
    let page = format!("<!DOCTYPE html><body>{}{markup}", if within.is_empty() { "<div>" } else { within });
    let (page, _) = guard::capped(&page);
    let html = Html::parse_document(&page);
    let flat = Flat::of(&html);
    let whole = flat.elements().find(|(_, element)| element.value().name() == "body").map_or(0, |(at, _)| at);
    let view = View::new(flat, profile, base.clone(), options);
    (body::body(&view, whole), attachments(&view, whole))
}
