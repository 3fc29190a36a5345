//! A verdict finds what is wrong with a crawl's records.

use serde_json::{Value, json};

use super::{
    small,
    support::forum::{Deletion, Engine, Forum, PostTruth, QuoteTruth, Verdict},
};

fn quote(quote: &QuoteTruth) -> Value {
    let quotes: Vec<Value> = quote.quotes.iter().map(self::quote).collect();
    json!({"author": quote.author, "text": quote.text, "quotes": quotes})
}

/// The record that a faultless crawl would make of a post.
fn record(truth: &PostTruth, seq: u64, revision: u64) -> Value {
    let edit = truth.edit_shown.then(|| {
        json!({"editor": {"name": truth.edited_by}, "date": truth.edited_at, "count": truth.edit_count, "reason": truth.edit_reason})
    });
    json!({
        "seq": seq, "id": format!("forum/{}", truth.post_id), "revision": revision, "change": "new",
        "post_id": truth.post_id, "status": truth.status, "text": truth.text_expected, "author": {"name": truth.author},
        "date_published": truth.created_at, "edit": edit, "quotes": truth.quotes.iter().map(quote).collect::<Vec<_>>(),
    })
}

#[test]
fn a_verdict_finds_each_kind_of_fault() {
    let mut forum = Forum::new(small(Engine::Smf));
    let records = |forum: &Forum| {
        let truth = forum.truth("");
        truth.iter().zip(1..).map(|(post, seq)| record(post, seq, 1).to_string()).collect::<Vec<_>>()
    };
    let all = records(&forum);
    let judge = |forum: &Forum, lines: &[String]| {
        let verdict = Verdict::of(forum, "", lines.iter().map(String::as_str));
        let counts = verdict.counts().into_iter().filter(|(_, count)| *count > 0).collect::<Vec<_>>();
        (verdict.is_clean(), counts)
    };
    assert_eq!(judge(&forum, &all), (true, vec![]));
    assert_eq!(judge(&forum, &all[..all.len() - 1]).1, [("missing", 1)]);
    assert_eq!(judge(&forum, &all[1..]).1, [("gaps", 1), ("missing", 1)]);
    let twice = [all.clone(), vec![all[3].clone()]].concat();
    assert_eq!(judge(&forum, &twice).1, [("doubled", 2), ("skipped", 1)]);
    let torn = [all.clone(), vec![all[0][..40].to_owned()]].concat();
    assert_eq!(judge(&forum, &torn).1, [("torn", 1)]);
    let stray = [
        all.clone(),
        vec![
            all[0]
                .replace("\"post_id\":\"1\"", "\"post_id\":\"77777\"")
                .replace("forum/1\"", "forum/77777\"")
                .replace("\"seq\":1,", &format!("\"seq\":{},", all.len() + 1)),
        ],
    ]
    .concat();
    assert_eq!(judge(&forum, &stray).1, [("strays", 1)]);

    let edited = forum.thread(1).posts[0];
    forum.edit_silent(edited);
    assert_eq!(judge(&forum, &all).1, [("wrong", 1)]);
    let gone = *forum.threads().find(|thread| thread.posts.len() > 2).unwrap().posts.last().unwrap();
    forum.delete_post(gone, Deletion::Vanishes);
    assert_eq!(judge(&forum, &all).1, [("undeleted", 1), ("wrong", 1)]);
    let now = forum.truth("");
    let anew = now.iter().find(|post| post.post_id == edited.to_string()).unwrap();
    let next = all.len() as u64 + 1;
    let tombstone = json!({"seq": next + 1, "id": format!("forum/{gone}"), "revision": 2, "change": "deleted", "post_id": gone.to_string()});
    let healed = [all.clone(), vec![record(anew, next, 2).to_string(), tombstone.to_string()]].concat();
    assert_eq!(judge(&forum, &healed), (true, vec![]));
}
