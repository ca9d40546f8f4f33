//! A static web server that uses only the standard library. `./lab serve` runs it, and the tests open
//! the built page from it. It is meant for local use, not for the internet.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// A folder, and the path under which to serve its files.
#[derive(Clone, Debug)]
pub struct Site {
    /// The folder.
    pub root: PathBuf,
    /// The path that addresses begin with: `/`, or a sub-path such as `/lab/`.
    pub base: String,
}

/// Accepts connections and serves the site until the process ends.
///
/// # Errors
/// If a connection cannot be accepted.
pub fn serve(listener: &TcpListener, site: Site) -> io::Result<()> {
    let site = Arc::new(site);
    loop {
        let (stream, _) = listener.accept()?;
        let site = Arc::clone(&site);
        thread::spawn(move || {
            // Ignores errors: browsers often close a connection early.
            let _ = answer(&stream, &site);
        });
    }
}

/// Listens on `host` at the first free port of the hundred from `port` up, or at any free port if
/// `port` is 0.
///
/// # Errors
/// If all hundred ports are in use, or the host is invalid.
pub fn listen(host: &str, port: u16) -> io::Result<TcpListener> {
    let mut refused = None;
    for port in port..=port.saturating_add(99) {
        match TcpListener::bind((host, port)) {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => refused = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(refused.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
}

/// Reads one request, answers it, and closes the connection.
fn answer(stream: &TcpStream, site: &Site) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut lines = BufReader::new(stream).lines();
    let Some(request) = lines.next().transpose()? else { return Ok(()) };
    // The headers are not needed, but closing the connection before reading them would reset it.
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let reply = match method {
        "GET" | "HEAD" => find(site, target),
        _ => Reply::plain("405 Method Not Allowed", "This server answers only GET and HEAD."),
    };
    reply.send(stream, method == "HEAD")
}

struct Reply {
    status: &'static str,
    kind: &'static str,
    location: Option<String>,
    body: Vec<u8>,
}

impl Reply {
    fn plain(status: &'static str, text: &str) -> Self {
        Self { status, kind: "text/plain; charset=utf-8", location: None, body: text.as_bytes().to_vec() }
    }

    fn send(&self, mut stream: &TcpStream, head_only: bool) -> io::Result<()> {
        // `no-cache`, so that a reload shows a rebuilt page.
        let mut head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\nConnection: close\r\n",
            self.status,
            self.kind,
            self.body.len()
        );
        if let Some(location) = &self.location {
            head += &format!("Location: {location}\r\n");
        }
        head += "\r\n";
        stream.write_all(head.as_bytes())?;
        if !head_only {
            stream.write_all(&self.body)?;
        }
        stream.flush()
    }
}

/// Returns the reply to a request for `target`.
fn find(site: &Site, target: &str) -> Reply {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    if format!("{path}/") == site.base {
        let location = Some(site.base.clone());
        return Reply { location, ..Reply::plain("308 Permanent Redirect", "") };
    }
    let not_found = || Reply::plain("404 Not Found", "There is nothing at this address.");
    let Some(inside) = path.strip_prefix(&site.base).and_then(decode) else { return not_found() };
    let relative = Path::new(&inside);
    // Refuses paths that could lead out of the folder.
    if !relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return not_found();
    }
    let mut file = site.root.join(relative);
    if file.is_dir() {
        file.push("index.html");
    }
    match fs::read(&file) {
        Ok(body) => Reply { status: "200 OK", kind: kind_of(&file), location: None, body },
        Err(_) => not_found(),
    }
}

/// Decodes percent-encoding.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let (high, low) = (hex(rest.next()?)?, hex(rest.next()?)?);
                high * 16 + low
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Returns the MIME type of a file by its extension. Browsers compile wasm while it loads only if the
/// type is right.
fn kind_of(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("csv") => "text/csv; charset=utf-8",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::{Site, find, listen, serve};
    use std::io::{Read, Write};
    use std::net::TcpStream;

    fn site() -> (tempfile::TempDir, Site) {
        let folder = tempfile::tempdir().expect("a folder for the site");
        std::fs::create_dir(folder.path().join("site")).expect("a folder");
        std::fs::create_dir(folder.path().join("site/runs")).expect("a folder");
        std::fs::write(folder.path().join("secret"), "outside").expect("a file");
        std::fs::write(folder.path().join("site/index.html"), "<p>page").expect("a file");
        std::fs::write(folder.path().join("site/engine.wasm"), "\0asm").expect("a file");
        std::fs::write(folder.path().join("site/a b.csv"), "1,2").expect("a file");
        let root = folder.path().join("site");
        (folder, Site { root, base: "/lab/".into() })
    }

    #[test]
    fn files_have_their_types() {
        let (_folder, site) = site();
        for (target, kind) in [
            ("/lab/", "text/html; charset=utf-8"),
            ("/lab/?preset=quick#x", "text/html; charset=utf-8"),
            ("/lab/engine.wasm", "application/wasm"),
            ("/lab/a%20b.csv", "text/csv; charset=utf-8"),
        ] {
            let reply = find(&site, target);
            assert_eq!((reply.status, reply.kind), ("200 OK", kind), "{target}");
        }
    }

    #[test]
    fn files_outside_the_site_are_not_found() {
        let (_folder, site) = site();
        for target in
            ["/", "/index.html", "/lab/no", "/lab/../secret", "/lab/%2e%2e/secret", "/lab//etc/passwd", "/lab/%zz", "/lab/runs"]
        {
            assert_eq!(find(&site, target).status, "404 Not Found", "{target}");
        }
        assert_eq!(find(&site, "/lab").location.as_deref(), Some("/lab/"));
    }

    #[test]
    fn a_request_gets_a_complete_reply() {
        let (_folder, site) = site();
        let first = listen("127.0.0.1", 0).expect("a free port");
        let taken = first.local_addr().expect("an address").port();
        let next = listen("127.0.0.1", taken).expect("the next free port");
        assert!(next.local_addr().expect("an address").port() > taken);
        std::thread::spawn(move || serve(&first, site));
        let mut stream = TcpStream::connect(("127.0.0.1", taken)).expect("a connection");
        stream.write_all(b"GET /lab/engine.wasm HTTP/1.1\r\nHost: x\r\n\r\n").expect("a request");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("a reply");
        assert!(reply.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/wasm\r\nContent-Length: 4\r\n"), "{reply}");
        assert!(reply.ends_with("\r\n\r\n\0asm"), "{reply}");
    }
}
