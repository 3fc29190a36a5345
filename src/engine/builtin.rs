//! The profiles that are built in, in the order of worth. Adding an engine is one file and one line here.

macro_rules! profiles {
    ($($name:literal)*) => {
        &[$((concat!("config/engines/", $name, ".toml"),
             include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/engines/", $name, ".toml")))),*]
    };
}

pub(super) const PROFILES: &[(&str, &str)] = profiles![
    "discuz"
    "phpbb"
    "phpbb2"
    "smf"
    "mybb"
    "fluxbb"
    "xenforo2"
    "xenforo1"
    "vbulletin3"
    "vbulletin4"
    "vbulletin5"
    "ipb4"
    "ipb3"
    "ipb2"
    "nodebb"
    "flarum"
    "phorum"
    "discourse"
    "vanilla"
    "stackexchange"
    "hackernews"
    "misago"
    "bbpress"
    "woltlab"
    "xmb"
    "discuz7"
    "kunena"
    "proboards"
    "yabb"
    "phpwind"
    "tieba"
    "oldreddit"
    "discuz-mobile"
    "discuz-archiver"
    "discuz-print"
    "phpbb-print"
    "tapatalk"
    "ipb2-archive"
    "smf-print"
    "lemmy"
    "ubbthreads"
    "ptt"
    "pipermail"
    "hypermail"
    "mhonarc"
    "generic"
];
