//! The forum on loopback: a thread a connection, an access log, and rules for what goes wrong.

mod answer;

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{
    fault::Fault,
    http::{self, Request},
    model::Forum,
    on::On,
    play::{self, After},
    render::Kind,
    setup::Engine,
};

/// One request, as the log tells it.
#[derive(Clone, Debug)]
pub struct Access {
    /// Since the server's start.
    pub at: Duration,
    pub method: String,
    /// Path and query.
    pub target: String,
    pub kind: Kind,
    pub status: u16,
    pub user_agent: Option<String>,
    /// It had a validator with it.
    pub conditional: bool,
    /// A fault was played.
    pub faulty: bool,
    /// Requests that were being answered then, this one included.
    pub at_once: usize,
}

/// What is said about robots.
#[derive(Clone, Debug)]
pub enum Robots {
    /// This file.
    Text(String),
    /// This status, and no file.
    Status(u16),
}

type Operation = Box<dyn FnOnce(&mut Forum) + Send>;

struct Shared {
    forum: Mutex<Forum>,
    log: Mutex<Vec<Access>>,
    faults: Mutex<Vec<(On, Fault)>>,
    operations: Mutex<Vec<(On, Option<Operation>)>>,
    robots: Mutex<Robots>,
    gzip: AtomicBool,
    /// What each answer waits for, in milliseconds.
    latency: AtomicU64,
    /// Requests that are being answered.
    busy: AtomicUsize,
    /// Connections by number, to end them with the server.
    connections: Mutex<HashMap<u64, TcpStream>>,
    count: AtomicU64,
    stop: AtomicBool,
    start: Instant,
    origin: String,
}

/// A forum that answers on 127.0.0.1 until it is dropped.
pub struct ForumServer {
    shared: Arc<Shared>,
    address: SocketAddr,
    accept: Option<JoinHandle<()>>,
}

impl ForumServer {
    /// Serves on a free port.
    pub fn start(forum: Forum) -> io::Result<ForumServer> {
        ForumServer::start_on(forum, 0)
    }

    /// Serves on that port.
    pub fn start_on(forum: Forum, port: u16) -> io::Result<ForumServer> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            forum: Mutex::new(forum),
            log: Mutex::default(),
            faults: Mutex::default(),
            operations: Mutex::default(),
            robots: Mutex::new(Robots::Text("User-agent: *\nDisallow: /calendar.php\n".into())),
            gzip: AtomicBool::new(false),
            latency: AtomicU64::new(0),
            busy: AtomicUsize::new(0),
            connections: Mutex::default(),
            count: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            start: Instant::now(),
            origin: format!("http://{address}"),
        });
        let accepting = Arc::clone(&shared);
        let accept = thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                if accepting.stopped() {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let shared = Arc::clone(&accepting);
                thread::spawn(move || shared.serve(number as u64, stream));
            }
        });
        Ok(ForumServer { shared, address, accept: Some(accept) })
    }

    /// Where addresses begin: `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> &str {
        &self.shared.origin
    }

    /// The address of the index of boards.
    pub fn url(&self) -> String {
        let page = if self.forum().setup.engine == Engine::Discuz { "forum.php" } else { "index.php" };
        format!("{}/{page}", self.origin())
    }

    /// The address of that path and query.
    pub fn at(&self, target: &str) -> String {
        format!("{}/{}", self.origin(), target.trim_start_matches('/'))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The forum, to look at or to change. No request is answered while this is held.
    pub fn forum(&self) -> MutexGuard<'_, Forum> {
        lock(&self.shared.forum)
    }

    /// The requests so far, in order.
    pub fn log(&self) -> Vec<Access> {
        lock(&self.shared.log).clone()
    }

    /// The requests since the last time, which the log then forgets.
    pub fn take_log(&self) -> Vec<Access> {
        std::mem::take(&mut *lock(&self.shared.log))
    }

    /// The log as JSON lines.
    pub fn log_lines(&self) -> String {
        let line = |access: &Access| {
            serde_json::json!({
                "at": access.at.as_secs_f64(),
                "method": access.method,
                "target": access.target,
                "kind": format!("{:?}", access.kind).to_lowercase(),
                "status": access.status,
                "user_agent": access.user_agent,
                "conditional": access.conditional,
                "faulty": access.faulty,
                "at_once": access.at_once,
            })
        };
        self.log().iter().map(|access| format!("{}\n", line(access))).collect()
    }

    /// How many requests of a kind the log holds.
    pub fn count(&self, kind: Kind) -> usize {
        lock(&self.shared.log).iter().filter(|access| access.kind == kind).count()
    }

    /// From now on, this goes wrong there. Of several that fit a request, the first is played.
    pub fn fault(&self, on: On, fault: Fault) {
        lock(&self.shared.faults).push((on, fault));
    }

    /// Nothing goes wrong any more.
    pub fn heal(&self) {
        lock(&self.shared.faults).clear();
    }

    /// Once such a request has been answered, this happens to the forum: before its reader can ask again.
    pub fn after(&self, on: On, operation: impl FnOnce(&mut Forum) + Send + 'static) {
        lock(&self.shared.operations).push((on, Some(Box::new(operation))));
    }

    /// What is said about robots from now on.
    pub fn set_robots(&self, robots: Robots) {
        *lock(&self.shared.robots) = robots;
    }

    /// How long each answer takes.
    pub fn set_latency(&self, latency: Duration) {
        self.shared.latency.store(latency.as_millis() as u64, Ordering::Relaxed);
    }

    /// Whether bodies are compressed where the reader accepts that.
    pub fn set_gzip(&self, gzip: bool) {
        self.shared.gzip.store(gzip, Ordering::Relaxed);
    }
}

