//! The two listeners: takes connections, hands each request to the part it is for, and can reset a
//! connection as a network does.

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Method, Request, Response, Uri, header},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::{Host, SeenRequest, download, entra, graph, reply::Outcome, world::World};

/// A request with its body read.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Asked {
    /// A header's text.
    pub(crate) fn header(&self, name: &header::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// Larger bodies are nobody's sign-in.
const LARGEST_BODY: usize = 64 * 1024;
/// Older requests than these are forgotten.
const REQUESTS_KEPT: usize = 200_000;

/// Serves one listener until it is aborted.
pub(crate) async fn serve(listener: TcpListener, world: Arc<World>, is_download: bool) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        while connections.try_join_next().is_some() {}
        // Small answers leave at once.
        let _ = stream.set_nodelay(true);
        connections.spawn(serve_connection(stream, Arc::clone(&world), is_download));
    }
}

async fn serve_connection(stream: TcpStream, world: Arc<World>, is_download: bool) {
    let reset = Arc::new(AtomicBool::new(false));
    let stream = Resettable {
        stream,
        reset: Arc::clone(&reset),
    };
    let service = service_fn(move |request: Request<Incoming>| {
        let (world, reset) = (Arc::clone(&world), Arc::clone(&reset));
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(Body::new(body), LARGEST_BODY)
                .await
                .unwrap_or_default();
            let asked = Asked {
                method: parts.method,
                uri: parts.uri,
                headers: parts.headers,
                body,
            };
            match answer(&world, &asked, is_download).await {
                Some(response) => Ok::<_, Infallible>(response),
                None => {
                    reset.store(true, Ordering::Release);
                    // The stream refuses to be written to from here on.
                    Ok(Response::new(Body::empty()))
                }
            }
        }
    });
    // A connection that the other side gave up is no error of ours.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(world: &World, asked: &Asked, is_download: bool) -> Option<Response<Body>> {
    let path = asked.uri.path();
    let is_graph = path.starts_with("/v1.0/") || path.starts_with("/beta/");
    let host = match (is_download, is_graph) {
        (true, _) => Host::Download,
        (false, true) => Host::Graph,
        (false, false) => Host::Login,
    };
    let at = world.clock.now();
    let Outcome { wait, response } = match host {
        Host::Download => download::answer(world, asked),
        Host::Graph => graph::answer(world, asked),
        Host::Login => entra::answer(world, asked),
    };
    record(
        world,
        asked,
        host,
        at,
        response.as_ref().map(|response| response.status().as_u16()),
    );
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    response
}

/// Remembers that it was asked.
fn record(world: &World, asked: &Asked, host: Host, at: Timestamp, status: Option<u16>) {
    let mut live = world.live();
    let path_and_query = asked
        .uri
        .path_and_query()
        .map(ToString::to_string)
        .unwrap_or_default();
    let has_authorization = asked.headers.contains_key(header::AUTHORIZATION);
    let leaks = match host {
        Host::Download => {
            has_authorization
                || asked.headers.contains_key(header::COOKIE)
                || live.sessions.mentions_token(&path_and_query)
        }
        Host::Graph | Host::Login => live.sessions.mentions_token(&path_and_query),
    };
    if live.requests.len() == REQUESTS_KEPT {
        live.requests.drain(..REQUESTS_KEPT / 2);
    }
    live.requests.push(SeenRequest {
        at,
        method: asked.method.clone(),
        host,
        path_and_query,
        status,
        has_authorization,
        leaks,
    });
}

/// A stream that can be made to end with a reset instead of an orderly close.
struct Resettable {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
}

impl Resettable {
    fn refused(&self) -> io::Result<()> {
        if self.reset.load(Ordering::Acquire) {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl Drop for Resettable {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Acquire) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Resettable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Resettable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.refused()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.refused()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.refused()?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.refused()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
