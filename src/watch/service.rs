//! What a service manager is told: the notification protocol of systemd (sd_notify(3)), a datagram a message.

use std::{
    env,
    os::{linux::net::SocketAddrExt, unix::ffi::OsStrExt, unix::net},
    time::Duration,
};

/// The line to the service manager; silent where there is none.
#[derive(Debug, Default)]
pub struct Service {
    to: Option<(net::UnixDatagram, net::SocketAddr)>,
    watchdog: Option<Duration>,
}

impl Service {
    /// The service manager that started this process, as its environment tells.
    pub fn from_env() -> Service {
        let address = env::var_os("NOTIFY_SOCKET").and_then(|name| match name.as_bytes() {
            // a name in the abstract namespace
            [b'@', rest @ ..] => net::SocketAddr::from_abstract_name(rest).ok(),
            [b'/', ..] => net::SocketAddr::from_pathname(&name).ok(),
            _ => None,
        });
        let to = address.and_then(|address| Some((net::UnixDatagram::unbound().ok()?, address)));
        let ours = env::var("WATCHDOG_PID").map_or(true, |pid| pid == std::process::id().to_string());
        let watchdog = env::var("WATCHDOG_USEC").ok().and_then(|time| time.parse().ok()).map(Duration::from_micros);
        Service { to, watchdog: watchdog.filter(|time| ours && !time.is_zero()) }
    }

    /// How often [`Service::alive`] must be said; `None`: never. Half the time after which the manager loses patience.
    pub fn heartbeat(&self) -> Option<Duration> {
        self.watchdog.map(|time| time / 2)
    }

    /// The crawl is under way; `status` is for people.
    pub fn ready(&self, status: &str) {
        self.say(&format!("READY=1\nSTATUS={}", one_line(status)));
    }

    /// What is under way, for people.
    pub fn status(&self, status: &str) {
        self.say(&format!("STATUS={}", one_line(status)));
    }

    /// The configuration is being read anew; [`Service::ready`] follows.
    pub fn reloading(&self) {
        self.say("RELOADING=1");
    }

    /// The main loop turns.
    pub fn alive(&self) {
        if self.watchdog.is_some() {
            self.say("WATCHDOG=1");
        }
    }

    /// The process is on its way out.
    pub fn stopping(&self) {
        self.say("STOPPING=1");
    }

    fn say(&self, message: &str) {
        if let Some((socket, address)) = &self.to
            && let Err(error) = socket.send_to_addr(message.as_bytes(), address)
        {
            tracing::debug!(%error, "the service manager does not listen");
        }
    }
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
