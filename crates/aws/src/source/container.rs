//! The metadata of a container: ECS, EKS Pod Identity, Greengrass.
//!
//! Separate because it has rules of its own: a variable says where to ask, only certain addresses may be asked in clear
//! text, and a token may stand in a file that is replaced while the program runs.

use std::net::IpAddr;
use std::time::Duration;

use clawdia_core::Environment;
use http::Uri;

use super::{Found, FoundIn, SourceResult, Surroundings};
use crate::credential_json::Members;
use crate::exchange::{ExchangeLimits, exchange, request};
use crate::failure::CredentialsFailure;

const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
pub(crate) const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";

const ECS: &str = "http://169.254.170.2";

const LIMITS: ExchangeLimits =
    ExchangeLimits { connect: Duration::from_secs(1), total: Duration::from_secs(3) };
const ATTEMPTS: usize = 2;

/// Why a container is not asked.
pub(crate) const NOT_SET: &str =
    "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set";

/// The address to ask, and the variable that says it.
pub(crate) fn address(environment: &Environment) -> Option<(&'static str, String)> {
    if let Some(path) = environment.get(RELATIVE) {
        return Some((RELATIVE, format!("{ECS}/{}", path.trim_start_matches('/'))));
    }
    environment.get(FULL).map(|url| (FULL, url.to_owned()))
}

/// The credentials of the container's role.
pub(crate) async fn credentials(surroundings: &Surroundings<'_>) -> SourceResult {
    let Some((variable, url)) = address(surroundings.environment) else { return Ok(Err(NOT_SET.to_owned())) };
    check(variable, &url)?;
    let token = token(surroundings.environment).await?;
    let mut headers = vec![("accept", "application/json")];
    if let Some(token) = &token {
        headers.push(("authorization", token));
    }
    let connector = surroundings.http.direct(&LIMITS.connector_settings());
    let mut attempts = 0;
    let answer = loop {
        attempts += 1;
        let request = request("GET", &url, &headers).map_err(|_| {
            CredentialsFailure::invalid(
                format!("container credentials cannot be asked for at {variable}, which is no address, or with its token"),
                format!("correct {variable} and {TOKEN}"),
            )
        })?;
        match exchange(&connector, request, LIMITS).await {
            Ok(answer) if answer.status < 500 || attempts >= ATTEMPTS => break answer,
            Err(error) if attempts >= ATTEMPTS => {
                return Err(CredentialsFailure::unavailable(
                    format!("the container's credentials at {variable} cannot be had: {error}"),
                    format!("try again in a moment, or unset {variable} outside of the container"),
                ));
            }
            Ok(_) | Err(_) => {}
        }
    };
    if !answer.is_success() {
        // A token that is refused is a matter of who asks, and no permission mends it.
        return Err(CredentialsFailure::invalid(
            format!("the container's credentials at {variable} are refused: {}", answer.complaint()),
            "check the task's or the pod's role, and the token of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        ));
    }
    let credentials =
        Members::parse(&answer.body).and_then(|members| members.credentials("Token")).map_err(|error| {
            CredentialsFailure::invalid(
                format!("what {variable} gives are no credentials: {error}"),
                format!("check that {variable} leads to a container's metadata"),
            )
        })?;
    Ok(Ok(Found {
        credentials,
        place: FoundIn::Container,
        on_instance: false,
        detail: format!("container role ({variable})"),
    }))
}

/// What tells one container's role from another's before anybody is asked: the address, and whom the token is for. Pods
/// share an address, and their tokens are renewed while they stay who they are. To be hashed: it may hold the token.
pub(crate) async fn identity(environment: &Environment) -> String {
    let (_, address) = address(environment).unwrap_or_default();
    // A token that cannot be read is told of when credentials are asked for.
    let token = token(environment).await.ok().flatten().unwrap_or_default();
    format!("container {address} {}", bearer_of(&token).unwrap_or(token))
}

/// The service account that a token of Kubernetes names, with the cluster that says so.
fn bearer_of(token: &str) -> Option<String> {
    let claims = token.split('.').nth(1)?.replace('-', "+").replace('_', "/");
    let padding = "=".repeat((4 - claims.len() % 4) % 4);
    let claims = aws_smithy_types::base64::decode(claims + &padding).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    Some(format!("{} {}", claims.get("iss")?.as_str()?, claims.get("sub")?.as_str()?))
}

/// Refuses addresses to which no token should travel in clear text.
fn check(variable: &str, url: &str) -> Result<(), CredentialsFailure> {
    let uri: Option<Uri> = url.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    let is_allowed = match uri.as_ref().and_then(Uri::scheme_str) {
        Some("https") => !host.is_empty(),
        Some("http") => match address {
            Some(address) => address.is_loopback() || METADATA.contains(&address.to_string().as_str()),
            None => host.eq_ignore_ascii_case("localhost"),
        },
        _ => false,
    };
    if is_allowed {
        return Ok(());
    }
    Err(CredentialsFailure::invalid(
        format!("{variable} leads to `{host}`, which is not asked for credentials"),
        "use https, or http to this machine or to a container's metadata (169.254.170.2, 169.254.170.23, fd00:ec2::23)",
    ))
}

const METADATA: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

async fn token(environment: &Environment) -> Result<Option<String>, CredentialsFailure> {
    let Some(path) = environment.get(TOKEN_FILE) else {
        return Ok(environment.get(TOKEN).map(str::to_owned));
    };
    match tokio::fs::read_to_string(path).await {
        Ok(token) => Ok(Some(token.trim().to_owned())),
        Err(error) => Err(CredentialsFailure::invalid(
            format!("the token file `{path}` of {TOKEN_FILE} cannot be read: {error}"),
            "check the pod's or the task's volumes",
        )),
    }
}
