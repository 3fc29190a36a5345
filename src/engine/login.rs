//! How one logs in to a forum of an engine: which form, and what tells on any page that one is in.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Css, rules::EachCss};

/// The form, and its marks. All that the form holds itself (hidden tokens, its button) is sent along.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoginRules {
    /// Address of the page with the form, below the forum's directory.
    pub page: String,
    /// The form.
    pub form: Option<Css>,
    /// Name of the field for the user's name.
    pub user: String,
    /// Name of the field for the password.
    pub password: String,
    /// Further fields, over those that the form holds: "stay logged in".
    pub fields: BTreeMap<String, String>,
    /// Stands on each page that is shown to who is logged in: a link to log out.
    pub inside: Option<Css>,
}

impl EachCss for LoginRules {
    fn each_css(&mut self, visit: &mut dyn FnMut(&mut Css)) {
        let Self { page: _, form, user: _, password: _, fields: _, inside } = self;
        form.each_css(visit);
        inside.each_css(visit);
    }

    fn each_attribute(&self, _: &mut dyn FnMut(&str)) {}
}
