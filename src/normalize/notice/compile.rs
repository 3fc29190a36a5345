//! From tables to templates: parsed, joined with the reasons and counts that may follow, equal ones made one.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    sync::{OnceLock, atomic::AtomicU32},
};

use super::{
    engines::Engines,
    error::{NoticeError, TemplateFault},
    notices::Notices,
    quote::Quotes,
    table::{Engine, Evidence},
    template::{Owner, Piece, Slot, Template, joined, pieces, weigh},
};
use crate::normalize::date::{DateWords, base_language};

/// Hashes what the program itself holds, in a fraction of the standard hasher's time.
#[derive(Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.write_u64(u64::from_le_bytes(*word)));
        self.write_u64(rest.iter().fold(1, |word, byte| word << 8 | u64::from(*byte)));
    }

    fn write_u8(&mut self, byte: u8) {
        self.write_u64(u64::from(byte));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
}

/// Collects tables.
#[derive(Default)]
pub(super) struct Compiler {
    templates: Vec<Template>,
    /// Templates by their pieces and base language.
    known: HashMap<(Vec<Piece>, String), usize, BuildHasherDefault<Quick>>,
    engines: Engines,
    quotes: Quotes,
    /// Labels of reasons by base language, for engines whose own are not known.
    reasons: HashMap<String, Vec<Vec<Piece>>>,
    /// The words of dates of the language that was met last.
    words: Option<(Box<str>, DateWords)>,
    /// Notices that wait for the labels of their language.
    waiting: Vec<(Vec<Piece>, Owner)>,
}

impl Compiler {
    /// Takes in an engine's wording.
    pub(super) fn add(&mut self, engine: &Engine) -> Result<(), NoticeError> {
        let index = self.engines.add(&engine.name, &engine.names);
        let parse = |template: &str, wants: Option<Slot>| {
            let fault =
                |cause| NoticeError::Template { engine: engine.name.clone(), template: template.to_owned(), cause };
            let pieces = pieces(template).map_err(fault)?;
            match wants {
                Some(slot) if !pieces.contains(&Piece::Slot(slot)) => Err(fault(TemplateFault::MissingSlot)),
                _ => Ok(pieces),
            }
        };
        // labels that stand under another evidence of the same language serve too
        let mut reasons: HashMap<String, Vec<Vec<Piece>>> = HashMap::new();
        let mut counts: HashMap<String, Vec<Vec<Piece>>> = HashMap::new();
        for wording in &engine.notice {
            let language = base_language(&wording.language);
            for template in &wording.reason {
                let label = parse(template, Some(Slot::Reason))?;
                let shared = self.reasons.entry(language.clone()).or_default();
                if !shared.contains(&label) {
                    shared.push(label.clone());
                }
                reasons.entry(language.clone()).or_default().push(label);
            }
            for template in &wording.count {
                counts.entry(language.clone()).or_default().push(parse(template, Some(Slot::Count))?);
            }
        }
        for wording in &engine.notice {
            let language = base_language(&wording.language);
            let owner = Owner { engine: index, language: wording.language.as_str().into(), evidence: wording.evidence };
            for template in &wording.edit {
                let notice = parse(template, None)?;
                for count in counts.get(&language).into_iter().flatten() {
                    if let Some(counted) = joined(&notice, count) {
                        for reason in reasons.get(&language).into_iter().flatten() {
                            if let Some(all) = joined(&counted, reason) {
                                self.put(all, owner.clone());
                            }
                        }
                        self.put(counted, owner.clone());
                    }
                }
                self.waiting.push((notice.clone(), owner.clone()));
                self.put(notice, owner.clone());
            }
            for template in &wording.quote {
                self.quotes.add(parse(template, None)?, &wording.language);
            }
        }
        Ok(())
    }

    fn put(&mut self, pieces: Vec<Piece>, owner: Owner) {
        let language = base_language(&owner.language);
        let key = (pieces, language);
        if let Some(&known) = self.known.get(&key) {
            self.templates[known].owners.push(owner);
            return;
        }
        let pieces = key.0.clone();
        self.known.insert(key, self.templates.len());
        let (weight, literal) = weigh(&pieces);
        let words = match &self.words {
            Some((language, words)) if *language == owner.language => *words,
            _ => DateWords::of(&owner.language),
        };
        self.words = Some((owner.language.clone(), words));
        self.templates.push(Template::new(pieces, owner, words, weight, literal));
    }

    /// All templates behind one index.
    pub(super) fn finish(mut self) -> Notices {
        for (notice, owner) in std::mem::take(&mut self.waiting) {
            let labels = self.reasons.get(&base_language(&owner.language)).cloned().unwrap_or_default();
            let english = self.reasons.get("en").cloned().unwrap_or_default();
            for label in labels.iter().chain(&english) {
                if let Some(pieces) = joined(&notice, label) {
                    self.put(pieces, owner.clone());
                }
            }
        }
        for template in &mut self.templates {
            template.open =
                !template.is_weak() && template.owners.iter().any(|owner| owner.evidence != Evidence::Memory);
            template.note_needs();
        }
        Notices {
            templates: self.templates,
            index: OnceLock::new(),
            looks: AtomicU32::new(0),
            heads: OnceLock::new(),
            engines: self.engines,
            quotes: self.quotes,
        }
    }
}
