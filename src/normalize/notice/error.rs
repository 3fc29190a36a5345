//! What can be wrong with a table of templates.

use thiserror::Error;

/// Why a table of notice templates was not taken.
#[derive(Debug, Error)]
pub enum NoticeError {
    /// Not the TOML of such a table; the message has line and caret.
    #[error("notice templates: {0}")]
    Toml(#[from] toml::de::Error),
    /// A template that cannot work.
    #[error("notice templates of {engine}: {cause}: {template}")]
    Template {
        /// The engine it stands under.
        engine: String,
        /// As written.
        template: String,
        /// What is wrong.
        cause: TemplateFault,
    },
}

/// What is wrong with one template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TemplateFault {
    /// `{name}` of no known slot.
    #[error("unknown slot (known: user, date, count, reason, ip, country, topic)")]
    UnknownSlot,
    /// `{user}` twice.
    #[error("a slot stands twice")]
    Twice,
    /// Nothing but slots.
    #[error("no words beside the slots")]
    NoWords,
    /// Two slots that nothing separates.
    #[error("two slots with nothing between them")]
    Touching,
    /// A reason or count without a slot of that name.
    #[error("the slot that this list is for is missing")]
    MissingSlot,
}
