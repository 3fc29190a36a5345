//! What is known of a source across its pages and runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    date::{Decision, OrderBelief, Orders},
    signature::Signatures,
};
use crate::model::{DateOrder, Zone};

/// What a source's pages told so far: read before each page, added to by each, kept in the state as JSON between runs. The
/// empty one knows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Knowledge {
    /// What its dates prove about day and month.
    pub orders: Orders,
    /// The zone that its pages last told, as [`Zone::parse`] reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Languages of the wording of its edit notices, with how often they were seen: what dates are read with where a page names
    /// no language.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub languages: BTreeMap<String, u32>,
    /// Ends that the posts of an author share, where the engine does not mark signatures up.
    #[serde(skip_serializing_if = "Signatures::is_empty")]
    pub signatures: Signatures,
}

impl Knowledge {
    /// The order of numeric dates in force.
    pub(super) fn belief(&self, configured: Option<DateOrder>) -> OrderBelief {
        self.orders.belief(configured)
    }

    /// The orders of numeric dates in force, and why: what `forumsift status` shows.
    pub fn decisions(&self, engine: Option<&str>) -> Vec<Decision> {
        self.orders.decisions(engine, self.language())
    }

    /// The zone that pages told.
    pub(super) fn zone(&self) -> Option<Zone> {
        self.zone.as_deref().and_then(|zone| Zone::parse(zone).ok())
    }

    /// Remembers the zone that a page tells.
    pub(super) fn learn_zone(&mut self, zone: &Zone) {
        let written = match zone {
            Zone::Named(zone) => zone.iana_name().map(str::to_owned),
            Zone::Fixed(offset) => {
                let minutes = offset.seconds() / 60;
                let sign = if minutes < 0 { '-' } else { '+' };
                Some(format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60))
            }
        };
        if written.is_some() {
            self.zone = written;
        }
    }

    /// The commonest language of the source's notices.
    pub(super) fn language(&self) -> Option<&str> {
        self.languages.iter().max_by_key(|(_, seen)| **seen).map(|(language, _)| language.as_str())
    }

    /// Counts a notice's language. The counts stop growing, so that a forum that changes its language is followed.
    pub(super) fn learn_language(&mut self, language: &str) {
        const ENOUGH: u32 = 1000;
        match self.languages.get_mut(language) {
            Some(seen) => *seen += 1,
            None => {
                self.languages.insert(language.to_owned(), 1);
            }
        }
        if self.languages.values().any(|seen| *seen >= ENOUGH) {
            self.languages.values_mut().for_each(|seen| *seen /= 2);
            self.languages.retain(|_, seen| *seen > 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knowledge_survives_the_state() {
        let mut knowledge = Knowledge::default();
        assert_eq!(serde_json::from_str::<Knowledge>("{}").unwrap(), knowledge);
        for zone in ["+08:00", "-03:30", "Europe/Berlin"] {
            let zone = Zone::parse(zone).unwrap();
            knowledge.learn_zone(&zone);
            knowledge.learn_language("ms");
            let json = serde_json::to_string(&knowledge).unwrap();
            let again: Knowledge = serde_json::from_str(&json).unwrap();
            assert_eq!(again, knowledge);
            assert_eq!(again.zone(), Some(zone));
        }
        knowledge.learn_language("en");
        assert_eq!(knowledge.language(), Some("ms"));
    }
}
