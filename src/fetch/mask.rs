//! What is secret is taken out of a page before anyone else sees it: forums write the session's key into links and forms,
//! from where it would go into archives, logs and records.

use crate::model::Page;

/// Shorter values stand in pages by chance.
const SHORTEST: usize = 8;

/// Blots out each secret in the page: address, headers, body.
pub(super) fn mask(page: &mut Page, secrets: &[String]) {
    page.headers.retain(|(name, _)| name != "set-cookie");
    for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST) {
        let blot = "x".repeat(secret.len());
        let at: Vec<usize> = memchr::memmem::find_iter(&page.body, secret.as_bytes()).collect();
        for at in at {
            page.body[at..at + secret.len()].copy_from_slice(blot.as_bytes());
        }
        for (_, value) in page.headers.iter_mut().filter(|(_, value)| value.contains(secret.as_str())) {
            *value = value.replace(secret.as_str(), &blot);
        }
        for url in [&mut page.url, &mut page.requested] {
            if url.as_str().contains(secret.as_str())
                && let Ok(masked) = url.as_str().replace(secret.as_str(), &blot).parse()
            {
                *url = masked;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Validators;

    #[test]
    fn a_secret_is_blotted_out_wherever_it_stands() {
        let url = "http://forum.example/t?sid=0123456789abcdef";
        let mut page = Page {
            url: url.parse().unwrap(),
            requested: url.parse().unwrap(),
            status: 200,
            content_type: None,
            date: None,
            validators: Validators::default(),
            headers: vec![
                ("set-cookie".to_owned(), "sid=0123456789abcdef".to_owned()),
                ("link".to_owned(), "</t?sid=0123456789abcdef>".to_owned()),
            ],
            body: b"<a href='ucp.php?mode=logout&amp;sid=0123456789abcdef'>out</a> short".to_vec(),
            fetched_at: jiff::Timestamp::UNIX_EPOCH,
        };
        let length = page.body.len();
        mask(&mut page, &["0123456789abcdef".to_owned(), "short".to_owned()]);
        let told = format!("{page:?}{}", String::from_utf8_lossy(&page.body));
        assert!(!told.contains("0123456789abcdef") && told.contains("short"), "{told}");
        assert_eq!((page.body.len(), page.headers.len()), (length, 1));
    }
}
