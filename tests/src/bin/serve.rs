//! `serve [--host ADDRESS] [--port N] [--base PATH] [FOLDER]`: the static server of `./lab serve`.
//! It has no dependencies, so that `rustc` can compile it without cargo.

#[path = "../server.rs"]
#[allow(dead_code)]
mod server;

use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("serve: {message}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), String> {
    let (mut host, mut port, mut base, mut root) = ("127.0.0.1".to_owned(), 8080, "/".to_owned(), "dist".to_owned());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--host" => host = value()?,
            "--port" => port = value()?.parse().map_err(|_| "--port needs a number from 0 to 65535".to_owned())?,
            "--base" => base = format!("/{}/", value()?.trim_matches('/')).replace("//", "/"),
            flag if flag.starts_with('-') => {
                return Err(format!("unknown option {flag}; the options are --host, --port and --base"));
            }
            folder => root = folder.to_owned(),
        }
    }
    let listener = server::listen(&host, port).map_err(|error| format!("cannot listen on {host}, port {port}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    println!("Serving the lab at http://{address}{base} (Ctrl-C ends it)");
    let site = server::Site { root: root.into(), base };
    server::serve(&listener, site).map_err(|error| error.to_string())
}
