//! The token that `aws sso login` leaves in a file, read and renewed.
//!
//! Separate because the file is shared with the AWS CLI and other SDKs: its name, its members and the moment at which it
//! is renewed are theirs, members that we do not know are kept, and it is replaced in one step.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use clawdia_core::Environment;
use serde_json::{Map, Value};
use sha1::{Digest, Sha1};

use super::Surroundings;
use super::sso::{LIMITS, sign_in, suffix};
use crate::credential_json::time;
use crate::exchange::{exchange, request, with_body};
use crate::failure::CredentialsFailure;
use crate::hex::hex;
use crate::profile::SsoPlan;
use crate::service::Service;
use crate::shared_files::home;

/// A token is renewed this long before its end.
const AHEAD: Duration = Duration::from_mins(5);

/// A file with a token. Without `Debug`.
pub(crate) struct SsoToken {
    members: Map<String, Value>,
    access_token: String,
    expires: SystemTime,
}

impl SsoToken {
    pub(crate) fn access_token(&self) -> &str {
        &self.access_token
    }

    /// The token of a sign-in, renewed if it is about to end and can be.
    ///
    /// # Errors
    /// When somebody has to sign in.
    pub(crate) async fn current(
        surroundings: &Surroundings<'_>,
        sso: &SsoPlan,
    ) -> Result<Self, CredentialsFailure> {
        let path = path(surroundings.environment, sso).ok_or_else(|| {
            sign_in(sso, "there is no home directory to find the session in (HOME is not set)")
        })?;
        let Ok(text) = tokio::fs::read(&path).await else { return Err(sign_in(sso, "there is no session")) };
        let token =
            Self::parse(&text).ok_or_else(|| sign_in(sso, "the file of the session cannot be read"))?;
        let now = SystemTime::now();
        if token.expires > now + AHEAD {
            return Ok(token);
        }
        let still_valid = token.expires > now;
        match token.renewed(surroundings, sso, now).await {
            Some(renewed) => {
                // A file that cannot be written costs the next program a renewal, and this one nothing.
                let _ = renewed.write(&path).await;
                Ok(renewed)
            }
            None if still_valid => Ok(token),
            None => Err(sign_in(sso, "the session has expired")),
        }
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let members: Map<String, Value> = serde_json::from_slice(text).ok()?;
        let access_token = members.get("accessToken")?.as_str()?.to_owned();
        let expires = time(members.get("expiresAt")?.as_str()?)?;
        Some(Self { members, access_token, expires })
    }

    fn member(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str)
    }

    /// A new token for the renewal token in the file; `None` where there is none, or where it is not taken any more.
    async fn renewed(&self, surroundings: &Surroundings<'_>, sso: &SsoPlan, now: SystemTime) -> Option<Self> {
        let registered_until = self.member("registrationExpiresAt").and_then(time)?;
        if registered_until <= now {
            return None;
        }
        let body = serde_json::json!({
            "clientId": self.member("clientId")?,
            "clientSecret": self.member("clientSecret")?,
            "grantType": "refresh_token",
            "refreshToken": self.member("refreshToken")?,
        });
        let address = surroundings
            .endpoint(Service::SsoOidc)
            .unwrap_or_else(|| format!("https://oidc.{}.{}", sso.region, suffix(&sso.region)));
        let request =
            request("POST", &format!("{address}/token"), &[("content-type", "application/json")]).ok()?;
        let connector = surroundings.http.routed(&LIMITS.connector_settings());
        let request = with_body(request, body.to_string().into_bytes());
        let answer =
            exchange(&connector, request, LIMITS).await.ok().filter(|answer| answer.status == 200)?;
        let answered: Map<String, Value> = serde_json::from_slice(&answer.body).ok()?;
        let access_token = answered.get("accessToken")?.as_str()?.to_owned();
        let expires = now.checked_add(Duration::from_secs(answered.get("expiresIn")?.as_u64()?))?;
        let mut members = self.members.clone();
        members.insert("accessToken".to_owned(), access_token.clone().into());
        let written = DateTime::from(whole_seconds(expires)).fmt(Format::DateTime).ok()?;
        members.insert("expiresAt".to_owned(), written.into());
        if let Some(refresh_token) = answered.get("refreshToken").filter(|token| token.is_string()) {
            members.insert("refreshToken".to_owned(), refresh_token.clone());
        }
        Some(Self { members, access_token, expires })
    }

    /// Replaces the file; readers see the old token or the new one. The file is readable for its owner only.
    async fn write(&self, path: &Path) -> std::io::Result<()> {
        let text = Value::from(self.members.clone()).to_string();
        let path = path.to_owned();
        let written = tokio::task::spawn_blocking(move || {
            let directory = path.parent().unwrap_or(Path::new("."));
            let mut file = tempfile::NamedTempFile::new_in(directory)?;
            std::io::Write::write_all(&mut file, text.as_bytes())?;
            file.persist(&path)?;
            Ok(())
        });
        written.await.unwrap_or_else(|error| Err(std::io::Error::other(error)))
    }
}

/// Other programs do not read fractions of a second.
fn whole_seconds(time: SystemTime) -> SystemTime {
    let since_epoch = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since_epoch.as_secs())
}

/// The file of a sign-in, named by a hash of the session's name, or of the address in the older form.
pub(crate) fn path(environment: &Environment, sso: &SsoPlan) -> Option<PathBuf> {
    let identifier = sso.session.as_deref().unwrap_or(&sso.start_url);
    let hash = Sha1::digest(identifier.as_bytes());
    Some(home(environment)?.join(".aws/sso/cache").join(hex(&hash)).with_extension("json"))
}
