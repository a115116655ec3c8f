//! A receiver of webhooks on loopback, small enough to break a connection at will, and the check of Standard Webhooks
//! signatures that our fakes share. The check is written from the specification, apart from the code it tests.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A call, as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// `POST /replies HTTP/1.1`
    pub(crate) line: String,
    /// By lower-case name.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Result<&str, String> {
        self.headers
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| format!("header {name} is missing"))
    }
}

/// What the receiver does with a call.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// Answers with a status and one more header line, which may be empty.
    Status(u16, String),
    /// Closes the connection without a word.
    Drop,
    /// Keeps the connection and says nothing.
    Never,
    /// Answers with 200 after this time.
    Slow(Duration),
}

/// Starts a receiver; it lives as long as the test.
pub(crate) async fn start(take: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let take = Arc::new(take);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let take = Arc::clone(&take);
            tokio::spawn(async move { serve(stream, &*take).await });
        }
    });
    address
}

async fn serve(stream: TcpStream, take: &(impl Fn(&Request) -> Answer + ?Sized)) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let request = read(&mut stream).await?;
    match take(&request) {
        Answer::Drop => {}
        Answer::Never => std::future::pending().await,
        Answer::Slow(pause) => {
            tokio::time::sleep(pause).await;
            answer(&mut stream, 200, "").await?;
        }
        Answer::Status(status, header) => answer(&mut stream, status, &header).await?,
    }
    Some(())
}

async fn answer(stream: &mut BufReader<TcpStream>, status: u16, header: &str) -> Option<()> {
    let answer =
        format!("HTTP/1.1 {status} x\r\n{header}content-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).await.ok()
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        if line.trim_end().is_empty() {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    let headers: BTreeMap<String, String> = lines
        .get(1..)?
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request {
        line: lines.first()?.clone(),
        headers,
        body: String::from_utf8(body).ok()?,
    })
}

/// What every signed JSON call must have; `secret` starts with `whsec_`.
pub(crate) fn check_signed(request: &Request, secret: &str) -> Result<(), String> {
    if request.header("content-type")? != "application/json" {
        return Err("content-type is not application/json".to_owned());
    }
    if !request.header("user-agent")?.starts_with("hark/") {
        return Err("user-agent does not name hark".to_owned());
    }
    let id = request.header("webhook-id")?;
    let timestamp = request.header("webhook-timestamp")?;
    let at: i64 = timestamp
        .parse()
        .map_err(|_| "webhook-timestamp is not a number")?;
    if (at - hark::clock::now().as_second()).abs() > 300 {
        return Err("webhook-timestamp is too far from now".to_owned());
    }
    let key = secret.strip_prefix("whsec_").expect("a whole secret");
    let key = STANDARD.decode(key).expect("base64");
    let mut code = Hmac::<Sha256>::new_from_slice(&key).expect("any key");
    code.update(format!("{id}.{timestamp}.{}", request.body).as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(code.finalize().into_bytes()));
    if request
        .header("webhook-signature")?
        .split(' ')
        .any(|one| one == expected)
    {
        Ok(())
    } else {
        Err("no webhook-signature matches".to_owned())
    }
}
