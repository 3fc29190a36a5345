//! The forum's pages, in the shape of a Discuz! board.

use std::fmt::Write;

use serde::Deserialize;

/// Posts on a page of a thread.
const POSTS_A_PAGE: usize = 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Forum {
    title: String,
    host: String,
    pub(crate) captured: String,
    clock: String,
    member: Vec<Member>,
    board: Vec<Board>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    name: String,
    uid: u32,
    role: String,
    signature: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Board {
    id: u32,
    name: String,
    about: String,
    thread: Vec<Thread>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Thread {
    id: u32,
    title: String,
    #[serde(default)]
    sticky: bool,
    #[serde(default)]
    locked: bool,
    post: Vec<Post>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Post {
    id: u32,
    author: String,
    at: String,
    #[serde(default)]
    edited: Vec<String>,
    body: String,
    #[serde(default)]
    attachments: Vec<File>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    size: String,
    aid: String,
    image: Option<String>,
}

impl Forum {
    /// The time of the capture as HTTP writes it.
    pub(crate) fn http_date(&self) -> String {
        let at: jiff::Timestamp = self.captured.parse().expect("`captured` is a time");
        at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    fn member(&self, name: &str) -> &Member {
        self.member.iter().find(|member| member.name == name).expect("every author is a member")
    }

    fn post(&self, id: u32) -> &Post {
        let mut posts = self.board.iter().flat_map(|board| &board.thread).flat_map(|thread| &thread.post);
        posts.find(|post| post.id == id).expect("every quoted post is there")
    }
}

/// Every page: address, content type, body.
pub(crate) fn all(forum: &Forum) -> Vec<(String, &'static str, String)> {
    const HTML: &str = "text/html; charset=utf-8";
    let base = format!("http://{}/", forum.host);
    let mut pages = vec![
        (
            format!("{base}robots.txt"),
            "text/plain",
            "User-agent: *\nDisallow: /member.php\nDisallow: /search.php\n".to_owned(),
        ),
        (format!("{base}forum.php"), HTML, index(forum)),
    ];
    for board in &forum.board {
        pages.push((format!("{base}forum.php?mod=forumdisplay&fid={}", board.id), HTML, board_page(forum, board)));
        for thread in &board.thread {
            for (page, posts) in thread.post.chunks(POSTS_A_PAGE).enumerate() {
                let number = if page == 0 { String::new() } else { format!("&page={}", page + 1) };
                let url = format!("{base}forum.php?mod=viewthread&tid={}{number}", thread.id);
                pages.push((url, HTML, thread_page(forum, board, thread, page, posts)));
            }
        }
    }
    pages
}

fn index(forum: &Forum) -> String {
    let mut rows = String::new();
    for board in &forum.board {
        let posts: usize = board.thread.iter().map(|thread| thread.post.len()).sum();
        let last = board.thread.iter().flat_map(|thread| &thread.post).max_by_key(|post| post.id).expect("a post");
        let _ = write!(
            rows,
            "<tr class=\"fl_row\">\n<td class=\"fl_icn\"></td>\n<td>\n<h2><a href=\"forum.php?mod=forumdisplay&fid={id}\">{name}</a></h2>\n<p class=\"xg2\">{about}</p></td>\n<td class=\"fl_i\">\n<span class=\"xi2\">{threads}</span><span class=\"xg1\"> / {posts}</span></td>\n<td class=\"fl_by\"><div><cite>{date} <a href=\"home.php?mod=space&username={author}\">{author}</a></cite></div></td>\n</tr>\n",
            id = board.id,
            name = board.name,
            about = board.about,
            threads = board.thread.len(),
            date = short(&last.at),
            author = last.author,
        );
    }
    let content = format!(
        "<div class=\"fl bm\"><div class=\"bm bmw cl\"><table cellspacing=\"0\" cellpadding=\"0\" class=\"fl_tb\">\n{rows}</table></div></div>"
    );
    page(forum, &forum.title, "forum.php", "", &content)
}

fn board_page(forum: &Forum, board: &Board) -> String {
    let mut threads: Vec<&Thread> = board.thread.iter().collect();
    threads.sort_by_key(|thread| (!thread.sticky, std::cmp::Reverse(thread.post.last().map(|post| post.id))));
    let mut rows = String::new();
    for thread in threads {
        let (first, last) = (&thread.post[0], thread.post.last().expect("a post"));
        let link = format!("forum.php?mod=viewthread&amp;tid={}&amp;extra=page%3D1", thread.id);
        let _ = write!(
            rows,
            "<tbody id=\"{kind}_{id}\">\n<tr>\n<td class=\"icn\"><a href=\"{link}\" target=\"_blank\"></a></td>\n<th class=\"{class}\">\n <a href=\"{link}\" onclick=\"atarget(this)\" class=\"s xst\">{title}</a>\n</th>\n<td class=\"by\">\n<cite>\n<a href=\"home.php?mod=space&amp;uid={uid}\" c=\"1\">{author}</a></cite>\n<em><span>{started}</span></em>\n</td>\n<td class=\"num\"><a href=\"{link}\" class=\"xi2\">{replies}</a><em>{views}</em></td>\n<td class=\"by\">\n<cite><a href=\"home.php?mod=space&username={last_author}\" c=\"1\">{last_author}</a></cite>\n<em><a href=\"forum.php?mod=redirect&tid={id}&goto=lastpost#lastpost\">{last_at}</a></em>\n</td>\n</tr>\n</tbody>\n",
            kind = if thread.sticky { "stickthread" } else { "normalthread" },
            class = if thread.locked { "lock" } else { "common" },
            id = thread.id,
            title = thread.title,
            uid = forum.member(&first.author).uid,
            author = first.author,
            started = first.at.split(' ').next().unwrap_or_default(),
            replies = thread.post.len() - 1,
            views = thread.post.len() * 37,
            last_author = last.author,
            last_at = short(&last.at),
        );
    }
    let crumbs = format!("<em>&rsaquo;</em><a href=\"forum.php?mod=forumdisplay&fid={}\">{}</a>", board.id, board.name);
    let content = format!(
        "<div id=\"threadlist\" class=\"tl bm bmw\"><div class=\"bm_c\">\n<table summary=\"forum_{}\" cellspacing=\"0\" cellpadding=\"0\" id=\"threadlisttableid\">\n{rows}</table></div></div>",
        board.id
    );
    page(forum, &board.name, &format!("forum.php?mod=forumdisplay&fid={}", board.id), &crumbs, &content)
}

fn thread_page(forum: &Forum, board: &Board, thread: &Thread, page_index: usize, posts: &[Post]) -> String {
    let pages = thread.post.len().div_ceil(POSTS_A_PAGE);
    let address =
        |number: usize| format!("forum.php?mod=viewthread&tid={}&amp;extra=page%3D1&amp;page={number}", thread.id);
    let mut pager = String::new();
    if pages > 1 {
        for number in 1..=pages {
            let _ = match number == page_index + 1 {
                true => write!(pager, "<strong>{number}</strong>"),
                false => write!(pager, "<a href=\"{}\">{number}</a>", address(number)),
            };
        }
        let _ = write!(pager, "<label><span title=\"{pages} pages\"> / {pages} pages</span></label>");
        if page_index + 1 < pages {
            let _ = write!(pager, "<a href=\"{}\" class=\"nxt\">Next</a>", address(page_index + 2));
        }
        pager = format!(
            "<div id=\"pgt\" class=\"pgs mbm cl\"><div class=\"pgt\"><div class=\"pg\">{pager}</div></div></div>\n"
        );
    }
    let mut list = String::new();
    for (ordinal, post) in posts.iter().enumerate() {
        list.push_str(&post_block(forum, thread, post, page_index * POSTS_A_PAGE + ordinal + 1));
    }
    let crumbs = format!(
        "<em>&rsaquo;</em> <a href=\"forum.php?mod=forumdisplay&amp;fid={}&amp;page=1\">{}</a> <em>&rsaquo;</em> <a href=\"forum.php?mod=viewthread&amp;tid={}\">{}</a>",
        board.id, board.name, thread.id, thread.title
    );
    let content = format!(
        "{pager}<div id=\"postlist\" class=\"pl bm\">\n<table cellspacing=\"0\" cellpadding=\"0\"><tr><td class=\"plc ptm pbn vwthd\"><h1 class=\"ts\"><span id=\"thread_subject\">{}</span></h1></td></tr></table>\n{list}</div>\n",
        thread.title
    );
    page(forum, &thread.title, &format!("forum.php?mod=viewthread&tid={}", thread.id), &crumbs, &content)
}

fn post_block(forum: &Forum, thread: &Thread, post: &Post, position: usize) -> String {
    let Post { id, author, at, .. } = post;
    let member = forum.member(author);
    let notices: String =
        post.edited.iter().map(|notice| format!("<i class=\"pstatus\"> {notice} </i><br />\n<br />\n")).collect();
    let images: String = post.attachments.iter().filter(|file| file.image.is_some()).map(image).collect();
    let files: String = post.attachments.iter().filter(|file| file.image.is_none()).map(file).collect();
    let files = if files.is_empty() { files } else { format!("<div class=\"pattl\">{files}</div>") };
    let signature =
        member.signature.as_ref().map(|text| format!("<div class=\"sign\">{text}</div>")).unwrap_or_default();
    format!(
        "<div id=\"post_{id}\"><table id=\"pid{id}\" class=\"plhin\" summary=\"pid{id}\" cellspacing=\"0\" cellpadding=\"0\">\n<tr>\n<td class=\"pls\" rowspan=\"2\">\n<div class=\"pi\"><div class=\"authi\"><a href=\"home.php?mod=space&amp;uid={uid}\" target=\"_blank\" class=\"xw1\">{author}</a></div></div>\n<p><em><a href=\"home.php?mod=spacecp&amp;ac=usergroup&amp;gid=11\" target=\"_blank\">{role}</a></em></p>\n</td>\n<td class=\"plc\">\n<div class=\"pi\"><strong><a href=\"forum.php?mod=redirect&amp;goto=findpost&amp;ptid={tid}&amp;pid={id}\" id=\"postnum{id}\"><sup>#</sup><em>{position}</em></a></strong>\n<div class=\"pti\"><div class=\"authi\"><em id=\"authorposton{id}\">Post time: {at}</em></div></div></div>\n<div class=\"pct\"><div class=\"pcb\">\n<div class=\"t_fsz\"><table cellspacing=\"0\" cellpadding=\"0\"><tr><td class=\"t_f\" id=\"postmessage_{id}\">\n{notices}{body}{images}</td></tr></table>{files}</div>\n<div id=\"comment_{id}\" class=\"cm\"></div>\n</div></div>\n</td></tr>\n<tr><td class=\"plc plm\">{signature}</td></tr>\n</table></div>\n",
        uid = member.uid,
        role = member.role,
        tid = thread.id,
        body = body(forum, thread, post),
    )
}

/// The body, with `{quote ID "words"}` replaced by the board's reply quote.
fn body(forum: &Forum, thread: &Thread, post: &Post) -> String {
    let text = post.body.trim();
    let Some((head, rest)) = text.strip_prefix("{quote ").and_then(|rest| rest.split_once("}\n")) else {
        return text.to_owned();
    };
    let (id, words) = head.split_once(' ').expect("a quote has an id and words");
    let quoted = forum.post(id.parse().expect("a quote's id is a number"));
    format!(
        "<div class=\"quote\"><blockquote><font size=\"2\"><a href=\"http://{}/forum.php?mod=redirect&amp;goto=findpost&amp;pid={id}&amp;ptid={}\" target=\"_blank\"><font color=\"#999999\">{} 发表于 {}</font></a></font><br />\n{}</blockquote></div><br />\n{rest}",
        forum.host,
        thread.id,
        quoted.author,
        short(&quoted.at),
        words.trim_matches('"'),
    )
}

fn image(file: &File) -> String {
    let source = file.image.as_deref().unwrap_or_default();
    format!(
        "<br />\n<ignore_js_op>\n<img src=\"static/image/common/none.gif\" zoomfile=\"{source}\" file=\"{source}\" class=\"zoom\" alt=\"\" />\n<div class=\"tip tip_4 aimg_tip\" style=\"position: absolute; display: none\"><p><strong>{}</strong> <em class=\"xg1\">({}, Downloads: 0)</em></p></div>\n</ignore_js_op>\n",
        file.name, file.size
    )
}

fn file(file: &File) -> String {
    format!(
        "\n<ignore_js_op>\n<dl class=\"tattl\"><dd>\n<p class=\"attnm\"><a href=\"forum.php?mod=attachment&amp;aid={}\" target=\"_blank\">{}</a></p>\n<p>{}, Downloads: 0</p>\n</dd></dl>\n</ignore_js_op>\n",
        file.aid, file.name, file.size
    )
}

/// `7-11-2024 14:02:10` as the board prints it elsewhere: `7-11-2024 02:02 PM`.
fn short(at: &str) -> String {
    let (date, time) = at.split_once(' ').expect("a date and a time");
    let (hour, rest) = time.split_once(':').expect("hours and minutes");
    let hour: u32 = hour.parse().expect("an hour");
    let half = if hour < 12 { "AM" } else { "PM" };
    format!("{date} {:02}:{} {half}", (hour + 11) % 12 + 1, &rest[..2])
}

fn page(forum: &Forum, title: &str, canonical: &str, crumbs: &str, content: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n<title>{title} - {forum} - Powered by Discuz!</title>\n<link href=\"http://{host}/{canonical}\" rel=\"canonical\" />\n<meta name=\"generator\" content=\"Discuz! X3.5\" />\n<base href=\"http://{host}/\" />\n</head>\n<body id=\"nv_forum\">\n<div id=\"hd\"><a href=\"member.php?mod=logging&amp;action=login\">Login</a> <a href=\"search.php\">Search</a></div>\n<div id=\"wp\" class=\"wp\">\n<div id=\"pt\" class=\"bm cl\"><div class=\"z\"><a href=\"./\" class=\"nvhm\">{forum}</a><em>&raquo;</em><a href=\"forum.php\">Forum</a> {crumbs}</div></div>\n<div id=\"ct\" class=\"wp cl\">\n{content}\n</div>\n</div>\n<div id=\"ft\" class=\"wp cl\"><p class=\"xs0\">{clock}<span id=\"debuginfo\">, Processed in 0.012 sec.</span></p></div>\n</body>\n</html>\n",
        forum = forum.title,
        host = forum.host,
        clock = forum.clock,
    )
}
