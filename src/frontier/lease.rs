//! A lease: the guard that travels with the work.

use std::sync::Arc;

use crate::model::Request;

use super::inbox::Inbox;

/// A request that is this holder's to fetch. Dropped without [`super::Frontier::commit`] or
/// [`super::Frontier::retry`] it is given back and can be leased again.
#[derive(Debug)]
pub struct Lease {
    request: Request,
    inbox: Option<Arc<Inbox>>,
}

impl Lease {
    pub(super) fn new(request: Request, inbox: Arc<Inbox>) -> Lease {
        Lease { request, inbox: Some(inbox) }
    }

    /// What is to be fetched.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Ends the guard: the writer has taken over.
    pub(super) fn disarm(mut self) -> Request {
        self.inbox = None;
        self.request.clone()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(inbox) = self.inbox.take() {
            inbox.give_back(self.request.id);
        }
    }
}
