//! Which models the local endpoint lists, asked the way any program would ask.
//!
//! Separate because it is all the HTTP that this program speaks by itself: one request, over loopback, to a server
//! it has just started. Bearer tokens make it one without signatures.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::failure::Failure;

/// A model as the endpoint lists it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedModel {
    pub(crate) model_name: String,
    pub(crate) provider_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listing {
    model_summaries: Vec<ListedModel>,
}

/// A bearer token for a server that lives as long as this process and listens to this machine only.
pub(crate) fn token() -> String {
    let moment = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("demo-{}-{moment}", std::process::id())
}

/// Asks the endpoint at `url` for its foundation models.
pub(crate) async fn fetch(url: &str, token: &str) -> Result<Vec<ListedModel>, Failure> {
    let attempt = "could not list the models of the local endpoint";
    let host = url.trim_start_matches("http://");
    let exchange = async {
        let mut connection = TcpStream::connect(host).await?;
        let request = format!(
            "GET /foundation-models HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        connection.write_all(request.as_bytes()).await?;
        let mut response = Vec::new();
        connection.read_to_end(&mut response).await?;
        Ok::<_, std::io::Error>(response)
    };
    let response = exchange.await.map_err(|error| Failure::failed(attempt).because(&error))?;
    let response = String::from_utf8_lossy(&response);
    let (head, body) = response.split_once("\r\n\r\n").unwrap_or((&response, ""));
    if head.split_whitespace().nth(1) != Some("200") {
        let status = head.lines().next().unwrap_or("nothing");
        return Err(Failure::failed(format!("{attempt}: it answered `{status}`")));
    }
    let listing: Listing =
        serde_json::from_str(body).map_err(|error| Failure::failed(attempt).because(&error))?;
    Ok(listing.model_summaries)
}