impl Drop for ForumServer {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        for stream in lock(&self.shared.connections).values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // The accepting thread waits for a connection; this is the last one.
        let _ = TcpStream::connect(self.address);
        if let Some(accept) = self.accept.take() {
            let _ = accept.join();
        }
    }
}

impl Shared {
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn serve(&self, number: u64, mut stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        if let Ok(other) = stream.try_clone() {
            lock(&self.connections).insert(number, other);
        }
        // An error is the other side's leaving: nothing to tell anyone.
        let _ = self.answer_all(&mut stream);
        lock(&self.connections).remove(&number);
    }

    fn answer_all(&self, stream: &mut TcpStream) -> io::Result<()> {
        while !self.stopped() {
            let Some(request) = Request::read(stream)? else { break };
            let at_once = self.busy.fetch_add(1, Ordering::Relaxed) + 1;
            let after = self.answer_one(&request, stream, at_once);
            self.busy.fetch_sub(1, Ordering::Relaxed);
            match after? {
                After::Keep => http::finish(stream)?,
                After::Close => {
                    http::finish(stream)?;
                    break;
                }
                After::Reset | After::Gone => break,
            }
            if request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")) {
                break;
            }
        }
        Ok(())
    }

    fn answer_one(&self, request: &Request, stream: &mut TcpStream, at_once: usize) -> io::Result<After> {
        let nonce = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let (kind, now) = {
            let forum = lock(&self.forum);
            (Kind::of(&forum, &request.target), forum.now)
        };
        let fault = {
            let mut faults = lock(&self.faults);
            faults.iter_mut().find_map(|(on, fault)| on.matches(kind, &request.target).then(|| fault.clone()))
        };
        let response = match &fault {
            Some(Fault::Wall(wall)) => self.wall(*wall, nonce, now),
            _ => self.page(request, nonce, fault.is_some())?,
        };
        let status = if let Some(Fault::Status(status, _)) = fault { status } else { response.status };
        lock(&self.log).push(Access {
            at: self.start.elapsed(),
            method: request.method.clone(),
            target: request.target.clone(),
            kind,
            status,
            user_agent: request.header("user-agent").map(str::to_owned),
            conditional: request.header("if-none-match").or(request.header("if-modified-since")).is_some(),
            faulty: fault.is_some(),
            at_once,
        });
        self.operate(kind, &request.target);
        thread::sleep(Duration::from_millis(self.latency.load(Ordering::Relaxed)));
        match fault {
            Some(fault) => play::play(&fault, response, stream, now, &request.target, &|| !self.stopped()),
            None => response.send(stream, request.method != "HEAD").map(|()| After::Keep),
        }
    }

    /// What was to happen after such a request.
    fn operate(&self, kind: Kind, target: &str) {
        let due: Vec<Operation> = {
            let mut operations = lock(&self.operations);
            let due =
                |(on, operation): &mut (On, Option<Operation>)| on.matches(kind, target).then(|| operation.take())?;
            operations.iter_mut().filter_map(due).collect()
        };
        let mut forum = lock(&self.forum);
        due.into_iter().for_each(|operation| operation(&mut forum));
    }
}

/// A lock, whatever became of the thread that held it: a failed assertion there is told there.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
