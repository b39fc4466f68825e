//! A server that takes whatever is posted to it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

/// What was posted, in the order it came.
pub(crate) type Posted = Arc<Mutex<Vec<Vec<u8>>>>;

/// Listens on this machine, answers each request well and keeps its body.
pub(crate) fn listen() -> (String, Posted) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("a port"));
    let came = Posted::default();
    let heard = Arc::clone(&came);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut lines = BufReader::new(stream.expect("a connection"));
            let mut length = 0;
            loop {
                let mut line = String::new();
                lines.read_line(&mut line).expect("a line");
                if let Some(bytes) = line.to_lowercase().strip_prefix("content-length: ") {
                    length = bytes.trim().parse().expect("a number");
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            lines.read_exact(&mut body).expect("a body");
            heard.lock().expect("a lock").push(body);
            let answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
            let _ = lines.into_inner().write_all(answer);
        }
    });
    (address, came)
}
