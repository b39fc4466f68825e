//! Who may open the pages: people, links and tokens from the command line, and a service that is not
//! open to everybody.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Stdio},
};

use crate::home::Home;

const PASSWORD: &str = "a password that is long enough";

/// A service that has begun to answer, and the link that it printed.
struct Served {
    child: Child,
    address: String,
    link: String,
}

impl Served {
    fn start(home: &Home) -> Self {
        let mut child = home
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::null())
            .spawn()
            .expect("the program");
        let lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let link = lines
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("Open ").map(str::to_owned))
            .expect("a link");
        let link = link.split(' ').next().unwrap_or_default().to_owned();
        let (_, rest) = link.split_once("http://").expect("an address");
        Self {
            address: rest.split('/').next().unwrap_or_default().to_owned(),
            child,
            link,
        }
    }

    /// The whole answer to one request.
    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("the service");
        let host = &self.address;
        let request = request.replace("\r\n\r\n", "");
        write!(
            stream,
            "{request}\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )
        .expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    fn path(&self, link: &str) -> String {
        let (_, path) = link.split_once("/sign-in/").expect("a link");
        format!("GET /sign-in/{path} HTTP/1.1")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_service_on_this_machine_prints_a_link_that_works_once() {
    let home = Home::new();
    let served = Served::start(&home);
    let closed = served.ask("GET / HTTP/1.1");
    assert!(closed.starts_with("HTTP/1.1 303"), "{closed}");
    let first = served.ask(&served.path(&served.link));
    assert!(first.starts_with("HTTP/1.1 303"), "{first}");
    let (_, cookie) = first.split_once("set-cookie: ").expect("a cookie");
    let cookie = cookie.split(';').next().expect("a cookie");
    let page = served.ask(&format!(
        "GET /settings/access HTTP/1.1\r\nCookie: {cookie}"
    ));
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    let again = served.ask(&served.path(&served.link));
    assert!(again.starts_with("HTTP/1.1 403"), "{again}");

    // Another one, while the service runs.
    let origin = format!("http://{}", served.address);
    let another = home.ok(&["access", "link", "--url", &origin]).stdout;
    let second = served.ask(&served.path(another.trim()));
    assert!(second.starts_with("HTTP/1.1 303"), "{second}");
}

#[test]
fn nobody_serves_to_others_before_somebody_has_a_password() {
    let home = Home::new();
    for words in [
        &["serve", "--listen", "0.0.0.0:0"][..],
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--url",
            "https://exm.example",
        ],
    ] {
        home.run(words)
            .with_code(4)
            .saying("nobody has a password yet")
            .saying("exmetrics access add NAME --role admin");
    }
    home.run(&["serve", "--url", "exm.example"])
        .with_code(2)
        .saying("no address that people could open");
}

#[test]
fn people_are_added_listed_and_removed() {
    let home = Home::new();
    let file = home.write_beside("password", format!("{PASSWORD}\n"));
    home.ok(&[
        "access",
        "add",
        "Mara",
        "--role",
        "admin",
        "--password-file",
        &file,
    ]);
    home.run_with_input(&["access", "add", "Ana", "--password-stdin"], PASSWORD)
        .with_code(0);
    home.run_with_input(&["access", "add", "mara", "--password-stdin"], PASSWORD)
        .with_code(2)
        .saying("there is a person 'mara' already");
    home.run_with_input(&["access", "add", "Eve", "--password-stdin"], "short")
        .with_code(2)
        .saying("At least 12 characters. This has 5.");
    home.run(&["access", "add", "Eve"])
        .with_code(2)
        .saying("--password-stdin");
    let people = home.ok(&["access", "list", "--json"]).json();
    assert_eq!(
        (&people[0]["name"], &people[0]["role"]),
        (&"Ana".into(), &"viewer".into())
    );
    assert_eq!(people[1]["role"], "admin");
    home.run(&["access", "remove", "Mara"])
        .with_code(2)
        .saying("nobody else is an administrator");
    home.ok(&["access", "role", "Ana", "admin"]);
    home.ok(&["access", "remove", "Mara"]);
    home.run(&["access", "remove", "Mara"]).with_code(2);
    let listed = home.ok(&["access", "list", "--json"]);
    assert!(!listed.stdout.contains("argon2") && !listed.stdout.contains(PASSWORD));
}

#[test]
fn a_token_is_printed_once_and_asks_for_figures() {
    let home = Home::new();
    let words = [
        "access",
        "token",
        "create",
        "Prometheus",
        "--expires",
        "12h",
    ];
    let made = home.ok(&words).stdout;
    let token = made.trim();
    assert!(token.starts_with("exm_"), "{token}");
    home.run(&words).with_code(2).saying("already");
    home.run(&["access", "token", "create", "x", "--expires", "soon"])
        .with_code(2)
        .saying("90d");
    let listed = home.ok(&["access", "token", "list", "--json"]);
    assert!(!listed.stdout.contains(token));
    assert_eq!(listed.json()[0]["scope"], "read");
    assert_eq!(listed.json()[0]["beginning"], token[..8]);
    home.ok(&["access", "token", "revoke", "Prometheus"]);
    home.run(&["access", "token", "revoke", "Prometheus"])
        .with_code(2);
}
